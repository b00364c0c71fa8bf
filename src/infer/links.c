// SPDX-License-Identifier: Apache-2.0
#include "infer/links.h"

static int compare(const void *first, const void *second)
{
    const struct link *a = first, *b = second;
    return a->weight > b->weight ? -1 : a->weight < b->weight;
}

void links_sort(GArray *links)
{
    g_array_sort(links, compare);
}

uint32_t *pieces_new(size_t n)
{
    uint32_t *pieces = g_new(uint32_t, n);
    for (uint32_t u = 0; u < n; u++)
        pieces[u] = u;
    return pieces;
}
