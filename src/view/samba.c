// SPDX-License-Identifier: Apache-2.0
/*
 * Samba, the animator that the paper draws with (Stasko, 1998): ASCII, one command a line, a
 * picture from 0 to 1 with y upwards; commands between "{" and "}" happen at once.
 *
 *     circle ID X Y RADIUS COLOUR FILL
 *     line ID X Y DX DY COLOUR WIDTH
 *     text ID X Y CENTRED COLOUR STRING
 */
#include "base/units.h"
#include "view/graph.h"
#include "view/terminal.h"

#include <math.h>
#include <vttif/view.h>

/* The drawing's part of the picture; the rest is for the circles and the legend. */
#define MARGIN 0.1

/* The names that X11 has for colours near those of our other pictures. */
static const char *const colours[] = {"orange", "skyblue",   "seagreen", "saddlebrown",
                                      "blue",   "orangered", "orchid",   "black"};

static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(out, ' ');
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.4f", value));
}

static const char *colour_of(size_t i)
{
    return colours[i % G_N_ELEMENTS(colours)];
}

static const char *width_of(double ratio)
{
    return ratio >= 2.0 / 3 ? "thick" : ratio >= 1.0 / 3 ? "medthick" : "thin";
}

/* The part of the way from one place to another that is the colour of the first. */
static void append_line(GString *out, size_t id, struct vttif_point from, struct vttif_point to,
                        double part, const char *colour, double ratio)
{
    g_string_append_printf(out, "line %" G_GSIZE_FORMAT, id);
    append_number(out, from.x);
    append_number(out, from.y);
    append_number(out, part * (to.x - from.x));
    append_number(out, part * (to.y - from.y));
    g_string_append_printf(out, " %s %s\n", colour, width_of(ratio));
}

/* An edge that has a counterpart goes half the way, any other one all of it. */
static size_t append_pair(GString *out, size_t id, const struct graph_pair *pair,
                          const struct vttif_point *places, double widest)
{
    double part = pair->to_a > 0 && pair->to_b > 0 ? 0.5 : 1;
    if (pair->to_b > 0)
        append_line(out, id++, places[pair->a], places[pair->b], part, colour_of(pair->a),
                    pair->to_b / widest);
    if (pair->to_a > 0)
        append_line(out, id++, places[pair->b], places[pair->a], part, colour_of(pair->b),
                    pair->to_a / widest);
    return id;
}

static void append_text(GString *out, size_t id, struct vttif_point place, const char *text)
{
    g_string_append_printf(out, "text %" G_GSIZE_FORMAT, id);
    append_number(out, place.x);
    append_number(out, place.y);
    g_string_append(out, " 1 black ");
    terminal_append(out, text);
    g_string_append_c(out, '\n');
}

static size_t append_hosts(GString *out, size_t id, const struct vttif_matrix *matrix,
                           const struct vttif_point *places)
{
    size_t n = vttif_matrix_size(matrix);
    double radius = CLAMP(0.8 / (double)MAX(1, n), 0.006, 0.04);
    g_string_append(out, "{\n");
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(out, "circle %" G_GSIZE_FORMAT, id++);
        append_number(out, places[i].x);
        append_number(out, places[i].y);
        append_number(out, radius);
        g_string_append_printf(out, " %s solid\n", colour_of(i));
    }
    for (size_t i = 0; i < n; i++) {
        struct vttif_point below = {places[i].x, places[i].y - radius - 0.02};
        append_text(out, id++, below, vttif_matrix_name(matrix, i));
    }
    g_string_append(out, "}\n");
    return id;
}

static void append_legend(GString *out, size_t id, const struct vttif_topology *topology,
                          double widest)
{
    const struct vttif_account *account =
        vttif_matrix_account_const(vttif_topology_matrix(topology));
    g_autoptr(GString) legend = g_string_new(NULL);
    g_string_append_printf(legend, "count %s, bmin %g, widest edge ",
                           vttif_count_name(account->count), vttif_topology_bmin(topology));
    unit_append_bytes(legend, widest);
    append_text(out, id, (struct vttif_point){0.5, 0.02}, legend->str);
}

void vttif_view_samba(const struct vttif_topology *topology, const struct vttif_point *points,
                      GString *out)
{
    const struct vttif_matrix *matrix = vttif_topology_matrix(topology);
    size_t n = vttif_matrix_size(matrix), id = 1;
    g_autoptr(GArray) pairs = graph_pairs(topology);
    g_autofree struct vttif_point *places = g_new0(struct vttif_point, n);
    double widest = graph_widest(pairs);
    if (!points)
        vttif_layout_circle(n, places);
    for (size_t i = 0; i < n; i++) {
        struct vttif_point place = points ? points[i] : places[i];
        places[i] = (struct vttif_point){MARGIN + (1 - 2 * MARGIN) * place.x,
                                         MARGIN + (1 - 2 * MARGIN) * place.y};
    }
    g_string_append(out, "comment communication topology, drawn by vttif\n{\n");
    for (guint k = 0; k < pairs->len; k++)
        id = append_pair(out, id, &g_array_index(pairs, struct graph_pair, k), places, widest);
    g_string_append(out, "}\n"); /* the lines first: circles and names lie over them */
    id = append_hosts(out, id, matrix, places);
    append_legend(out, id, topology, widest);
}
