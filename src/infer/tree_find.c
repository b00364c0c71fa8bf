// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_find.h"

#include "infer/archetypes.h"
#include "infer/tree.h"
#include "infer/tree_settle.h"

#define STARTS_MOST 6
#define START_LEAST 0.4
/* A pair or three that stand by themselves are without an error, but no start. */
#define START_COVERS 0.25
#define ROUNDS       2 /* of learning */
#define SHAKES       100
/* With so few endpoints each of the usual trees is tried, shaken so many times. */
#define SMALL_TREES  20
#define SMALL_ARITY  3
#define SMALL_SHAKES 40
/* Pairs that speak so much for an edge are taken for one: nats. Few that are false hang branches
 * where they do not belong; with more, branches are in pieces. */
static const double edge_least[] = {1.5, 4};

/* --- starts ----------------------------------------------------------------------------------- */

static bool is_start(const struct candidate *candidate)
{
    return candidate->archetype->adjacent == tree_adjacent &&
           candidate->archetype != &archetype_tree_allreduce && candidate->score >= START_LEAST &&
           candidate->coverage >= START_COVERS;
}

struct tree_nest *tree_start(const struct search *search, guint i, struct budget *steps)
{
    const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
    return is_start(candidate) ? tree_nest_new(search->graph, candidate->shape.arity,
                                               candidate->shape.dims[0], candidate->position, steps)
                               : NULL;
}

struct search *tree_propose_likely(const struct graph *graph, uint32_t hub,
                                   const struct tree_odds *odds, double least,
                                   struct budget *laying)
{
    struct strong *strong = tree_odds_strong(odds, graph, hub, least);
    struct search *search = search_new(graph);
    if (laying)
        search->tree_steps = *laying;
    tree_propose(search, strong);
    if (laying)
        *laying = search->tree_steps;
    g_array_sort(search->candidates, candidate_compare);
    strong_free(strong);
    return search;
}

/* Everyone's parent is who it sends most to. */
static uint32_t *guess_parents(const struct graph *graph, uint32_t hub)
{
    uint32_t *parent = g_new(uint32_t, MAX(graph->n, 1));
    for (uint32_t u = 0; u < graph->n; u++) {
        float most = 0;
        parent[u] = VTTIF_NOWHERE;
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            if (u == hub || graph->arcs[k].to == hub || graph->arcs[k].out <= most)
                continue;
            most = graph->arcs[k].out;
            parent[u] = graph->arcs[k].to;
        }
    }
    return parent;
}

/* The odds as the likeliest of the nests says them, or as a guess does. */
struct tree_odds *tree_odds_of(const struct tree_nest *best, const struct graph *graph,
                               uint32_t hub)
{
    g_autofree uint32_t *parent = best ? tree_nest_parents(best) : guess_parents(graph, hub);
    return tree_odds_new(graph, hub, parent);
}

/* The likeliest, as the odds are that it says itself. */
struct tree_nest *tree_best_nest(const GPtrArray *nests, const struct tree_odds *odds)
{
    struct tree_nest *best = NULL;
    double most = 0;
    for (guint i = 0; i < nests->len; i++) {
        struct tree_nest *nest = g_ptr_array_index(nests, i);
        tree_nest_use(nest, odds);
        double worth = tree_nest_worth(nest);
        if (best && worth <= most)
            continue;
        best = nest;
        most = worth;
    }
    return best;
}

/* --- trees of up to some hundred endpoints ---------------------------------------------------- */

/* Settled with what edges and others are learned to be from where it is. */
static void settle(struct tree_nest *nest, const struct graph *graph, uint32_t hub)
{
    for (int round = 0; round < ROUNDS; round++) {
        g_autofree uint32_t *parent = tree_nest_parents(nest);
        struct tree_odds *odds = tree_odds_new(graph, hub, parent);
        tree_nest_use(nest, odds);
        tree_settle(nest, 0);
        tree_nest_use(nest, NULL);
        tree_odds_free(odds);
    }
}

