// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_moves.h"

#include "infer/assign.h"
#include "infer/tree.h"

#include <math.h>
#include <string.h>

/* Less is no gain. */
#define GAIN_LEAST 1e-3

/* --- assignments ------------------------------------------------------------------------------ */

/* Positions of one parity of depth, and who may sit there. */
struct hall {
    uint32_t *place, *guest;
    unsigned n_places, n_guests;
};

static struct hall hall_new(const struct tree_nest *nest, const uint8_t *depth, unsigned parity)
{
    struct hall hall = {g_new(uint32_t, nest->order), g_new(uint32_t, nest->n), 0, 0};
    for (uint32_t p = 0; p < nest->order; p++)
        if (depth[p] % 2 == parity)
            hall.place[hall.n_places++] = p;
    for (uint32_t u = 0; u < nest->n; u++)
        if (nest->position[u] == VTTIF_NOWHERE || depth[nest->position[u]] % 2 == parity)
            hall.guest[hall.n_guests++] = u;
    return hall;
}

/* What every guest adds at p beside nobody, who adds nothing. */
static void fill_values(const struct tree_nest *nest, const struct hall *hall, uint32_t p,
                        double *value)
{
    uint32_t child[NEIGHBOURS_MAX];
    uint32_t up = p > 0 ? nest->endpoint[tree_parent(nest->arity, p)] : VTTIF_NOWHERE;
    unsigned n_children = tree_nest_children(nest, p, nest->order, child);
    double cost = log((double)MAX(tree_nest_others(nest), 1));
    for (unsigned j = 0; j < hall->n_guests; j++)
        value[j] = tree_nest_gain(nest, hall->guest[j], up) - tree_missing - cost;
    for (unsigned k = 0; k < n_children; k++) {
        uint32_t v = nest->endpoint[child[k]];
        for (unsigned j = 0; v != VTTIF_NOWHERE && j < hall->n_guests; j++)
            value[j] += tree_nest_gain(nest, v, hall->guest[j]) - tree_missing;
    }
    for (unsigned j = 0; j < hall->n_guests; j++)
        value[j] = MAX(value[j], -1); /* nobody is better anyway */
}

void tree_assign_depths(struct tree_nest *nest, const uint8_t *depth, unsigned parity)
{
    struct hall hall = hall_new(nest, depth, parity);
    unsigned columns = hall.n_guests + hall.n_places;
    g_autofree double *value = g_new0(double, (size_t)hall.n_places *columns);
    g_autofree uint32_t *column_of = g_new(uint32_t, MAX(hall.n_places, 1));
    for (unsigned i = 0; i < hall.n_places; i++)
        fill_values(nest, &hall, hall.place[i], value + (size_t)i * columns);
    budget_spend(nest->steps, assign(value, hall.n_places, columns, column_of));
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    for (unsigned i = 0; i < hall.n_places; i++)
        endpoint[hall.place[i]] =
            column_of[i] < hall.n_guests ? hall.guest[column_of[i]] : VTTIF_NOWHERE;
    tree_nest_set(nest, endpoint);
    g_free(hall.place);
    g_free(hall.guest);
}

void tree_assign_kind(struct tree_nest *nest, const uint8_t *kind, unsigned wanted)
{
    g_autofree uint32_t *place = g_new(uint32_t, nest->order);
    unsigned n = 0;
    for (uint32_t p = 1; p < nest->order; p++)
        if (kind[p] == wanted)
            place[n++] = p;
    if (n < 2)
        return;
    g_autofree double *value = g_new0(double, (size_t)n *n);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++)
            value[i * n + j] = tree_nest_gain(nest, nest->endpoint[place[j]],
                                              nest->endpoint[tree_parent(nest->arity, place[i])]);
    g_autofree uint32_t *column_of = g_new(uint32_t, n);
    budget_spend(nest->steps, assign(value, n, n, column_of));
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    g_autofree uint32_t *to = g_new(uint32_t, nest->room), *from = g_new(uint32_t, nest->room);
    for (unsigned i = 0; i < n; i++) {
        if (column_of[i] == i)
            continue;
        unsigned size = tree_nest_subtree(nest, place[i], to);
        tree_nest_subtree(nest, place[column_of[i]], from);
        for (unsigned k = 0; k < size; k++)
            endpoint[to[k]] = nest->endpoint[from[k]];
    }
    tree_nest_set(nest, endpoint);
}

/* --- exchanges -------------------------------------------------------------------------------- */

/* The edges of p that are not within the block of so many positions from p on. */
static double edges_outside(const struct tree_nest *nest, uint32_t p, uint32_t size)
{
    uint32_t child[NEIGHBOURS_MAX];
    double sum = p > 0 ? tree_nest_edge(nest, p) : 0;
    unsigned n = tree_nest_children(nest, p, nest->order, child);
    for (unsigned k = 0; k < n; k++)
        sum += size == 1 || child[k] - p >= size ? tree_nest_edge(nest, child[k]) : 0;
    return sum;
}

static double edges_of_both(const struct tree_nest *nest, uint32_t p, uint32_t q, uint32_t size)
{
    return edges_outside(nest, p, size) + edges_outside(nest, q, size);
}

/* What is on two blocks of positions changes places. */
static void exchange(struct tree_nest *nest, uint32_t p, uint32_t q, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        uint32_t u = nest->endpoint[p + i], v = nest->endpoint[q + i];
        nest->endpoint[p + i] = v;
        nest->endpoint[q + i] = u;
        if (u != VTTIF_NOWHERE)
            nest->position[u] = q + i;
        if (v != VTTIF_NOWHERE)
            nest->position[v] = p + i;
    }
}

static void exchange_if_better(struct tree_nest *nest, uint32_t p, uint32_t q, uint32_t size)
{
    double before = edges_of_both(nest, p, q, size);
    exchange(nest, p, q, size);
    if (edges_of_both(nest, p, q, size) < before + GAIN_LEAST)
        exchange(nest, p, q, size);
}

void tree_exchange_blocks(struct tree_nest *nest)
{
    budget_spend(nest->steps, (size_t)nest->order * (nest->arity + 2));
    for (uint32_t p = 1; p < nest->order; p++)
        exchange_if_better(nest, tree_parent(nest->arity, p), p, 1);
    for (uint32_t size = 2; nest->arity == 0 && 2 * size <= nest->order; size *= 2)
        for (uint32_t p = 0; p + size <= nest->order; p += size)
            for (uint32_t q = p + size; q + size <= nest->order; q += size)
                exchange_if_better(nest, p, q, size);
}

void tree_swap(struct tree_nest *nest, uint32_t p, uint32_t q)
{
    uint32_t u = nest->endpoint[p], v = nest->endpoint[q];
    if (p == q)
        return;
    tree_nest_put(nest, p, VTTIF_NOWHERE);
    tree_nest_put(nest, q, u);
    tree_nest_put(nest, p, v);
}
