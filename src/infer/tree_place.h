// SPDX-License-Identifier: Apache-2.0
/*
 * A forest laid onto the positions of a tree. What noise does to a tree: edges are missing, so that
 * it is in pieces; edges too many hang pieces where they do not belong; some endpoints are left
 * without an edge. So
 *
 *  1. the largest piece is laid where most of its edges are the pattern's (embed.h); branches that
 *     are not in the common part come off, and are pieces of their own;
 *  2. every other piece, the largest first, goes to the vacant position that keeps most of its
 *     edges, and to the one with the heaviest traffic to its parent among several; tight ones
 *     before wide ones;
 *  3. single endpoints go to vacant positions that they have traffic with the neighbours of: as
 *     there are few of both, lighter traffic is evidence than it takes to find an edge among all
 *     pairs, but not lighter than what is expected by chance.
 */
#ifndef VTTIF_INFER_TREE_PLACE_H
#define VTTIF_INFER_TREE_PLACE_H

#include "infer/embed.h"
#include "infer/wood.h"

/* position[n] of the strong graph's endpoints, with the largest tree rooted at root; g_free it. */
uint32_t *tree_place(const struct wood *wood, uint32_t root, const struct pattern *pattern,
                     unsigned arity);

/*
 * What the largest tree, rooted at root, has in common with a pattern at its best place: the edges,
 * less those against the tide, less a little for each gap. None below 0.
 */
double tree_common(const struct wood *wood, uint32_t root, const struct pattern *pattern);

#endif
