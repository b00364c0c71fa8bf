// SPDX-License-Identifier: Apache-2.0
#include "infer/links.h"

#include <string.h>

#define DIGITS     4
#define DIGIT_BITS 8

/* Floats that are not negative are in the order of their bits, read as numbers. */
static unsigned digit_of(const struct link *link, unsigned digit)
{
    uint32_t bits;
    memcpy(&bits, &link->weight, sizeof bits);
    return ~bits >> digit * DIGIT_BITS & ((1u << DIGIT_BITS) - 1);
}

static void sort_by(const struct link *from, struct link *to, size_t n, unsigned digit)
{
    size_t next[(1 << DIGIT_BITS) + 1] = {0};
    for (size_t i = 0; i < n; i++)
        next[digit_of(&from[i], digit) + 1]++;
    for (unsigned d = 0; d < 1 << DIGIT_BITS; d++)
        next[d + 1] += next[d];
    for (size_t i = 0; i < n; i++)
        to[next[digit_of(&from[i], digit)]++] = from[i];
}

/* By radix, from the lowest digit up: dense matrices leave half a million of them. */
void links_sort(GArray *links)
{
    struct link *list = (struct link *)(void *)links->data;
    g_autofree struct link *other = g_new(struct link, MAX(links->len, 1));
    for (unsigned digit = 0; digit < DIGITS; digit += 2) {
        sort_by(list, other, links->len, digit);
        sort_by(other, list, links->len, digit + 1);
    }
}

uint32_t *pieces_new(size_t n)
{
    uint32_t *pieces = g_new(uint32_t, n);
    for (uint32_t u = 0; u < n; u++)
        pieces[u] = u;
    return pieces;
}
