// SPDX-License-Identifier: Apache-2.0
/*
 * Small programs, by trying everything. Of seven endpoints at most, every archetype can be drawn in
 * every way, with every endpoint as a master and without one, and the likeliest drawings are the
 * answer: among so few pairs hardly anything contradicts a wrong name at one cut, but the weights
 * of all pairs together do.
 */
#ifndef VTTIF_INFER_SMALL_H
#define VTTIF_INFER_SMALL_H

#include "infer/graph.h"

#define SMALL_DRAWN 7

struct small_drawing {
    uint64_t arcs; /* bit SMALL_DRAWN * u + v: the u-th of those with traffic sends to the v-th */
    uint32_t hub; /* endpoint, or VTTIF_NOWHERE */
    double behind; /* bits by which the likeliest drawing is likelier */
};

/* The drawings that are about as likely as the likeliest, and likelier than a graph without a rule:
 * there may be none. NULL if there are too many endpoints. Free with g_array_unref. */
GArray *small_find(const struct graph *graph);
/* The arcs of a drawing as a matrix of the graph's endpoints. */
struct vttif_matrix *small_matrix(const struct graph *graph, const struct small_drawing *drawing);

#endif
