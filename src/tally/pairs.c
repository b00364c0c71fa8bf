// SPDX-License-Identifier: Apache-2.0
#include "tally/pairs.h"

enum { FIRST_SIZE = 256 };

static struct pair *table_new(size_t size)
{
    struct pair *table = g_aligned_alloc0(size, sizeof *table, sizeof *table);
    return table;
}

void pairs_init(struct pairs *pairs, size_t max, uint64_t seed)
{
    *pairs = (struct pairs){
        .table = table_new(FIRST_SIZE), .mask = FIRST_SIZE - 1, .max = max, .seed = seed};
}

void pairs_clear(struct pairs *pairs)
{
    g_aligned_free(pairs->table);
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

/* The entry of the key or the free one where it belongs. */
static inline struct pair *find(struct pair *table, size_t mask, uint64_t seed,
                                const struct pair_key *key)
{
    size_t at = key_hash(key, seed) & mask;
    while (table[at].key.tail != 0 && !key_equal(&table[at].key, key))
        at = (at + 1) & mask;
    return &table[at];
}

static void grow(struct pairs *pairs)
{
    size_t size = (pairs->mask + 1) * 2;
    struct pair *table = table_new(size);
    for (size_t i = 0; i <= pairs->mask; i++)
        if (pairs->table[i].key.tail != 0)
            *find(table, size - 1, pairs->seed, &pairs->table[i].key) = pairs->table[i];
    g_aligned_free(pairs->table);
    pairs->table = table;
    pairs->mask = size - 1;
}

struct pair *pairs_get(struct pairs *pairs, const struct pair_key *key)
{
    struct pair *pair = find(pairs->table, pairs->mask, pairs->seed, key);
    if (G_LIKELY(pair->key.tail != 0))
        return pair;
    if (pairs->used == pairs->max)
        return NULL;
    if (pairs->used >= (pairs->mask + 1) / 2) {
        grow(pairs);
        pair = find(pairs->table, pairs->mask, pairs->seed, key);
    }
    pairs->used++;
    pair->key = *key;
    return pair;
}

const struct pair *pairs_find(const struct pairs *pairs, const struct pair_key *key)
{
    const struct pair *pair = find(pairs->table, pairs->mask, pairs->seed, key);
    return pair->key.tail != 0 ? pair : NULL;
}

const struct pair *pairs_next(const struct pairs *pairs, const struct pair *after)
{
    const struct pair *end = pairs->table + pairs->mask + 1;
    for (const struct pair *pair = after ? after + 1 : pairs->table; pair < end; pair++)
        if (pair->frames > 0)
            return pair;
    return NULL;
}
