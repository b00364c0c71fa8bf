// SPDX-License-Identifier: Apache-2.0
/*
 * A tree up which a reduction goes, and down which its result comes back.
 *
 *          0
 *        // \\
 *        1   2
 *      // \\
 *      3   4
 */
#include "infer/archetypes.h"
#include "infer/tree.h"

const struct archetype archetype_tree_allreduce = {
    .name = "tree-allreduce",
    .least_score = 0.8,
    .order = tree_order,
    .edges = tree_edges,
    .adjacent = tree_adjacent,
    .neighbours = tree_neighbours,
    .width = tree_width,
    .coordinates = tree_coordinates,
    .symmetry_bits = tree_symmetry_bits,
    .has_centre = true,
    .both_ways = true,
};
