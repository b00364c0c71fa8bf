// SPDX-License-Identifier: Apache-2.0
#include "infer/polish.h"

#include <math.h>
#include <string.h>

#define ROUNDS 8
/* Of an endpoint, so many places are looked at, those with most of its partners beside them. */
#define PLACES_TRIED 12

struct polishing {
    const struct archetype *archetype;
    const struct vttif_shape *shape;
    struct strong *strong;
    struct evidence *evidence;
    uint32_t *position; /* [endpoint] */
    uint32_t *endpoint; /* [position] */
    double *votes; /* [position] */
};

/* What is gained when u goes to p, and who sits there to where u was. */
static double gain_of(const struct polishing *polishing, uint32_t u, uint32_t p)
{
    uint32_t from = polishing->position[u], v = polishing->endpoint[p];
    const struct evidence *evidence = polishing->evidence;
    const uint32_t *endpoint = polishing->endpoint;
    double gain = evidence_at(evidence, endpoint, u, p) - evidence_at(evidence, endpoint, u, from);
    gain += evidence_at(evidence, endpoint, v, from) - evidence_at(evidence, endpoint, v, p);
    if (v != VTTIF_NOWHERE && from != VTTIF_NOWHERE &&
        polishing->archetype->adjacent(polishing->shape, p, from))
        gain += evidence_of(evidence, u, from, v, p) + evidence_of(evidence, u, p, v, from);
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
            if (near[i] == polishing->position[u] ||
                !evidence_is_main(polishing->evidence, q, near[i]))
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
        wanted += evidence_is_main(polishing->evidence, p, near[k]);
    return beside < wanted || beside < degree;
}

bool polish(struct evidence *evidence, const struct candidate *candidate, uint32_t *position)
{
    const struct graph *graph = evidence->graph;
    struct polishing polishing = {
        .archetype = candidate->archetype,
        .shape = &candidate->shape,
        .strong = strong_new(graph, candidate->cut, candidate->hub, false),
        .evidence = evidence,
        .position = position,
    };
    size_t order = candidate->archetype->order(&candidate->shape);
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    bool changed = false, again = true;
    polishing.endpoint = endpoints_at(position, graph->n, order);
    polishing.votes = g_new0(double, MAX(order, 1));
    for (int round = 0; round < ROUNDS && again; round++) {
        again = false;
        evidence_learn(evidence, polishing.endpoint);
        for (uint32_t u = 0; u < graph->n; u++)
            again |= is_misfit(&polishing, u) && improve(&polishing, u, places);
        changed |= again;
    }
    g_free(polishing.endpoint);
    g_free(polishing.votes);
    strong_free(polishing.strong);
    return changed;
}
