// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_moves.h"

#include "infer/assign.h"
#include "infer/tree.h"

#include <math.h>
#include <string.h>

/* Less is no gain. */
#define GAIN_LEAST 1e-3

/* Up to so many positions all are looked at. In larger trees only those with an edge that adds less
 * than so many nats, and whoever is wished there: the others stay where they are anyway. */
#define ALL_MOST 128
#define SURE     6.0
/* Of places that serve equally well one's own is the best: many vacant ones do. */
#define STAYS 1e-6
/* What it takes to look at what a block adds at another's place, beside what it takes to assign. */
#define PAIR_STEPS 4

/* Whether an edge that leaves the block of so many positions from p on is in doubt. */
static bool is_loose(const struct tree_nest *nest, uint32_t p, uint32_t size)
{
    uint32_t child[NEIGHBOURS_MAX];
    if (p > 0 && tree_nest_edge(nest, p) < SURE)
        return true;
    unsigned n = tree_nest_children(nest, p, nest->order, child);
    for (unsigned k = 0; k < n; k++)
        if (child[k] - p >= size && tree_nest_edge(nest, child[k]) < SURE)
            return true;
    return false;
}

static bool is_unsure(const struct tree_nest *nest, uint32_t p)
{
    return nest->order <= ALL_MOST || nest->endpoint[p] == VTTIF_NOWHERE || is_loose(nest, p, 1);
}

/* --- assignments ------------------------------------------------------------------------------ */

/* Positions, and who may sit there. */
struct hall {
    GArray *places, *guests; /* of uint32_t */
    bool *has_place; /* [room] */
    uint32_t *column; /* [n]: of a guest, one more than its index */
};

static struct hall hall_new(const struct tree_nest *nest)
{
    return (struct hall){g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                         g_array_new(FALSE, FALSE, sizeof(uint32_t)), g_new0(bool, nest->room),
                         g_new0(uint32_t, MAX(nest->n, 1))};
}

static void hall_clear(struct hall *hall)
{
    g_array_unref(hall->places);
    g_array_unref(hall->guests);
    g_free(hall->has_place);
    g_free(hall->column);
}

static void add_guest(struct hall *hall, uint32_t u)
{
    if (hall->column[u] > 0)
        return;
    g_array_append_val(hall->guests, u);
    hall->column[u] = hall->guests->len;
}

static void add_place(struct hall *hall, const struct tree_nest *nest, uint32_t p)
{
    if (!hall->has_place[p])
        g_array_append_val(hall->places, p);
    hall->has_place[p] = true;
    if (nest->endpoint[p] != VTTIF_NOWHERE)
        add_guest(hall, nest->endpoint[p]);
}

/* Who is likely to be beside v comes, too, with the place that is left for it. */
static void invite(struct hall *hall, const struct tree_nest *nest, uint32_t v, bool above,
                   double present, const uint8_t *depth, unsigned parity)
{
    const struct tree_pairs *pairs = above ? &nest->odds->parents : &nest->odds->children;
    if (v == VTTIF_NOWHERE)
        return;
    for (size_t k = pairs->start[v]; k < pairs->start[v + 1]; k++) {
        uint32_t u = pairs->other[k], p = nest->position[u];
        double gain = above ? tree_gain(nest->odds, v, u) : tree_gain(nest->odds, u, v);
        if (p == VTTIF_NOWHERE && gain > 0)
            add_guest(hall, u);
        else if (p != VTTIF_NOWHERE && depth[p] % 2 == parity && gain > MAX(present, TREE_WISHED))
            add_place(hall, nest, p);
    }
}

