// SPDX-License-Identifier: Apache-2.0
/*
 * The room view/ as a filter, for tests that compare or check whole outputs:
 *     viewer WHAT FILE [UNIT [BMIN [LAYOUT]]]
 * reads a matrix file and prints it as WHAT: table, heatmap, colour, topology, account, csv, json,
 * topology.json, names.json (of a topology whose bmin is found from the matrix); dot, samba;
 * graph.FORMAT or heat.FORMAT for pictures. LAYOUT is circle, grid, auto, engine (Graphviz leads
 * the edges, too) or a file of places.
 */
#include "view/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vttif/view.h>

#define COLUMNS 120

static void die(GError *error)
{
    fprintf(stderr, "viewer: %s\n", error->message);
    exit(1);
}

static void append_bytes(GString *out, GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_string_append_len(out, data, (gssize)size);
    g_bytes_unref(bytes);
}

/* The endpoints' places; none for "engine". */
static struct vttif_point *lay_out(const char *layout, const struct vttif_topology *topology)
{
    const struct vttif_matrix *matrix = vttif_topology_matrix(topology);
    size_t n = vttif_matrix_size(matrix);
    GError *error = NULL;
    g_autofree char *text = NULL;
    if (strcmp(layout, "engine") == 0)
        return NULL;
    struct vttif_point *points = g_new0(struct vttif_point, n);
    if (strcmp(layout, "circle") == 0)
        vttif_layout_circle(n, points);
    else if (strcmp(layout, "grid") == 0)
        vttif_layout_grid(n, points);
    else if (strcmp(layout, "auto") == 0
                 ? !picture_place(topology, points, &error)
                 : !g_file_get_contents(layout, &text, NULL, &error) ||
                       !vttif_layout_parse(text, layout, matrix, points, &error))
        die(error);
    return points;
}

static void write_topology(const char *what, struct vttif_matrix *matrix, double bmin,
                           const char *layout, GString *out)
{
    GError *error = NULL;
    GBytes *picture;
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, bmin, &error);
    if (!topology)
        die(error);
    g_autofree struct vttif_point *points = lay_out(layout, topology);
    if (strcmp(what, "topology") == 0) {
        vttif_view_topology(topology, COLUMNS, out);
    } else if (strcmp(what, "samba") == 0) {
        vttif_view_samba(topology, points, out);
    } else if (strcmp(what, "dot") == 0) {
        vttif_view_dot(topology, points, out);
    } else if (g_str_has_prefix(what, "graph.")) {
        g_autoptr(GString) dot = g_string_new(NULL);
        vttif_view_dot(topology, points, dot);
        if (!picture_render_dot(dot->str, NULL, what + strlen("graph."), &picture, &error))
            die(error);
        append_bytes(out, picture);
    } else {
        vttif_view_json_topology(topology, NULL, out);
    }
}

static void write_names(struct vttif_matrix *matrix, GString *out)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(vttif_topology) topology = vttif_topology_of_recognition(matrix, recognition);
    vttif_view_json_topology(topology, recognition, out);
}

static void write_matrix(const char *what, struct vttif_matrix *matrix, double bmin,
                         const char *layout, GString *out)
{
    GError *error = NULL;
    GBytes *picture;
    if (strcmp(what, "table") == 0)
        vttif_view_table(matrix, COLUMNS, out);
    else if (strcmp(what, "heatmap") == 0)
        vttif_view_heatmap(matrix, COLUMNS, false, out);
    else if (strcmp(what, "colour") == 0)
        vttif_view_heatmap(matrix, COLUMNS, true, out);
    else if (strcmp(what, "account") == 0)
        vttif_view_account(matrix, out);
    else if (strcmp(what, "csv") == 0)
        vttif_view_csv(matrix, out);
    else if (strcmp(what, "names.json") == 0)
        write_names(matrix, out);
    else if (strcmp(what, "json") == 0)
        vttif_view_json_matrix(matrix, out);
    else if (!g_str_has_prefix(what, "heat."))
        write_topology(what, matrix, bmin, layout, out);
    else if (picture_heatmap(matrix, what + strlen("heat."), &picture, &error))
        append_bytes(out, picture);
    else
        die(error);
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    g_autofree char *text = NULL;
    gsize length;
    if (argc < 3 || argc > 6) {
        fprintf(stderr, "usage: viewer WHAT FILE [UNIT [BMIN [LAYOUT]]]\n");
        return 2;
    }
    double unit = argc > 3 ? g_ascii_strtod(argv[3], NULL) : 1;
    double bmin = argc > 4 ? g_ascii_strtod(argv[4], NULL) : VTTIF_BMIN_DEFAULT;
    if (!g_file_get_contents(argv[2], &text, &length, &error))
        die(error);
    g_autoptr(vttif_matrix) matrix = vttif_view_read(text, length, argv[2], unit, NULL, &error);
    if (!matrix)
        die(error);
    g_autoptr(GString) out = g_string_new(NULL);
    write_matrix(argv[1], matrix, bmin, argc > 5 ? argv[5] : "circle", out);
    fwrite(out->str, 1, out->len, stdout);
    return 0;
}
