// SPDX-License-Identifier: Apache-2.0
/*
 * What one can do without recognition: the paper's pruning at a fixed bmin, then a test whether
 * what is left is isomorphic to the program's graph (igraph, BLISS).
 *
 * It is given every advantage: it is told which graph to test against (so it needs no list of
 * archetypes), endpoints that are left without an edge are taken away first, for stencils and
 * clusters both the heavy edges and all of them are right, and of the thresholds it may use the one
 * that serves it best.
 */
#ifndef RECOGNITION_BASELINE_H
#define RECOGNITION_BASELINE_H

#include "noise.h"

#define BASELINE_BMINS 12
/* The thresholds that are tried. */
extern const double baseline_bmins[BASELINE_BMINS];

/* False if this was built without igraph. */
bool baseline_is_there(void);
/* Sets found[i] to whether the matrix pruned at baseline_bmins[i] is the program's graph. */
void baseline_judge(const struct trial *trial, bool found[BASELINE_BMINS]);

#endif
