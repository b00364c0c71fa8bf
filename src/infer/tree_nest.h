// SPDX-License-Identifier: Apache-2.0
/*
 * Endpoints on the positions of a tree without an end, and how likely that makes a matrix.
 *
 * All trees of one arity are parts of one, up to a last position (tree.h): so many endpoints as the
 * last occupied position says are the order, and vacant positions below are endpoints that nothing
 * is known of. The likelihood is that of the edges (tree_odds.h), by one of the ways in which so
 * many of the endpoints can be placed, as far as they are different: so who takes part without
 * need, and a last level with one leaf that may hang anywhere, have to be paid for.
 */
#ifndef VTTIF_INFER_TREE_NEST_H
#define VTTIF_INFER_TREE_NEST_H

#include "infer/tree_odds.h"

struct tree_nest {
    const struct tree_odds *odds; /* tree_nest_use() */
    unsigned arity; /* 0: binomial */
    size_t n; /* endpoints, */
    size_t n_active; /* those with traffic */
    uint32_t room, order; /* positions that there are, and those up to the last occupied one */
    size_t n_placed;
    uint32_t *endpoint; /* [room], VTTIF_NOWHERE */
    uint32_t *position; /* [n], VTTIF_NOWHERE */
    double *symmetry; /* [room + 1]: of an order, NAN if not known yet */
    struct tree_nest_known *known; /* [room]: edges as they were when they were looked up last */
    struct budget *steps; /* of settling it and others; not its own */
};

/* With position[n] of a tree of that order. It takes from the steps, as all with the same do. */
struct tree_nest *tree_nest_new(const struct graph *graph, unsigned arity, uint32_t order,
                                const uint32_t *position, struct budget *steps);
void tree_nest_free(struct tree_nest *nest);
/* From now on by these odds, which are not its own; NULL: by none. */
void tree_nest_use(struct tree_nest *nest, const struct tree_odds *odds);

/* The logarithm of the likelihood, in nats, beside that of no tree. O(order). */
double tree_nest_worth(struct tree_nest *nest);
/* Who is whose parent; g_free it. */
uint32_t *tree_nest_parents(const struct tree_nest *nest);

/* What an edge between two endpoints adds, of whom there may be none. */
static inline double tree_nest_gain(const struct tree_nest *nest, uint32_t child, uint32_t parent)
{
    bool both = child != VTTIF_NOWHERE && parent != VTTIF_NOWHERE;
    return both ? tree_gain(nest->odds, child, parent) : tree_missing;
}
/* The edge from p > 0 to its parent. */
double tree_nest_edge(const struct tree_nest *nest, uint32_t p);

/* Children of p below the position end. */
unsigned tree_nest_children(const struct tree_nest *nest, uint32_t p, uint32_t end, uint32_t *out);
/* All positions of p's subtree, in an order that is the same for all of its kind: heaps by levels,
 * binomial trees as they are numbered. */
unsigned tree_nest_subtree(const struct tree_nest *nest, uint32_t p, uint32_t *out);
/* Equal for positions whose subtrees are, were there no end. */
unsigned tree_nest_kind(const struct tree_nest *nest, uint32_t p);

/* Can someone hang at p, behind the last, below somebody? Of siblings the first is looked at. */
bool tree_nest_is_open(const struct tree_nest *nest, uint32_t p);

/* u goes to p, where nobody is, or (VTTIF_NOWHERE) who is at p leaves. */
void tree_nest_put(struct tree_nest *nest, uint32_t p, uint32_t u);
/* The same of many. */
void tree_nest_set(struct tree_nest *nest, const uint32_t *endpoint);
/* Of the children of one parent the larger subtrees go first, as the last level of a heap is filled
 * from the left. */
void tree_nest_pack(struct tree_nest *nest);

/* Endpoints with traffic that have no place. */
static inline size_t tree_nest_others(const struct tree_nest *nest)
{
    return nest->n_active > nest->n_placed ? nest->n_active - nest->n_placed : 0;
}

#endif
