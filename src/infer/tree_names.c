// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_names.h"

#include "infer/archetypes.h"
#include "infer/tree.h"
#include "infer/tree_chance.h"
#include "infer/tree_settle.h"
#include "infer/tree_variants.h"

/* Above, what was found at cuts stays. */
#define ENDPOINTS_MOST 400
#define STARTS_MOST    6
#define START_LEAST    0.4
#define ROUNDS         2 /* of learning */
#define SHAKES         100
/* Settling takes so many steps in all, about a second's: noise takes half of it at most, stars of a
 * hundred beside each other would take minutes. */
#define STEPS_MOST 250000000
/* A name that agrees so much better than any tree does is not searched for a tree. */
#define HOPELESS 0.2
/* With so few endpoints each of the usual trees is tried, shaken so many times. */
#define SMALL_TREES  20
#define SMALL_ARITY  3
#define SMALL_SHAKES 40
/* Pairs that speak so much for an edge are taken for one: nats. Few that are false hang branches
 * where they do not belong; with more, branches are in pieces. */
static const double edge_least[] = {1.5, 4};
/* Trees so much less likely than the likeliest are named, too (nats), so many at most. */
#define BEHIND_MOST 3.2
#define NAMES_MOST  12

static bool is_tree(const struct candidate *candidate)
{
    return candidate->archetype->adjacent == tree_adjacent;
}

static const char *name_of(unsigned arity)
{
    return arity == 0 ? "binomial-tree" : arity == 2 ? "binary-tree" : "k-ary-tree";
}

/* Settled with what edges and others are learned to be from where it is. */
static void settle(struct tree_nest *nest, const struct graph *graph, uint32_t hub)
{
    for (int round = 0; round < ROUNDS; round++) {
        g_autofree uint32_t *parent = tree_nest_parents(nest);
        struct tree_odds *odds = tree_odds_new(graph, hub, parent);
        nest->odds = odds;
        tree_settle(nest, 0);
        nest->odds = NULL;
        tree_odds_free(odds);
    }
}

/* Settles the trees that a search has found. */
static void add_starts(GPtrArray *nests, const struct search *search, uint32_t hub,
                       struct budget *steps)
{
    unsigned n = 0;
    for (guint i = 0; i < search->candidates->len && n < STARTS_MOST; i++) {
        const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        bool is_twin = candidate->archetype == &archetype_tree_allreduce;
        if (!is_tree(candidate) || is_twin || candidate->score < START_LEAST)
            continue;
        struct tree_nest *nest =
            tree_nest_new(search->graph, candidate->shape.arity, candidate->shape.dims[0],
                          candidate->position, steps);
        settle(nest, search->graph, hub);
        g_ptr_array_add(nests, nest);
        n++;
    }
}

/* The pairs that are likely to be edges, and what trees they may be. */
static void add_starts_of_odds(GPtrArray *nests, const struct graph *graph, uint32_t hub,
                               const struct tree_odds *odds, double least, struct budget *steps)
{
    struct strong *strong = tree_odds_strong(odds, graph, hub, least);
    struct search *search = search_new(graph);
    tree_propose(search, strong);
    g_array_sort(search->candidates, candidate_compare);
    add_starts(nests, search, hub, steps);
    search_free(search);
    strong_free(strong);
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
        nest->odds = odds;
        tree_settle(nest, SMALL_SHAKES);
        nest->odds = NULL;
        settle(nest, graph, hub);
        g_ptr_array_add(nests, nest);
    }
    tree_odds_free(odds);
}

/* The likeliest, as the odds are that it says itself. */
static struct tree_nest *best_nest(const GPtrArray *nests, const struct tree_odds *odds)
{
    struct tree_nest *best = NULL;
    double most = 0;
    for (guint i = 0; i < nests->len; i++) {
        struct tree_nest *nest = g_ptr_array_index(nests, i);
        nest->odds = odds;
        double worth = tree_nest_worth(nest);
        if (best && worth <= most)
            continue;
        best = nest;
        most = worth;
    }
    return best;
}

static void remove_trees(struct search *search)
{
    for (guint i = search->candidates->len; i-- > 0;) {
        struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        if (!is_tree(candidate))
            continue;
        g_free(candidate->position);
        g_array_remove_index(search->candidates, i);
    }
}

/* With less of the endpoints a tree may be some branch of another graph. */
#define LEAST_COVERAGE 0.6

/* What a list of names is told by. */
struct standing {
    bool certain; /* one is without an error */
    bool near; /* one agrees with its cut as well as a name has to */
};

/* Odds that a tree says itself are too good where nothing parts its edges from others: at its cut
 * it must not be worse than chance, and if it is but a part of the graph, as good as any name. */
static bool is_near(const struct candidate *candidate)
{
    if (candidate->coverage < LEAST_COVERAGE)
        return candidate_stands(candidate);
    return candidate->score >= candidate->archetype->least_score && candidate->bits >= 0;
}

