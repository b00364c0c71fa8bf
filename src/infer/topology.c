// SPDX-License-Identifier: Apache-2.0
#include <vttif/error.h>
#include <vttif/topology.h>

struct vttif_topology {
    struct vttif_matrix *matrix;
    double bmin;
    GArray *edges; /* of struct vttif_edge */
};

/* InferTopology of the paper's section 2, for the cells of one sender. */
static void prune_row(struct vttif_topology *topology, size_t from, double max)
{
    size_t n_cells;
    const struct vttif_cell *cells = vttif_matrix_row(topology->matrix, from, &n_cells);
    for (size_t k = 0; k < n_cells; k++) {
        double ratio = cells[k].bytes / max;
        if (cells[k].to == from || ratio < topology->bmin)
            continue;
        struct vttif_edge edge = {(uint32_t)from, cells[k].to, cells[k].bytes, ratio};
        g_array_append_val(topology->edges, edge);
    }
}

struct vttif_topology *vttif_topology_infer(struct vttif_matrix *matrix, double bmin,
                                            GError **error)
{
    if (!(bmin > 0 && bmin <= 1)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "bmin must be above 0 and at most 1, not %g", bmin);
        return NULL;
    }
    struct vttif_topology *topology = g_new0(struct vttif_topology, 1);
    topology->matrix = vttif_matrix_ref(matrix);
    topology->bmin = bmin;
    topology->edges = g_array_new(FALSE, FALSE, sizeof(struct vttif_edge));
    double max = vttif_matrix_max(matrix);
    for (size_t i = 0; max > 0 && i < vttif_matrix_size(matrix); i++)
        prune_row(topology, i, max);
    return topology;
}

void vttif_topology_free(struct vttif_topology *topology)
{
    if (!topology)
        return;
    vttif_matrix_unref(topology->matrix);
    g_array_unref(topology->edges);
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

const struct vttif_edge *vttif_topology_edges(const struct vttif_topology *topology,
                                              size_t *n_edges)
{
    *n_edges = topology->edges->len;
    return (const struct vttif_edge *)(const void *)topology->edges->data;
}
