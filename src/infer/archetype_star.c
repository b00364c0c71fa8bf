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

/* Takes the position over. */
static void propose_of(struct search *search, const struct strong *strong, uint32_t *position,
                       uint32_t n)
{
    struct vttif_shape shape = shape_new("star", 1, &n);
    search_propose(search, strong, &shape, position, false);
}

static void propose(struct search *search, const struct strong *strong)
{
    if (strong->largest_degree < 2)
        return;
    uint32_t centre = strong_centre(strong), hub = strong->hub;
    uint32_t *position = g_new(uint32_t, strong->n);
    for (uint32_t u = 0; u < strong->n; u++)
        position[u] = VTTIF_NOWHERE;
    uint32_t next = 0;
    position[centre] = next++;
    for (size_t k = strong->start[centre]; k < strong->start[centre + 1]; k++)
        position[strong->to[k]] = next++;
    uint32_t *with_hub = g_memdup2(position, strong->n * sizeof *position);
    propose_of(search, strong, position, next);
    /* What a worker does that is a master elsewhere may be hidden in what it does there. */
    if (hub != VTTIF_NOWHERE && with_hub[hub] == VTTIF_NOWHERE &&
        graph_arc(strong->graph, centre, hub)) {
        with_hub[hub] = next++;
        propose_of(search, strong, g_steal_pointer(&with_hub), next);
    }
    g_free(with_hub);
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
