// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_nest.h"

#include "infer/tree.h"

#include <math.h>
#include <string.h>

/* A full tree is likelier than others, by so many nats: programs run on such numbers. */
#define FULL 1.0
/* Two endpoints are no tree. */
#define LEAST 3

/* Of the next full tree with more than that many positions. */
static uint32_t full_above(unsigned arity, uint32_t order)
{
    uint32_t full = 1, level = 1;
    while (full <= order) {
        level *= arity == 0 ? 2 : arity;
        full = arity == 0 ? level : full + level;
    }
    return full;
}

static bool is_full(unsigned arity, uint32_t order)
{
    return order > 0 && full_above(arity, order - 1) == order;
}

/* What an edge added, for who was at its ends. */
struct tree_nest_known {
    uint32_t child, parent;
    double gain;
};

struct tree_nest *tree_nest_new(const struct graph *graph, unsigned arity, uint32_t order,
                                const uint32_t *position, struct budget *steps)
{
    struct tree_nest *nest = g_new0(struct tree_nest, 1);
    nest->steps = steps;
    nest->arity = arity;
    nest->n = graph->n;
    nest->n_active = graph->n_active;
    nest->room = full_above(arity, order + order / 8 + 2);
    nest->endpoint = g_new(uint32_t, nest->room);
    nest->position = g_new(uint32_t, MAX(graph->n, 1));
    nest->symmetry = g_new(double, nest->room + 1);
    nest->known = g_new(struct tree_nest_known, nest->room);
    memset(nest->endpoint, 0xff, nest->room * sizeof *nest->endpoint);
    memset(nest->position, 0xff, graph->n * sizeof *nest->position);
    for (uint32_t i = 0; i <= nest->room; i++)
        nest->symmetry[i] = NAN;
    for (uint32_t u = 0; u < graph->n; u++)
        if (position[u] != VTTIF_NOWHERE)
            tree_nest_put(nest, position[u], u);
    return nest;
}

void tree_nest_free(struct tree_nest *nest)
{
    if (!nest)
        return;
    g_free(nest->endpoint);
    g_free(nest->position);
    g_free(nest->symmetry);
    g_free(nest->known);
    g_free(nest);
}

void tree_nest_use(struct tree_nest *nest, const struct tree_odds *odds)
{
    struct tree_nest_known none = {VTTIF_NOWHERE, VTTIF_NOWHERE, tree_missing};
    nest->odds = odds;
    for (uint32_t p = 0; p < nest->room; p++)
        nest->known[p] = none;
}

/* --- positions -------------------------------------------------------------------------------- */

unsigned tree_nest_children(const struct tree_nest *nest, uint32_t p, uint32_t end, uint32_t *out)
{
    unsigned n = 0;
    if (nest->arity == 0) {
        for (uint32_t bit = 1; !(p & bit) && (p | bit) < end; bit <<= 1)
            out[n++] = p | bit;
        return n;
    }
    size_t first = (size_t)nest->arity * p + 1, last = MIN(first + nest->arity, end);
    for (size_t q = first; q < last && n < NEIGHBOURS_MAX; q++)
        out[n++] = (uint32_t)q;
    return n;
}

unsigned tree_nest_subtree(const struct tree_nest *nest, uint32_t p, uint32_t *out)
{
    unsigned n = 0;
    if (nest->arity == 0) {
        uint32_t size = p == 0 ? nest->room : p & -p;
        while (n < size)
            out[n++] = p++;
        return n;
    }
    for (size_t first = p, width = 1; first < nest->room;
         first = nest->arity * first + 1, width *= nest->arity)
        for (size_t q = first; q < first + width; q++)
            out[n++] = (uint32_t)q;
    return n;
}

unsigned tree_nest_kind(const struct tree_nest *nest, uint32_t p)
{
    unsigned kind = 0;
    if (nest->arity == 0)
        return p == 0 ? 32 : (unsigned)g_bit_nth_lsf(p, -1);
    for (; p > 0; p = tree_parent(nest->arity, p))
        kind++;
    return kind;
}

bool tree_nest_is_open(const struct tree_nest *nest, uint32_t p)
{
    bool first = nest->arity == 0 || p == nest->order || (p - 1) % nest->arity == 0;
    return p > 0 && first && nest->endpoint[tree_parent(nest->arity, p)] != VTTIF_NOWHERE;
}

/* --- who is where ----------------------------------------------------------------------------- */

void tree_nest_put(struct tree_nest *nest, uint32_t p, uint32_t u)
{
    uint32_t left = nest->endpoint[p];
    nest->endpoint[p] = u;
    if (left != VTTIF_NOWHERE) {
        nest->position[left] = VTTIF_NOWHERE;
        nest->n_placed--;
    }
    if (u != VTTIF_NOWHERE) {
        nest->position[u] = p;
        nest->n_placed++;
        nest->order = MAX(nest->order, p + 1);
    }
    while (nest->order > 0 && nest->endpoint[nest->order - 1] == VTTIF_NOWHERE)
        nest->order--;
}

