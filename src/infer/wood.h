// SPDX-License-Identifier: Apache-2.0
/* The heaviest spanning forest of a strong graph, and its trees from any of their endpoints. */
#ifndef VTTIF_INFER_WOOD_H
#define VTTIF_INFER_WOOD_H

#include "infer/budget.h"
#include "infer/graph.h"

struct wood {
    const struct strong *strong;
    size_t *start; /* [n + 1]: adjacency */
    uint32_t *to;
    uint32_t n_edges, n_members; /* members: endpoints with an edge */
    uint32_t *tree; /* of each tree an endpoint, the largest tree first */
    unsigned n_trees;
    uint32_t largest; /* members of the first tree */
    double star; /* what the hub exchanges with anyone */
    uint32_t *at_least; /* [bin]: pairs of the graph that weigh as much */
    struct budget *steps; /* of laying trees; the search's */
};

struct wood *wood_new(const struct strong *strong);
void wood_free(struct wood *wood);

static inline uint32_t wood_degree(const struct wood *wood, uint32_t u)
{
    return (uint32_t)(wood->start[u + 1] - wood->start[u]);
}

/* Which way the bytes go in a tree. */
enum tide { TIDE_UP = 1, TIDE_BOTH = 0, TIDE_DOWN = -1 };

/* The bytes of a pair that can be an edge's between child and parent: those of its tide, without
 * what a hub exchanges with anyone. */
double wood_evidence(const struct wood *wood, uint32_t child, uint32_t parent, enum tide tide);

/* A tree breadth first: parents (indices) come before their children. */
struct walk {
    size_t n;
    uint32_t *node; /* [n]: endpoints */
    uint32_t *parent; /* [n], VTTIF_NOWHERE for the first */
};

/* From u over endpoints without a place; position may be NULL. O(edges). */
struct walk walk_new(const struct wood *wood, uint32_t u, const uint32_t *position);
void walk_clear(struct walk *walk);

#define ROOTS_MAX 12

struct roots {
    uint32_t root[ROOTS_MAX];
    unsigned n;
};

/* Where the root of the tree with u may be: at its centre (Jordan 1869) or beside it, where all
 * bytes end or begin; anywhere in a small one. */
struct roots roots_find(const struct wood *wood, uint32_t u, const uint32_t *position);

#endif
