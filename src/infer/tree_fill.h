// SPDX-License-Identifier: Apache-2.0
/*
 * Who sits at the places of a tree where nobody does.
 *
 * A place whose edges are fainter than what one of so many others may have by chance is left vacant
 * by the likelihood: that anyone may be there is likelier than that this one is. But somebody is
 * there, and where one is likely enough to be it, to say so is better than to say nothing.
 */
#ifndef VTTIF_INFER_TREE_FILL_H
#define VTTIF_INFER_TREE_FILL_H

#include "infer/tree_nest.h"

/* Puts endpoints without a place to vacant ones, the surest first. */
void tree_fill(struct tree_nest *nest);

#endif
