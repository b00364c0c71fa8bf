// SPDX-License-Identifier: Apache-2.0
/*
 * A hypercube: two in each dimension; recursive doubling and the butterfly exchange use it.
 *
 *     o --- o
 *     |\    |\
 *     | o --- o
 *     o-|-- o |
 *      \|    \|
 *       o --- o
 */
#include "infer/archetypes.h"
#include "infer/grid.h"

const struct archetype archetype_hypercube = {
    .name = "hypercube",
    .least_score = 0.6,
    .order = grid_order,
    .edges = grid_edges,
    .adjacent = grid_adjacent,
    .neighbours = grid_neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = grid_symmetry_bits,
};
