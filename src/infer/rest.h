// SPDX-License-Identifier: Apache-2.0
/*
 * What is left of a graph when a name has been taken out of it.
 *
 * All of what goes over the archetype's edges is taken, but for a master's outliers: where, in a
 * dense archetype, the endpoint with the most bytes has edges that carry much more than the others'
 * do (beyond 3.5 sigma of their logarithms), they leave what they have above the others' median. So
 * an all-to-all in which everything to h1 is doubled leaves a star at h1. (Tried: outliers of all
 * edges. Programs that send more one way than the other then fall into two halves of the same
 * shape.)
 */
#ifndef VTTIF_INFER_REST_H
#define VTTIF_INFER_REST_H

#include "infer/judge.h"

/* Leaves the rest in the graph: the candidate's pairs are known from now on. Returns the bytes that
 * were taken, in the graph's unit. */
double rest_take(struct graph *graph, const struct candidate *candidate);

#endif
