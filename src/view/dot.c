// SPDX-License-Identifier: Apache-2.0
/*
 * The topology in Graphviz's language. With places, the lines' ways are given too (layout "nop2",
 * or neato -n2), so that drawing 39,800 edges costs no routing. Without places the layout is left
 * to Graphviz: "dot" for trees, "neato" for what it can do in seconds, "sfdp" for more.
 *
 * A host has a colour, and its edges are of the colour of their sender. Two directions that are
 * about equal are one line of two halves; otherwise each is an arrow.
 */
#include "base/units.h"
#include "view/colour.h"
#include "view/drawing.h"
#include "view/terminal.h"

#include <math.h>
#include <string.h>

#define NEATO_MAX       400 /* hosts */
#define SPLINES_MAX     250 /* lines that Graphviz may lead around hosts */
#define TREE_DEGREE_MAX 6 /* a tree with more at one host is a star, and no good in rows */

/* A string for a label or tooltip in quotes: "&" begins an entity and "\" an escape there. */
static void append_escaped(GString *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
        if (*text == '&')
            g_string_append(out, "amp;");
    }
}

static void append_name(GString *out, const char *name, size_t columns)
{
    g_autoptr(GString) shown = g_string_new(NULL);
    terminal_append_cut(shown, name, columns);
    append_escaped(out, shown->str);
}

/* The node's identity: its name. */
static void append_node(GString *out, const struct drawing *drawing, size_t i)
{
    g_string_append_c(out, '"');
    append_name(out, vttif_matrix_name(drawing->matrix, i), 255);
    g_string_append_c(out, '"');
}

static void append_number(GString *out, const char *before, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, before);
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.4g", value));
}

/* "12.3,45.6", in tenths of a point. */
static void append_point(GString *out, const char *before, struct vttif_point point)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, before);
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.1f", point.x));
    g_string_append_c(out, ',');
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.1f", point.y));
}

/* --- the whole ------------------------------------------------------------------------------ */

/* The root of a tree is where hosts are taken away last when leaves are taken away first. Returns
 * false if the pairs are no forest, or one that is better not drawn in rows; else parent[i] is i's
 * parent, or i itself. */
static bool find_parents(const struct drawing *drawing, uint32_t *parent)
{
    size_t n = drawing->n, taken = 0;
    g_autofree uint32_t *degree = g_new0(uint32_t, n), *link = g_new0(uint32_t, n);
    g_autofree uint32_t *queue = g_new(uint32_t, n);
    for (guint k = 0; k < drawing->pairs->len; k++) { /* link: xor of all neighbours */
        const struct graph_pair *pair = &g_array_index(drawing->pairs, struct graph_pair, k);
        degree[pair->a]++;
        degree[pair->b]++;
        link[pair->a] ^= pair->b;
        link[pair->b] ^= pair->a;
    }
    size_t end = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (degree[i] > TREE_DEGREE_MAX)
            return false;
        parent[i] = i;
        if (degree[i] <= 1)
            queue[end++] = i;
    }
    for (; taken < end; taken++) {
        uint32_t leaf = queue[taken], next = link[leaf];
        if (degree[leaf] == 0)
            continue;
        parent[leaf] = next;
        link[next] ^= leaf;
        degree[leaf] = 0;
        if (--degree[next] == 1)
            queue[end++] = next;
    }
    return end == n;
}

/* Two directions that differ are two arrows, where there is room for them. */
static bool is_double_line(const struct drawing *drawing, const struct graph_pair *pair)
{
    return pair->to_a > 0 && pair->to_b > 0 && !drawing->crowded && !graph_pair_is_even(pair);
}

static const char *choose_engine(const struct drawing *drawing, const uint32_t *parent)
{
    if (drawing->places)
        return "nop2";
    if (parent && drawing->pairs->len > 0)
        return "dot";
    return drawing->n <= NEATO_MAX ? "neato" : "sfdp";
}

