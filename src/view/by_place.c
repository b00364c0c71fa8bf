// SPDX-License-Identifier: Apache-2.0
#include "view/place.h"

/* The endpoints in their new order, program by program; all of them. */
static uint32_t *full_order(const struct vttif_name *const *names, size_t n_names)
{
    size_t n_endpoints = names[0]->n_endpoints, n = 0;
    uint32_t *order = g_new0(uint32_t, MAX(n_endpoints, 1));
    g_autofree bool *placed = g_new0(bool, MAX(n_endpoints, 1));
    for (size_t k = 0; k < n_names; k++) {
        size_t n_members;
        g_autofree uint32_t *members = place_order(names[k], &n_members);
        for (size_t i = 0; i < n_members; i++) {
            order[n++] = members[i];
            placed[members[i]] = true;
        }
    }
    for (uint32_t i = 0; i < n_endpoints; i++)
        if (!placed[i])
            order[n++] = i;
    return order;
}

static struct vttif_matrix *renumber(const struct vttif_matrix *matrix, const uint32_t *order)
{
    size_t n = vttif_matrix_size(matrix);
    g_autofree const char **names = g_new(const char *, n + 1);
    g_autofree uint32_t *number = g_new(uint32_t, n + 1);
    for (size_t k = 0; k < n; k++) {
        names[k] = vttif_matrix_name(matrix, order[k]);
        number[order[k]] = (uint32_t)k;
    }
    struct vttif_matrix *renumbered = vttif_matrix_new(n, names);
    for (size_t k = 0; k < n; k++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, order[k], &n_cells);
        for (size_t c = 0; c < n_cells; c++)
            vttif_matrix_add(renumbered, k, number[cells[c].to], cells[c].bytes);
    }
    *vttif_matrix_account(renumbered) = *vttif_matrix_account_const(matrix);
    return renumbered;
}

struct vttif_matrix *vttif_view_by_place(struct vttif_matrix *matrix,
                                         const struct vttif_recognition *recognition)
{
    size_t n_names;
    g_autofree const struct vttif_name **names = place_names(recognition, &n_names);
    if (n_names == 0)
        return vttif_matrix_ref(matrix);
    g_autofree uint32_t *order = full_order(names, n_names);
    return renumber(matrix, order);
}
