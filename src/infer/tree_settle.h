// SPDX-License-Identifier: Apache-2.0
/*
 * The likeliest placement near one that is nearly right. Endpoints and subtrees change places by
 * large steps, each of which is the best of its kind (tree_moves.h); who is not worth the place
 * leaves, and who has none is offered one behind the last. When nothing gets better, a part that is
 * in doubt is shaken, and it goes on from there. Always the same, however endpoints are numbered,
 * as far as no two fit equally well.
 */
#ifndef VTTIF_INFER_TREE_SETTLE_H
#define VTTIF_INFER_TREE_SETTLE_H

#include "infer/tree_nest.h"

/* Returns the worth. nest->odds has to be set. */
double tree_settle(struct tree_nest *nest, unsigned shakes);

#endif
