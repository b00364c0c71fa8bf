// SPDX-License-Identifier: Apache-2.0
/* Directed graphs, and whether two of them are the same but for the order of their vertices. */
#ifndef RECOGNITION_DIGRAPH_H
#define RECOGNITION_DIGRAPH_H

#include <vttif/matrix.h>

#include "program.h"

struct digraph {
    uint32_t n; /* vertices */
    GArray *arcs; /* of struct digraph_arc, by (from, to), each once */
};

struct digraph_arc {
    uint32_t from, to;
};

/* The program's arcs; with strong_only those that its archetype is told by. */
struct digraph *digraph_of_program(const struct program *program, bool strong_only);
/* The matrix pruned at bmin, without the endpoints that are left alone. */
struct digraph *digraph_of_matrix(const struct vttif_matrix *matrix, double bmin);
void digraph_free(struct digraph *graph);

/* Numbers of vertices and arcs and the list of degrees in and out are compared first; only graphs
 * that agree in them are given to igraph. */
bool digraph_is_isomorphic(const struct digraph *a, const struct digraph *b);
/* igraph's test alone. */
bool digraph_bliss(const struct digraph *a, const struct digraph *b);

#endif