static const char *const count_texts[] = {
    [VTTIF_COUNT_UNKNOWN] = "traffic",
    [VTTIF_COUNT_FRAME] = "Ethernet frames",
    [VTTIF_COUNT_IP] = "IP packets",
    [VTTIF_COUNT_PAYLOAD] = "TCP and UDP payload",
};

static void append_legend(GString *out, const struct drawing *drawing, double bmin,
                          const char *line_break)
{
    const struct vttif_account *account = vttif_matrix_account_const(drawing->matrix);
    g_string_append_printf(out, "%s, %s", count_texts[account->count], "widest edge ");
    unit_append_bytes(out, drawing->widest);
    append_number(out, ", bmin ", bmin);
    g_string_append(out, line_break);
    g_string_append(out, "width: square root of the bytes; colour: the sender's");
    if (vttif_account_is_lower_bound(account)) {
        g_string_append(out, line_break);
        g_string_append(out, "some traffic was lost: all figures are lower bounds");
    }
}

/* Whether two arrows are drawn between any two hosts. */
static bool has_double_lines(const struct drawing *drawing)
{
    for (guint k = 0; k < drawing->pairs->len; k++)
        if (is_double_line(drawing, &g_array_index(drawing->pairs, struct graph_pair, k)))
            return true;
    return false;
}

/* Graphviz 2.42 corrupts its memory when it leads two edges between the same nodes around others,
 * so that it must not be asked to. */
static void append_head(GString *out, const struct drawing *drawing, const char *engine,
                        double bmin)
{
    bool splines = drawing->pairs->len <= SPLINES_MAX && !has_double_lines(drawing);
    g_string_append_printf(out,
                           "digraph vttif {\n"
                           "  graph [layout=%s, outputorder=edgesfirst, bgcolor=white, pad=0.2,\n"
                           "    fontname=\"Helvetica,Arial,sans-serif\", fontsize=11,"
                           " fontcolor=\"#444444\"",
                           engine);
    if (!drawing->places) {
        g_string_append_printf(out,
                               ", overlap=false, splines=%s, nodesep=0.3, ranksep=0.7,\n"
                               "    labelloc=b, label=\"",
                               splines ? "true" : "line");
        append_legend(out, drawing, bmin, "\\n");
        g_string_append_c(out, '"');
    }
    /* Where Graphviz has the say, it gives long names the room they need. */
    bool boxes = !drawing->places && !drawing->inside;
    g_string_append(out, "];\n  node [fontname=\"Helvetica,Arial,sans-serif\", penwidth=0, ");
    g_string_append(out, boxes ? "shape=box, style=\"filled,rounded\", height=0.3"
                               : "shape=circle, style=filled, fixedsize=true");
    append_number(out, ", width=", 2 * drawing->radius / 72);
    append_number(out, ", fontsize=", drawing->font);
    append_number(out, "];\n  edge [len=", drawing->n <= 36 ? 1.6 : 1.2);
    g_string_append(out, "];\n");
}

/* --- hosts ---------------------------------------------------------------------------------- */

static void append_host_tooltip(GString *out, const struct drawing *drawing, size_t i,
                                const double *received)
{
    size_t n_cells;
    double sent = 0;
    const struct vttif_cell *cells = vttif_matrix_row(drawing->matrix, i, &n_cells);
    for (size_t k = 0; k < n_cells; k++)
        sent += cells[k].bytes;
    g_string_append(out, ", tooltip=\"");
    append_name(out, vttif_matrix_name(drawing->matrix, i), 255);
    g_string_append(out, ": sent ");
    unit_append_bytes(out, sent);
    g_string_append(out, ", received ");
    unit_append_bytes(out, received[i]);
    g_string_append_c(out, '"');
}

