// SPDX-License-Identifier: Apache-2.0
/*
 * Endpoints in an order that the traffic itself decides, so that whatever a search meets first, of
 * equal things, too, does not depend on the order in which endpoints came.
 *
 * Each endpoint gets a number made of what it exchanges, then, round by round, of whom with (colour
 * refinement: Weisfeiler, Leman 1968), until no more are told apart. Who is told from nobody, as in
 * a torus whose edges all weigh the same, keeps the order of numbers. O(m) a round; the rounds are
 * bounded, few are needed where weights differ.
 */
#ifndef VTTIF_INFER_RENUMBER_H
#define VTTIF_INFER_RENUMBER_H

#include "infer/graph.h"

/* Brings the graph into that order; graph->endpoint says who is who. Any sums in it are as before.
 */
void graph_renumber(struct graph *graph);

#endif
