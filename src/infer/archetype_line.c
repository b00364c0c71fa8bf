// SPDX-License-Identifier: Apache-2.0
/*
 * A line: the mesh of one dimension, a pipeline.
 *
 *     o - o - o - o
 */
#include "infer/archetypes.h"
#include "infer/grid.h"

const struct archetype archetype_line = {
    .name = "line",
    .least_score = 0.85,
    .order = grid_order,
    .edges = grid_edges,
    .adjacent = grid_adjacent,
    .neighbours = grid_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
};
