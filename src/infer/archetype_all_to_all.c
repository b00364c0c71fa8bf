// SPDX-License-Identifier: Apache-2.0
/*
 * Everyone to everyone. The members are what is left when endpoints with less than half of the
 * others for partners have been taken away, again and again.
 */
#include "infer/archetypes.h"
#include "infer/grid.h"
#include "infer/judge.h"

static size_t edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return (size_t)shape->dims[0] * (shape->dims[0] - 1) / 2;
}

static bool adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    return p != q;
}

static uint32_t block(const struct vttif_shape *shape, uint32_t p)
{
    return 0;
}

static double symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return log2_factorial(shape->dims[0]);
}

/* Takes away who has too few partners; each arc is looked at once. */
static size_t peel(const struct strong *strong, uint32_t *degree, bool *member)
{
    size_t left = strong->n_active;
    for (bool again = true; again;) {
        again = false;
        size_t before = left;
        for (uint32_t u = 0; u < strong->n; u++) {
            if (!member[u] || 2 * degree[u] >= before - 1)
                continue;
            member[u] = false;
            left--;
            again = true;
            for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
                degree[strong->to[k]]--;
        }
    }
    return left;
}

static void propose(struct search *search, const struct strong *strong)
{
    if (strong->n_active < 3 || strong->largest_degree < 2 ||
        strong->n_edges < strong->n_active - 1)
        return;
    g_autofree uint32_t *degree = g_new(uint32_t, strong->n);
    g_autofree bool *member = g_new(bool, strong->n);
    for (uint32_t u = 0; u < strong->n; u++) {
        degree[u] = strong_degree(strong, u);
        member[u] = degree[u] > 0;
    }
    uint32_t size = (uint32_t)peel(strong, degree, member);
    if (size < 3)
        return;
    uint32_t *position = g_new(uint32_t, strong->n);
    uint32_t next = 0;
    for (uint32_t u = 0; u < strong->n; u++)
        position[u] = member[u] ? next++ : VTTIF_NOWHERE;
    struct vttif_shape shape = shape_new("all-to-all", 1, &size);
    search_propose(search, strong, &shape, position, false);
}

const struct archetype archetype_all_to_all = {
    .name = "all-to-all",
    .least_score = 0.85,
    .order = grid_order,
    .edges = edges,
    .adjacent = adjacent,
    .block = block,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = symmetry_bits,
    .propose = propose,
};
