// SPDX-License-Identifier: Apache-2.0
#include "infer/squares.h"

#include <math.h>

/* Numbers the edges: an edge to a higher endpoint gets the next number, and its other end's slot,
 * which come in the same order, the same. */
static void number_edges(struct squares *squares)
{
    const struct strong *strong = squares->strong;
    g_autofree size_t *next = g_memdup2(strong->start, (strong->n + 1) * sizeof *next);
    uint32_t number = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            if (strong->to[k] < u)
                continue;
            squares->edge_of[k] = number;
            squares->edge_of[next[strong->to[k]]++] = number++;
        }
    }
}

/* What is known of an endpoint beyond u: the common partners so far, at most two of them. */
struct beyond {
    uint32_t n_middles, slot_u[2], slot_w[2];
};

struct walk {
    const struct strong *strong;
    uint32_t degree_most;
    size_t *next; /* [n]: each endpoint's first slot beyond u */
    struct beyond *beyond; /* [n] */
    uint32_t *touched; /* those of them with a common partner */
    size_t n_touched;
};

static struct walk walk_new(const struct squares *squares)
{
    const struct strong *strong = squares->strong;
    size_t n = strong->n;
    return (struct walk){.strong = strong,
                         .degree_most = squares->degree_most,
                         .next = g_memdup2(strong->start, (n + 1) * sizeof *strong->start),
                         .beyond = g_new0(struct beyond, n),
                         .touched = g_new(uint32_t, n)};
}

static void walk_clear(struct walk *walk)
{
    g_free(walk->next);
    g_free(walk->beyond);
    g_free(walk->touched);
}

static bool is_passed_over(const struct walk *walk, uint32_t u)
{
    return strong_degree(walk->strong, u) > walk->degree_most;
}

/* Goes two steps from u to all that are beyond it; has to be called for each u in turn. */
static void walk_from(struct walk *walk, uint32_t u)
{
    const struct strong *strong = walk->strong;
    bool passed_over = is_passed_over(walk, u);
    for (size_t i = 0; i < walk->n_touched; i++)
        walk->beyond[walk->touched[i]].n_middles = 0;
    walk->n_touched = 0;
    for (size_t slot = strong->start[u]; slot < strong->start[u + 1]; slot++) {
        uint32_t middle = strong->to[slot];
        size_t k = ++walk->next[middle], end = strong->start[middle + 1];
        if (passed_over || is_passed_over(walk, middle))
            continue;
        for (; k < end; k++) {
            struct beyond *beyond = &walk->beyond[strong->to[k]];
            if (beyond->n_middles == 0)
                walk->touched[walk->n_touched++] = strong->to[k];
            if (beyond->n_middles < 2) {
                beyond->slot_u[beyond->n_middles] = (uint32_t)slot;
                beyond->slot_w[beyond->n_middles] = (uint32_t)k;
            }
            beyond->n_middles++;
        }
    }
}

void squares_straights(const struct squares *squares,
                       void (*visit)(void *data, const struct straight *straight), void *data)
{
    const struct strong *strong = squares->strong;
    struct walk walk = walk_new(squares);
    for (uint32_t u = 0; u < strong->n; u++) {
        walk_from(&walk, u);
        for (size_t i = 0; i < walk.n_touched; i++) {
            uint32_t w = walk.touched[i], slot_u = walk.beyond[w].slot_u[0];
            if (walk.beyond[w].n_middles != 1 || is_passed_over(&walk, w))
                continue;
            struct straight straight = {u, strong->to[slot_u], w, squares->edge_of[slot_u],
                                        squares->edge_of[walk.beyond[w].slot_w[0]]};
            visit(data, &straight);
        }
    }
    walk_clear(&walk);
}

static void add_square(struct squares *squares, uint32_t u, const struct beyond *beyond)
{
    struct square square = {
        u, {beyond->slot_u[0], beyond->slot_u[1]}, {beyond->slot_w[0], beyond->slot_w[1]}};
    g_array_append_val(squares->met, square);
    for (int i = 0; square_is_first(squares, &square) && i < 2; i++) {
        squares->support[squares->edge_of[square.slot_u[i]]]++;
        squares->support[squares->edge_of[square.slot_w[i]]]++;
    }
}

static void find_squares(struct squares *squares)
{
    const struct strong *strong = squares->strong;
    struct walk walk = walk_new(squares);
    for (uint32_t u = 0; u < strong->n; u++) {
        walk_from(&walk, u);
        for (size_t i = 0; i < walk.n_touched; i++) {
            uint32_t w = walk.touched[i];
            const struct beyond *beyond = &walk.beyond[w];
            if (beyond->n_middles > 2 || is_passed_over(&walk, w))
                continue;
            if (beyond->n_middles == 1)
                squares->n_straights++;
            else if (!strong_has(strong, u, w) && !strong_has(strong, strong->to[beyond->slot_u[0]],
                                                              strong->to[beyond->slot_u[1]]))
                add_square(squares, u, beyond);
        }
    }
    walk_clear(&walk);
}

/* The densest product of n endpoints, a hypercube, has n log2 n / 2 edges; noise may nearly double
 * them. */
static bool is_too_dense(const struct strong *strong)
{
    double most = log2((double)MAX(strong->n_active, 2));
    return (double)strong->n_edges > 0.9 * most * (double)strong->n_active;
}

static struct squares *squares_new(const struct strong *strong)
{
    struct squares *squares = g_new0(struct squares, 1);
    squares->strong = strong;
    squares->n_edges = strong->n_edges;
    squares->degree_most = (uint32_t)(3 * log2((double)strong->n_active)) + 4;
    squares->edge_of = g_new0(uint32_t, MAX(2 * strong->n_edges, 1));
    squares->support = g_new0(uint32_t, MAX(strong->n_edges, 1));
    squares->met = g_array_new(FALSE, FALSE, sizeof(struct square));
    number_edges(squares);
    find_squares(squares);
    return squares;
}

const struct squares *squares_of(const struct strong *strong)
{
    struct strong *owner = (struct strong *)strong; /* nothing of what it says changes */
    if (!strong->squares && strong->n_active >= 4 && !is_too_dense(strong))
        owner->squares = squares_new(strong);
    return strong->squares;
}

void squares_free(struct squares *squares)
{
    if (!squares)
        return;
    g_free(squares->edge_of);
    g_free(squares->support);
    g_array_unref(squares->met);
    g_free(squares);
}
