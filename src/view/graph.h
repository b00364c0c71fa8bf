// SPDX-License-Identifier: Apache-2.0
/* The edges of a topology as pictures draw them: one line a pair of endpoints, not one a direction.
 */
#ifndef VIEW_GRAPH_H
#define VIEW_GRAPH_H

#include <vttif/topology.h>

/* Two directions that differ by no more than this factor are drawn as one line without arrows. */
#define GRAPH_EVEN 1.25

struct graph_pair {
    uint32_t a, b; /* a < b */
    double to_b, to_a; /* bytes of the edges a -> b and b -> a, 0 for none */
};

/* The pairs that have an edge, ordered by a, then b: an array of struct graph_pair. */
GArray *graph_pairs(const struct vttif_topology *topology);
/* Whether both directions are there and about equal. */
bool graph_pair_is_even(const struct graph_pair *pair);
/* The largest edge's bytes, 0 for none. */
double graph_widest(const GArray *pairs);

#endif
