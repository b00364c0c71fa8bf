// SPDX-License-Identifier: Apache-2.0
/*
 * The table of a tally: bytes and frames for each (sender, receiver, reason). Open addressing with
 * linear probing, one cache line an entry, doubled when half full, up to a fixed maximum.
 */
#ifndef TALLY_PAIRS_H
#define TALLY_PAIRS_H

#include <assert.h>
#include <vttif/endpoint.h>
#include <vttif/filter.h>

/* Sender, receiver and reason, packed so that five words are hashed and compared. tail is never 0
 * in a key: it holds the kind of the addresses. */
struct pair_key {
    uint64_t src_high, src_low, dst_high, dst_low;
    uint64_t tail; /* reason, kind, sender's port, receiver's port: 16 bits each */
};

struct pair {
    struct pair_key key;
    uint64_t bytes;
    uint64_t frames; /* 0: only known by what a SYN announced */
    uint64_t mtu; /* largest IP packet that the receiver announced to take, 0 for unknown */
};
static_assert(sizeof(struct pair) == 64, "an entry is a cache line");

struct pairs {
    struct pair *table;
    size_t size; /* a power of two; once packed, how many there are */
    size_t used, max;
    uint64_t seed; /* of the hash */
};

void pairs_init(struct pairs *pairs, size_t max, uint64_t seed);
void pairs_clear(struct pairs *pairs);

struct pair_key pair_key(const struct vttif_address *src, const struct vttif_address *dst,
                         enum vttif_reason reason, bool with_ports);
struct vttif_address pair_src(const struct pair_key *key);
struct vttif_address pair_dst(const struct pair_key *key);
static inline enum vttif_reason pair_reason(const struct pair_key *key)
{
    return (enum vttif_reason)(key->tail >> 48);
}

/* For a GHashTable: a key with the seed of its hash, the same for all keys of a table. */
struct pair_seeded {
    struct pair_key key;
    uint64_t seed;
};
guint pair_seeded_hash(gconstpointer seeded);
gboolean pair_seeded_equal(gconstpointer a, gconstpointer b);

/* The entry of the key, made if it is not there; NULL if the table is full. Valid until the next
 * call. */
struct pair *pairs_get(struct pairs *pairs, const struct pair_key *key);
/* The entry of the key or NULL; not after pairs_pack. */
const struct pair *pairs_find(const struct pairs *pairs, const struct pair_key *key);

/* Says that no entry is looked for any more: leaves only what pairs_next shows, and gives back the
 * memory of the rest, half of it and more. */
void pairs_pack(struct pairs *pairs);

/* The entry with frames behind that one, the first for NULL; NULL behind the last. */
const struct pair *pairs_next(const struct pairs *pairs, const struct pair *after);

#endif
