// SPDX-License-Identifier: Apache-2.0
/*
 * A wavefront (sweep): a mesh in which the bytes go up all dimensions and never back, as in LU and
 * Sweep3D.
 *
 *     o > o > o
 *     v   v   v
 *     o > o > o
 */
#include "infer/archetypes.h"
#include "infer/grid.h"

const struct archetype archetype_wavefront = {
    .name = "wavefront",
    .least_score = 0.6,
    .order = grid_order,
    .edges = grid_edges,
    .adjacent = grid_adjacent,
    .neighbours = grid_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
    .one_way = true,
};
