// SPDX-License-Identifier: Apache-2.0
/* The edges of a strong graph, numbered, and the squares that they lie in. */
#ifndef VTTIF_INFER_SQUARES_H
#define VTTIF_INFER_SQUARES_H

#include "infer/graph.h"

struct squares {
    const struct strong *strong;
    size_t n_edges;
    uint32_t *edge_of; /* [slot of strong->to] */
    uint32_t *support; /* [edge]: the squares that it lies in */
    size_t n_squares;
    uint32_t degree_most; /* endpoints with more partners are passed over */
};

/* Two endpoints u < w at the ends of a wedge or of a square's diagonal. */
struct wedge {
    uint32_t u, w;
    unsigned n_middles; /* common partners; at most the first two are in middle */
    uint32_t middle[2];
    uint32_t edge_u[2], edge_w[2]; /* edges u - middle, middle - w */
    bool closed; /* u and w are partners, too */
};

/* Numbers edges and counts squares; NULL if too much work for what a lattice could be. */
struct squares *squares_new(const struct strong *strong);
void squares_free(struct squares *squares);
/* Calls visit for all pairs with a common partner. */
void squares_walk(const struct squares *squares,
                  void (*visit)(void *data, const struct wedge *wedge), void *data);

/* Is it a square, neither diagonal of which is an edge? */
static inline bool wedge_is_square(const struct wedge *wedge, const struct strong *strong)
{
    return wedge->n_middles == 2 && !wedge->closed &&
           !strong_has(strong, wedge->middle[0], wedge->middle[1]);
}

#endif
