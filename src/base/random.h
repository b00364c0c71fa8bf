// SPDX-License-Identifier: Apache-2.0
/* Random numbers, and what looks like them. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <glib.h>
#include <stdint.h>

/* Others cannot foresee it well enough to aim at a hash table. */
static inline uint64_t random_64(void)
{
    return (uint64_t)g_random_int() << 32 | g_random_int();
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): numbers that are alike become unlike, the
 * same ones every time. */
static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

#endif
