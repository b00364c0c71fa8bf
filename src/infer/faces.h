// SPDX-License-Identifier: Apache-2.0
/* The mesh within a stencil: its faces without its diagonals, told by whom they share. */
#ifndef VTTIF_INFER_FACES_H
#define VTTIF_INFER_FACES_H

#include "infer/graph.h"

/* The face pairs of a strong graph that may be a stencil, NULL if it cannot be one. Needs no
 * weights. O(n d^2). */
struct strong *faces_new(const struct strong *strong);

/*
 * The pairs that are not the lightest of a triangle (the relative neighbourhood graph: Toussaint
 * 1980). Two corners of a square share both others with heavier pairs, its faces; a pair of
 * background that joins neighbours of one endpoint is set aside as well. It needs no threshold
 * between faces and diagonals, which weights that vary do not have. O(n d^2).
 */
struct strong *faces_by_weight(const struct strong *strong);

#endif
