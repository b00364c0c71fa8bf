// SPDX-License-Identifier: Apache-2.0
#include "infer/name.h"

#include <string.h>

static enum vttif_flow flow_of(double forward)
{
    return forward >= 0.8   ? VTTIF_FLOW_FORWARD
           : forward <= 0.2 ? VTTIF_FLOW_BACKWARD
                            : VTTIF_FLOW_BOTH;
}

static void name_set_places(struct vttif_name *name, const struct archetype *archetype)
{
    int32_t coordinates[VTTIF_DIMS_MAX];
    name->width = archetype->width(&name->shape);
    name->place = g_new(int32_t, MAX(name->n_endpoints * name->width, 1));
    name->centre = -1;
    for (size_t u = 0; u < name->n_endpoints; u++) {
        int32_t *place = name->place + u * name->width;
        memset(place, 0xff, name->width * sizeof *place);
        if (name->position[u] == VTTIF_NOWHERE)
            continue;
        archetype->coordinates(&name->shape, name->position[u], coordinates);
        memcpy(place, coordinates, name->width * sizeof *place);
        if (archetype->has_centre && name->position[u] == 0)
            name->centre = (gssize)u;
    }
}

/* The positions by the matrix's numbers of endpoints; g_free it. */
static uint32_t *positions_of_endpoints(const struct graph *graph, const uint32_t *position)
{
    uint32_t *positions = g_memdup2(position, graph->n * sizeof *position);
    for (size_t i = 0; graph->endpoint && i < graph->n; i++)
        positions[graph->endpoint[i]] = position[i];
    return positions;
}

struct vttif_name name_new(const struct candidate *candidate, const struct graph *graph)
{
    struct vttif_name name = {
        .shape = candidate->shape,
        .score = candidate->score,
        .bmin = graph->largest > 0 ? candidate->cut / graph->largest : 0,
        .n_edges = candidate->n_edges,
        .n_missing = candidate->n_missing,
        .n_extra = candidate->n_extra,
        .explained = candidate->explained * (graph->total / graph->all),
        .by_weight = candidate->by_weight,
        .flow = flow_of(candidate->forward),
        .n_members = candidate->n_members,
        .n_endpoints = graph->n,
        .position = positions_of_endpoints(graph, candidate->position),
    };
    name_set_places(&name, candidate->archetype);
    return name;
}

void name_clear(gpointer data)
{
    struct vttif_name *name = data;
    g_free(name->position);
    g_free(name->place);
}

static void add_pair(GArray *pairs, const struct archetype *archetype,
                     const struct vttif_name *name, const uint32_t *endpoint_at, uint32_t p,
                     uint32_t q)
{
    if (endpoint_at[p] == VTTIF_NOWHERE || endpoint_at[q] == VTTIF_NOWHERE)
        return;
    bool leads = archetype_leads(archetype, &name->shape, p, q);
    struct vttif_pair pair = {endpoint_at[leads ? p : q], endpoint_at[leads ? q : p]};
    g_array_append_val(pairs, pair);
}

struct vttif_pair *vttif_name_edges(const struct vttif_name *name, size_t *n_pairs)
{
    const struct archetype *archetype = archetype_of(&name->shape);
    uint32_t order = (uint32_t)archetype->order(&name->shape), near[NEIGHBOURS_MAX];
    g_autofree uint32_t *endpoint_at = endpoints_at(name->position, name->n_endpoints, order);
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct vttif_pair));
    for (uint32_t p = 0; p < order; p++) {
        unsigned n_near = archetype->neighbours ? archetype->neighbours(&name->shape, p, near) : 0;
        for (unsigned k = 0; k < n_near; k++)
            if (near[k] < p)
                add_pair(pairs, archetype, name, endpoint_at, near[k], p);
        for (uint32_t q = 0; !archetype->neighbours && q < p; q++)
            if (archetype->adjacent(&name->shape, q, p))
                add_pair(pairs, archetype, name, endpoint_at, q, p);
    }
    *n_pairs = pairs->len;
    return (struct vttif_pair *)(void *)g_array_free(pairs, FALSE);
}
