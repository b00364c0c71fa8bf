// SPDX-License-Identifier: Apache-2.0
/*
 * A tree of k > 2 children, filled level by level.
 *
 *         0
 *       / | \
 *      1  2  3
 *     /|\
 *    4 5 6
 */
#include "infer/archetypes.h"
#include "infer/tree.h"

const struct archetype archetype_k_ary_tree = {
    .name = "k-ary-tree",
    .least_score = 0.8,
    .order = tree_order,
    .edges = tree_edges,
    .adjacent = tree_adjacent,
    .neighbours = tree_neighbours,
    .width = tree_width,
    .coordinates = tree_coordinates,
    .symmetry_bits = tree_symmetry_bits,
    .has_centre = true,
};
