// SPDX-License-Identifier: Apache-2.0
/*
 * What recognition reads: the matrix as an undirected graph that still knows both directions, and
 * the strong part of it, the pairs at or above a cut.
 *
 * The weight of a pair is the larger of its two cells, so that a cut means the same as the paper's
 * bmin. Cells on the diagonal are left out.
 */
#ifndef VTTIF_INFER_GRAPH_H
#define VTTIF_INFER_GRAPH_H

#include <assert.h>
#include <float.h>
#include <vttif/matrix.h>

/*
 * Weights on a logarithmic scale, in steps below 1 %: bin 0 holds the maximum. Comparing bins
 * instead of weights is what keeps everything linear, as nothing has to be sorted.
 */
#define WEIGHT_BINS 4096

/* A dense matrix of a thousand endpoints has a million arcs, and going over them is most of the
 * work: they are kept small. */
struct arc {
    uint32_t to;
    float out, in; /* T[u][to], T[to][u], in the graph's unit */
    uint16_t bin; /* of its weight */
    bool known; /* explained by a part that was found before, which left nothing of it: it may be an
                   edge, it need not */
};
static_assert(sizeof(struct arc) == 16, "four to a cache line");

struct graph {
    size_t n, n_active; /* endpoints, and those with traffic */
    uint32_t *endpoint; /* [n]: the matrix's number of each; NULL: they are the same */
    size_t *start; /* [n + 1] into arcs */
    struct arc *arcs; /* per endpoint, ascending by to; a pair stands at both of its ends */
    double unit; /* bytes, a power of two: the largest cell was between one unit and two */
    double max; /* the largest cell */
    double total; /* of all cells, the diagonal too */
    double largest, all; /* max and total of the matrix; the graph may be a part of it */
    double left; /* of the total, what no part that was found before has taken */
    double cut; /* > 0: the only cut there is (a fixed bmin) */
    double *bytes; /* [n]: what an endpoint sends and gets */
    uint32_t pairs[WEIGHT_BINS]; /* in each bin, without those that are known */
    double weight; /* the sum of theirs */
};

static inline float arc_weight(const struct arc *arc)
{
    return arc->out > arc->in ? arc->out : arc->in;
}

/* What counts as having reached a cut: a float may be a little less than what was rounded. */
static inline double cut_least(double cut)
{
    return cut * (1 - FLT_EPSILON);
}

struct graph *graph_new(const struct vttif_matrix *matrix, double bmin);
struct graph *graph_copy(const struct graph *graph);
/* The pairs among its members alone, under the same numbers. */
struct graph *graph_within(const struct graph *graph, const bool *is_member);
void graph_free(struct graph *graph);
/* Goes over arcs that were changed: what they add up to, and their bins, for a new maximum. */
void graph_count(struct graph *graph);
/* The first of u's arcs to an endpoint of at least v. O(log d). */
size_t graph_from(const struct graph *graph, uint32_t u, uint32_t v);
/* The arc of u to v, or NULL. O(log d). */
const struct arc *graph_arc(const struct graph *graph, uint32_t u, uint32_t v);
static inline size_t graph_degree(const struct graph *graph, uint32_t u)
{
    return graph->start[u + 1] - graph->start[u];
}
/* Of u's pairs, in the order of its arcs, the logarithms of their weights [degree], or the bytes
 * each way, out and in [2 * degree]; g_free them. */
double *graph_log_weights(const struct graph *graph, uint32_t u);
double *graph_bytes_each_way(const struct graph *graph, uint32_t u);

unsigned weight_bin(const struct graph *graph, double weight);
/* The smallest weight of a bin. */
double weight_of_bin(const struct graph *graph, unsigned bin);
/* The pairs in the cut's bin and above. */
size_t graph_pairs_above(const struct graph *graph, double cut);

/* The pairs of weight >= cut; of the hub's (VTTIF_NOWHERE: there is none) all, or only those that
 * stand out from its star. */
struct strong {
    const struct graph *graph;
    uint32_t hub;
    size_t n, n_edges, n_active; /* active: endpoints with an edge */
    size_t *start; /* [n + 1] */
    uint32_t *to; /* per endpoint ascending */
    uint32_t largest_degree;
    struct squares *squares; /* once they were asked for: squares_of() */
};

struct strong *strong_new(const struct graph *graph, double cut, uint32_t hub, bool whole);
void strong_free(struct strong *strong);

static inline uint32_t strong_degree(const struct strong *strong, uint32_t u)
{
    return (uint32_t)(strong->start[u + 1] - strong->start[u]);
}

/* The endpoint with most partners; of several the one with most bytes, and then the one whose
 * partners have most partners: numbers do not decide while anything else can. */
uint32_t strong_centre(const struct strong *strong);
/* O(log d). */
bool strong_has(const struct strong *strong, uint32_t u, uint32_t v);

#endif
