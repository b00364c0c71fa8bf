// SPDX-License-Identifier: Apache-2.0
/*
 * A binary tree, filled level by level: a reduction. It proposes for all trees.
 *
 *         0
 *        / \
 *       1   2
 *      / \
 *     3   4
 */
#include "infer/archetypes.h"
#include "infer/tree.h"

const struct archetype archetype_binary_tree = {
    .name = "binary-tree",
    .least_score = 0.8,
    .order = tree_order,
    .edges = tree_edges,
    .adjacent = tree_adjacent,
    .neighbours = tree_neighbours,
    .width = tree_width,
    .coordinates = tree_coordinates,
    .symmetry_bits = tree_symmetry_bits,
    .has_centre = true,
    .propose = tree_propose,
};
