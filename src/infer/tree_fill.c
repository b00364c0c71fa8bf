// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_fill.h"

#include "infer/tree.h"

#include <math.h>

/* Who is that likely to be at a place, among all who may be, is put there. */
#define LIKELY 0.3
/* Whom several places want goes to one, and then others may be likely at the rest. */
#define ROUNDS_MOST 3

struct claim {
    double share;
    uint32_t u, p;
};

/* What the edges of u at p add. */
static double gain_at(const struct tree_nest *nest, uint32_t u, uint32_t p)
{
    uint32_t child[NEIGHBOURS_MAX];
    unsigned n = tree_nest_children(nest, p, nest->order, child);
    double sum = p > 0 ? tree_nest_gain(nest, u, nest->endpoint[tree_parent(nest->arity, p)]) : 0;
    for (unsigned k = 0; k < n; k++)
        sum += tree_nest_gain(nest, nest->endpoint[child[k]], u);
    return sum;
}

/* The likeliest of those without a place. */
static struct claim likeliest_at(const struct tree_nest *nest, uint32_t p)
{
    struct claim claim = {-INFINITY, VTTIF_NOWHERE, p};
    double most = -INFINITY, sum = 0;
    for (uint32_t u = 0; u < nest->n; u++) {
        if (nest->position[u] != VTTIF_NOWHERE)
            continue;
        double gain = gain_at(nest, u, p);
        sum = gain > most ? sum * exp(most - gain) + 1 : sum + exp(gain - most);
        if (gain <= most)
            continue;
        most = gain;
        claim.u = u;
    }
    claim.share = claim.u == VTTIF_NOWHERE ? 0 : 1 / sum;
    return claim;
}

static int by_share(const void *first, const void *second)
{
    const struct claim *a = first, *b = second;
    if (a->share != b->share)
        return a->share > b->share ? -1 : 1;
    return a->p < b->p ? -1 : a->p > b->p;
}

static GArray *find_claims(const struct tree_nest *nest)
{
    GArray *claims = g_array_new(FALSE, FALSE, sizeof(struct claim));
    for (uint32_t p = 0; p < nest->order; p++) {
        if (nest->endpoint[p] != VTTIF_NOWHERE)
            continue;
        struct claim claim = likeliest_at(nest, p);
        if (claim.share > LIKELY)
            g_array_append_val(claims, claim);
    }
    g_array_sort(claims, by_share);
    return claims;
}

void tree_fill(struct tree_nest *nest)
{
    for (int round = 0; round < ROUNDS_MOST; round++) {
        g_autoptr(GArray) claims = find_claims(nest);
        for (guint i = 0; i < claims->len; i++) {
            struct claim claim = g_array_index(claims, struct claim, i);
            if (nest->position[claim.u] == VTTIF_NOWHERE)
                tree_nest_put(nest, claim.p, claim.u);
        }
        if (claims->len == 0)
            return;
    }
}