static void add_name(struct search *search, const char *name, uint32_t hub,
                     const struct tree_variant *variant, double behind, struct standing *standing)
{
    struct vttif_shape shape = shape_new(name, 1, &variant->order);
    shape.arity = variant->arity;
    struct candidate candidate = {.archetype = archetype_of(&shape), .shape = shape, .hub = hub};
    candidate.position = g_memdup2(variant->position, search->graph->n * sizeof(uint32_t));
    candidate_judge(&candidate, search);
    candidate.behind = behind / G_LN2;
    g_array_append_val(search->candidates, candidate);
    standing->certain |= candidate.exact && !candidate.excuses_some && candidate_stands(&candidate);
    standing->near |= is_near(&candidate);
}

/* Is one known without a doubt? Where a hub is excused, its edges may still be others. */
static bool is_sure(const struct search *search)
{
    for (guint i = 0; i < search->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        if (is_tree(candidate) && candidate->exact && candidate->hub == VTTIF_NOWHERE)
            return true;
    }
    return false;
}

/* Does another name fit so much better that no tree will come near? */
static bool is_hopeless(const struct search *search)
{
    double tree = 0, other = 0;
    for (guint i = 0; i < search->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        if (is_tree(candidate))
            tree = MAX(tree, candidate->score);
        else if (candidate_stands(candidate))
            other = MAX(other, candidate->score);
    }
    return search->graph->n > SMALL_TREES && other > tree + HOPELESS;
}

/* The odds as the likeliest of the nests says them, or as a guess does. */
static struct tree_odds *odds_of(const struct tree_nest *best, const struct graph *graph,
                                 uint32_t hub)
{
    g_autofree uint32_t *parent = best ? tree_nest_parents(best) : guess_parents(graph, hub);
    return tree_odds_new(graph, hub, parent);
}

/* All that is about as likely as the best. */
static GArray *find_variants(const GPtrArray *nests, struct tree_nest *best)
{
    GArray *variants = tree_variants_new();
    double worth = tree_nest_worth(best);
    for (guint i = 0; i < nests->len && worth > 0; i++)
        tree_variants_near(variants, g_ptr_array_index(nests, i), worth - BEHIND_MOST);
    tree_variants_sort(variants);
    return variants;
}

/* Is the likeliest more than chance, by what it says itself that edges and others are? */
static bool is_no_chance(const struct graph *graph, uint32_t hub,
                         const struct tree_variant *variant)
{
    struct tree_nest *nest =
        tree_nest_new(graph, variant->arity, variant->order, variant->position, NULL);
    struct tree_odds *odds = odds_of(nest, graph, hub);
    nest->odds = odds;
    struct tree_chance chance = tree_chance_of(nest, graph);
    tree_nest_free(nest);
    tree_odds_free(odds);
    return tree_chance_stands(&chance);
}

/* Instead of the trees that there were: all are names, or none. */
static void name_variants(struct search *search, const GArray *variants, uint32_t hub)
{
    if (variants->len == 0)
        return;
    remove_trees(search);
    guint first = search->candidates->len;
    struct standing standing = {false, false};
    const struct tree_variant *likeliest = &g_array_index(variants, struct tree_variant, 0);
    for (guint i = 0; i < MIN(variants->len, NAMES_MOST); i++) {
        const struct tree_variant *variant = &g_array_index(variants, struct tree_variant, i);
        double behind = likeliest->worth - variant->worth;
        add_name(search, name_of(variant->arity), hub, variant, behind, &standing);
        add_name(search, "tree-allreduce", hub, variant, behind, &standing);
        standing.certain = standing.certain && i == 0;
    }
    bool stand = standing.certain || (standing.near && is_no_chance(search->graph, hub, likeliest));
    for (guint i = first; i < search->candidates->len; i++) {
        g_array_index(search->candidates, struct candidate, i).likely = stand;
        g_array_index(search->candidates, struct candidate, i).by_chance = !stand;
    }
}

void trees_settle(struct search *search)
{
    const struct graph *graph = search->graph;
    uint32_t hub = search->master;
    if (graph->n > ENDPOINTS_MOST || graph->cut > 0 || is_sure(search) || is_hopeless(search))
        return;
    g_autoptr(GPtrArray) nests = g_ptr_array_new_with_free_func((GDestroyNotify)tree_nest_free);
    struct budget steps = {STEPS_MOST};
    add_starts(nests, search, hub, &steps);
    add_starts_small(nests, graph, hub, &steps);
    struct tree_nest *best = nests->len > 0 ? g_ptr_array_index(nests, 0) : NULL;
    for (int round = 0; round < ROUNDS; round++) {
        struct tree_odds *odds = odds_of(best, graph, hub);
        for (unsigned i = 0; i < G_N_ELEMENTS(edge_least); i++)
            add_starts_of_odds(nests, graph, hub, odds, edge_least[i], &steps);
        best = best_nest(nests, odds);
        tree_odds_free(odds);
    }
    if (!best)
        return;
    struct tree_odds *odds = odds_of(best, graph, hub);
    best = best_nest(nests, odds);
    tree_settle(best, SHAKES);
    g_autoptr(GArray) variants = find_variants(nests, best);
    name_variants(search, variants, hub);
    tree_odds_free(odds);
}
