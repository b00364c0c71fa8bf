// SPDX-License-Identifier: Apache-2.0
/*
 * The mesh within a stencil: its faces without its diagonals. A stencil is a strong product of
 * paths: everyone within one step in every dimension. Its faces are what is left when the weakest
 * pair of each triangle is taken away (the relative neighbourhood graph, Toussaint 1980):
 *
 *     u - w      the diagonal u, v shares both others with stronger pairs; a face is in triangles
 *     | X |      with a diagonal only, and so is never the weakest
 *     x - v
 *
 * What strong means: the weight, since diagonals carry less, though weights that vary leave no
 * threshold between them and faces. Or, where all weigh the same, how much of their neighbourhoods
 * two endpoints share: the number over the root of the product of their sizes is a product over
 * dimensions, with a factor of 1 where they are equal and one below (2/3, or 2/sqrt(6) at a border)
 * where they differ; so a diagonal has less than both faces, everywhere (the Cartesian skeleton of
 * Hammack and Imrich, 2009, by other means). Only a side of two has a factor of 1, and no faces.
 */
#ifndef VTTIF_INFER_FACES_H
#define VTTIF_INFER_FACES_H

#include "infer/graph.h"

enum faces_by { FACES_BY_SHARING, FACES_BY_WEIGHT };

/* The face pairs of a strong graph that may be a stencil, NULL if it cannot be one. O(n d^2). */
struct strong *faces_new(const struct strong *strong, enum faces_by by);

#endif
