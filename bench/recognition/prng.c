// SPDX-License-Identifier: Apache-2.0
#include "prng.h"

#include <math.h>

uint64_t prng_next(struct prng *prng)
{
    uint64_t z = prng->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double prng_unit(struct prng *prng)
{
    return (double)(prng_next(prng) >> 11) * 0x1p-53;
}

double prng_between(struct prng *prng, double low, double high)
{
    return low + (high - low) * prng_unit(prng);
}

uint32_t prng_below(struct prng *prng, uint32_t n)
{
    return (uint32_t)(((prng_next(prng) >> 32) * n) >> 32);
}

double prng_normal(struct prng *prng)
{
    double radius = sqrt(-2 * log(1 - prng_unit(prng)));
    return radius * cos(2 * M_PI * prng_unit(prng));
}

/* Gaps between taken packets are geometric, so the work grows with the mean and not with n. */
static uint64_t count_taken(struct prng *prng, double n, double p)
{
    uint64_t taken = 0;
    double position = 0;
    for (;;) {
        position += 1 + floor(log(1 - prng_unit(prng)) / log1p(-p));
        if (position > n)
            return taken;
        taken++;
    }
}

uint64_t prng_binomial(struct prng *prng, double n, double p)
{
    double mean = n * p;
    if (p >= 1)
        return (uint64_t)n;
    if (mean <= 200)
        return count_taken(prng, n, p);
    double drawn = round(mean + sqrt(mean * (1 - p)) * prng_normal(prng));
    return (uint64_t)fmin(fmax(drawn, 0), n);
}

void prng_permutation(struct prng *prng, uint32_t n, uint32_t *order)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t j = prng_below(prng, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}
