// SPDX-License-Identifier: Apache-2.0
/* The list of archetypes, and what their shapes have in common. */
#include "infer/archetypes.h"

#include <string.h>

const struct archetype *const archetypes[] = {
    &archetype_all_to_all,
    &archetype_star,
    &archetype_ring_allreduce,
    &archetype_ring,
    &archetype_line,
    &archetype_wavefront,
    &archetype_stencil_9,
    &archetype_stencil_27,
    &archetype_tree_allreduce,
    &archetype_binary_tree,
    &archetype_binomial_tree,
    &archetype_k_ary_tree,
    &archetype_hypercube,
    &archetype_torus,
    &archetype_mesh,
    &archetype_butterfly,
    &archetype_bipartite,
    &archetype_clustered,
    NULL,
};

const struct archetype *archetype_of(const struct vttif_shape *shape)
{
    for (size_t i = 0; archetypes[i]; i++)
        if (strcmp(archetypes[i]->name, shape->archetype) == 0)
            return archetypes[i];
    g_assert_not_reached();
}

struct vttif_shape shape_new(const char *archetype, unsigned n_dims, const uint32_t *dims)
{
    struct vttif_shape shape = {.archetype = archetype, .n_dims = n_dims};
    memcpy(shape.dims, dims, n_dims * sizeof *dims);
    return shape;
}

uint32_t *blocks_of(const struct archetype *archetype, const struct vttif_shape *shape,
                    const uint32_t *position, size_t n)
{
    if (!archetype->block)
        return NULL;
    uint32_t *block = g_new(uint32_t, MAX(n, 1));
    for (size_t u = 0; u < n; u++)
        block[u] =
            position[u] == VTTIF_NOWHERE ? VTTIF_NOWHERE : archetype->block(shape, position[u]);
    return block;
}

uint32_t *endpoints_at(const uint32_t *position, size_t n, size_t order)
{
    uint32_t *endpoint = g_new(uint32_t, MAX(order, 1));
    memset(endpoint, 0xff, order * sizeof *endpoint);
    for (uint32_t u = 0; u < n; u++)
        if (position[u] != VTTIF_NOWHERE)
            endpoint[position[u]] = u;
    return endpoint;
}

bool shape_equal(const struct vttif_shape *a, const struct vttif_shape *b)
{
    return strcmp(a->archetype, b->archetype) == 0 && a->n_dims == b->n_dims &&
           a->arity == b->arity && memcmp(a->dims, b->dims, sizeof a->dims) == 0 &&
           memcmp(a->periodic, b->periodic, sizeof a->periodic) == 0;
}

void vttif_shape_describe(const struct vttif_shape *shape, GString *out)
{
    if (shape->arity > 2)
        g_string_append_printf(out, "%u-ary tree", shape->arity);
    else
        g_string_append(out, shape->archetype);
    for (unsigned d = 0; d < shape->n_dims; d++)
        g_string_append_printf(out, "%c%u", d == 0 ? ' ' : 'x', shape->dims[d]);
    unsigned n_periodic = 0;
    for (unsigned d = 0; d < shape->n_dims; d++)
        n_periodic += shape->periodic[d];
    if (n_periodic == 0 || n_periodic == shape->n_dims)
        return;
    const char *separator = " (periodic in dimension ";
    for (unsigned d = 0; d < shape->n_dims; d++) {
        if (!shape->periodic[d])
            continue;
        g_string_append_printf(out, "%s%u", separator, d + 1);
        separator = ", ";
    }
    g_string_append_c(out, ')');
}
