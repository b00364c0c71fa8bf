// SPDX-License-Identifier: Apache-2.0
/*
 * The stencil of 9 points: a mesh of 2 dimensions with its diagonals, which carry fewer bytes.
 *
 *     o - o - o
 *     | X | X |
 *     o - o - o
 *     | X | X |
 *     o - o - o
 */
#include "infer/archetypes.h"
#include "infer/grid.h"
#include "infer/stencil.h"

const struct archetype archetype_stencil_9 = {
    .name = "stencil-9",
    .least_score = 0.7,
    .order = grid_order,
    .edges = stencil_edges,
    .adjacent = stencil_adjacent,
    .is_main = grid_adjacent,
    .faint = stencil_diagonals,
    .neighbours = stencil_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
};
