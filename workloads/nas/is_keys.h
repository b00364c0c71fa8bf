// SPDX-License-Identifier: Apache-2.0
/*
 * The part of NAS IS that needs no other process: making keys, dividing them by their owners,
 * counting them. Keys are 0 to max_key - 1, bell-shaped. A bucket is a range of keys; the buckets
 * of an owner are next to each other, and owners get about the same number of keys.
 */
#ifndef NAS_IS_KEYS_H
#define NAS_IS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#define IS_BUCKETS_MAX 1024

/* The keys number first, first + 1, ... of the benchmark's sequence. */
void is_make_keys(uint64_t first, size_t n, int32_t max_key, int32_t *keys);

/* How many keys are in each bucket of 2^shift keys. */
void is_count_buckets(const int32_t *keys, size_t n, int shift, int32_t *counts);

/* Deals out buckets: those of owner i are first_buckets[i] to first_buckets[i + 1] - 1. */
void is_choose_owners(const int32_t *bucket_counts, int buckets, int owners,
                      int32_t *first_buckets);

/* Copies the keys so that those of owner 0 come first, then those of owner 1, ... Tells how many
 * each gets. At most NAS_PROCESSES_MAX owners and IS_BUCKETS_MAX buckets. */
void is_divide(const int32_t *keys, size_t n, const int32_t *first_buckets, int shift, int owners,
               int32_t *divided, size_t *lengths);

/* ranks[k] becomes the number of keys that are less than first + k, for k = 0 to range: one more
 * than there are keys in the range, so that ranks[k + 1] - ranks[k] are equal to first + k. */
void is_rank(const int32_t *keys, size_t n, int32_t first, int32_t range, int32_t *ranks);

/* The keys number from to `to` - 1 in ascending order, out of their ranks. */
void is_list_sorted(const int32_t *ranks, int32_t first, int32_t range, size_t from, size_t to,
                    int32_t *sorted);

#endif
