// SPDX-License-Identifier: Apache-2.0
/*
 * Where bytes go one way: how much likelier what a pair exchanges is if it is an edge that leads
 * from one to the other than if it is not. Learned from edges that are known so far.
 *
 * - What an edge carries is as the others have it: their histogram, and a log-normal.
 * - What comes back along it is as along those edges that carry about as much; as little as
 *   acknowledgements are, as long as few are known.
 * - Other pairs have cells by their histogram, either way.
 * - One edge in fifty is missing, and its pair is like any other.
 * - A hub's edge stands out of the star, which is the same both ways.
 */
#ifndef VTTIF_INFER_FLOW_ODDS_H
#define VTTIF_INFER_FLOW_ODDS_H

#include "infer/graph.h"

struct flow_odds;

/* From who comes after whom: after[n], VTTIF_NOWHERE for nobody. Above a cut: lighter edges are not
 * among them. O(pairs of the graph). */
struct flow_odds *flow_odds_new(const struct graph *graph, uint32_t hub, const uint32_t *after,
                                bool above_cut);
void flow_odds_free(struct flow_odds *odds);
/* That u's arc is an edge from u, in nats; never below flow_missing. O(1). */
double flow_gain(const struct flow_odds *odds, uint32_t u, const struct arc *arc);
/* What an edge costs that is missing. */
extern const double flow_missing;

#endif
