// SPDX-License-Identifier: Apache-2.0
/* Pairs by weight, and the pieces that they join: what chains and spanning forests are made of. */
#ifndef VTTIF_INFER_LINKS_H
#define VTTIF_INFER_LINKS_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

struct link {
    float weight; /* not negative */
    uint32_t u, v;
};

/* Sorts an array of struct link, the heaviest first; the order of equal ones stays. O(n). */
void links_sort(GArray *links);

/* Union-find: n endpoints, each a piece of its own. g_free it. */
uint32_t *pieces_new(size_t n);
/* The piece that u is in; pieces[pieces_find(a)] = pieces_find(b) joins two. Halves paths. */
static inline uint32_t pieces_find(uint32_t *pieces, uint32_t u)
{
    while (pieces[u] != u)
        u = pieces[u] = pieces[pieces[u]];
    return u;
}

#endif
