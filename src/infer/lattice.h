// SPDX-License-Identifier: Apache-2.0
/*
 * Coordinates in a Cartesian product of paths and cycles (mesh, torus, hypercube), found without
 * knowing the dimensions.
 *
 * In such a product two edges of different dimensions at one endpoint lie in exactly one square,
 * and two of the same dimension in none; opposite edges of a square go the same way (Djokovic 1973,
 * Winkler 1984: the relation behind Cartesian product factorisation). Exact factorisation dies of
 * one missing edge, so the relation is put to the vote:
 *
 *     a ──── w      1. edges without their share of squares are set aside as noise
 *     │      │      2. opposite edges of a square join a class, with direction: ua with bw
 *     │      │      3. classes vote in pairs, at each wedge: in a square they are of different
 *     u ──── b         dimensions; u - a - x in no square: x goes on where u - a goes
 *                   4. classes join, strongest vote first, unless squares speak against it;
 *                      what results are the dimensions
 *                   5. coordinates are counted along the edges, those with most squares first
 *                   6. edges that close a cycle tell its length: a periodic dimension
 *
 * A cycle of 4 is a product of two K2 (it is a square itself), and found as that.
 * Cost: sum of squared degrees, of a sparse product O(n d^2); refuses graphs that are too dense to
 * be one.
 */
#ifndef VTTIF_INFER_LATTICE_H
#define VTTIF_INFER_LATTICE_H

#include "infer/archetype.h"

struct lattice {
    unsigned n_dims;
    uint32_t extent[VTTIF_DIMS_MAX];
    bool wraps[VTTIF_DIMS_MAX];
    size_t n;
    uint32_t *coordinate; /* [n][n_dims], of those that are placed */
    bool *placed; /* [n] */
};

/* With nobody placed. */
struct lattice *lattice_new(size_t n, unsigned n_dims);
void lattice_free(struct lattice *lattice);
/* Two dimensions or more; NULL if the graph is no lattice. */
struct lattice *lattice_find(const struct strong *strong);
/* One dimension: the pieces of a path or ring, laid end to end. NULL if it is none. */
struct lattice *lattice_chain(const struct strong *strong);

#endif
