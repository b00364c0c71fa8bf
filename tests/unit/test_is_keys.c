// SPDX-License-Identifier: Apache-2.0
/* What NAS IS does with keys inside a process. */
#include "nas/is_keys.h"

#include <glib.h>
#include <string.h>

#include "nas/random.h"

#define KEYS    5000
#define MAX_KEY 2048
#define SHIFT   4
#define BUCKETS (MAX_KEY >> SHIFT)

static int32_t *keys_of_sequence(void)
{
    int32_t *keys = g_new(int32_t, KEYS);
    is_make_keys(0, KEYS, MAX_KEY, keys);
    return keys;
}

static int compare(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static void a_key_is_made_of_four_numbers(void)
{
    g_autofree int32_t *keys = keys_of_sequence();
    uint64_t state = 314159265;
    for (size_t k = 0; k < KEYS; k++) {
        double sum = 0;
        for (int number = 0; number < 4; number++)
            sum += nas_random_next(&state);
        g_assert_cmpint(keys[k], ==, (int32_t)(MAX_KEY / 4 * sum));
    }
}

static void keys_made_in_pieces_are_the_same_keys(void)
{
    g_autofree int32_t *whole = keys_of_sequence(), *pieces = g_new(int32_t, KEYS);
    for (size_t done = 0; done < KEYS;) {
        size_t n = (size_t)g_test_rand_int_range(1, 1000);
        n = MIN(n, KEYS - done);
        is_make_keys(done, n, MAX_KEY, pieces + done);
        done += n;
    }
    g_assert_cmpmem(pieces, KEYS * sizeof *pieces, whole, KEYS * sizeof *whole);
}

static void owners_get_all_buckets_in_order_and_about_the_same(void)
{
    g_autofree int32_t *keys = keys_of_sequence();
    int32_t counts[BUCKETS] = {0};
    is_count_buckets(keys, KEYS, SHIFT, counts);
    int32_t largest = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        largest = MAX(largest, counts[bucket]);
    for (int owners = 1; owners <= 32; owners++) {
        int32_t first[33];
        is_choose_owners(counts, BUCKETS, owners, first);
        g_assert_cmpint(first[0], ==, 0);
        g_assert_cmpint(first[owners], ==, BUCKETS);
        for (int owner = 0; owner < owners; owner++) {
            int32_t sum = 0;
            g_assert_cmpint(first[owner], <=, first[owner + 1]);
            for (int32_t bucket = first[owner]; bucket < first[owner + 1]; bucket++)
                sum += counts[bucket];
            /* At both ends at most half a bucket more or less than fair. */
            g_assert_cmpint(ABS(sum - KEYS / owners), <=, largest + 1);
        }
    }
}

/* All keys in one bucket: somebody gets them, the others none. */
static void owners_can_be_left_without_keys(void)
{
    int32_t counts[BUCKETS] = {[7] = 1000}, first[5];
    is_choose_owners(counts, BUCKETS, 4, first);
    int with_keys = 0;
    for (int owner = 0; owner < 4; owner++) {
        g_assert_cmpint(first[owner], <=, first[owner + 1]);
        with_keys += first[owner] <= 7 && first[owner + 1] > 7;
    }
    g_assert_cmpint(with_keys, ==, 1);
    g_assert_cmpint(first[4], ==, BUCKETS);
}

static void dividing_keeps_every_key_in_order_and_gives_it_to_its_owner(void)
{
    g_autofree int32_t *keys = keys_of_sequence(), *divided = g_new(int32_t, KEYS);
    const int32_t first[] = {0, 40, 64, 64, BUCKETS};
    size_t lengths[4], place = 0;
    is_divide(keys, KEYS, first, SHIFT, 4, divided, lengths);
    for (int owner = 0; owner < 4; owner++) {
        size_t end = place + lengths[owner];
        for (size_t k = 0; k < KEYS; k++)
            if (keys[k] >> SHIFT >= first[owner] && keys[k] >> SHIFT < first[owner + 1])
                g_assert_cmpint(divided[place++], ==, keys[k]);
        g_assert_cmpuint(place, ==, end);
    }
    g_assert_cmpuint(place, ==, KEYS);
}

static void a_rank_is_how_many_keys_are_less(void)
{
    const int32_t keys[] = {13, 11, 11, 10, 15, 13};
    int32_t ranks[7];
    const int32_t expected[] = {0, 1, 3, 3, 5, 5, 6};
    is_rank(keys, G_N_ELEMENTS(keys), 10, 6, ranks);
    g_assert_cmpmem(ranks, sizeof ranks, expected, sizeof expected);
}

static void any_piece_of_the_sorted_keys_can_be_listed(void)
{
    g_autofree int32_t *keys = keys_of_sequence(), *piece = g_new(int32_t, KEYS);
    g_autofree int32_t *ranks = g_new(int32_t, MAX_KEY + 1);
    is_rank(keys, KEYS, 0, MAX_KEY, ranks);
    qsort(keys, KEYS, sizeof *keys, compare);
    for (int k = 0; k < 200; k++) {
        size_t from = (size_t)g_test_rand_int_range(0, KEYS + 1);
        size_t to = (size_t)g_test_rand_int_range((gint32)from, KEYS + 1);
        is_list_sorted(ranks, 0, MAX_KEY, from, to, piece);
        int bytes = (int)((to - from) * sizeof *piece);
        g_assert_cmpmem(piece, bytes, keys + from, bytes);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/is/a key is made of four numbers", a_key_is_made_of_four_numbers);
    g_test_add_func("/is/keys made in pieces are the same keys",
                    keys_made_in_pieces_are_the_same_keys);
    g_test_add_func("/is/owners get all buckets, in order and about the same",
                    owners_get_all_buckets_in_order_and_about_the_same);
    g_test_add_func("/is/owners can be left without keys", owners_can_be_left_without_keys);
    g_test_add_func("/is/dividing keeps every key, in order, and gives it to its owner",
                    dividing_keeps_every_key_in_order_and_gives_it_to_its_owner);
    g_test_add_func("/is/a rank is how many keys are less", a_rank_is_how_many_keys_are_less);
    g_test_add_func("/is/any piece of the sorted keys can be listed",
                    any_piece_of_the_sorted_keys_can_be_listed);
    return g_test_run();
}
