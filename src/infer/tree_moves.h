// SPDX-License-Identifier: Apache-2.0
/* Ways to change who is where in a tree, all of which leave most of its edges alone. */
#ifndef VTTIF_INFER_TREE_MOVES_H
#define VTTIF_INFER_TREE_MOVES_H

#include "infer/tree_nest.h"

/* A pair that adds more (nats) should be an edge. */
#define TREE_WISHED 2.0

/* Everyone at every second depth, and who has no place, anew: as their neighbours stay, this is the
 * best there is. depth[room]. O(n^3) at worst. */
void tree_assign_depths(struct tree_nest *nest, const uint8_t *depth, unsigned parity);
/* All subtrees of one kind get the parents that they fit best: as all that is between them is in
 * one of them, this is the best there is, too, but for the end of the tree. kind[room]. */
void tree_assign_kind(struct tree_nest *nest, const uint8_t *kind, unsigned wanted);
/* The same as tree_assign_depths() for blocks of 2, 4, 8... ranks of a binomial tree, whose roots
 * alone have edges to others: they are the endpoints of a smaller one. */
void tree_assign_blocks(struct tree_nest *nest, uint32_t size, unsigned parity);
/* Children and parents change places, and blocks of 2, 4, 8... ranks of a binomial tree, as long
 * as it pays: each block is a binomial tree, and only its root has edges to others. */
void tree_exchange_blocks(struct tree_nest *nest);
/* Who is at p and who is at q change places. */
void tree_swap(struct tree_nest *nest, uint32_t p, uint32_t q);
/* Do their edges get better by that if something else then adds more than an edge that is missing?
 * O(children). */
bool tree_swap_may_pay(struct tree_nest *nest, uint32_t p, uint32_t q, double more);

#endif
