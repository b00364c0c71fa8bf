// SPDX-License-Identifier: Apache-2.0
/*
 * A binomial tree: how MPI libraries reduce and broadcast short vectors.
 *
 *          0
 *        / | \
 *       4  2  1
 *      / \  \
 *     6   5  3
 *     |
 *     7
 */
#include "infer/archetypes.h"
#include "infer/tree.h"

const struct archetype archetype_binomial_tree = {
    .name = "binomial-tree",
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
