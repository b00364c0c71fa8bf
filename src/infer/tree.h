// SPDX-License-Identifier: Apache-2.0
/*
 * What the trees share. Position 0 is the root; a shape's arity gives the parent of each position:
 *
 *     arity k > 1   (p - 1) / k, filled level by level: a heap
 *     arity 0       p & (p - 1), a binomial tree: rank p without its lowest bit
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

#endif
