// SPDX-License-Identifier: Apache-2.0
/*
 * Whether a placed tree may be chance, by all weights and without a cut.
 *
 * What a matrix shows is held against two rules that know of no pattern, whichever is likelier:
 *
 * - a coin decides about every pair, as often as there seem to be edges;
 * - the edges are a forest, and any forest is as likely as any other. The sum over all forests is a
 *   determinant (Kirchhoff 1847; Tutte 1948 for edges that have a direction).
 *
 * Both read pairs by the same odds as the tree does (tree_odds.h), so that a master's star, which
 * both know of as well, costs nothing, and neither does background. The tree pays for which of all
 * placements it is, for its arity, and for every edge too many or too few.
 */
#ifndef VTTIF_INFER_TREE_CHANCE_H
#define VTTIF_INFER_TREE_CHANCE_H

#include "infer/tree_nest.h"

struct tree_chance {
    double bits; /* by which the matrix is likelier with the tree than by chance */
    double errors; /* expected number of its edges that are missing, and of other edges */
};

/* The nest's odds have to be those that it says itself. O(n^3). */
struct tree_chance tree_chance_of(struct tree_nest *nest, const struct graph *graph);
/* Is it a name? */
bool tree_chance_stands(const struct tree_chance *chance);
/* Is hardly any pair in doubt? */
bool tree_chance_is_sure(const struct tree_chance *chance);

#endif
