// SPDX-License-Identifier: Apache-2.0
/* The topology as text: one line an endpoint, or a paragraph where it has many partners. */
#include "view/terminal.h"

#include <vttif/view.h>

#define NAME_COLUMNS 24

enum direction { BOTH_WAYS, ONE_WAY, FROM_THERE, DIRECTIONS };
static const char *const arrows[] = {[BOTH_WAYS] = "<->", [ONE_WAY] = "->", [FROM_THERE] = "<-"};

/* One end of an edge, seen from the endpoint it belongs to. */
struct partner {
    uint32_t of, to;
    uint32_t direction; /* enum direction */
};

static int compare_partners(const void *a, const void *b)
{
    const struct partner *left = a, *right = b;
    if (left->of != right->of)
        return left->of < right->of ? -1 : 1;
    if (left->to != right->to)
        return left->to < right->to ? -1 : 1;
    return (left->direction > right->direction) - (left->direction < right->direction);
}

/* Both ends of each edge, ordered by endpoint and partner, with two ends of the two directions of a
 * pair made one. */
static GArray *list_partners(const struct vttif_topology *topology)
{
    size_t n_edges, used = 0;
    const struct vttif_edge *edges = vttif_topology_edges(topology, &n_edges);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct partner));
    for (size_t e = 0; e < n_edges; e++) {
        struct partner ends[] = {{edges[e].from, edges[e].to, ONE_WAY},
                                 {edges[e].to, edges[e].from, FROM_THERE}};
        g_array_append_vals(list, ends, 2);
    }
    g_array_sort(list, compare_partners);
    struct partner *partners = (struct partner *)(void *)list->data;
    for (size_t k = 0; k < list->len; k++) {
        struct partner *last = used > 0 ? &partners[used - 1] : NULL;
        if (last && last->of == partners[k].of && last->to == partners[k].to)
            last->direction = BOTH_WAYS;
        else
            partners[used++] = partners[k];
    }
    return g_array_set_size(list, (guint)used);
}

/* Text that is broken at max columns, where a new line is indented. */
struct paragraph {
    GString *out;
    size_t column, indent, max;
};

static void append_word(struct paragraph *paragraph, const char *gap, const char *word)
{
    g_autoptr(GString) shown = g_string_new(NULL);
    terminal_append_cut(shown, word, NAME_COLUMNS);
    size_t columns = terminal_width(gap) + terminal_width(shown->str);
    if (paragraph->column + columns > paragraph->max && paragraph->column > paragraph->indent) {
        g_string_append_c(paragraph->out, '\n');
        terminal_append_times(paragraph->out, ' ', paragraph->indent);
        g_string_append(paragraph->out, shown->str);
        paragraph->column = paragraph->indent + terminal_width(shown->str);
        return;
    }
    g_string_append_printf(paragraph->out, "%s%s", gap, shown->str);
    paragraph->column += columns;
}

/* " <-> h2 h3": those of an endpoint's partners that lie in that direction. */
static void append_direction(struct paragraph *paragraph, const struct vttif_matrix *matrix,
                             const struct partner *partners, size_t n, enum direction direction)
{
    size_t matching = 0, others = vttif_matrix_size(matrix) - 1;
    for (size_t k = 0; k < n; k++)
        matching += partners[k].direction == direction;
    if (matching == 0)
        return;
    append_word(paragraph, "  ", arrows[direction]);
    if (matching == others && others > 4) {
        g_autofree char *all = g_strdup_printf("all %" G_GSIZE_FORMAT " others", others);
        append_word(paragraph, " ", all);
        return;
    }
    for (size_t k = 0; k < n; k++)
        if (partners[k].direction == direction)
            append_word(paragraph, " ", vttif_matrix_name(matrix, partners[k].to));
}

static void append_summary(const struct vttif_topology *topology, const GArray *partners,
                           GString *out)
{
    size_t n = vttif_matrix_size(vttif_topology_matrix(topology)), n_edges, both = 0;
    vttif_topology_edges(topology, &n_edges);
    for (size_t k = 0; k < partners->len; k++)
        both += g_array_index(partners, struct partner, k).direction == BOTH_WAYS;
    g_string_append_printf(out,
                           "Topology at bmin %.3g: %" G_GSIZE_FORMAT " endpoint%s, %" G_GSIZE_FORMAT
                           " edge%s (%" G_GSIZE_FORMAT " pair%s both ways, %" G_GSIZE_FORMAT
                           " one way)\n",
                           vttif_topology_bmin(topology), n, n == 1 ? "" : "s", n_edges,
                           n_edges == 1 ? "" : "s", both / 2, both == 2 ? "" : "s", n_edges - both);
    size_t n_others;
    vttif_topology_others(topology, &n_others);
    if (n_others > 0)
        g_string_append_printf(out, "%" G_GSIZE_FORMAT " more, of no part of it, left out\n",
                               n_others);
}

void vttif_view_topology(const struct vttif_topology *topology, unsigned max_columns, GString *out)
{
    const struct vttif_matrix *matrix = vttif_topology_matrix(topology);
    g_autoptr(GArray) list = list_partners(topology);
    const struct partner *partners = (const struct partner *)(const void *)list->data;
    size_t n = vttif_matrix_size(matrix), label = 0, at = 0;
    append_summary(topology, list, out);
    for (size_t i = 0; i < n; i++)
        label = MAX(label, MIN(NAME_COLUMNS, terminal_width(vttif_matrix_name(matrix, i))));
    for (size_t i = 0; i < n; i++) {
        size_t begin = at;
        while (at < list->len && partners[at].of == i)
            at++;
        terminal_append_left(out, vttif_matrix_name(matrix, i), label);
        struct paragraph paragraph = {out, label, label + 5, max_columns};
        for (int direction = 0; at > begin && direction < DIRECTIONS; direction++)
            append_direction(&paragraph, matrix, partners + begin, at - begin,
                             (enum direction)direction);
        g_string_append(out, at == begin ? "  no partners\n" : "\n");
    }
}
