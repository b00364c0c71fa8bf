// SPDX-License-Identifier: Apache-2.0
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

/* InferTopology of the paper's section 2, for the cells of one sender. With pairs, which are not
 * NULL but where something was recognised, only those are edges. */
static void prune_row(struct vttif_topology *topology, size_t from, double max, GHashTable *pairs)
{
    size_t n_cells;
    const struct vttif_cell *cells = vttif_matrix_row(topology->matrix, from, &n_cells);
    for (size_t k = 0; k < n_cells; k++) {
        double ratio = cells[k].bytes / max;
        if (cells[k].to == from || ratio < topology->bmin)
            continue;
        struct vttif_edge edge = {(uint32_t)from, cells[k].to, cells[k].bytes, ratio};
        bool known = !pairs || g_hash_table_contains(pairs, pair_key(edge.from, edge.to));
        g_array_append_val(known ? topology->edges : topology->others, edge);
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

/* The pairs of all parts; free with g_hash_table_unref. NULL if nothing was recognised. */
static GHashTable *recognised_pairs(const struct vttif_recognition *recognition)
{
    size_t n_parts;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    if (n_parts == 0)
        return NULL;
    GHashTable *set = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (size_t k = 0; k < n_parts; k++) {
        size_t n_pairs;
        g_autofree struct vttif_pair *pairs = vttif_name_edges(&parts[k].name, &n_pairs);
        for (size_t i = 0; i < n_pairs; i++)
            g_hash_table_add(set, pair_key(pairs[i].from, pairs[i].to));
    }
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
