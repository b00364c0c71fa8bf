// SPDX-License-Identifier: Apache-2.0
/* Numbers that others cannot foresee well enough to aim at a hash table. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <glib.h>
#include <stdint.h>

static inline uint64_t random_64(void)
{
    return (uint64_t)g_random_int() << 32 | g_random_int();
}

#endif