/* Of one parity of depth. */
static void fill_hall(struct hall *hall, const struct tree_nest *nest, const uint8_t *depth,
                      unsigned parity)
{
    uint32_t child[NEIGHBOURS_MAX];
    for (uint32_t p = 0; p < nest->order; p++)
        if (depth[p] % 2 == parity && is_unsure(nest, p))
            add_place(hall, nest, p);
    for (uint32_t u = 0; u < nest->n && nest->order <= ALL_MOST; u++)
        if (nest->position[u] == VTTIF_NOWHERE)
            add_guest(hall, u);
    guint unsure = nest->order > ALL_MOST ? hall->places->len : 0;
    for (guint i = 0; i < unsure; i++) {
        uint32_t p = g_array_index(hall->places, uint32_t, i);
        if (p > 0)
            invite(hall, nest, nest->endpoint[tree_parent(nest->arity, p)], false,
                   tree_nest_edge(nest, p), depth, parity);
        unsigned n = tree_nest_children(nest, p, nest->order, child);
        for (unsigned k = 0; k < n; k++)
            invite(hall, nest, nest->endpoint[child[k]], true, tree_nest_edge(nest, child[k]),
                   depth, parity);
    }
}

/* What v, who is above or below p, adds for those who are likely beside it. */
static void add_values(const struct tree_nest *nest, const struct hall *hall, uint32_t v,
                       bool above, double *value)
{
    const struct tree_pairs *pairs = above ? &nest->odds->parents : &nest->odds->children;
    if (v == VTTIF_NOWHERE)
        return;
    for (size_t k = pairs->start[v]; k < pairs->start[v + 1]; k++) {
        uint32_t u = pairs->other[k];
        if (hall->column[u] > 0)
            value[hall->column[u] - 1] +=
                (above ? tree_gain(nest->odds, v, u) : tree_gain(nest->odds, u, v)) - tree_missing;
    }
}

/* What every guest adds at p beside nobody, who adds nothing. */
static void fill_values(const struct tree_nest *nest, const struct hall *hall, uint32_t p,
                        double *value)
{
    uint32_t child[NEIGHBOURS_MAX];
    unsigned n_children = tree_nest_children(nest, p, nest->order, child);
    double cost = log((double)MAX(tree_nest_others(nest), 1));
    for (unsigned j = 0; j < hall->guests->len; j++)
        value[j] = -cost;
    if (p > 0)
        add_values(nest, hall, nest->endpoint[tree_parent(nest->arity, p)], false, value);
    for (unsigned k = 0; k < n_children; k++)
        add_values(nest, hall, nest->endpoint[child[k]], true, value);
    for (unsigned j = 0; j < hall->guests->len; j++)
        value[j] = MAX(value[j], -1); /* nobody is better anyway */
}

void tree_assign_depths(struct tree_nest *nest, const uint8_t *depth, unsigned parity)
{
    struct hall hall = hall_new(nest);
    fill_hall(&hall, nest, depth, parity);
    unsigned rows = hall.places->len, n_guests = hall.guests->len, columns = n_guests + rows;
    g_autofree double *value = g_new0(double, MAX((size_t)rows * columns, 1));
    g_autofree uint32_t *column_of = g_new(uint32_t, MAX(rows, 1));
    for (unsigned i = 0; i < rows; i++) {
        fill_values(nest, &hall, g_array_index(hall.places, uint32_t, i),
                    value + (size_t)i * columns);
        for (unsigned j = 0; j < rows; j++) /* a nobody of its own */
            value[(size_t)i * columns + n_guests + j] = i == j ? 0 : -2;
    }
    budget_spend(nest->steps, PAIR_STEPS * nest->room + assign(value, rows, columns, column_of));
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    for (unsigned i = 0; i < rows; i++)
        endpoint[g_array_index(hall.places, uint32_t, i)] =
            column_of[i] < n_guests ? g_array_index(hall.guests, uint32_t, column_of[i])
                                    : VTTIF_NOWHERE;
    tree_nest_set(nest, endpoint);
    hall_clear(&hall);
}

