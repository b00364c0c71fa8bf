// SPDX-License-Identifier: Apache-2.0
/*
 * How much likelier what a pair exchanges is if it is a tree's edge than if it is not, by all that
 * a matrix says: what edges weigh and what other pairs exchange is learned from a placement.
 *
 * - What an edge carries is log-normal; one in fifty is missing, and its pair is then like any.
 * - What other pairs exchange is whatever they do: a smoothed count of cells, absent ones too.
 * - Where the bytes go one way, as little comes back along an edge as acknowledgements are.
 * - A hub's pairs exchange its level besides, with the spread that they have around it.
 */
#ifndef VTTIF_INFER_TREE_ODDS_H
#define VTTIF_INFER_TREE_ODDS_H

#include "infer/wood.h"

#include <math.h>
#include <vttif/recognition.h>

/* The pairs that are clearly more than an edge that is missing: of an endpoint the others,
 * ascending. */
struct tree_pairs {
    size_t *start; /* [n + 1] */
    uint32_t *other;
};

struct tree_odds {
    size_t n;
    bool one_way;
    double *gain; /* [child * n + parent], nats; never below that of an edge that is missing */
    struct tree_pairs parents, children; /* by child, by parent */
};

/* Who is whose parent: parent[n], VTTIF_NOWHERE for those without one. O(n^2). */
struct tree_odds *tree_odds_new(const struct graph *graph, uint32_t hub, const uint32_t *parent);
void tree_odds_free(struct tree_odds *odds);

/* The pairs whose gain is that, either way round; where bytes go one way, with the likeliest parent
 * of each alone. */
struct strong *tree_odds_strong(const struct tree_odds *odds, const struct graph *graph,
                                uint32_t hub, double least);

static inline double tree_gain(const struct tree_odds *odds, uint32_t child, uint32_t parent)
{
    return odds->gain[child * odds->n + parent];
}

/* What an edge that is missing costs. */
extern const double tree_missing;

/* How much likelier what is there is if it is an edge that is not missing. */
static inline double tree_ratio(const struct tree_odds *odds, uint32_t child, uint32_t parent)
{
    double missing = exp(tree_missing);
    return MAX(exp(tree_gain(odds, child, parent)) - missing, 0) / (1 - missing);
}

#endif