void tree_nest_set(struct tree_nest *nest, const uint32_t *endpoint)
{
    memcpy(nest->endpoint, endpoint, nest->room * sizeof *endpoint);
    memset(nest->position, 0xff, nest->n * sizeof *nest->position);
    nest->n_placed = 0;
    nest->order = 0;
    for (uint32_t p = 0; p < nest->room; p++) {
        if (endpoint[p] == VTTIF_NOWHERE)
            continue;
        nest->position[endpoint[p]] = p;
        nest->n_placed++;
        nest->order = p + 1;
    }
}

struct branch {
    uint32_t from, size;
};

/* Larger ones go first, of equal ones whichever did. They are few, and mostly in order. */
static void sort_branches(struct branch *branch, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct branch moved = branch[i];
        unsigned k = i;
        for (; k > 0 && branch[k - 1].size < moved.size; k--)
            branch[k] = branch[k - 1];
        branch[k] = moved;
    }
}

void tree_nest_pack(struct tree_nest *nest)
{
    if (nest->arity == 0 || nest->arity >= NEIGHBOURS_MAX)
        return;
    g_autofree uint32_t *size = g_new(uint32_t, nest->room), *from = g_new(uint32_t, nest->room);
    g_autofree uint32_t *packed = g_new(uint32_t, nest->room);
    g_autofree struct branch *branch = g_new(struct branch, nest->arity);
    for (uint32_t p = 0; p < nest->room; p++)
        size[p] = nest->endpoint[p] != VTTIF_NOWHERE;
    for (uint32_t p = nest->room - 1; p > 0; p--)
        size[tree_parent(nest->arity, p)] += size[p];
    from[0] = 0;
    for (uint32_t p = 0; p < nest->room; p++) {
        packed[p] = nest->endpoint[from[p]];
        size_t to = (size_t)nest->arity * p + 1, first = (size_t)nest->arity * from[p] + 1;
        if (to >= nest->room)
            continue;
        for (unsigned k = 0; k < nest->arity; k++)
            branch[k] = (struct branch){(uint32_t)first + k, size[first + k]};
        sort_branches(branch, nest->arity);
        for (unsigned k = 0; k < nest->arity; k++)
            from[to + k] = branch[k].from;
    }
    tree_nest_set(nest, packed);
}

/* --- likelihood ------------------------------------------------------------------------------- */

double tree_nest_edge(const struct tree_nest *nest, uint32_t p)
{
    return tree_nest_gain(nest, nest->endpoint[p], nest->endpoint[tree_parent(nest->arity, p)]);
}

/* The logarithm of the number of ways to lay a tree of that order onto itself: children whose
 * subtrees have the same size have the same shape. */
static double symmetry_of(const struct tree_nest *nest, uint32_t order)
{
    g_autofree uint32_t *size = g_new(uint32_t, order + 1);
    uint32_t child[NEIGHBOURS_MAX];
    double sum = 0;
    for (uint32_t p = 0; p < order; p++)
        size[p] = 1;
    for (uint32_t p = order; p-- > 1;)
        size[tree_parent(nest->arity, p)] += size[p];
    for (uint32_t p = 0; p < order; p++) {
        unsigned n = tree_nest_children(nest, p, order, child);
        for (unsigned i = 0, alike = 1; i + 1 < n; i++) { /* equal ones are neighbours in heaps */
            alike = size[child[i]] == size[child[i + 1]] ? alike + 1 : 1;
            sum += log(alike);
        }
    }
    return sum;
}

/* The same of a p that has not changed since it was asked for last: the table of gains is large. */
static double known_edge(const struct tree_nest *nest, uint32_t p)
{
    struct tree_nest_known *known = &nest->known[p];
    uint32_t child = nest->endpoint[p], parent = nest->endpoint[tree_parent(nest->arity, p)];
    if (child != known->child || parent != known->parent)
        *known = (struct tree_nest_known){child, parent, tree_nest_gain(nest, child, parent)};
    return known->gain;
}

double tree_nest_worth(struct tree_nest *nest)
{
    uint32_t order = nest->order;
    if (order < LEAST)
        return -INFINITY;
    if (isnan(nest->symmetry[order]))
        nest->symmetry[order] = symmetry_of(nest, order) + (is_full(nest->arity, order) ? FULL : 0);
    double n = (double)MAX(nest->n_active, nest->n_placed);
    double sum = nest->symmetry[order] + lgamma(n - (double)nest->n_placed + 1) - lgamma(n + 1);
    for (uint32_t p = 1; p < order; p++)
        sum += known_edge(nest, p);
    return sum;
}

uint32_t *tree_nest_parents(const struct tree_nest *nest)
{
    uint32_t *parent = g_new(uint32_t, MAX(nest->n, 1));
    for (size_t u = 0; u < nest->n; u++) {
        uint32_t p = nest->position[u];
        parent[u] = p == VTTIF_NOWHERE || p == 0 ? VTTIF_NOWHERE
                                                 : nest->endpoint[tree_parent(nest->arity, p)];
    }
    return parent;
}
