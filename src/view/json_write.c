// SPDX-License-Identifier: Apache-2.0
/* The schemas vttif.matrix/1 and vttif.topology/1 (doc/schema): one row or edge a line. */
#include "view/json_names.h"
#include "view/output.h"

#include <vttif/filter.h>
#include <vttif/view.h>

static void append_count(GString *out, const char *name, uint64_t value)
{
    g_string_append_printf(out, "\"%s\": %" G_GUINT64_FORMAT, name, value);
}

static void append_endpoints(const struct vttif_matrix *matrix, GString *out)
{
    g_string_append(out, " \"endpoints\": [");
    for (size_t i = 0; i < vttif_matrix_size(matrix); i++) {
        g_string_append(out, i > 0 ? ", " : "");
        output_json_string(out, vttif_matrix_name(matrix, i));
    }
    g_string_append(out, "],\n");
}

static void append_dense(const struct vttif_matrix *matrix, GString *out)
{
    size_t n = vttif_matrix_size(matrix), n_cells;
    g_string_append(out, " \"matrix\": [");
    for (size_t from = 0; from < n; from++) {
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        size_t k = 0;
        g_string_append(out, from > 0 ? ",\n  [" : "\n  [");
        for (size_t to = 0; to < n; to++) {
            bool here = k < n_cells && cells[k].to == to;
            g_string_append(out, to > 0 ? ", " : "");
            output_number(out, here ? cells[k].bytes : 0);
            k += here;
        }
        g_string_append_c(out, ']');
    }
    g_string_append(out, "],\n");
}

static void append_sparse(const struct vttif_matrix *matrix, GString *out)
{
    const char *line = "\n  ";
    size_t n_cells;
    g_string_append(out, " \"cells\": [");
    for (size_t from = 0; from < vttif_matrix_size(matrix); from++) {
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        for (size_t k = 0; k < n_cells; k++) {
            g_string_append_printf(out, "%s[%" G_GSIZE_FORMAT ", %u, ", k == 0 ? line : ", ", from,
                                   cells[k].to);
            output_number(out, cells[k].bytes);
            g_string_append_c(out, ']');
            line = ",\n  ";
        }
    }
    g_string_append(out, "],\n");
}

static void append_edges(const struct vttif_topology *topology, GString *out)
{
    size_t n_edges;
    const struct vttif_edge *edges = vttif_topology_edges(topology, &n_edges);
    g_string_append(out, " \"edges\": [");
    json_append_edges(edges, n_edges, vttif_topology_matrix(topology), out);
    g_string_append(out, "],\n");
}

/* {"arp": 84, ...}: the bytes, or frames, of each reason that has any. */
static void append_reasons(const struct vttif_account *account, bool frames, GString *out)
{
    const char *separator = "";
    g_string_append(out, frames ? ", \"filtered_frames\": {" : ", \"filtered\": {");
    for (int reason = 1; reason < VTTIF_REASONS; reason++) {
        const struct vttif_dropped *filtered = &account->filtered[reason];
        if (filtered->bytes == 0 && filtered->frames == 0)
            continue;
        g_string_append(out, separator);
        append_count(out, vttif_reason_name((enum vttif_reason)reason),
                     frames ? filtered->frames : filtered->bytes);
        separator = ", ";
    }
    g_string_append_c(out, '}');
}

static void append_missing(GString *out, const char *name, const struct vttif_dropped *missing)
{
    if (missing->frames == 0 && missing->bytes == 0)
        return;
    g_string_append_printf(out, ", \"%s\": {", name);
    append_count(out, "bytes", missing->bytes);
    g_string_append(out, ", ");
    append_count(out, "frames", missing->frames);
    g_string_append_c(out, '}');
}

static void append_dropped(const struct vttif_account *account, GString *out)
{
    g_string_append(out, " \"dropped\": {");
    append_count(out, "kernel", account->kernel_drops);
    append_reasons(account, false, out);
    append_reasons(account, true, out);
    g_string_append(out, ", ");
    append_count(out, "undecodable", account->undecodable);
    append_missing(out, "overflow", &account->overflow);
    append_missing(out, "missed", &account->missed);
    if (account->estimated > 0) {
        g_string_append(out, ", ");
        append_count(out, "estimated", account->estimated);
    }
    g_string_append(out, account->truncated ? ", \"truncated\": true}" : "}");
}

static void append_object(const struct vttif_matrix *matrix, const struct vttif_topology *topology,
                          const struct vttif_recognition *recognition, GString *out)
{
    const struct vttif_account *account = vttif_matrix_account_const(matrix);
    g_string_append_printf(out, "{\"schema\": \"vttif.%s/1\", \"count\": \"%s\", \"seconds\": ",
                           topology ? "topology" : "matrix", vttif_count_name(account->count));
    output_number(out, account->seconds);
    g_string_append_printf(out, ", \"lower_bound\": %s, ",
                           vttif_account_is_lower_bound(account) ? "true" : "false");
    append_count(out, "frames", account->frames);
    if (topology) {
        g_string_append(out, ", \"bmin\": ");
        output_number(out, vttif_topology_bmin(topology));
        if (vttif_topology_is_recognised(topology))
            g_string_append(out, ", \"bmin_is_auto\": true");
    }
    g_string_append(out, ",\n");
    append_endpoints(matrix, out);
    if (vttif_matrix_size(matrix) <= VTTIF_DENSE_MAX)
        append_dense(matrix, out);
    else
        append_sparse(matrix, out);
    if (topology)
        append_edges(topology, out);
    if (recognition)
        json_append_recognition(recognition, topology, out);
    append_dropped(account, out);
    g_string_append(out, "}\n");
}

void vttif_view_json_matrix(const struct vttif_matrix *matrix, GString *out)
{
    append_object(matrix, NULL, NULL, out);
}

void vttif_view_json_topology(const struct vttif_topology *topology,
                              const struct vttif_recognition *recognition, GString *out)
{
    append_object(vttif_topology_matrix(topology), topology, recognition, out);
}
