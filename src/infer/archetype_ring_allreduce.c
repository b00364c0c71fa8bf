// SPDX-License-Identifier: Apache-2.0
/*
 * A ring in which everyone sends on to the next only, as all-reduce does with long vectors
 * (Patarasuk and Yuan, 2009).
 *
 *     o > o > o
 *     ^       v
 *     o < o < o
 */
#include "infer/archetypes.h"
#include "infer/grid.h"

const struct archetype archetype_ring_allreduce = {
    .name = "ring-allreduce",
    .least_score = 0.85,
    .order = grid_order,
    .edges = grid_edges,
    .adjacent = grid_adjacent,
    .neighbours = grid_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
    .leads = ring_leads,
    .one_way = true,
};
