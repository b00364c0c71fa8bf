// SPDX-License-Identifier: Apache-2.0
#include "view/output.h"

#include <vttif/view.h>

static void append_dense(const struct vttif_matrix *matrix, GString *out)
{
    size_t n = vttif_matrix_size(matrix), n_cells;
    for (size_t to = 0; to < n; to++) {
        g_string_append_c(out, ',');
        output_csv_text(out, vttif_matrix_name(matrix, to));
    }
    g_string_append_c(out, '\n');
    for (size_t from = 0; from < n; from++) {
        output_csv_text(out, vttif_matrix_name(matrix, from));
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        size_t k = 0;
        for (size_t to = 0; to < n; to++) {
            bool here = k < n_cells && cells[k].to == to;
            g_string_append_c(out, ',');
            output_number(out, here ? cells[k].bytes : 0);
            k += here;
        }
        g_string_append_c(out, '\n');
    }
}

static void append_pair(const struct vttif_matrix *matrix, size_t from, size_t to, double bytes,
                        GString *out)
{
    output_csv_text(out, vttif_matrix_name(matrix, from));
    g_string_append_c(out, ',');
    output_csv_text(out, vttif_matrix_name(matrix, to));
    g_string_append_c(out, ',');
    output_number(out, bytes);
    g_string_append_c(out, '\n');
}

/* The diagonal comes first and whole, so that reading keeps silent endpoints and their order. */
static void append_sparse(const struct vttif_matrix *matrix, GString *out)
{
    size_t n = vttif_matrix_size(matrix), n_cells;
    g_string_append(out, "from,to,bytes\n");
    for (size_t i = 0; i < n; i++)
        append_pair(matrix, i, i, vttif_matrix_get(matrix, i, i), out);
    for (size_t from = 0; from < n; from++) {
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            if (cells[k].to != from)
                append_pair(matrix, from, cells[k].to, cells[k].bytes, out);
    }
}

void vttif_view_csv(const struct vttif_matrix *matrix, GString *out)
{
    size_t n = vttif_matrix_size(matrix);
    if (n > 0 && n <= VTTIF_DENSE_MAX)
        append_dense(matrix, out);
    else
        append_sparse(matrix, out);
}
