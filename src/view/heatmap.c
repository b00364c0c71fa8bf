// SPDX-License-Identifier: Apache-2.0
/*
 * The matrix as a picture of characters, so large that a row fits the width. The shades follow the
 * logarithm of a cell's share of the largest one: patterns show over three decades, and what is
 * pruned at the usual bmin of 0.1 looks paler than what is kept.
 */
#include "view/heatmap.h"
#include "base/units.h"
#include "view/terminal.h"

#include <math.h>
#include <vttif/view.h>

#define NAME_COLUMNS 16

/* A shade and the least share of the largest cell that gets it. */
struct shade {
    double share;
    const char *text; /* without colour: this character */
    int colour; /* with colour: this background of the 256 */
};

/* Of viridis, dark for little, bright for much. */
static const struct shade shades[] = {
    {0.5, "█", 226}, {0.2, "▓", 149}, {0.1, "▒", 71}, {0.01, "░", 30}, {0, "·", 54},
};

/* The matrix, summed up over blocks of per x per pairs. */
struct heatmap {
    size_t n, per, blocks;
    double *sums; /* blocks x blocks */
    double max;
    size_t cell_columns; /* 2 where there is room, so that cells are square, else 1 */
    bool colour;
};

static void add_cells(struct heatmap *map, const struct vttif_matrix *matrix)
{
    for (size_t from = 0; from < map->n; from++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        double *row = map->sums + from / map->per * map->blocks;
        for (size_t k = 0; k < n_cells; k++)
            row[cells[k].to / map->per] += cells[k].bytes;
    }
    for (size_t i = 0; i < map->blocks * map->blocks; i++)
        map->max = MAX(map->max, map->sums[i]);
}

static void append_shade(const struct heatmap *map, const struct shade *shade, GString *out)
{
    if (map->colour)
        g_string_append_printf(out, "\x1b[48;5;%dm%*s\x1b[0m", shade->colour,
                               (int)map->cell_columns, "");
    else
        for (size_t i = 0; i < map->cell_columns; i++)
            g_string_append(out, shade->text);
}

static void append_cell(const struct heatmap *map, double bytes, GString *out)
{
    const struct shade *shade = shades;
    if (bytes == 0) {
        terminal_append_times(out, ' ', map->cell_columns);
        return;
    }
    while (bytes < shade->share * map->max)
        shade++;
    append_shade(map, shade, out);
}

/* "h17" for one endpoint, "17-20" for several. */
static void append_label(const struct heatmap *map, const struct vttif_matrix *matrix, size_t block,
                         size_t columns, GString *out)
{
    if (map->per == 1) {
        terminal_append_left(out, vttif_matrix_name(matrix, block), columns);
        return;
    }
    char label[64];
    g_snprintf(label, sizeof label, "%" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT, block * map->per + 1,
               MIN(map->n, (block + 1) * map->per));
    terminal_append_right(out, label, columns);
}

static size_t label_columns(const struct vttif_matrix *matrix, size_t per)
{
    size_t n = vttif_matrix_size(matrix), columns = 1;
    if (per > 1)
        return n > 9999 ? 11 : 9;
    for (size_t i = 0; i < n; i++)
        columns = MAX(columns, MIN(NAME_COLUMNS, terminal_width(vttif_matrix_name(matrix, i))));
    return columns;
}

/* Numbers over the columns, each where its column begins, as many as there is room for. */
static void append_ruler(const struct heatmap *map, size_t indent, GString *out)
{
    size_t at = 0;
    terminal_append_times(out, ' ', indent);
    for (size_t block = 0; block < map->blocks; block++) {
        char number[32];
        size_t digits =
            (size_t)g_snprintf(number, sizeof number, "%" G_GSIZE_FORMAT, block * map->per + 1);
        size_t begin = block * map->cell_columns;
        bool round = block == 0 || (block + 1) % 5 == 0 || map->blocks <= 10;
        if (!round || begin < at + (at > 0) || begin + digits > map->blocks * map->cell_columns + 4)
            continue;
        terminal_append_times(out, ' ', begin - at);
        g_string_append(out, number);
        at = begin + digits;
    }
    g_string_append_c(out, '\n');
}

