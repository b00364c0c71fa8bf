// SPDX-License-Identifier: Apache-2.0
#include "random.h"

#include "nas.h"

/* Numbers that are made side by side. */
#define LANES 16

/* The multiplier to the n: steps over n numbers at once. Powers of an odd number by squaring; what
 * overflows 64 bits does not reach the 46 that count. */
static uint64_t multiplier_of(uint64_t n)
{
    uint64_t result = 1;
    for (uint64_t power = NAS_RANDOM_MULTIPLIER; n > 0; n >>= 1, power *= power)
        if (n & 1)
            result *= power;
    return result & NAS_RANDOM_MASK;
}

uint64_t nas_random_jump(uint64_t state, uint64_t n)
{
    return state * multiplier_of(n) & NAS_RANDOM_MASK;
}

/* As a cast, but processors before AVX-512 have no such instruction for vectors: below 2^52 the
 * state is the fraction of a double between 2^52 and 2^53. */
static inline double value_of(uint64_t state)
{
    union {
        uint64_t bits;
        double value;
    } number = {.bits = state | UINT64_C(0x4330000000000000)};
    return (number.value - 0x1p52) * NAS_RANDOM_SCALE;
}

/* Returns the last state. */
NAS_HOT static uint64_t fill_batches(uint64_t state, double *numbers, size_t batches)
{
    uint64_t lanes[LANES];
    for (int lane = 0; lane < LANES; lane++)
        lanes[lane] = state = nas_random_step(state);
    const uint64_t stride = multiplier_of(LANES);
    for (size_t batch = 0; batch < batches; batch++) {
        state = lanes[LANES - 1];
        for (int lane = 0; lane < LANES; lane++) {
            numbers[batch * LANES + (size_t)lane] = value_of(lanes[lane]);
            lanes[lane] = lanes[lane] * stride & NAS_RANDOM_MASK;
        }
    }
    return state;
}

void nas_random_fill(uint64_t *state, double *numbers, size_t n)
{
    size_t batches = n / LANES;
    if (batches > 0)
        *state = fill_batches(*state, numbers, batches);
    for (size_t k = batches * LANES; k < n; k++)
        numbers[k] = nas_random_next(state);
}