/* The positions of a kind whose edge is in doubt, and those of whoever is likely at one of them. */
static void fill_hall_of_kind(struct hall *hall, const struct tree_nest *nest, const uint8_t *kind,
                              unsigned wanted)
{
    bool all = nest->order <= ALL_MOST;
    for (uint32_t p = 1; p < nest->order; p++)
        if (kind[p] == wanted && (all || tree_nest_edge(nest, p) < SURE))
            add_place(hall, nest, p);
    for (guint i = 0; i < hall->places->len && !all; i++) {
        uint32_t p = g_array_index(hall->places, uint32_t, i);
        uint32_t up = nest->endpoint[tree_parent(nest->arity, p)];
        const struct tree_pairs *pairs = &nest->odds->children;
        for (size_t k = up == VTTIF_NOWHERE ? 0 : pairs->start[up];
             up != VTTIF_NOWHERE && k < pairs->start[up + 1]; k++) {
            uint32_t q = nest->position[pairs->other[k]];
            if (q != VTTIF_NOWHERE && kind[q] == wanted &&
                tree_gain(nest->odds, pairs->other[k], up) >
                    MAX(tree_nest_edge(nest, p), TREE_WISHED))
                add_place(hall, nest, q);
        }
    }
}

/* What u adds at a position, as the root of a block of so many. */
typedef double worth_func(const struct tree_nest *nest, uint32_t p, uint32_t size, uint32_t u);

static double parent_with(const struct tree_nest *nest, uint32_t p, uint32_t size, uint32_t u)
{
    return tree_nest_gain(nest, u, nest->endpoint[tree_parent(nest->arity, p)]);
}

/* Whose places those who sit at the hall's should have, by number; g_free it. */
static uint32_t *exchange_places(const struct hall *hall, struct tree_nest *nest, uint32_t size,
                                 worth_func *worth)
{
    unsigned n = hall->places->len;
    const uint32_t *place = (const uint32_t *)(const void *)hall->places->data;
    g_autofree double *value = g_new0(double, MAX((size_t)n * n, 1));
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++)
            value[i * n + j] =
                (i == j ? STAYS : 0) + worth(nest, place[i], size, nest->endpoint[place[j]]);
    uint32_t *column_of = g_new0(uint32_t, MAX(n, 1));
    budget_spend(nest->steps, nest->room + PAIR_STEPS * (size_t)n * n);
    budget_spend(nest->steps, n > 1 ? assign(value, n, n, column_of) : 0);
    return column_of;
}

void tree_assign_kind(struct tree_nest *nest, const uint8_t *kind, unsigned wanted)
{
    struct hall hall = hall_new(nest);
    fill_hall_of_kind(&hall, nest, kind, wanted);
    unsigned n = hall.places->len;
    const uint32_t *place = (const uint32_t *)(const void *)hall.places->data;
    g_autofree uint32_t *column_of = exchange_places(&hall, nest, 1, parent_with);
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    g_autofree uint32_t *to = g_new(uint32_t, nest->room), *from = g_new(uint32_t, nest->room);
    for (unsigned i = 0; i < n && n > 1; i++) {
        if (column_of[i] == i)
            continue;
        unsigned size = tree_nest_subtree(nest, place[i], to);
        tree_nest_subtree(nest, place[column_of[i]], from);
        for (unsigned k = 0; k < size; k++)
            endpoint[to[k]] = nest->endpoint[from[k]];
    }
    tree_nest_set(nest, endpoint);
    hall_clear(&hall);
}

/* --- blocks of binomial trees ----------------------------------------------------------------- */

/* What the edges that leave the block of so many positions at p add with u as its root. */
static double outside_with(const struct tree_nest *nest, uint32_t p, uint32_t size, uint32_t u)
{
    double sum = p > 0 ? tree_nest_gain(nest, u, nest->endpoint[p & (p - 1)]) : 0;
    for (uint32_t bit = size; !(p & bit) && (p | bit) < nest->order; bit <<= 1)
        sum += tree_nest_gain(nest, nest->endpoint[p | bit], u);
    return sum;
}

static bool is_odd(uint32_t p)
{
    return __builtin_popcount(p) % 2 == 1;
}