/* Settles the trees that a search has found. */
static void add_starts(GPtrArray *nests, const struct search *search, uint32_t hub,
                       struct budget *steps)
{
    unsigned n = 0;
    for (guint i = 0; i < search->candidates->len && n < STARTS_MOST; i++) {
        struct tree_nest *nest = tree_start(search, i, steps);
        if (!nest)
            continue;
        settle(nest, search->graph, hub);
        g_ptr_array_add(nests, nest);
        n++;
    }
}

/* The pairs that are likely to be edges, and what trees they may be. */
static void add_starts_of_odds(GPtrArray *nests, const struct graph *graph, uint32_t hub,
                               const struct tree_odds *odds, double least, struct budget *steps)
{
    struct search *search = tree_propose_likely(graph, hub, odds, least, NULL);
    add_starts(nests, search, hub, steps);
    search_free(search);
}

static int by_bytes(const void *first, const void *second, void *data)
{
    const double *bytes = data;
    uint32_t u = *(const uint32_t *)first, v = *(const uint32_t *)second;
    return bytes[u] > bytes[v] ? -1 : bytes[u] < bytes[v];
}

/* Who has most bytes comes first: no order that endpoints are numbered by. */
static uint32_t *positions_by_bytes(const struct graph *graph, uint32_t *n_active)
{
    g_autofree uint32_t *order = g_new(uint32_t, MAX(graph->n, 1));
    uint32_t *position = g_new(uint32_t, MAX(graph->n, 1)), n = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        position[u] = VTTIF_NOWHERE;
        if (graph->start[u + 1] > graph->start[u])
            order[n++] = u;
    }
    if (n > 1)
        g_qsort_with_data(order, (gint)n, sizeof *order, by_bytes, graph->bytes);
    for (uint32_t i = 0; i < n; i++)
        position[order[i]] = i;
    *n_active = n;
    return position;
}

/* Among few endpoints any tree is found from anywhere. */
static void add_starts_small(GPtrArray *nests, const struct graph *graph, uint32_t hub,
                             struct budget *steps)
{
    uint32_t n_active;
    g_autofree uint32_t *position = positions_by_bytes(graph, &n_active);
    if (n_active < 4 || n_active > SMALL_TREES)
        return;
    g_autofree uint32_t *parent = guess_parents(graph, hub);
    struct tree_odds *odds = tree_odds_new(graph, hub, parent);
    for (unsigned arity = 0; arity <= SMALL_ARITY; arity++) {
        if (arity == 1)
            continue;
        struct tree_nest *nest = tree_nest_new(graph, arity, n_active, position, steps);
        tree_nest_use(nest, odds);
        tree_settle(nest, SMALL_SHAKES);
        tree_nest_use(nest, NULL);
        settle(nest, graph, hub);
        g_ptr_array_add(nests, nest);
    }
    tree_odds_free(odds);
}

struct tree_found tree_find(const struct search *search, struct budget *steps)
{
    const struct graph *graph = search->graph;
    uint32_t hub = search->master;
    struct tree_found found = {.nests =
                                   g_ptr_array_new_with_free_func((GDestroyNotify)tree_nest_free)};
    add_starts(found.nests, search, hub, steps);
    add_starts_small(found.nests, graph, hub, steps);
    found.best = found.nests->len > 0 ? g_ptr_array_index(found.nests, 0) : NULL;
    for (int round = 0; round < ROUNDS; round++) {
        struct tree_odds *odds = tree_odds_of(found.best, graph, hub);
        for (unsigned i = 0; i < G_N_ELEMENTS(edge_least); i++)
            add_starts_of_odds(found.nests, graph, hub, odds, edge_least[i], steps);
        found.best = tree_best_nest(found.nests, odds);
        tree_odds_free(odds);
    }
    if (!found.best)
        return found;
    found.odds = tree_odds_of(found.best, graph, hub);
    found.best = tree_best_nest(found.nests, found.odds);
    tree_settle(found.best, SHAKES);
    return found;
}

void tree_found_clear(struct tree_found *found)
{
    g_ptr_array_unref(found->nests);
    tree_odds_free(found->odds);
}
