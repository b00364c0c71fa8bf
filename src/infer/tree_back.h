// SPDX-License-Identifier: Apache-2.0
/*
 * What comes back along the edges of a tree whose bytes go one way: acknowledgements, in proportion
 * to what was sent, and not to what of it was seen. Where packets are sampled, an edge that left
 * few of them is told from background by what came back along it.
 *
 * Learned from a placement: how much comes back, by how much goes forward, along its edges and
 * along all other pairs; both as smoothed counts.
 */
#ifndef VTTIF_INFER_TREE_BACK_H
#define VTTIF_INFER_TREE_BACK_H

#include "infer/wood.h"

struct tree_back;

/* NULL where too few edges are placed to learn from, or bytes go both ways. Pairs of
 * the hub and with partner[] count for nothing. O(m). */
struct tree_back *tree_back_new(const struct graph *graph, uint32_t hub, const uint32_t *parent,
                                const uint32_t *partner, enum tide tide);
void tree_back_free(struct tree_back *back);

/* How much likelier it is along an edge than along another pair that so many bytes come back where
 * so many go forward; usual: the same, before any were seen. */
double tree_back_ratio(const struct tree_back *back, double forward, double backward, double usual);

#endif