/* The blocks whose roots are wished beside v more than what is there. */
static void invite_blocks(struct hall *hall, const struct tree_nest *nest, uint32_t v, bool above,
                          double present, uint32_t size)
{
    const struct tree_pairs *pairs = above ? &nest->odds->parents : &nest->odds->children;
    if (v == VTTIF_NOWHERE)
        return;
    for (size_t k = pairs->start[v]; k < pairs->start[v + 1]; k++) {
        uint32_t u = pairs->other[k], q = nest->position[u];
        double gain = above ? tree_gain(nest->odds, v, u) : tree_gain(nest->odds, u, v);
        bool there = nest->position[v] != VTTIF_NOWHERE;
        if (q != VTTIF_NOWHERE && q % size == 0 && there &&
            is_odd(q) != is_odd(nest->position[v]) && gain > MAX(present, TREE_WISHED))
            add_place(hall, nest, q);
    }
}

static void fill_hall_of_blocks(struct hall *hall, const struct tree_nest *nest, uint32_t size,
                                unsigned parity)
{
    for (uint32_t p = 0; p < nest->order; p += size)
        if (is_odd(p) == (parity == 1) && (nest->order <= ALL_MOST || is_loose(nest, p, size)))
            add_place(hall, nest, p);
    guint loose = nest->order > ALL_MOST ? hall->places->len : 0;
    for (guint i = 0; i < loose; i++) {
        uint32_t p = g_array_index(hall->places, uint32_t, i);
        if (p > 0)
            invite_blocks(hall, nest, nest->endpoint[p & (p - 1)], false, tree_nest_edge(nest, p),
                          size);
        for (uint32_t bit = size; !(p & bit) && (p | bit) < nest->order; bit <<= 1)
            invite_blocks(hall, nest, nest->endpoint[p | bit], true, tree_nest_edge(nest, p | bit),
                          size);
    }
}

void tree_assign_blocks(struct tree_nest *nest, uint32_t size, unsigned parity)
{
    struct hall hall = hall_new(nest);
    fill_hall_of_blocks(&hall, nest, size, parity);
    unsigned n = hall.places->len;
    const uint32_t *place = (const uint32_t *)(const void *)hall.places->data;
    g_autofree uint32_t *column_of = exchange_places(&hall, nest, size, outside_with);
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    for (unsigned i = 0; i < n && n > 1; i++)
        memcpy(endpoint + place[i], nest->endpoint + place[column_of[i]], size * sizeof *endpoint);
    tree_nest_set(nest, endpoint);
    hall_clear(&hall);
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

/* Blocks of so many positions of a binomial tree. */
static void exchange_size(struct tree_nest *nest, uint32_t size)
{
    g_autofree uint32_t *block = g_new(uint32_t, nest->order / size + 1);
    unsigned n = 0;
    for (uint32_t p = 0; p + size <= nest->order; p += size)
        if (nest->order <= ALL_MOST || is_loose(nest, p, size))
            block[n++] = p;
    budget_spend(nest->steps, PAIR_STEPS * (size_t)n * n);
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = i + 1; k < n; k++)
            exchange_if_better(nest, block[i], block[k], size);
}

void tree_exchange_blocks(struct tree_nest *nest)
{
    budget_spend(nest->steps, (size_t)nest->order * (nest->arity + 2));
    for (uint32_t p = 1; p < nest->order; p++)
        if (is_unsure(nest, p))
            exchange_if_better(nest, tree_parent(nest->arity, p), p, 1);
    for (uint32_t size = 2; nest->arity == 0 && 2 * size <= nest->order; size *= 2)
        exchange_size(nest, size);
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

bool tree_swap_may_pay(struct tree_nest *nest, uint32_t p, uint32_t q, double more)
{
    double before = edges_of_both(nest, p, q, 1);
    exchange(nest, p, q, 1);
    double after = edges_of_both(nest, p, q, 1);
    exchange(nest, p, q, 1);
    return after + more - tree_missing > before;
}
