// SPDX-License-Identifier: Apache-2.0
#include "infer/polish.h"

#include <math.h>
#include <string.h>

/* Weights are told apart by factors of 2^(1/8), and absent ones. */
#define CLASS_BINS 16
#define CLASSES    (WEIGHT_BINS / CLASS_BINS + 1)
#define ABSENT     (CLASSES - 1)
#define SMOOTH     4 /* classes on either side that a weight counts for, too */
/* No single pair decides against all others. */
#define EVIDENCE_MOST 4.0
/* What a hub's pair is worth: whether it stands out from its star is all that is known. */
#define EVIDENCE_HUB 1.0
#define ROUNDS       8
/* Of an endpoint, so many places are looked at, those with most of its partners beside them. */
#define PLACES_TRIED 12

enum kind { KIND_MAIN, KIND_FAINT, KIND_OUTSIDE, KINDS };

struct polishing {
    const struct graph *graph;
    const struct archetype *archetype;
    const struct vttif_shape *shape;
    struct strong *strong;
    uint32_t order;
    uint32_t *position; /* [endpoint] */
    uint32_t *endpoint; /* [position] */
    double evidence[2][CLASSES]; /* for a main edge, for a faint one */
    double *votes; /* [position] */
};

/* --- what a weight says ----------------------------------------------------------------------- */

static bool is_main(const struct polishing *polishing, uint32_t p, uint32_t q)
{
    return !polishing->archetype->is_main || polishing->archetype->is_main(polishing->shape, p, q);
}

/* All pairs but the hub's, as if none were an edge. */
static void count_outside(const struct polishing *polishing, double counts[KINDS][CLASSES])
{
    const struct graph *graph = polishing->graph;
    uint32_t hub = polishing->strong->hub;
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++)
        counts[KIND_OUTSIDE][bin / CLASS_BINS] += graph->pairs[bin];
    if (hub == VTTIF_NOWHERE)
        return;
    for (size_t k = graph->start[hub]; k < graph->start[hub + 1]; k++)
        if (!graph->arcs[k].known)
            counts[KIND_OUTSIDE][graph->arcs[k].bin / CLASS_BINS]--;
}

/* Edges between occupied positions, and those of their pairs that are there. */
static void count_edges(const struct polishing *polishing, double n_pairs[KINDS],
                        double counts[KINDS][CLASSES])
{
    uint32_t near[NEIGHBOURS_MAX], hub = polishing->strong->hub;
    for (uint32_t p = 0; p < polishing->order; p++) {
        uint32_t u = polishing->endpoint[p];
        if (u == VTTIF_NOWHERE || u == hub)
            continue;
        unsigned n_near = polishing->archetype->neighbours(polishing->shape, p, near);
        for (unsigned k = 0; k < n_near; k++) {
            uint32_t v = polishing->endpoint[near[k]];
            if (near[k] >= p || v == VTTIF_NOWHERE || v == hub)
                continue;
            enum kind kind = is_main(polishing, p, near[k]) ? KIND_MAIN : KIND_FAINT;
            const struct arc *arc = graph_arc(polishing->graph, u, v);
            n_pairs[kind]++;
            if (!arc || arc->known)
                continue;
            counts[kind][arc->bin / CLASS_BINS]++;
            counts[KIND_OUTSIDE][arc->bin / CLASS_BINS]--;
        }
    }
}

static double smoothed(const double *counts, int class)
{
    double sum = 0;
    for (int i = MAX(class - SMOOTH, 0); i <= MIN(class + SMOOTH, ABSENT - 1); i++)
        sum += counts[i];
    return sum / (2 * SMOOTH + 1);
}

static double share_of(const double *counts, double n_pairs, int class)
{
    double present = 0;
    for (int i = 0; i < ABSENT; i++)
        present += counts[i];
    double count = class == ABSENT ? MAX(n_pairs - present, 0) : smoothed(counts, class);
    const int n_present = ABSENT;
    double prior = class == ABSENT ? 0.5 : 0.5 / n_present;
    return (count + prior) / (n_pairs + 1);
}

static void learn(struct polishing *polishing)
{
    double n_pairs[KINDS] = {0};
    g_autofree double(*counts)[CLASSES] = g_malloc0_n(KINDS, sizeof *counts);
    count_outside(polishing, counts);
    count_edges(polishing, n_pairs, counts);
    double n = (double)polishing->strong->n;
    n_pairs[KIND_OUTSIDE] = n * (n - 1) / 2 - n_pairs[KIND_MAIN] - n_pairs[KIND_FAINT];
    for (int kind = KIND_MAIN; kind <= KIND_FAINT; kind++)
        for (int class = 0; class < CLASSES; class ++)
            polishing->evidence[kind][class] =
                CLAMP(log(share_of(counts[kind], n_pairs[kind], class) /
                          share_of(counts[KIND_OUTSIDE], n_pairs[KIND_OUTSIDE], class)),
                      -EVIDENCE_MOST, EVIDENCE_MOST);
}

/* --- what a place says ------------------------------------------------------------------------ */

static double evidence_of(const struct polishing *polishing, uint32_t u, uint32_t v, bool main)
{
    if (u == polishing->strong->hub || v == polishing->strong->hub)
        return strong_has(polishing->strong, u, v) ? EVIDENCE_HUB : -EVIDENCE_HUB;
    const struct arc *arc = graph_arc(polishing->graph, u, v);
    if (arc && arc->known)
        return 0;
    return polishing->evidence[main ? KIND_MAIN : KIND_FAINT][arc ? arc->bin / CLASS_BINS : ABSENT];
}

