// SPDX-License-Identifier: Apache-2.0
/*
 * How much the weight of a pair speaks for its being an edge of a placed archetype, learned from
 * the placement itself: the logarithm of how much likelier such a weight is among the edges than
 * among all other pairs. As long as most of the placement is right, so is what is learned from it.
 *
 * - Edges are log-normal, and as the histogram of those that are placed has it; other pairs are as
 *   their histogram has it. Weights are told apart by factors of 2^(1/8); absent is a weight, too.
 * - A hub's pair carries its star's level, or that and an edge on top.
 * - Where the bytes go one way, which way they go is evidence as well.
 */
#ifndef VTTIF_INFER_EVIDENCE_H
#define VTTIF_INFER_EVIDENCE_H

#include "infer/judge.h"

#define EVIDENCE_CLASS_BINS 16
#define EVIDENCE_CLASSES    (WEIGHT_BINS / EVIDENCE_CLASS_BINS + 1)
#define EVIDENCE_ABSENT     (EVIDENCE_CLASSES - 1)

struct beside {
    uint32_t position;
    bool main; /* by a main edge */
};

struct evidence {
    const struct graph *graph;
    const struct archetype *archetype;
    const struct vttif_shape *shape;
    uint32_t hub; /* or VTTIF_NOWHERE */
    int flow; /* 1: along the archetype's edges, -1: against them, 0: both ways */
    size_t *start; /* [order + 1] into beside */
    struct beside *beside; /* of each position, those next to it */
    uint16_t *pairs; /* [n][n]: what is told from each pair; NULL: it has to be looked up */
    double main[EVIDENCE_CLASSES], faint[EVIDENCE_CLASSES], star[EVIDENCE_CLASSES];
};

/* Of a candidate, whose shape has to stay; knows nothing before it has learned. O(edges + pairs of
 * the graph). */
struct evidence *evidence_new(const struct graph *graph, const struct candidate *candidate);
void evidence_free(struct evidence *evidence);
/* From who sits at each position; endpoint[order]. O(pairs of the hub + edges log d). */
void evidence_learn(struct evidence *evidence, const uint32_t *endpoint);
/* For u at p and v at q, which are neighbours. O(1) in a graph of many pairs, else O(log d). */
double evidence_of(const struct evidence *evidence, uint32_t u, uint32_t p, uint32_t v, uint32_t q);
/* The same for v beside p. */
double evidence_beside(const struct evidence *evidence, uint32_t u, uint32_t p, uint32_t v,
                       const struct beside *beside);
/* For the pair of an arc to be an edge, whichever. */
double evidence_of_arc(const struct evidence *evidence, uint32_t u, const struct arc *arc);
/* Of all pairs with those who sit beside p, for u there; 0 where there is no u or no p. */
double evidence_at(const struct evidence *evidence, const uint32_t *endpoint, uint32_t u,
                   uint32_t p);

static inline bool evidence_is_main(const struct evidence *evidence, uint32_t p, uint32_t q)
{
    return !evidence->archetype->is_main || evidence->archetype->is_main(evidence->shape, p, q);
}

#endif
