// SPDX-License-Identifier: Apache-2.0
/*
 * Several programs that run at the same time and exchange nothing with each other, or nothing that
 * counts: the pieces that a strong graph falls into, each a matrix of its own.
 */
#ifndef VTTIF_INFER_PROGRAMS_H
#define VTTIF_INFER_PROGRAMS_H

#include "infer/graph.h"

struct split {
    unsigned n; /* programs, those of most bytes first; 2 to VTTIF_PROGRAMS_MAX */
    uint32_t *program; /* [graph's n]: which one an endpoint is of, or VTTIF_NOWHERE */
    bool is_apart; /* none exchanges anything with what is not its own */
};

/*
 * Do the pairs of at least that weight, but for the hub's star (hub: VTTIF_NOWHERE for none), fall
 * into several programs? Nearly all of their bytes have to be in a few pieces of four endpoints or
 * more. O(m).
 */
bool splits_at(const struct graph *graph, double cut, uint32_t hub);
/* How they do at the lowest two cuts at which they do differently: an array of struct split *,
 * which frees them. O(m) a cut. */
GPtrArray *splits_find(const struct graph *graph, uint32_t hub);
/* The program's own traffic; graph_free it. */
struct graph *split_graph(const struct split *split, unsigned program, const struct graph *graph);

#endif