/* What all pairs with those beside p say for u there. */
static double evidence_at(const struct polishing *polishing, uint32_t u, uint32_t p)
{
    uint32_t near[NEIGHBOURS_MAX];
    unsigned n_near = p == VTTIF_NOWHERE || u == VTTIF_NOWHERE
                          ? 0
                          : polishing->archetype->neighbours(polishing->shape, p, near);
    double sum = 0;
    for (unsigned k = 0; k < n_near; k++) {
        uint32_t v = polishing->endpoint[near[k]];
        if (v != VTTIF_NOWHERE && v != u)
            sum += evidence_of(polishing, u, v, is_main(polishing, p, near[k]));
    }
    return sum;
}

/* What is gained when u goes to p, and who sits there to where u was. */
static double gain_of(const struct polishing *polishing, uint32_t u, uint32_t p)
{
    uint32_t from = polishing->position[u], v = polishing->endpoint[p];
    double gain = evidence_at(polishing, u, p) - evidence_at(polishing, u, from);
    gain += evidence_at(polishing, v, from) - evidence_at(polishing, v, p);
    if (v != VTTIF_NOWHERE && from != VTTIF_NOWHERE &&
        polishing->archetype->adjacent(polishing->shape, p, from))
        gain += 2 * evidence_of(polishing, u, v, is_main(polishing, p, from));
    return gain;
}

static void move(struct polishing *polishing, uint32_t u, uint32_t p)
{
    uint32_t from = polishing->position[u], v = polishing->endpoint[p];
    polishing->position[u] = p;
    polishing->endpoint[p] = u;
    if (v != VTTIF_NOWHERE)
        polishing->position[v] = from;
    if (from != VTTIF_NOWHERE)
        polishing->endpoint[from] = v;
}

/* The positions beside u's partners, with one vote of each. */
static void collect_places(struct polishing *polishing, uint32_t u, GArray *places)
{
    const struct strong *strong = polishing->strong;
    uint32_t near[NEIGHBOURS_MAX];
    g_array_set_size(places, 0);
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t q = polishing->position[strong->to[k]];
        unsigned n_near =
            q == VTTIF_NOWHERE ? 0 : polishing->archetype->neighbours(polishing->shape, q, near);
        for (unsigned i = 0; i < n_near; i++) {
            if (near[i] == polishing->position[u] || !is_main(polishing, q, near[i]))
                continue;
            if (polishing->votes[near[i]]++ == 0)
                g_array_append_val(places, near[i]);
        }
    }
}

static int by_votes(const void *first, const void *second, void *data)
{
    const double *votes = data;
    uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    return votes[a] > votes[b] ? -1 : votes[a] < votes[b] ? 1 : a < b ? -1 : a > b;
}

/* Moves u to where most is gained, if anything is. */
static bool improve(struct polishing *polishing, uint32_t u, GArray *places)
{
    double most = 1e-6;
    uint32_t best = VTTIF_NOWHERE;
    collect_places(polishing, u, places);
    g_array_sort_with_data(places, by_votes, polishing->votes);
    for (guint i = 0; i < places->len; i++) {
        uint32_t p = g_array_index(places, uint32_t, i);
        polishing->votes[p] = 0;
        double gain = i < PLACES_TRIED ? gain_of(polishing, u, p) : 0;
        if (gain > most) {
            most = gain;
            best = p;
        }
    }
    if (best == VTTIF_NOWHERE)
        return false;
    move(polishing, u, best);
    return true;
}

/* Has no place, or less than half of its strong pairs are edges, or as many edges are not strong.
 */
static bool is_misfit(const struct polishing *polishing, uint32_t u)
{
    const struct strong *strong = polishing->strong;
    uint32_t p = polishing->position[u], degree = strong_degree(strong, u), beside = 0, wanted = 0;
    uint32_t near[NEIGHBOURS_MAX];
    if (p == VTTIF_NOWHERE)
        return degree > 0;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t q = polishing->position[strong->to[k]];
        beside += q != VTTIF_NOWHERE && polishing->archetype->adjacent(polishing->shape, p, q);
    }
    unsigned n_near = polishing->archetype->neighbours(polishing->shape, p, near);
    for (unsigned k = 0; k < n_near; k++)
        wanted += is_main(polishing, p, near[k]);
    return beside < wanted || beside < degree;
}

bool polish(const struct graph *graph, const struct candidate *candidate, uint32_t *position)
{
    struct polishing polishing = {
        .graph = graph,
        .archetype = candidate->archetype,
        .shape = &candidate->shape,
        .strong = strong_new(graph, candidate->cut, candidate->hub, false),
        .order = (uint32_t)candidate->archetype->order(&candidate->shape),
        .position = position,
    };
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    bool changed = false, again = true;
    polishing.endpoint = endpoints_at(position, graph->n, polishing.order);
    polishing.votes = g_new0(double, MAX(polishing.order, 1));
    for (int round = 0; round < ROUNDS && again; round++) {
        again = false;
        learn(&polishing);
        for (uint32_t u = 0; u < graph->n; u++)
            again |= is_misfit(&polishing, u) && improve(&polishing, u, places);
        changed |= again;
    }
    g_free(polishing.endpoint);
    g_free(polishing.votes);
    strong_free(polishing.strong);
    return changed;
}
