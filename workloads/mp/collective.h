// SPDX-License-Identifier: Apache-2.0
/*
 * Collective operations over mp.h. They are made of its exchanges, the same way over PVM and MPI,
 * so a program's truth has every byte of them and its topology does not depend on what an MPI
 * library thinks fit. Every rank of the run calls each of them, in the same order.
 *
 *     broadcast, reduce   binomial tree: n - 1 messages; rank 0's tree for 8 ranks:
 *
 *                            0 ─┬─ 4 ─┬─ 6 ── 7
 *                               │     └─ 5
 *                               ├─ 2 ── 3
 *                               └─ 1
 *
 *     allreduce, barrier  reduce to rank 0, then broadcast: all ranks get the same bits
 *     gather, scatter     n - 1 messages between the root and each other rank
 *     alltoall, allgather one exchange with each other rank, in n - 1 steps: with rank ^ step if n
 *                         is a power of two, else to rank + step and from rank - step
 *
 * Any number of ranks will do. Lengths must agree on both sides, or the run ends. Offsets and
 * lengths are in bytes; what a rank has for itself is copied.
 */
#ifndef MP_COLLECTIVE_H
#define MP_COLLECTIVE_H

#include <stddef.h>
#include <stdint.h>

enum mp_operation { MP_SUM, MP_MAX, MP_MIN };

/* Returns when every rank has called it. */
void mp_barrier(void);

/* The root's n bytes, to all. */
void mp_broadcast(int root, void *data, size_t n);

/* The result replaces values in the root; elsewhere they are changed to something in between.
 * Sums of doubles depend on the number of ranks, but not on when messages arrive. */
void mp_reduce_doubles(int root, enum mp_operation operation, double *values, size_t count);
void mp_reduce_int64s(int root, enum mp_operation operation, int64_t *values, size_t count);

/* As above, in every rank. */
void mp_allreduce_doubles(enum mp_operation operation, double *values, size_t count);
void mp_allreduce_int64s(enum mp_operation operation, int64_t *values, size_t count);

/* n bytes of each rank, in order of rank, to the root; `all` is only used there. */
void mp_gather(int root, const void *mine, size_t n, void *all);

/* The other way. */
void mp_scatter(int root, const void *all, void *mine, size_t n);

/* As above with a length for each rank; lengths and offsets are only used in the root. */
void mp_gather_lengths(int root, const void *mine, size_t n, void *all, const size_t lengths[],
                       const size_t offsets[]);
void mp_scatter_lengths(int root, const void *all, const size_t lengths[], const size_t offsets[],
                        void *mine, size_t n);

/* n bytes of each rank, in order of rank, to all: each sends its own to each other. */
void mp_allgather(const void *mine, size_t n, void *all);

/* Block number i of `out` goes to rank i; block number i of `in` comes from rank i. */
void mp_alltoall(const void *out, void *in, size_t block_bytes);

/* As above with a length and a place for each rank. */
struct mp_blocks {
    void *data;
    const size_t *lengths;
    const size_t *offsets;
};
void mp_alltoall_lengths(const struct mp_blocks *out, const struct mp_blocks *in);

#endif
