// SPDX-License-Identifier: Apache-2.0
/*
 * What is left of a graph when a name has been taken out of it.
 *
 * All of what goes over the archetype's edges is taken, but for outliers: where, in a dense
 * archetype, edges carry much more than the others do (beyond 3.5 sigma of their logarithms), they
 * leave what they have above the others' median. A master's always do: an all-to-all in which
 * everything to h1 is doubled leaves a star at h1. Those of all edges may be a program of their
 * own, laid over the dense one: it is the caller who says whether they look like one. (Tried:
 * outliers of all edges of sparse archetypes. Programs that send more one way than the other then
 * fall into two halves of the same shape.)
 */
#ifndef VTTIF_INFER_REST_H
#define VTTIF_INFER_REST_H

#include "infer/judge.h"

/* What is an outlier; of sparse archetypes nothing is. */
struct removal {
    const struct candidate *candidate;
    bool of_all; /* every cell leaves what it has above the level, not only the master's */
    uint32_t master; /* the endpoint with the most bytes, if it is one, or VTTIF_NOWHERE */
    double level, most; /* median of a cell of others; above most a cell of its is an outlier */
};

struct removal rest_plan(const struct graph *graph, const struct candidate *candidate);
/* Leaves the rest in the graph: the candidate's pairs are known from now on. Returns the bytes that
 * were taken, in the graph's unit. */
double rest_take(const struct removal *removal, struct graph *graph);
/* The same, but with all outliers left, in a graph of its own, where they have a share of the bytes
 * that is worth a name; else NULL. graph_free it. */
struct graph *rest_layer(const struct removal *removal, const struct graph *graph, double *taken);

#endif
