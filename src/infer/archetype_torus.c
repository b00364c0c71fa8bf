// SPDX-License-Identifier: Apache-2.0
/*
 * A torus: a mesh, of which some or all dimensions are closed to rings.
 *
 *   - o - o - o -
 *     |   |   |
 *   - o - o - o -
 */
#include "infer/archetypes.h"
#include "infer/grid.h"

const struct archetype archetype_torus = {
    .name = "torus",
    .least_score = 0.6,
    .order = grid_order,
    .edges = grid_edges,
    .adjacent = grid_adjacent,
    .neighbours = grid_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
};
