// SPDX-License-Identifier: Apache-2.0
#include "infer/archetype.h"

#include <vttif/error.h>
#include <vttif/topology.h>

struct vttif_topology {
    struct vttif_matrix *matrix;
    double bmin;
    bool is_recognised;
    GArray *edges, *others; /* of struct vttif_edge */
};

/* Pairs as numbers in a set, whatever their direction. */
static gpointer pair_key(uint32_t a, uint32_t b)
{
    return (gpointer)((uint64_t)MAX(a, b) << 32 | MIN(a, b));
}

/* What a pair is to the parts that were recognised. */
enum known { OF_NO_PART, MAIN, FAINT /* a stencil's diagonal: light as it is, it is an edge */ };

static enum known known_as(GHashTable *pairs, uint32_t a, uint32_t b)
{
    if (!pairs)
        return MAIN;
    return (enum known)GPOINTER_TO_INT(g_hash_table_lookup(pairs, pair_key(a, b)));
}

/* InferTopology of the paper's section 2, for the cells of one sender. With pairs, which are not
 * NULL but where something was recognised, only those are edges. */
static void prune_row(struct vttif_topology *topology, size_t from, double max, GHashTable *pairs)
{
    size_t n_cells;
    const struct vttif_cell *cells = vttif_matrix_row(topology->matrix, from, &n_cells);
    for (size_t k = 0; k < n_cells; k++) {
        struct vttif_edge edge = {(uint32_t)from, cells[k].to, cells[k].bytes,
                                  cells[k].bytes / max};
        if (edge.to == from)
            continue;
        enum known known = known_as(pairs, edge.from, edge.to);
        if (edge.ratio >= topology->bmin || known == FAINT)
            g_array_append_val(known == OF_NO_PART ? topology->others : topology->edges, edge);
    }
}

static struct vttif_topology *prune(struct vttif_matrix *matrix, double bmin, GHashTable *pairs)
{
    struct vttif_topology *topology = g_new0(struct vttif_topology, 1);
    topology->matrix = vttif_matrix_ref(matrix);
    topology->bmin = bmin;
    topology->edges = g_array_new(FALSE, FALSE, sizeof(struct vttif_edge));
    topology->others = g_array_new(FALSE, FALSE, sizeof(struct vttif_edge));
    double max = vttif_matrix_max(matrix);
    for (size_t i = 0; max > 0 && i < vttif_matrix_size(matrix); i++)
        prune_row(topology, i, max, pairs);
    return topology;
}

struct vttif_topology *vttif_topology_infer(struct vttif_matrix *matrix, double bmin,
                                            GError **error)
{
    if (!(bmin > 0 && bmin <= 1)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "bmin must be above 0 and at most 1, not %g", bmin);
        return NULL;
    }
    return prune(matrix, bmin, NULL);
}

static void add_pairs(GHashTable *set, const struct vttif_name *name)
{
    size_t n_pairs;
    g_autofree struct vttif_pair *pairs = vttif_name_edges(name, &n_pairs);
    const struct archetype *archetype = archetype_of(&name->shape);
    for (size_t i = 0; i < n_pairs; i++) {
        uint32_t a = pairs[i].from, b = pairs[i].to;
        bool is_main = !archetype->is_main ||
                       archetype->is_main(&name->shape, name->position[a], name->position[b]);
        if (is_main || known_as(set, a, b) == OF_NO_PART)
            g_hash_table_insert(set, pair_key(a, b), GINT_TO_POINTER(is_main ? MAIN : FAINT));
    }
}

/* The pairs of all parts, to what they are; free with g_hash_table_unref. NULL if nothing was
 * recognised. */
static GHashTable *recognised_pairs(const struct vttif_recognition *recognition)
{
    size_t n_parts;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    if (n_parts == 0)
        return NULL;
    GHashTable *set = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (size_t k = 0; k < n_parts; k++)
        add_pairs(set, &parts[k].name);
    return set;
}

struct vttif_topology *vttif_topology_of_recognition(struct vttif_matrix *matrix,
                                                     const struct vttif_recognition *recognition)
{
    GHashTable *pairs = recognised_pairs(recognition);
    struct vttif_topology *topology = prune(matrix, vttif_recognition_bmin(recognition), pairs);
    topology->is_recognised = true;
    g_clear_pointer(&pairs, g_hash_table_unref);
    return topology;
}

void vttif_topology_free(struct vttif_topology *topology)
{
    if (!topology)
        return;
    vttif_matrix_unref(topology->matrix);
    g_array_unref(topology->edges);
    g_array_unref(topology->others);
    g_free(topology);
}

const struct vttif_matrix *vttif_topology_matrix(const struct vttif_topology *topology)
{
    return topology->matrix;
}

double vttif_topology_bmin(const struct vttif_topology *topology)
{
    return topology->bmin;
}

bool vttif_topology_is_recognised(const struct vttif_topology *topology)
{
    return topology->is_recognised;
}

const struct vttif_edge *vttif_topology_edges(const struct vttif_topology *topology,
                                              size_t *n_edges)
{
    *n_edges = topology->edges->len;
    return (const struct vttif_edge *)(const void *)topology->edges->data;
}

const struct vttif_edge *vttif_topology_others(const struct vttif_topology *topology,
                                               size_t *n_others)
{
    *n_others = topology->others->len;
    return (const struct vttif_edge *)(const void *)topology->others->data;
}
