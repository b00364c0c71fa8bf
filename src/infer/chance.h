// SPDX-License-Identifier: Apache-2.0
/*
 * Whether the names of a matrix of 8 to 20 endpoints may be chance: not by what is above a cut, but
 * by all of its bytes. The placement of a name is a graph; how likely is the matrix under it, with
 * the bits that it takes to tell the name, and how likely under a graph without a rule, in which
 * every pair is what it likes best?
 */
#ifndef VTTIF_INFER_CHANCE_H
#define VTTIF_INFER_CHANCE_H

#include "infer/judge.h"

/* Judges the best candidates anew, but for trees that were (tree_chance.h) and for clusters,
 * as nobody knows what goes between them (faint edges are left out of account): by_chance refuses
 * all of them if none is likelier than chance, beats_chance lets stand what errors at a cut had
 * made doubtful. Does nothing if there are too many endpoints, or few enough to be drawn (small.h).
 * O(n^2) for each of a bounded number of candidates and models. */
void chance_judge(struct search *search);

#endif
