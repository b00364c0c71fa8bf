// SPDX-License-Identifier: Apache-2.0
/* A mesh with diagonals: all positions that differ by at most one in every dimension. */
#ifndef VTTIF_INFER_STENCIL_H
#define VTTIF_INFER_STENCIL_H

#include "infer/archetype.h"

size_t stencil_edges(const struct vttif_shape *shape, const uint32_t *position, size_t n);
size_t stencil_diagonals(const struct vttif_shape *shape);
bool stencil_adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q);
unsigned stencil_neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out);

#endif
