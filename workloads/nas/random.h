// SPDX-License-Identifier: Apache-2.0
/*
 * The random numbers of the NAS kernels: a linear congruential generator of 46 bits,
 *
 *     x' = 5^13 x mod 2^46,      value x / 2^46 in (0, 1) if the seed is odd.
 *
 * A state is the x of the last number that was given out; the first number comes from 5^13 * seed.
 * Any state can be reached in about 46 multiplications, so that each process makes its own part of
 * the sequence, and numbers that are k apart form a generator of the same kind (multiplier 5^13 to
 * the k), so that batches are made side by side.
 */
#ifndef NAS_RANDOM_H
#define NAS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#define NAS_RANDOM_MULTIPLIER UINT64_C(1220703125) /* 5^13 */
#define NAS_RANDOM_MASK       ((UINT64_C(1) << 46) - 1)
#define NAS_RANDOM_SCALE      (1.0 / (double)(UINT64_C(1) << 46))

/* The state after one more number. */
static inline uint64_t nas_random_step(uint64_t state)
{
    return state * NAS_RANDOM_MULTIPLIER & NAS_RANDOM_MASK;
}

/* The state after n more numbers. */
uint64_t nas_random_jump(uint64_t state, uint64_t n);

/* Gives out one number. */
static inline double nas_random_next(uint64_t *state)
{
    *state = nas_random_step(*state);
    return (double)*state * NAS_RANDOM_SCALE;
}

/* Gives out the next n numbers, several times as fast as one by one. */
void nas_random_fill(uint64_t *state, double *numbers, size_t n);

#endif
