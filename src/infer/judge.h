// SPDX-License-Identifier: Apache-2.0
/*
 * How well a placed archetype agrees with a matrix, and whether that can be chance.
 *
 * Agreement: over all cuts, the largest 1 - (missing + extra) / edges. It needs no threshold, and
 * noise that lies below the archetype's edges costs nothing, however much there is of it.
 *
 * Chance: how many bits shorter the strong graph is told as "this archetype, placed so, but for
 * these exceptions" than as a list of edges. A random graph is k bits shorter with probability
 * 2^-k at most, whatever the recogniser tried (the bits of the placement are paid for), which
 * bounds false names without a model of each kind of noise.
 */
#ifndef VTTIF_INFER_JUDGE_H
#define VTTIF_INFER_JUDGE_H

#include "infer/archetype.h"
#include "infer/budget.h"

/* A name that is not exact must be unlikely to be chance: at most 2^-10 for random graphs. */
#define LEAST_BITS 10.0
/* A gap of a fifth below the lightest edge. */
#define SOME_GAP_BINS 32

struct candidate {
    const struct archetype *archetype;
    const struct archetype *proposer; /* whose file proposed it */
    struct vttif_shape shape;
    uint32_t *position; /* [n] */
    size_t n_members;
    double score, explained, bits, cut;
    double direction_bits; /* of bits, those for edges that are one way */
    double evidence; /* bits that speak for this placement against others of the same shape */
    size_t n_edges, n_missing, n_extra;
    unsigned gap; /* in bins, below the lightest edge */
    double coverage; /* share of the endpoints with traffic that have a place */
    double forward; /* share of its bytes that goes along its edges, but for a master's */
    bool complete; /* nearly all bytes that are left are on its edges */
    bool exact; /* the graph is the archetype, nothing else has traffic of the same order */
    bool faint; /* its faint edges carry so little that they are a detail */
    bool one_way; /* of most of its edges, nearly all bytes go one way */
    bool likely; /* one of the likeliest drawings of a small program (small.h), */
    double behind; /* so many bits behind the likeliest */
    bool sure; /* a tree no pair of which is in doubt (tree_chance.h) */
    bool by_chance; /* it need not be more than that, by all weights (tree_chance.h, chance.h), */
    bool beats_chance; /* or it is, whatever the errors at its cut */
    bool by_weight;
    uint32_t hub; /* whose other edges are no extra */
    bool excuses_some; /* of them there are some, but not with everyone: it is no plain master */
};

struct search {
    const struct graph *graph;
    const struct archetype *proposer; /* whose turn it is */
    uint32_t master; /* who exchanges about as much with everyone, or VTTIF_NOWHERE */
    bool by_chance; /* a graph without a rule is likelier than any archetype */
    struct candidate last; /* the one judged last; its position is not its own */
    struct budget tree_steps; /* of laying trees */
    GArray *candidates; /* of struct candidate: the best of each shape */
};

struct search *search_new(const struct graph *graph);
void search_free(struct search *search);
/* Judges the shape with position[n] (taken over) and keeps it if it is the best of its shape.
 * Returns its score. */
double search_propose(struct search *search, const struct strong *strong,
                      const struct vttif_shape *shape, uint32_t *position, bool by_weight);
/* The same for another name of the graph that was judged last, with the same places: nothing is
 * counted again. */
void search_propose_same(struct search *search, const struct vttif_shape *shape, uint32_t *position,
                         bool by_weight);
/* Judges a name of a small program's drawing, whose other candidate is what it is without noise;
 * position[n] is taken over. */
void search_add_likely(struct search *search, const struct candidate *clean, uint32_t *position,
                       uint32_t hub, double behind);
/* Judges a shape with its position and hub: fills in all the rest. */
void candidate_judge(struct candidate *candidate, const struct search *search);
/* Are the places of the two neighbours in the shape? */
static inline bool candidate_is_edge(const struct candidate *candidate, uint32_t u, uint32_t v)
{
    uint32_t p = candidate->position[u], q = candidate->position[v];
    return p != VTTIF_NOWHERE && q != VTTIF_NOWHERE &&
           candidate->archetype->adjacent(&candidate->shape, p, q);
}
/* The same for all pairs of a graph, where blocks spare the question to the archetype. */
struct edge_test {
    const struct candidate *candidate;
    uint32_t *block; /* [n], or NULL */
};

static inline struct edge_test edge_test_new(const struct candidate *candidate, size_t n)
{
    return (struct edge_test){
        candidate, blocks_of(candidate->archetype, &candidate->shape, candidate->position, n)};
}

static inline void edge_test_clear(struct edge_test *test)
{
    g_free(test->block);
}

static inline bool edge_test_is(const struct edge_test *test, uint32_t u, uint32_t v)
{
    const uint32_t *block = test->block;
    if (!block)
        return candidate_is_edge(test->candidate, u, v);
    return (block[u] != VTTIF_NOWHERE) & (block[v] != VTTIF_NOWHERE) &
           ((block[u] == block[v]) != test->candidate->archetype->across);
}
/* Is it a name? */
bool candidate_stands(const struct candidate *candidate);
/* Few errors, but so few edges that a random graph may have as few. */
bool candidate_may_be_chance(const struct candidate *candidate);
/* Best first. */
int candidate_compare(const void *a, const void *b);

#endif
