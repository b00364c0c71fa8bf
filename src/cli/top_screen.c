// SPDX-License-Identifier: Apache-2.0
/*
 *     vttifd /run/vttif/vttifd.sock                   last 10 s at 14:03:10
 *     8 endpoints, 16 pairs, 3.20 MB/s; trigger idle, 2 alerts
 *     Topology: ring 8 97.1 % + other 2.9 % (score 1.00)
 *
 *        1 2 3 4 5 6 7 8        Top pairs
 *     h1   ██                   h1 > h2              400 kB/s
 *     h2     ██                 ...
 *
 *     q quits, + and - change the time
 */
#include "cli/top.h"

#include "base/units.h"
#include "view/heatmap.h"
#include "view/terminal.h"
#include <string.h>
#include <vttif/view.h>

enum {
    HEAD_LINES = 4,
    FOOT_LINES = 2,
    PAIRS_COLUMNS = 36,
    GAP = 3,
    RULER_MORE = 4,
    MAP_LEAST = 12
};

struct screen {
    const struct top_view *view;
    struct top_size size;
    bool colour;
    GPtrArray *lines; /* of char * */
};

static void add_line(struct screen *screen, const char *text)
{
    GString *line = g_string_new(NULL);
    if (*text)
        terminal_append_cut(line, text, screen->size.columns);
    g_ptr_array_add(screen->lines, g_string_free(line, FALSE));
}

/* --- the head -------------------------------------------------------------------------------- */

static void add_title(struct screen *screen)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%T");
    g_autofree char *right = g_strdup_printf("last %u s at %s", screen->view->seconds, time);
    g_autoptr(GString) line = g_string_new("vttifd ");
    size_t columns = screen->size.columns, taken = strlen(right) + 2;
    if (columns > taken + 20) {
        terminal_append_left(line, screen->view->where, columns - taken - line->len);
        g_string_append(line, "  ");
    } else {
        g_string_truncate(line, 0);
    }
    g_string_append(line, right);
    add_line(screen, line->str);
}

/* How long the matrix's time has really been. */
static double seconds_of(const struct top_view *view)
{
    double seconds = vttif_matrix_account_const(view->matrix)->seconds;
    return seconds > 0 ? seconds : view->seconds;
}

static void add_sums(struct screen *screen)
{
    const struct top_view *view = screen->view;
    size_t pairs = vttif_matrix_cells(view->matrix), n = vttif_matrix_size(view->matrix);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "%" G_GSIZE_FORMAT " endpoint%s, %" G_GSIZE_FORMAT " pair%s, ", n,
                           n == 1 ? "" : "s", pairs, pairs == 1 ? "" : "s");
    unit_append_bytes(line, vttif_matrix_total(view->matrix) / seconds_of(view));
    double alerts = asking_number(view->status, "alerts");
    g_string_append_printf(line, "/s; trigger %s, %.0f alert%s", asking_text(view->status, "state"),
                           alerts, alerts == 1 ? "" : "s");
    if (vttif_account_is_lower_bound(vttif_matrix_account_const(view->matrix)))
        g_string_append(line, "; incomplete: a lower bound");
    add_line(screen, line->str);
}

static void add_topology(struct screen *screen)
{
    const char *topology = screen->view->topology;
    g_autoptr(GString) line = g_string_new("Topology: ");
    g_string_append(line, topology ? topology : "not looked for in a matrix of this size");
    add_line(screen, line->str);
}

/* --- the body -------------------------------------------------------------------------------- */

struct pair {
    uint32_t from, to;
    double bytes;
};

static gint by_bytes(gconstpointer a, gconstpointer b)
{
    double first = ((const struct pair *)a)->bytes, second = ((const struct pair *)b)->bytes;
    return (second > first) - (second < first);
}

static GArray *pairs_of(const struct vttif_matrix *matrix)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct pair));
    for (size_t from = 0; from < vttif_matrix_size(matrix); from++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        for (size_t k = 0; k < n_cells; k++) {
            struct pair pair = {(uint32_t)from, cells[k].to, cells[k].bytes};
            g_array_append_val(pairs, pair);
        }
    }
    g_array_sort(pairs, by_bytes);
    return pairs;
}

/* "h1 > h2          1.20 MB/s" in exactly so many columns. */
static void append_pair(const struct top_view *view, const struct pair *pair, size_t columns,
                        GString *out)
{
    g_autoptr(GString) rate = g_string_new(NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    unit_append_bytes(rate, pair->bytes / seconds_of(view));
    g_string_append(rate, "/s");
    g_string_append_printf(names, "%s > %s", vttif_matrix_name(view->matrix, pair->from),
                           vttif_matrix_name(view->matrix, pair->to));
    terminal_append_left(out, names->str, columns - 11);
    g_string_append_c(out, ' ');
    terminal_append_right(out, rate->str, 10);
}

static char **split_map(const struct screen *screen, size_t columns, size_t lines,
                        struct heatmap_size *size)
{
    g_autoptr(GString) map = g_string_new(NULL);
    *size = heatmap_append(screen->view->matrix, columns, lines, screen->colour, map);
    return g_strsplit(map->str, "\n", -1);
}

/* A line of the map, which may hold colours, and is cut nowhere; padded. */
static void append_map_line(const char *line, const struct heatmap_size *map, GString *out)
{
    bool ruler = !strchr(line, '\x1b');
    size_t width = !*line ? 0 : ruler ? terminal_width(line) : map->columns;
    size_t all = map->columns + RULER_MORE + GAP;
    g_string_append(out, line);
    terminal_append_times(out, ' ', all > width ? all - width : 0);
}

/* Map at the left, pairs at the right where there is room for both. */
static void add_body(struct screen *screen, size_t lines)
{
    size_t columns = screen->size.columns;
    bool both = columns >= PAIRS_COLUMNS + GAP + RULER_MORE + MAP_LEAST;
    size_t left = columns - RULER_MORE - (both ? PAIRS_COLUMNS + GAP : 0);
    struct heatmap_size map;
    g_auto(GStrv) rows = split_map(screen, left, lines, &map);
    g_autoptr(GArray) pairs = pairs_of(screen->view->matrix);
    size_t n_rows = g_strv_length(rows);
    for (size_t i = 0; i < lines; i++) {
        GString *line = g_string_new(NULL);
        append_map_line(i < n_rows ? rows[i] : "", &map, line);
        if (both && i == 0)
            g_string_append(line, "Pairs with the most bytes");
        else if (both && i <= pairs->len)
            append_pair(screen->view, &g_array_index(pairs, struct pair, i - 1), PAIRS_COLUMNS,
                        line);
        g_ptr_array_add(screen->lines, g_strchomp(g_string_free(line, FALSE)));
    }
}

static void add_foot(struct screen *screen)
{
    add_line(screen, "");
    add_line(screen, "q quits, + and - change the time");
}

void top_draw(const struct top_view *view, struct top_size size, bool colour, const char *line_end,
              GString *out)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    struct screen screen = {view, size, colour, lines};
    add_title(&screen);
    if (view->matrix) {
        add_sums(&screen);
        add_topology(&screen);
        add_line(&screen, "");
        add_body(&screen, size.lines > HEAD_LINES + FOOT_LINES + 3
                              ? size.lines - HEAD_LINES - FOOT_LINES
                              : 3);
    } else {
        add_line(&screen, "");
        add_line(&screen, view->problem);
    }
    add_foot(&screen);
    for (guint i = 0; i < lines->len && i < size.lines; i++) {
        g_string_append(out, i > 0 ? line_end : "");
        g_string_append(out, lines->pdata[i]);
    }
}
