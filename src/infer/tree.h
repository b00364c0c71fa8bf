// SPDX-License-Identifier: Apache-2.0
/*
 * What the trees share. Position 0 is the root; a shape's arity gives the parent of each position:
 *
 *     arity k > 1   (p - 1) / k, filled level by level: a heap
 *     arity 0       p & (p - 1), a binomial tree: rank p without its lowest bit
 *
 * A recognised tree is laid into the template from the root down: children with the same shape
 * below them find each other first (AHU: Aho, Hopcroft, Ullman 1974, codes of unordered subtrees),
 * the rest goes by height and size, so that a subtree that lost a leaf still finds its place.
 */
#ifndef VTTIF_INFER_TREE_H
#define VTTIF_INFER_TREE_H

#include "infer/archetype.h"

size_t tree_order(const struct vttif_shape *shape);
size_t tree_edges(const struct vttif_shape *shape, const uint32_t *position, size_t n);
bool tree_adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q);
unsigned tree_neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out);
unsigned tree_width(const struct vttif_shape *shape);
void tree_coordinates(const struct vttif_shape *shape, uint32_t p, int32_t *out);
double tree_symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n);
uint32_t tree_parent(unsigned arity, uint32_t p);

/* Proposes all trees that the forest in a strong graph may be. */
void tree_propose(struct search *search, const struct strong *strong);

/* --- forests ------------------------------------------------------------------------------- */

/* A spanning forest, rooted; or a template. */
struct forest {
    size_t n;
    uint32_t *parent; /* [n], VTTIF_NOWHERE for roots and those outside */
    size_t *start; /* [n + 1]: children, the highest subtrees first */
    uint32_t *child;
    uint32_t *height, *size;
    uint64_t *code; /* equal for equal shapes */
};

/* A forest of the parents given (taken over). order[n_order] lists parents before children. */
struct forest *forest_new(size_t n, uint32_t *parent, const uint32_t *order, size_t n_order);
void forest_free(struct forest *forest);
/* Lays the subtree of node into the template at position p: position[node] = p and so on down. */
void forest_lay(const struct forest *forest, uint32_t node, const struct forest *template,
                uint32_t p, uint32_t *position);

#endif
