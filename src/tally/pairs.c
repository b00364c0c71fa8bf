// SPDX-License-Identifier: Apache-2.0
#include "tally/pairs.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 256 };

/* Against a seed of 0, with which the upper halves of IPv4 addresses, 0 too, would multiply all
 * else away. */
#define SEED_MASK 0xa0761d6478bd642fu

static struct pair *table_new(size_t size)
{
    /* Not GLib's: pairs_pack gives to realloc() what aligned_alloc() gave. */
    struct pair *table = aligned_alloc(sizeof *table, size * sizeof *table);
    if (!table)
        g_error("no memory for %" G_GSIZE_FORMAT " pairs", size);
    return memset(table, 0, size * sizeof *table);
}

void pairs_init(struct pairs *pairs, size_t max, uint64_t seed)
{
    *pairs = (struct pairs){
        .table = table_new(FIRST_SIZE), .size = FIRST_SIZE, .max = max, .seed = seed ^ SEED_MASK};
}

void pairs_clear(struct pairs *pairs)
{
    free(pairs->table);
    *pairs = (struct pairs){0};
}

struct pair_key pair_key(const struct vttif_address *src, const struct vttif_address *dst,
                         enum vttif_reason reason, bool with_ports)
{
    uint64_t tail = (uint64_t)reason << 48 | (uint64_t)(src->kind | 0x80) << 32;
    if (with_ports)
        tail |= (uint64_t)src->port << 16 | dst->port;
    return (struct pair_key){src->high, src->low, dst->high, dst->low, tail};
}

static struct vttif_address unpack(uint64_t high, uint64_t low, uint64_t tail, unsigned port_shift)
{
    return (struct vttif_address){.high = high,
                                  .low = low,
                                  .port = (uint16_t)(tail >> port_shift),
                                  .kind = (uint8_t)(tail >> 32 & 0x7f)};
}

struct vttif_address pair_src(const struct pair_key *key)
{
    return unpack(key->src_high, key->src_low, key->tail, 16);
}

struct vttif_address pair_dst(const struct pair_key *key)
{
    return unpack(key->dst_high, key->dst_low, key->tail, 0);
}

/* The upper half of a product folded onto its lower: every bit of both words counts. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The seed keeps a sender of made-up addresses from choosing pairs that all fall on one place. */
static inline size_t key_hash(const struct pair_key *key, uint64_t seed)
{
    uint64_t src = fold(key->src_high ^ seed, key->src_low ^ 0x9e3779b97f4a7c15u);
    uint64_t dst = fold(key->dst_high ^ ~seed, key->dst_low ^ 0xc2b2ae3d27d4eb4fu);
    return (size_t)fold(src ^ 0x2545f4914f6cdd1du, dst ^ key->tail);
}

static inline bool key_equal(const struct pair_key *a, const struct pair_key *b)
{
    return ((a->src_high ^ b->src_high) | (a->src_low ^ b->src_low) | (a->dst_high ^ b->dst_high) |
            (a->dst_low ^ b->dst_low) | (a->tail ^ b->tail)) == 0;
}

guint pair_seeded_hash(gconstpointer seeded)
{
    const struct pair_seeded *is = seeded;
    return (guint)key_hash(&is->key, is->seed ^ SEED_MASK);
}

gboolean pair_seeded_equal(gconstpointer a, gconstpointer b)
{
    const struct pair_seeded *x = a, *y = b;
    return key_equal(&x->key, &y->key);
}

/* The entry of the key or the free one where it belongs. */
static inline struct pair *find(struct pair *table, size_t size, uint64_t seed,
                                const struct pair_key *key)
{
    size_t mask = size - 1, at = key_hash(key, seed) & mask;
    while (table[at].key.tail != 0 && !key_equal(&table[at].key, key))
        at = (at + 1) & mask;
    return &table[at];
}

static void grow(struct pairs *pairs)
{
    size_t size = pairs->size * 2;
    struct pair *table = table_new(size);
    for (size_t i = 0; i < pairs->size; i++)
        if (pairs->table[i].key.tail != 0)
            *find(table, size, pairs->seed, &pairs->table[i].key) = pairs->table[i];
    free(pairs->table);
    pairs->table = table;
    pairs->size = size;
}

struct pair *pairs_get(struct pairs *pairs, const struct pair_key *key)
{
    struct pair *pair = find(pairs->table, pairs->size, pairs->seed, key);
    if (G_LIKELY(pair->key.tail != 0))
        return pair;
    if (pairs->used == pairs->max)
        return NULL;
    if (pairs->used >= pairs->size / 2) {
        grow(pairs);
        pair = find(pairs->table, pairs->size, pairs->seed, key);
    }
    pairs->used++;
    pair->key = *key;
    return pair;
}

const struct pair *pairs_find(const struct pairs *pairs, const struct pair_key *key)
{
    const struct pair *pair = find(pairs->table, pairs->size, pairs->seed, key);
    return pair->key.tail != 0 ? pair : NULL;
}

const struct pair *pairs_next(const struct pairs *pairs, const struct pair *after)
{
    const struct pair *end = pairs->table + pairs->size;
    for (const struct pair *pair = after ? after + 1 : pairs->table; pair < end; pair++)
        if (pair->frames > 0)
            return pair;
    return NULL;
}

void pairs_pack(struct pairs *pairs)
{
    size_t n = 0;
    for (size_t i = 0; i < pairs->size; i++)
        if (pairs->table[i].frames > 0)
            pairs->table[n++] = pairs->table[i];
    struct pair *table = realloc(pairs->table, MAX(n, 1) * sizeof *table);
    if (table)
        pairs->table = table;
    pairs->size = n;
}