static void append_host(GString *out, const struct drawing *drawing, size_t i,
                        const double *received)
{
    struct colour colour = colour_of_endpoint(i, drawing->n);
    const char *name = vttif_matrix_name(drawing->matrix, i);
    g_string_append(out, "  ");
    append_node(out, drawing, i);
    g_string_append(out, " [label=\"");
    if (drawing->inside || !drawing->places)
        append_name(out, name, DRAWING_NAME_COLUMNS);
    g_string_append(out, "\", fillcolor=\"");
    colour_append(out, colour, 1);
    g_string_append_printf(out, "\", fontcolor=%s",
                           colour_wants_white_text(colour) ? "white" : "black");
    if (drawing->places)
        append_point(out, ", pos=\"", drawing->places[i]);
    g_string_append(out, drawing->places ? "!\"" : "");
    append_host_tooltip(out, drawing, i, received);
    g_string_append(out, "];\n");
}

/* Text of its own at a place; its node's identity cannot be a host's, which has no line break. */
static void begin_text(GString *out, size_t number, struct vttif_point place)
{
    g_string_append_printf(out,
                           "  \"\\n%" G_GSIZE_FORMAT "\" [shape=plaintext, fillcolor=\"#ffffffb0\","
                           " fixedsize=false, width=0, height=0, margin=0",
                           number);
    append_point(out, ", pos=\"", place);
    g_string_append(out, "!\", tooltip=\" \", label=\"");
}

static void append_names(GString *out, const struct drawing *drawing)
{
    for (size_t i = 0; i < drawing->n; i++) {
        begin_text(out, i + 1, drawing->name_places[i]);
        append_name(out, vttif_matrix_name(drawing->matrix, i), DRAWING_NAME_COLUMNS);
        g_string_append(out, "\"];\n");
    }
}

/* With given places a graph's own label is left out by Graphviz, so the legend is a text below. */
static void append_legend_below(GString *out, const struct drawing *drawing, double bmin)
{
    struct vttif_point low, high;
    if (drawing->n == 0)
        return;
    drawing_box(drawing, &low, &high);
    double font = CLAMP((high.x - low.x) / 50, 11, 30); /* to be read where all is seen at once */
    struct vttif_point place = {(low.x + high.x) / 2, low.y - 10 - 2.6 * font};
    begin_text(out, 0, place);
    append_legend(out, drawing, bmin, "\\n");
    append_number(out, "\", fontcolor=\"#444444\", fontsize=", font);
    g_string_append(out, "];\n");
}

