// SPDX-License-Identifier: Apache-2.0
/*
 * Everyone of one side to everyone of the other: clients and servers. One endpoint's partners are a
 * first guess of a side; who has most of a side for partners is the other, back and forth.
 */
#include "infer/archetypes.h"
#include "infer/grid.h"
#include "infer/judge.h"

static size_t order(const struct vttif_shape *shape)
{
    return (size_t)shape->dims[0] + shape->dims[1];
}

static size_t edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return (size_t)shape->dims[0] * shape->dims[1];
}

static uint32_t block(const struct vttif_shape *shape, uint32_t p)
{
    return p >= shape->dims[0];
}

static bool adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    return block(shape, p) != block(shape, q);
}

static void coordinates(const struct vttif_shape *shape, uint32_t p, int32_t *out)
{
    out[0] = (int32_t)block(shape, p);
    out[1] = (int32_t)(out[0] ? p - shape->dims[0] : p);
}

static double symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return log2_factorial(shape->dims[0]) + log2_factorial(shape->dims[1]) +
           (shape->dims[0] == shape->dims[1]);
}

/* Who has more than half of a side (marked) for partners, or with half just as many; returns how
 * many. */
static uint32_t other_side(const struct strong *strong, const bool *side, uint32_t size, bool half,
                           bool *other)
{
    uint32_t found = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        uint32_t partners = 0;
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            partners += side[strong->to[k]];
        other[u] = 2 * partners + half > size;
        found += other[u];
    }
    return found;
}

static uint32_t in_both(const bool *a, const bool *b, size_t n)
{
    uint32_t both = 0;
    for (size_t u = 0; u < n; u++)
        both += a[u] & b[u];
    return both;
}

static void propose_sides(struct search *search, const struct strong *strong, const bool *a,
                          uint32_t n_a, const bool *b, uint32_t n_b)
{
    const bool *first = n_a <= n_b ? a : b, *second = n_a <= n_b ? b : a;
    uint32_t dims[] = {MIN(n_a, n_b), MAX(n_a, n_b)}, next[] = {0, dims[0]};
    uint32_t *position = g_new(uint32_t, strong->n);
    for (uint32_t u = 0; u < strong->n; u++)
        position[u] = first[u] ? next[0]++ : second[u] ? next[1]++ : VTTIF_NOWHERE;
    struct vttif_shape shape = shape_new("bipartite", 2, dims);
    search_propose(search, strong, &shape, position, false);
}

static double mean_bytes(const struct strong *strong, uint32_t u, const bool *side, uint32_t size)
{
    const struct graph *graph = strong->graph;
    double sum = 0;
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
        if (side[graph->arcs[k].to])
            sum += arc_weight(&graph->arcs[k]);
    return sum / size;
}

/* The hub has partners on both sides; the one that it exchanges more with is not its own. */
static void place_hub(const struct strong *strong, bool *a, uint32_t *n_a, bool *b, uint32_t *n_b)
{
    uint32_t hub = strong->hub;
    *n_a -= a[hub];
    *n_b -= b[hub];
    a[hub] = b[hub] = false;
    bool in_a = mean_bytes(strong, hub, b, MAX(*n_b, 1)) > mean_bytes(strong, hub, a, MAX(*n_a, 1));
    *(in_a ? &a[hub] : &b[hub]) = true;
    ++*(in_a ? n_a : n_b);
}

/* With those, too, that lack one edge of two. */
static void propose_wider(struct search *search, const struct strong *strong, const bool *side,
                          uint32_t size, const bool *other, uint32_t n_other)
{
    g_autofree bool *wider = g_new0(bool, strong->n);
    if (size < 2 || size % 2 != 0 || n_other < 2)
        return;
    other_side(strong, side, size, true, wider);
    uint32_t found = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        wider[u] = other[u] || (wider[u] && !side[u] && u != strong->hub);
        found += wider[u];
    }
    if (found > n_other && in_both(side, wider, strong->n) == 0)
        propose_sides(search, strong, side, size, wider, found);
}

static void propose(struct search *search, const struct strong *strong)
{
    if (strong->largest_degree < 2)
        return;
    uint32_t seed = 0, n_a = 0;
    for (uint32_t u = 0; u < strong->n; u++) /* the hub is a poor guide */
        if (u != strong->hub && strong_degree(strong, u) > strong_degree(strong, seed))
            seed = u;
    uint32_t n_b = strong_degree(strong, seed);
    g_autofree bool *a = g_new0(bool, strong->n), *b = g_new0(bool, strong->n);
    for (size_t k = strong->start[seed]; k < strong->start[seed + 1]; k++)
        b[strong->to[k]] = true;
    for (int round = 0; round < 3 && n_b > 0; round++) {
        n_a = other_side(strong, b, n_b, false, a);
        if (2 * in_both(a, b, strong->n) > n_a)
            return; /* no two sides, but one crowd */
        n_b = n_a > 0 ? other_side(strong, a, n_a, false, b) : 0;
    }
    if (strong->hub != VTTIF_NOWHERE && n_a > 0 && n_b > 0)
        place_hub(strong, a, &n_a, b, &n_b);
    if (n_a > 1 && n_b > 1 && in_both(a, b, strong->n) == 0)
        propose_sides(search, strong, a, n_a, b, n_b);
    propose_wider(search, strong, a, n_a, b, n_b);
    propose_wider(search, strong, b, n_b, a, n_a);
}

const struct archetype archetype_bipartite = {
    .name = "bipartite",
    .least_score = 0.85,
    .order = order,
    .edges = edges,
    .adjacent = adjacent,
    .block = block,
    .across = true,
    .width = grid_width,
    .coordinates = coordinates,
    .symmetry_bits = symmetry_bits,
    .propose = propose,
};
