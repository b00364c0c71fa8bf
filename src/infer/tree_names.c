// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_names.h"

#include "infer/archetypes.h"
#include "infer/tree.h"
#include "infer/tree_chance.h"
#include "infer/tree_fill.h"
#include "infer/tree_find.h"
#include "infer/tree_variants.h"

/* Above, what was found at cuts stays. */
#define ENDPOINTS_MOST 1500
/* Above, only the likeliest starts are settled, and no variants looked for. */
#define ENDPOINTS_LARGE 200
/* Settling takes so many steps in all, about a second's: noise takes half of it at most, stars of a
 * hundred beside each other would take minutes. */
#define STEPS_MOST 250000000
/* In large ones a step takes longer, as the table of gains does not fit a cache. */
#define STEPS_LARGE 120000000
/* A name that agrees so much better than any tree does is not searched for a tree. */
#define HOPELESS 0.2
/* Fewer are quickly searched. */
#define ENDPOINTS_FEW 20
/* Trees so much less likely than the likeliest are named, too (nats), so many at most. */
#define BEHIND_MOST 3.2
#define NAMES_MOST  12

static bool is_large(const struct graph *graph)
{
    return graph->n > ENDPOINTS_LARGE;
}

static bool is_tree(const struct candidate *candidate)
{
    return candidate->archetype->adjacent == tree_adjacent;
}

static const char *name_of(unsigned arity)
{
    return arity == 0 ? "binomial-tree" : arity == 2 ? "binary-tree" : "k-ary-tree";
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
static bool is_near(const struct candidate *candidate, bool large)
{
    if (large || candidate->coverage < LEAST_COVERAGE)
        return candidate_stands(candidate);
    return candidate->score >= candidate->archetype->least_score && candidate->bits >= 0;
}

/* The places of a variant, and of those who are likely at the vacant ones; g_free it. */
static uint32_t *positions_of(const struct tree_variant *variant, const struct graph *graph,
                              const struct tree_odds *odds)
{
    struct tree_nest *nest =
        tree_nest_new(graph, variant->arity, variant->order, variant->position, NULL);
    tree_nest_use(nest, odds);
    tree_fill(nest);
    uint32_t *position = g_steal_pointer(&nest->position);
    tree_nest_free(nest);
    return position;
}

static void add_name(struct search *search, const char *name, uint32_t hub,
                     const struct tree_variant *variant, const uint32_t *position, double behind,
                     struct standing *standing)
{
    struct vttif_shape shape = shape_new(name, 1, &variant->order);
    shape.arity = variant->arity;
    struct candidate candidate = {.archetype = archetype_of(&shape), .shape = shape, .hub = hub};
    candidate.position = g_memdup2(position, search->graph->n * sizeof *position);
    candidate_judge(&candidate, search);
    candidate.behind = behind / G_LN2;
    g_array_append_val(search->candidates, candidate);
    standing->certain |= candidate.exact && !candidate.excuses_some && candidate_stands(&candidate);
    standing->near |= is_near(&candidate, is_large(search->graph));
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
    return search->graph->n > ENDPOINTS_FEW && other > tree + HOPELESS;
}

/* All that is about as likely as the best. */
static GArray *find_variants(const GPtrArray *nests, struct tree_nest *best)
{
    GArray *variants = tree_variants_new();
    double worth = tree_nest_worth(best);
    if (best->n > ENDPOINTS_LARGE) {
        tree_variants_add(variants, best);
        return variants;
    }
    for (guint i = 0; i < nests->len && worth > 0; i++)
        tree_variants_near(variants, g_ptr_array_index(nests, i), worth - BEHIND_MOST);
    tree_variants_sort(variants);
    return variants;
}

/* Is the likeliest more than chance, by what it says itself that edges and others are? */
static struct tree_chance chance_of(const struct graph *graph, uint32_t hub,
                                    const struct tree_variant *variant)
{
    struct tree_nest *nest =
        tree_nest_new(graph, variant->arity, variant->order, variant->position, NULL);
    struct tree_odds *odds = tree_odds_of(nest, graph, hub);
    tree_nest_use(nest, odds);
    struct tree_chance chance = tree_chance_of(nest, graph);
    tree_nest_free(nest);
    tree_odds_free(odds);
    return chance;
}

/* Instead of the trees that there were: all are names, or none. */
static void name_variants(struct search *search, const GArray *variants,
                          const struct tree_odds *odds)
{
    uint32_t hub = search->master;
    if (variants->len == 0)
        return;
    remove_trees(search);
    guint first = search->candidates->len;
    struct standing standing = {false, false};
    const struct tree_variant *likeliest = &g_array_index(variants, struct tree_variant, 0);
    for (guint i = 0; i < MIN(variants->len, NAMES_MOST); i++) {
        const struct tree_variant *variant = &g_array_index(variants, struct tree_variant, i);
        double behind = likeliest->worth - variant->worth;
        g_autofree uint32_t *position = positions_of(variant, search->graph, odds);
        add_name(search, name_of(variant->arity), hub, variant, position, behind, &standing);
        add_name(search, "tree-allreduce", hub, variant, position, behind, &standing);
        standing.certain = standing.certain && i == 0;
    }
    bool large = is_large(search->graph);
    struct tree_chance chance = {0, 0};
    if (!large)
        chance = chance_of(search->graph, hub, likeliest);
    bool stand = standing.certain || (standing.near && (large || tree_chance_stands(&chance)));
    bool sure = standing.certain || tree_chance_is_sure(&chance);
    for (guint i = first; i < search->candidates->len; i++) {
        g_array_index(search->candidates, struct candidate, i).likely = stand;
        g_array_index(search->candidates, struct candidate, i).by_chance = !stand;
        g_array_index(search->candidates, struct candidate, i).sure = sure;
    }
}

void trees_settle(struct search *search)
{
    const struct graph *graph = search->graph;
    if (graph->n > ENDPOINTS_MOST || graph->cut > 0 || is_sure(search) || is_hopeless(search))
        return;
    struct budget steps = {is_large(graph) ? STEPS_LARGE : STEPS_MOST};
    struct tree_found found =
        is_large(graph) ? tree_find_large(search, &steps) : tree_find(search, &steps);
    if (found.best) {
        g_autoptr(GArray) variants = find_variants(found.nests, found.best);
        name_variants(search, variants, found.odds);
    }
    tree_found_clear(&found);
}
