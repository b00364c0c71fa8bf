// SPDX-License-Identifier: Apache-2.0
/*
 * Random numbers that are the same everywhere for the same seed: SplitMix64 (Steele, Lea, Flood:
 * "Fast splittable pseudorandom number generators", 2014). A case is known by its seed, so the C
 * library's and GLib's generators, which may change, do not do.
 */
#ifndef RECOGNITION_PRNG_H
#define RECOGNITION_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state;
};

/* 64 random bits. */
uint64_t prng_next(struct prng *prng);
/* Uniform in [0, 1). */
double prng_unit(struct prng *prng);
/* Uniform in [low, high). */
double prng_between(struct prng *prng, double low, double high);
/* Uniform in 0 to n - 1, n > 0. */
uint32_t prng_below(struct prng *prng, uint32_t n);
/* Standard normal. */
double prng_normal(struct prng *prng);
/* How many of n packets are taken when each is with probability p. Exact for small means, by the
 * normal approximation above a mean of 200. */
uint64_t prng_binomial(struct prng *prng, double n, double p);
/* 0 to n - 1 in random order. */
void prng_permutation(struct prng *prng, uint32_t n, uint32_t *order);

#endif
