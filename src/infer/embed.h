// SPDX-License-Identifier: Apache-2.0
/*
 * The largest part that a rooted tree and a pattern have in common, root on root and children on
 * children (top-down common subtrees; Valiente 2002). For every node and every kind of subtree of
 * the pattern it is the best matching of the children of the one with those of the other. A heap or
 * a binomial tree has but a few kinds, at most three for each of its heights, so that the table is
 * small.
 *
 * What is not in the common part are branches that do not belong there: they hang by an edge that
 * is noise, and have their place elsewhere. Where the pattern is not covered there are gaps, each
 * of which tells of an edge that is missing. Of all ways to keep as many edges, one with the fewest
 * gaps is taken: what came off as one piece has to find one gap again.
 */
#ifndef VTTIF_INFER_EMBED_H
#define VTTIF_INFER_EMBED_H

#include "infer/forest.h"

struct pattern {
    struct forest *forest; /* over positions */
    uint32_t *kind; /* [position]: equal for equal subtrees */
    uint32_t n_kinds;
    uint32_t *model; /* [kind]: a position */
};

/* The tree of so many positions: a heap, or with arity 0 a binomial tree. */
struct pattern *pattern_new(uint32_t order, unsigned arity);
void pattern_free(struct pattern *pattern);

struct embedding;

/* Both have to outlive it. O(n kinds) times the work of matching children. */
struct embedding *embedding_new(const struct forest *tree, const struct pattern *pattern);
void embedding_free(struct embedding *embedding);
/* What it took, about: values that were compared. */
size_t embedding_steps(const struct embedding *embedding);
/* The edges that the subtree of node has in common with a kind of subtree, and the gaps left. */
uint32_t embedding_gain(const struct embedding *embedding, uint32_t node, uint32_t kind);
uint32_t embedding_gaps(const struct embedding *embedding, uint32_t node, uint32_t kind);
/* Lays the subtree of node at a position: place[node] = position, and so on down. Nodes outside
 * the common part are left alone. */
void embedding_lay(const struct embedding *embedding, uint32_t node, uint32_t position,
                   uint32_t *place);

#endif