static void append_hosts(GString *out, const struct drawing *drawing)
{
    g_autofree double *received = g_new0(double, drawing->n);
    for (size_t i = 0; i < drawing->n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(drawing->matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            received[cells[k].to] += cells[k].bytes;
    }
    for (size_t i = 0; i < drawing->n; i++)
        append_host(out, drawing, i, received);
}

/* --- edges ---------------------------------------------------------------------------------- */

static void append_flow(GString *out, const struct drawing *drawing, size_t from, size_t to,
                        double bytes)
{
    append_name(out, vttif_matrix_name(drawing->matrix, from), DRAWING_NAME_COLUMNS);
    g_string_append(out, " -> ");
    append_name(out, vttif_matrix_name(drawing->matrix, to), DRAWING_NAME_COLUMNS);
    g_string_append(out, ": ");
    unit_append_bytes(out, bytes);
}

static void append_colour(GString *out, const struct drawing *drawing, size_t i)
{
    colour_append(out, colour_of_endpoint(i, drawing->n), drawing->alpha);
}

static void append_curve(GString *out, const struct curve *curve, bool arrow)
{
    if (arrow)
        append_point(out, ", pos=\"e,", curve->tip);
    for (int i = 0; i < 4; i++)
        append_point(out, i > 0 || arrow ? " " : ", pos=\"", curve->point[i]);
    g_string_append_c(out, '"');
}

static void begin_edge(GString *out, const struct drawing *drawing, size_t tail, size_t head)
{
    g_string_append(out, "  ");
    append_node(out, drawing, tail);
    g_string_append(out, " -> ");
    append_node(out, drawing, head);
}

/* Both directions as one line: each half of the colour of the host it begins at. */
static void append_even(GString *out, const struct drawing *drawing, const struct graph_pair *pair,
                        size_t tail, double bend)
{
    size_t head = tail == pair->a ? pair->b : pair->a;
    begin_edge(out, drawing, tail, head);
    g_string_append(out, " [dir=none, color=\"");
    append_colour(out, drawing, tail);
    g_string_append(out, ";0.5:");
    append_colour(out, drawing, head);
    append_number(out, "\", penwidth=", drawing_line_width(drawing, MAX(pair->to_a, pair->to_b)));
    if (drawing->places) {
        struct curve curve = drawing_curve(drawing, tail, head, bend, 0);
        append_curve(out, &curve, false);
    }
    g_string_append(out, ", tooltip=\"");
    append_flow(out, drawing, pair->a, pair->b, pair->to_b);
    g_string_append(out, "\\n");
    append_flow(out, drawing, pair->b, pair->a, pair->to_a);
    g_string_append(out, "\"];\n");
}

/* One direction as an arrow. A parent is the tail of its edge in either direction, so that "dot"
 * puts it above its children. */
static void append_arrow(GString *out, const struct drawing *drawing, size_t from, size_t to,
                         double bytes, double bend, bool reversed)
{
    double width = drawing_line_width(drawing, bytes), length = MAX(6, 2.6 * width);
    begin_edge(out, drawing, reversed ? to : from, reversed ? from : to);
    g_string_append(out, reversed ? " [dir=back, color=\"" : " [color=\"");
    append_colour(out, drawing, from);
    append_number(out, "\", penwidth=", width);
    append_number(out, ", arrowsize=", length / 10);
    if (drawing->places) {
        struct curve curve = drawing_curve(drawing, from, to, bend, length);
        append_curve(out, &curve, true);
    }
    g_string_append(out, ", tooltip=\"");
    append_flow(out, drawing, from, to, bytes);
    g_string_append(out, "\"];\n");
}

static void append_pair(GString *out, const struct drawing *drawing, const struct graph_pair *pair,
                        const uint32_t *parent)
{
    bool a_below = parent && parent[pair->a] == pair->b && parent[pair->b] != pair->a;
    double bend = drawing->places ? drawing_bend(drawing, pair->a, pair->b) : 0;
    bool apart = is_double_line(drawing, pair);
    if (!apart && pair->to_a > 0 && pair->to_b > 0) {
        append_even(out, drawing, pair, a_below ? pair->b : pair->a, a_below ? -bend : bend);
        return;
    }
    /* Two arrows part to either side of the way that one alone would take. */
    double swing = apart && drawing->places ? drawing_apart(drawing, pair->a, pair->b) : 0;
    if (pair->to_b > 0)
        append_arrow(out, drawing, pair->a, pair->b, pair->to_b, swing + bend, a_below);
    if (pair->to_a > 0)
        append_arrow(out, drawing, pair->b, pair->a, pair->to_a, swing - bend, parent && !a_below);
}

void vttif_view_dot(const struct vttif_topology *topology, const struct vttif_point *points,
                    GString *out)
{
    struct drawing drawing;
    drawing_init(&drawing, topology, points);
    double bmin = vttif_topology_bmin(topology);
    g_autofree uint32_t *parents = g_new(uint32_t, drawing.n);
    const uint32_t *parent = !points && find_parents(&drawing, parents) ? parents : NULL;
    append_head(out, &drawing, choose_engine(&drawing, parent), bmin);
    append_hosts(out, &drawing);
    if (points && !drawing.inside)
        append_names(out, &drawing);
    if (points)
        append_legend_below(out, &drawing, bmin);
    for (guint k = 0; k < drawing.pairs->len; k++)
        append_pair(out, &drawing, &g_array_index(drawing.pairs, struct graph_pair, k), parent);
    g_string_append(out, "}\n");
    drawing_clear(&drawing);
}
