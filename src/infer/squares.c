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

struct walk {
    uint32_t *count; /* [n]: common partners of u and w so far */
    struct wedge *wedge; /* [n] */
    uint32_t *touched;
    bool *partner; /* [n]: of u */
    size_t n_touched;
};

static void walk_middle(const struct squares *squares, struct walk *walk, uint32_t u, size_t slot)
{
    const struct strong *strong = squares->strong;
    uint32_t middle = strong->to[slot];
    if (strong_degree(strong, middle) > squares->degree_most)
        return;
    for (size_t k = strong->start[middle]; k < strong->start[middle + 1]; k++) {
        uint32_t w = strong->to[k];
        if (w <= u || strong_degree(strong, w) > squares->degree_most)
            continue;
        struct wedge *wedge = &walk->wedge[w];
        if (walk->count[w]++ == 0)
            walk->touched[walk->n_touched++] = w;
        if (walk->count[w] <= 2) {
            unsigned at = walk->count[w] - 1;
            wedge->middle[at] = middle;
            wedge->edge_u[at] = squares->edge_of[slot];
            wedge->edge_w[at] = squares->edge_of[k];
        }
    }
}

static void walk_from(const struct squares *squares, struct walk *walk, uint32_t u,
                      void (*visit)(void *data, const struct wedge *wedge), void *data)
{
    const struct strong *strong = squares->strong;
    walk->n_touched = 0;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        walk->partner[strong->to[k]] = true;
        walk_middle(squares, walk, u, k);
    }
    for (size_t i = 0; i < walk->n_touched; i++) {
        uint32_t w = walk->touched[i];
        struct wedge *wedge = &walk->wedge[w];
        wedge->u = u;
        wedge->w = w;
        wedge->n_middles = walk->count[w];
        wedge->closed = walk->partner[w];
        visit(data, wedge);
        walk->count[w] = 0;
    }
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
        walk->partner[strong->to[k]] = false;
}

void squares_walk(const struct squares *squares,
                  void (*visit)(void *data, const struct wedge *wedge), void *data)
{
    size_t n = squares->strong->n;
    struct walk walk = {g_new0(uint32_t, n), g_new(struct wedge, n), g_new(uint32_t, n),
                        g_new0(bool, n), 0};
    for (uint32_t u = 0; u < n; u++)
        if (strong_degree(squares->strong, u) <= squares->degree_most)
            walk_from(squares, &walk, u, visit, data);
    g_free(walk.count);
    g_free(walk.wedge);
    g_free(walk.touched);
    g_free(walk.partner);
}

static void count_square(void *data, const struct wedge *wedge)
{
    struct squares *squares = data;
    if (!wedge_is_square(wedge, squares->strong))
        return;
    squares->n_squares++; /* each is met at both of its diagonals */
    if (wedge->u > MIN(wedge->middle[0], wedge->middle[1]))
        return;
    for (int i = 0; i < 2; i++) {
        squares->support[wedge->edge_u[i]]++;
        squares->support[wedge->edge_w[i]]++;
    }
}

/* A product of n endpoints has at most log2 n dimensions of two partners each. */
static bool is_too_dense(const struct strong *strong)
{
    double most = log2((double)MAX(strong->n_active, 2));
    return (double)strong->n_edges > 1.5 * most * (double)strong->n_active;
}

struct squares *squares_new(const struct strong *strong)
{
    if (strong->n_active < 4 || is_too_dense(strong))
        return NULL;
    struct squares *squares = g_new0(struct squares, 1);
    squares->strong = strong;
    squares->n_edges = strong->n_edges;
    squares->degree_most = (uint32_t)(3 * log2((double)strong->n_active)) + 4;
    squares->edge_of = g_new(uint32_t, MAX(2 * strong->n_edges, 1));
    squares->support = g_new0(uint32_t, MAX(strong->n_edges, 1));
    number_edges(squares);
    squares_walk(squares, count_square, squares);
    squares->n_squares /= 2;
    return squares;
}

void squares_free(struct squares *squares)
{
    if (!squares)
        return;
    g_free(squares->edge_of);
    g_free(squares->support);
    g_free(squares);
}
