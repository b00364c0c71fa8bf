// SPDX-License-Identifier: Apache-2.0
/* The mesh within a stencil: its faces without its diagonals, told by whom they share. */
#ifndef VTTIF_INFER_FACES_H
#define VTTIF_INFER_FACES_H

#include "infer/graph.h"

/* The face pairs of a strong graph that may be a stencil, NULL if it cannot be one. Needs no
 * weights. O(n d^2). */
struct strong *faces_new(const struct strong *strong);

#endif
