// SPDX-License-Identifier: Apache-2.0
/*
 * A star: master and workers. The centre is the endpoint with most partners.
 *
 *      2   3
 *       \ /
 *    1 - 0 - 4
 */
#include "infer/archetypes.h"
#include "infer/grid.h"
#include "infer/judge.h"

static size_t edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return shape->dims[0] - 1;
}

static bool adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    return (p == 0) != (q == 0);
}

/* The centre lists none: its edges are those that the others list. */
static unsigned neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out)
{
    out[0] = 0;
    return p != 0;
}

static double symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return log2_factorial(shape->dims[0] - 1);
}

static void propose(struct search *search, const struct strong *strong)
{
    if (strong->largest_degree < 2)
        return;
    uint32_t centre = strong_centre(strong);
    uint32_t *position = g_new(uint32_t, strong->n);
    for (uint32_t u = 0; u < strong->n; u++)
        position[u] = VTTIF_NOWHERE;
    uint32_t next = 0;
    position[centre] = next++;
    for (size_t k = strong->start[centre]; k < strong->start[centre + 1]; k++)
        position[strong->to[k]] = next++;
    struct vttif_shape shape = shape_new("star", 1, &next);
    search_propose(search, strong, &shape, position, false);
}

const struct archetype archetype_star = {
    .name = "star",
    .least_score = 0.85,
    .order = grid_order,
    .edges = edges,
    .adjacent = adjacent,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = symmetry_bits,
    .propose = propose,
    .neighbours = neighbours,
    .has_centre = true,
};