/* The least of a shade as the legend has it: whole bytes, as cells are. */
static double least_of(const struct heatmap *map, size_t shade)
{
    return ceil(shades[shade].share * map->max);
}

/* Shades that no cell can have, as so few bytes have no such shares, are left out. */
static void append_legend(const struct heatmap *map, GString *out)
{
    double above = INFINITY; /* the least of the shade before */
    if (map->max == 0)
        return;
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(shades) && above > 1; i++) {
        double least = least_of(map, i);
        if (least == above)
            continue;
        append_shade(map, &shades[i], out);
        g_string_append(out, " \u2265 ");
        unit_append_bytes(out, least);
        g_string_append(out, "  ");
        above = least;
    }
    if (above > 1) {
        append_shade(map, &shades[G_N_ELEMENTS(shades) - 1], out);
        g_string_append(out, " less");
    }
    g_string_append_c(out, '\n');
}

static void append_title(const struct heatmap *map, GString *out)
{
    g_string_append(out, "Traffic, row = sender, column = receiver");
    if (map->per > 1)
        g_string_append_printf(
            out, ",\neach cell the sum of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " pairs",
            map->per, map->per);
    g_string_append(out, ", at most ");
    unit_append_bytes(out, map->max);
    g_string_append(out, ":\n");
}

/* Chooses how many endpoints a row and column stand for; the columns of the labels and the blank
 * behind them. */
static size_t fit(struct heatmap *map, const struct vttif_matrix *matrix, size_t columns,
                  size_t rows)
{
    size_t indent = label_columns(matrix, 1) + 1;
    if (indent + map->n > columns || map->n > rows) {
        indent = label_columns(matrix, 2) + 1;
        size_t room = columns > indent ? MIN(columns - indent, rows) : 1;
        map->per = MAX(2, (map->n + room - 1) / room);
    }
    map->blocks = (map->n + map->per - 1) / map->per;
    map->cell_columns = indent + 2 * map->blocks <= columns ? 2 : 1;
    return indent;
}

static void append_rows(const struct heatmap *map, const struct vttif_matrix *matrix, size_t indent,
                        GString *out)
{
    append_ruler(map, indent, out);
    for (size_t i = 0; i < map->blocks; i++) {
        append_label(map, matrix, i, indent - 1, out);
        g_string_append_c(out, ' ');
        for (size_t j = 0; j < map->blocks; j++)
            append_cell(map, map->sums[i * map->blocks + j], out);
        g_string_append_c(out, '\n');
    }
}

struct heatmap_size heatmap_append(const struct vttif_matrix *matrix, size_t max_columns,
                                   size_t max_lines, bool colour, GString *out)
{
    struct heatmap map = {.n = vttif_matrix_size(matrix), .per = 1, .colour = colour};
    if (map.n == 0)
        return (struct heatmap_size){.per = 1};
    size_t indent = fit(&map, matrix, max_columns, max_lines - 1);
    g_autofree double *sums = g_new0(double, map.blocks *map.blocks);
    map.sums = sums;
    add_cells(&map, matrix);
    append_rows(&map, matrix, indent, out);
    return (struct heatmap_size){map.per, indent + map.blocks * map.cell_columns, map.max};
}

void vttif_view_heatmap(const struct vttif_matrix *matrix, unsigned max_columns, bool colour,
                        GString *out)
{
    struct heatmap map = {.n = vttif_matrix_size(matrix), .per = 1, .colour = colour};
    if (map.n == 0) {
        g_string_append(out, "No endpoints.\n");
        return;
    }
    size_t indent = fit(&map, matrix, MAX(max_columns, 40), SIZE_MAX);
    g_autofree double *sums = g_new0(double, map.blocks *map.blocks);
    map.sums = sums;
    add_cells(&map, matrix);
    append_title(&map, out);
    append_rows(&map, matrix, indent, out);
    append_legend(&map, out);
}
