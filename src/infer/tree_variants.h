// SPDX-License-Identifier: Apache-2.0
/*
 * What nearly fits a tree as well as its best placement: where an edge is as light as the
 * background, nobody can tell whose it is, and the answer says so by a name for each.
 */
#ifndef VTTIF_INFER_TREE_VARIANTS_H
#define VTTIF_INFER_TREE_VARIANTS_H

#include "infer/tree_nest.h"

struct tree_variant {
    unsigned arity;
    uint32_t order;
    uint32_t *position; /* [n] */
    uint32_t *parent; /* [n]: who is whose, as one tree can be placed in many ways */
    double worth;
};

/* The array of struct tree_variant to which they are added. Free with g_array_unref. */
GArray *tree_variants_new(void);
/* Adds what is placed, if it is not among them. */
void tree_variants_add(GArray *variants, struct tree_nest *nest);
/* Adds a placement and all that differs from it by one leaf more or less, or by an exchange of two,
 * as far as they are worth so much. */
void tree_variants_near(GArray *variants, struct tree_nest *nest, double least);
/* The likeliest first. */
void tree_variants_sort(GArray *variants);

#endif
