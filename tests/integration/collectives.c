// SPDX-License-Identifier: Apache-2.0
/* Every collective operation of mp with every root, against what it must give: collectives N. */
#include "mp/collective.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mp/mp.h"

static const size_t counts[] = {0, 1, 7, 40000};
#define COUNTS (sizeof counts / sizeof counts[0])
#define MOST   40000

static int rank, size;
static int64_t values[MOST], more[MOST];
static double doubles[MOST];

static void check(bool right, const char *what, int root, size_t count)
{
    if (!right)
        mp_abort("rank %d of %d: %s of %zu values is wrong (root %d)", rank, size, what, count,
                 root);
}

/* What rank has at place k. */
static int64_t value_of(int of_rank, size_t k)
{
    return (int64_t)(k % 1000) * 100 + of_rank;
}

static void fill(int64_t *array, size_t count)
{
    for (size_t k = 0; k < count; k++)
        array[k] = value_of(rank, k);
}

static void test_broadcast(int root, size_t count)
{
    fill(values, count);
    mp_broadcast(root, values, count * sizeof *values);
    for (size_t k = 0; k < count; k++)
        check(values[k] == value_of(root, k), "broadcast", root, count);
}

static void test_reduce(int root, size_t count)
{
    const enum mp_operation operations[] = {MP_SUM, MP_MAX, MP_MIN};
    for (int o = 0; o < 3; o++) {
        fill(values, count);
        for (size_t k = 0; k < count; k++)
            doubles[k] = (double)values[k];
        mp_reduce_int64s(root, operations[o], values, count);
        mp_reduce_doubles(root, operations[o], doubles, count);
        if (rank != root)
            continue;
        for (size_t k = 0; k < count; k++) {
            int64_t sum = size * value_of(0, k) + size * (size - 1) / 2;
            int64_t expected[] = {sum, value_of(size - 1, k), value_of(0, k)};
            check(values[k] == expected[o], "reduction of integers", root, count);
            check(doubles[k] == (double)expected[o], "reduction of doubles", root, count);
        }
    }
}

/* Thirds and sevenths have no exact sum: all must agree on one. */
static void test_allreduce(size_t count)
{
    for (size_t k = 0; k < count; k++)
        doubles[k] = 1.0 / (3 + 4 * rank + (double)(k % 50));
    fill(values, count);
    mp_allreduce_doubles(MP_SUM, doubles, count);
    mp_allreduce_int64s(MP_MAX, values, count);
    for (size_t k = 0; k < count; k++)
        check(values[k] == value_of(size - 1, k), "allreduce", 0, count);

    double *of_all = malloc(((size_t)size * count + 1) * sizeof *of_all);
    mp_allgather(doubles, count * sizeof *doubles, of_all);
    for (int other = 0; other < size; other++)
        check(memcmp(of_all + (size_t)other * count, doubles, count * sizeof *doubles) == 0,
              "allreduce, the same for all,", 0, count);
    free(of_all);
}

static void test_gather_and_scatter(int root, size_t count)
{
    int64_t *all = malloc(((size_t)size * count + 1) * sizeof *all);
    fill(values, count);
    mp_gather(root, values, count * sizeof *values, all);
    for (int other = 0; rank == root && other < size; other++)
        for (size_t k = 0; k < count; k++)
            check(all[(size_t)other * count + k] == value_of(other, k), "gather", root, count);
    mp_scatter(root, all, more, count * sizeof *more);
    for (size_t k = 0; k < count; k++)
        check(more[k] == value_of(rank, k), "scatter", root, count);
    free(all);
}

/* Rank r gives each rank t so many: none to itself if it is the first. */
static size_t length_of(int from, int to, size_t count)
{
    return count == 0 ? 0 : (count + (size_t)from * 3 + (size_t)to * 5) * (from + to > 0);
}

static void test_alltoall_lengths(size_t count)
{
    size_t out_lengths[16], in_lengths[16], out_offsets[16], in_offsets[16];
    size_t n_out = 0, n_in = 0;
    for (int other = 0; other < size; other++) {
        out_offsets[other] = n_out;
        in_offsets[other] = n_in;
        n_out += out_lengths[other] = length_of(rank, other, count);
        n_in += in_lengths[other] = length_of(other, rank, count);
    }
    unsigned char *out = malloc(n_out + 1), *in = malloc(n_in + 1);
    for (int other = 0; other < size; other++)
        for (size_t k = 0; k < out_lengths[other]; k++)
            out[out_offsets[other] + k] = (unsigned char)(rank * 16 + other + (int)k);
    mp_alltoall_lengths(&(struct mp_blocks){out, out_lengths, out_offsets},
                        &(struct mp_blocks){in, in_lengths, in_offsets});
    for (int other = 0; other < size; other++)
        for (size_t k = 0; k < in_lengths[other]; k++)
            check(in[in_offsets[other] + k] == (unsigned char)(other * 16 + rank + (int)k),
                  "all-to-all of different lengths", 0, count);
    free(out);
    free(in);
}

static void test_alltoall(void)
{
    int64_t out[16], in[16];
    for (int other = 0; other < size; other++)
        out[other] = rank * 100 + other;
    mp_alltoall(out, in, sizeof *out);
    for (int other = 0; other < size; other++)
        check(in[other] == other * 100 + rank, "all-to-all", 0, 1);
}

/* Messages of different lengths arrive at the root in the order in which each rank sent them. */
static void test_receive_any(int root)
{
    enum { MESSAGES = 5, TAG = 17 };
    int next[16] = {0};
    mp_meet(root);
    for (int message = 0; rank != root && message < MESSAGES; message++) {
        fill(values, (size_t)message);
        mp_send(root, TAG, values, (size_t)message * sizeof *values);
    }
    for (int left = MESSAGES * (size - 1); rank == root && left > 0; left--) {
        int from;
        size_t n;
        int64_t *message = mp_receive_any(TAG, &from, &n);
        check(from >= 0 && from < size && from != root, "sender", root, n);
        check(n == (size_t)next[from]++ * sizeof *message, "length", root, n);
        for (size_t k = 0; k < n / sizeof *message; k++)
            check(message[k] == value_of(from, k), "message from any", root, n);
        free(message);
    }
}

/* Nobody passes before the last has come: a rank that had would see fewer arrivals. */
static void test_barrier(void)
{
    for (int late = 0; late < size; late++) {
        double start = mp_seconds();
        while (rank == late && mp_seconds() < start + 0.02)
            continue;
        double arrival = mp_seconds(), latest = arrival;
        mp_barrier();
        double passed = mp_seconds();
        mp_allreduce_doubles(MP_MAX, &latest, 1);
        check(passed >= latest, "barrier", late, 0);
    }
}

int main(int argc, char **argv)
{
    mp_init(&argc, &argv);
    mp_start(argc > 1 ? atoi(argv[1]) : 0, MP_ROUTE_DIRECT);
    rank = mp_rank();
    size = mp_size();
    if (size > 16)
        mp_abort("this is for up to 16 processes");
    for (size_t c = 0; c < COUNTS; c++) {
        for (int root = 0; root < size; root++) {
            if (counts[c] == MOST && root != size / 2)
                continue; /* once is enough, and takes long enough */
            test_broadcast(root, counts[c]);
            test_reduce(root, counts[c]);
            test_gather_and_scatter(root, counts[c]);
        }
        test_allreduce(counts[c]);
        test_alltoall_lengths(counts[c]);
    }
    test_alltoall();
    test_barrier();
    for (int root = 0; root < size; root++)
        test_receive_any(root);
    if (rank == 0)
        printf("%d processes: all right\n", size);
    mp_finish();
    return 0;
}
