// SPDX-License-Identifier: Apache-2.0
/*
 * What is left of a graph when a name has been taken out of it.
 *
 * All of what goes over the archetype's edges is taken, but for outliers: an edge that carries much
 * more than the others of the archetype (beyond 3.5 sigma of their logarithms) leaves what it has
 * above the median. So an all-to-all in which everything to h1 is doubled leaves a star at h1.
 */
#ifndef VTTIF_INFER_REST_H
#define VTTIF_INFER_REST_H

#include "infer/judge.h"

/* The rest; *taken gets the bytes that are not in it. */
struct graph *rest_new(const struct graph *graph, const struct candidate *candidate, double *taken);

#endif
