// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_variants.h"

#include "infer/tree.h"
#include "infer/tree_moves.h"

#include <string.h>

/* An edge that adds less may be another's. */
#define DOUBTFUL 4.0
/* So many are collected. */
#define VARIANTS_MOST 64

static void variant_clear(gpointer data)
{
    struct tree_variant *variant = data;
    g_free(variant->position);
    g_free(variant->parent);
}

GArray *tree_variants_new(void)
{
    GArray *variants = g_array_new(FALSE, FALSE, sizeof(struct tree_variant));
    g_array_set_clear_func(variants, variant_clear);
    return variants;
}

void tree_variants_add(GArray *variants, struct tree_nest *nest)
{
    struct tree_variant variant = {
        .arity = nest->arity, .order = nest->order, .parent = tree_nest_parents(nest)};
    for (guint i = 0; i < variants->len; i++) {
        const struct tree_variant *other = &g_array_index(variants, struct tree_variant, i);
        if (other->arity != variant.arity ||
            memcmp(other->parent, variant.parent, nest->n * sizeof *variant.parent) != 0)
            continue;
        g_free(variant.parent);
        return;
    }
    variant.position = g_memdup2(nest->position, nest->n * sizeof *nest->position);
    variant.worth = tree_nest_worth(nest);
    g_array_append_val(variants, variant);
}

static int by_worth(const void *first, const void *second)
{
    const struct tree_variant *a = first, *b = second;
    return a->worth > b->worth ? -1 : a->worth < b->worth;
}

void tree_variants_sort(GArray *variants)
{
    g_array_sort(variants, by_worth);
}

/* --- changes ---------------------------------------------------------------------------------- */

struct change {
    GArray *variants;
    struct tree_nest *nest;
    uint32_t *before; /* [room] */
    double least;
};

/* Adds what it is now, if that is good enough, and undoes it. */
static void try_it(const struct change *change)
{
    struct tree_nest *nest = change->nest;
    budget_spend(nest->steps, nest->room + nest->n);
    if (change->variants->len < VARIANTS_MOST && tree_nest_worth(nest) >= change->least)
        tree_variants_add(change->variants, nest);
    tree_nest_set(nest, change->before);
}

static bool is_doubtful(const struct tree_nest *nest, uint32_t p)
{
    uint32_t child[NEIGHBOURS_MAX];
    if (p > 0 && tree_nest_edge(nest, p) < DOUBTFUL)
        return true;
    unsigned n = tree_nest_children(nest, p, nest->order, child);
    for (unsigned k = 0; k < n; k++)
        if (tree_nest_edge(nest, child[k]) < DOUBTFUL)
            return true;
    return false;
}

/* Who is at p leaves; and any other of those without a place comes instead. */
static void replace(const struct change *change, uint32_t p)
{
    struct tree_nest *nest = change->nest;
    for (uint32_t u = 0; u < nest->n; u++) {
        if (nest->position[u] != VTTIF_NOWHERE)
            continue;
        tree_nest_put(nest, p, u);
        try_it(change);
    }
    if (nest->endpoint[p] == VTTIF_NOWHERE)
        return;
    tree_nest_put(nest, p, VTTIF_NOWHERE);
    tree_nest_pack(nest);
    try_it(change);
}

static void swap(const struct change *change, uint32_t p, uint32_t q)
{
    if (change->nest->endpoint[p] == change->nest->endpoint[q])
        return;
    tree_swap(change->nest, p, q);
    tree_nest_pack(change->nest);
    try_it(change);
}

/* Whoever has no place hangs behind the last. */
static void extend(const struct change *change)
{
    struct tree_nest *nest = change->nest;
    uint32_t order = nest->order, last = nest->arity == 0 ? MIN(order + 4, nest->room) : nest->room;
    for (uint32_t p = order; p < last; p++) {
        if (!tree_nest_is_open(nest, p))
            continue;
        uint32_t up = nest->endpoint[tree_parent(nest->arity, p)];
        for (uint32_t u = 0; u < nest->n; u++) {
            if (nest->position[u] != VTTIF_NOWHERE ||
                tree_nest_gain(nest, u, up) < tree_missing + 1)
                continue;
            tree_nest_put(nest, p, u);
            tree_nest_pack(nest);
            try_it(change);
        }
    }
}

void tree_variants_near(GArray *variants, struct tree_nest *nest, double least)
{
    if (tree_nest_worth(nest) < least)
        return;
    tree_variants_add(variants, nest);
    struct change change = {variants, nest,
                            g_memdup2(nest->endpoint, nest->room * sizeof(uint32_t)), least};
    uint32_t order = nest->order;
    for (uint32_t p = 0; p < order && !budget_is_spent(nest->steps); p++) {
        if (!is_doubtful(nest, p))
            continue;
        replace(&change, p);
        for (uint32_t q = 0; q < order; q++)
            if (q < p || !is_doubtful(nest, q))
                swap(&change, p, q);
    }
    extend(&change);
    g_free(change.before);
}
