// SPDX-License-Identifier: Apache-2.0
#include "is_keys.h"

#include <string.h>

#include "nas.h"
#include "random.h"

#define SEED          UINT64_C(314159265)
#define NUMBERS_A_KEY 4
/* Keys that are made at once. */
#define BATCH 256

NAS_HOT static void add_up(const double *numbers, size_t n, double scale, int32_t *keys)
{
    for (size_t k = 0; k < n; k++, numbers += NUMBERS_A_KEY)
        keys[k] = (int32_t)(scale * (numbers[0] + numbers[1] + numbers[2] + numbers[3]));
}

void is_make_keys(uint64_t first, size_t n, int32_t max_key, int32_t *keys)
{
    double numbers[BATCH * NUMBERS_A_KEY];
    uint64_t state = nas_random_jump(SEED, NUMBERS_A_KEY * first);
    for (size_t done = 0; done < n; done += BATCH) {
        size_t batch = MIN(BATCH, n - done);
        nas_random_fill(&state, numbers, batch * NUMBERS_A_KEY);
        add_up(numbers, batch, max_key / (double)NUMBERS_A_KEY, keys + done);
    }
}

void is_count_buckets(const int32_t *keys, size_t n, int shift, int32_t *counts)
{
    for (size_t k = 0; k < n; k++)
        counts[keys[k] >> shift]++;
}

void is_choose_owners(const int32_t *bucket_counts, int buckets, int owners, int32_t *first_buckets)
{
    int64_t total = 0, sum = 0;
    for (int bucket = 0; bucket < buckets; bucket++)
        total += bucket_counts[bucket];
    int owner = 0;
    for (int bucket = 0; bucket < buckets; bucket++) {
        /* A bucket goes to the owner in whose part of all keys its middle is. */
        int64_t middle = 2 * sum + bucket_counts[bucket];
        while (owner < owners && middle * owners >= 2 * total * owner)
            first_buckets[owner++] = bucket;
        sum += bucket_counts[bucket];
    }
    while (owner <= owners)
        first_buckets[owner++] = buckets;
}

void is_divide(const int32_t *keys, size_t n, const int32_t *first_buckets, int shift, int owners,
               int32_t *divided, size_t *lengths)
{
    size_t next[NAS_PROCESSES_MAX] = {0};
    uint8_t owner_of[IS_BUCKETS_MAX];
    for (int owner = 0; owner < owners; owner++)
        for (int32_t bucket = first_buckets[owner]; bucket < first_buckets[owner + 1]; bucket++)
            owner_of[bucket] = (uint8_t)owner;
    for (size_t k = 0; k < n; k++)
        next[owner_of[keys[k] >> shift]]++;
    size_t sum = 0;
    for (int owner = 0; owner < owners; owner++) {
        lengths[owner] = next[owner];
        next[owner] = sum;
        sum += lengths[owner];
    }
    for (size_t k = 0; k < n; k++)
        divided[next[owner_of[keys[k] >> shift]]++] = keys[k];
}

void is_rank(const int32_t *keys, size_t n, int32_t first, int32_t range, int32_t *ranks)
{
    memset(ranks, 0, ((size_t)range + 1) * sizeof *ranks);
    for (size_t k = 0; k < n; k++)
        ranks[keys[k] - first]++;
    int32_t sum = 0;
    for (int32_t key = 0; key <= range; key++) {
        int32_t count = ranks[key];
        ranks[key] = sum;
        sum += count;
    }
}

/* The last key whose rank is not above this place. */
static int32_t find_key(const int32_t *ranks, int32_t range, size_t place)
{
    int32_t low = 0, high = range;
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if ((size_t)ranks[middle] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void is_list_sorted(const int32_t *ranks, int32_t first, int32_t range, size_t from, size_t to,
                    int32_t *sorted)
{
    int32_t key = from < to ? find_key(ranks, range, from) : 0;
    for (size_t place = from; place < to; place++) {
        while ((size_t)ranks[key + 1] <= place)
            key++;
        sorted[place - from] = first + key;
    }
}
