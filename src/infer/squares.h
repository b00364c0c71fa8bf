// SPDX-License-Identifier: Apache-2.0
/* The edges of a strong graph, numbered, and the squares that they lie in. */
#ifndef VTTIF_INFER_SQUARES_H
#define VTTIF_INFER_SQUARES_H

#include "infer/graph.h"

/* Two endpoints u < w with two common partners, the middles, over which there is no other way: no
 * diagonal is an edge. Slots are of strong->to: those of u, and those of the middles that lead to
 * w. */
struct square {
    uint32_t u, slot_u[2], slot_w[2];
};

struct squares {
    const struct strong *strong;
    size_t n_edges;
    uint32_t *edge_of; /* [slot of strong->to] */
    uint32_t *support; /* [edge]: the squares that it lies in */
    GArray *met; /* of struct square, each met at both of its diagonals where noise adds no third
                    middle to one */
    size_t n_straights; /* pairs of endpoints with one common partner */
    uint32_t degree_most; /* endpoints with more partners are passed over */
};

/* Two endpoints u < w with a single common partner. */
struct straight {
    uint32_t u, middle, w;
    uint32_t edge_u, edge_w; /* u - middle, middle - w */
};

/* The squares of a strong graph, with its edges numbered; NULL if it is too much work for what a
 * lattice could be. They are found when first asked for and belong to the strong graph. */
const struct squares *squares_of(const struct strong *strong);
void squares_free(struct squares *squares);
/* Calls visit for all that are straight. */
void squares_straights(const struct squares *squares,
                       void (*visit)(void *data, const struct straight *straight), void *data);

static inline uint32_t square_middle(const struct squares *squares, const struct square *square,
                                     int i)
{
    return squares->strong->to[square->slot_u[i]];
}

static inline uint32_t square_w(const struct squares *squares, const struct square *square)
{
    return squares->strong->to[square->slot_w[0]];
}

/* A square that is met at both diagonals is the one with the lowest endpoint only once. */
static inline bool square_is_first(const struct squares *squares, const struct square *square)
{
    return square->u < MIN(square_middle(squares, square, 0), square_middle(squares, square, 1));
}

#endif
