// SPDX-License-Identifier: Apache-2.0
/*
 * A mesh: neighbours in each dimension, open at the ends. It proposes for the whole family.
 *
 *     o - o - o
 *     |   |   |
 *     o - o - o
 */
#include "infer/archetypes.h"
#include "infer/grid.h"

const struct archetype archetype_mesh = {
    .name = "mesh",
    .least_score = 0.6,
    .order = grid_order,
    .edges = grid_edges,
    .adjacent = grid_adjacent,
    .neighbours = grid_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
    .propose = grid_propose,
};
