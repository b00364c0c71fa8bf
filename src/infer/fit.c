// SPDX-License-Identifier: Apache-2.0
#include "infer/fit.h"

#define ROUNDS 3
/* With more vacancies than this share of the positions, bytes are no help: it is a guess. */
#define VACANT_MOST 0.3

struct fitting {
    const struct strong *strong;
    const struct archetype *archetype;
    const struct vttif_shape *shape;
    uint32_t *position; /* [endpoint] */
    uint32_t *endpoint; /* [position] */
    uint32_t order;
    double *votes; /* [endpoint] */
};

struct offer {
    double votes;
    uint32_t position, endpoint;
};

/* Takes away the places of endpoints that have partners, but less than a third of them beside
 * them. */
static size_t evict(struct fitting *fitting)
{
    const struct strong *strong = fitting->strong;
    size_t evicted = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        uint32_t degree = strong_degree(strong, u), beside = 0, p = fitting->position[u];
        if (p == VTTIF_NOWHERE || degree == 0)
            continue;
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            uint32_t q = fitting->position[strong->to[k]];
            beside += q != VTTIF_NOWHERE && fitting->archetype->adjacent(fitting->shape, p, q);
        }
        if (3 * beside >= degree)
            continue;
        fitting->position[u] = VTTIF_NOWHERE;
        fitting->endpoint[p] = VTTIF_NOWHERE;
        evicted++;
    }
    return evicted;
}

static void vote(struct fitting *fitting, uint32_t u, double votes, GArray *voted)
{
    if (fitting->position[u] != VTTIF_NOWHERE)
        return;
    if (fitting->votes[u] == 0)
        g_array_append_val(voted, u);
    fitting->votes[u] += votes;
}

static void vote_of_neighbour(struct fitting *fitting, uint32_t v, bool by_bytes, GArray *voted)
{
    const struct strong *strong = fitting->strong;
    const struct graph *graph = strong->graph;
    for (size_t k = strong->start[v]; !by_bytes && k < strong->start[v + 1]; k++)
        vote(fitting, strong->to[k], 1, voted);
    for (size_t k = graph->start[v]; by_bytes && k < graph->start[v + 1]; k++)
        vote(fitting, graph->arcs[k].to, arc_weight(&graph->arcs[k]), voted);
}

/* The best endpoint for a vacant position. */
static struct offer offer_for(struct fitting *fitting, uint32_t p, bool by_bytes, GArray *voted)
{
    uint32_t near[NEIGHBOURS_MAX];
    unsigned n_near = fitting->archetype->neighbours(fitting->shape, p, near);
    struct offer offer = {0, p, VTTIF_NOWHERE};
    g_array_set_size(voted, 0);
    for (unsigned k = 0; k < n_near; k++)
        if (fitting->endpoint[near[k]] != VTTIF_NOWHERE)
            vote_of_neighbour(fitting, fitting->endpoint[near[k]], by_bytes, voted);
    for (guint i = 0; i < voted->len; i++) {
        uint32_t u = g_array_index(voted, uint32_t, i);
        if (fitting->votes[u] > offer.votes) {
            offer.votes = fitting->votes[u];
            offer.endpoint = u;
        }
        fitting->votes[u] = 0;
    }
    return offer;
}

static int compare(const void *first, const void *second)
{
    const struct offer *a = first, *b = second;
    return a->votes > b->votes ? -1 : a->votes < b->votes;
}

static size_t fill(struct fitting *fitting, bool by_bytes)
{
    g_autoptr(GArray) offers = g_array_new(FALSE, FALSE, sizeof(struct offer));
    g_autoptr(GArray) voted = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t filled = 0, vacant = 0;
    for (uint32_t p = 0; p < fitting->order; p++)
        vacant += fitting->endpoint[p] == VTTIF_NOWHERE;
    if (by_bytes && (double)vacant > VACANT_MOST * (double)fitting->order + 1)
        return 0;
    for (uint32_t p = 0; p < fitting->order; p++) {
        if (fitting->endpoint[p] != VTTIF_NOWHERE)
            continue;
        struct offer offer = offer_for(fitting, p, by_bytes, voted);
        if (offer.endpoint != VTTIF_NOWHERE)
            g_array_append_val(offers, offer);
    }
    g_array_sort(offers, compare);
    for (guint i = 0; i < offers->len; i++) {
        struct offer *offer = &g_array_index(offers, struct offer, i);
        if (fitting->position[offer->endpoint] != VTTIF_NOWHERE)
            continue;
        fitting->position[offer->endpoint] = offer->position;
        fitting->endpoint[offer->position] = offer->endpoint;
        filled++;
    }
    return filled;
}

void fit(const struct strong *strong, const struct vttif_shape *shape, uint32_t *position)
{
    struct fitting fitting = {
        .strong = strong, .archetype = archetype_of(shape), .shape = shape, .position = position};
    fitting.order = (uint32_t)fitting.archetype->order(shape);
    fitting.endpoint = endpoints_at(position, strong->n, fitting.order);
    fitting.votes = g_new0(double, MAX(strong->n, 1));
    for (int round = 0; round < ROUNDS; round++) {
        size_t changed = evict(&fitting);
        for (size_t filled = 1; filled > 0;)
            changed += filled = fill(&fitting, false);
        if (changed == 0)
            break;
    }
    for (size_t filled = 1; filled > 0;)
        filled = fill(&fitting, true);
    g_free(fitting.endpoint);
    g_free(fitting.votes);
}
