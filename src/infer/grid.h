// SPDX-License-Identifier: Apache-2.0
/*
 * What the archetypes on a grid share: positions in row-major order (the last dimension is the
 * fastest), coordinates, neighbours, symmetries; and the proposals made of a lattice, all names of
 * one graph at once. Others whose positions are a table of their dims number them as a grid does.
 */
#ifndef VTTIF_INFER_GRID_H
#define VTTIF_INFER_GRID_H

#include "infer/archetype.h"

size_t grid_order(const struct vttif_shape *shape);
size_t grid_edges(const struct vttif_shape *shape, const uint32_t *position, size_t n);
bool grid_adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q);
unsigned grid_neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out);
unsigned grid_width(const struct vttif_shape *shape);
void grid_coordinates(const struct vttif_shape *shape, uint32_t p, int32_t *out);
double grid_symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n);

/* From one to the next around, the last to the first. */
bool ring_leads(const struct vttif_shape *shape, uint32_t p, uint32_t q);

/* Proposes all names that the lattice of a strong graph has: meshes, tori, cubes, lines, rings,
 * wavefronts, stencils. */
void grid_propose(struct search *search, const struct strong *strong);

#endif
