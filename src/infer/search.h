// SPDX-License-Identifier: Apache-2.0
/*
 * From a graph to what it may be: at each cut every archetype proposes, with and without a hub,
 * until a name is found that no other comes near to; then the best placements are improved.
 */
#ifndef VTTIF_INFER_SEARCH_H
#define VTTIF_INFER_SEARCH_H

#include "infer/judge.h"

/* All candidates, best first, names or not; search_free it. */
struct search *search_graph(const struct graph *graph);
/* The name that leaves nothing to explain, or NULL. */
const struct candidate *search_settled(const struct search *search);
/* The first name, or NULL. */
const struct candidate *search_best(const struct search *search);

#endif
