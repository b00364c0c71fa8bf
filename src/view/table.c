// SPDX-License-Identifier: Apache-2.0
/*
 * The matrix as a table. Several forms are tried, the most telling first: columns headed by names
 * or by numbers, cells with three digits that count or with two. What fits none of them is shown as
 * a heat map with the largest pairs under it.
 */
#include "base/units.h"
#include "view/terminal.h"

#include <math.h>
#include <string.h>
#include <vttif/view.h>

/* Names are cut to this many columns. */
#define NAME_COLUMNS 24
/* Beyond this many endpoints no table is tried: nobody reads it. */
#define TABLE_MAX 100
#define TOP_PAIRS 10

struct table {
    const struct vttif_matrix *matrix;
    size_t n;
    const struct unit *unit;
    bool numbered; /* columns are headed by numbers, rows by number and name */
    int decimals, sum_decimals;
    double *sent, *received; /* sums of rows and columns */
    size_t label_columns, sum_columns;
    size_t *columns; /* width of each column */
};

static void format_number(char text[32], double value, int decimals)
{
    if (value == 0)
        g_strlcpy(text, ".", 32);
    else
        g_snprintf(text, 32, "%.*f", decimals, value);
}

/* Digits after the point so that value has that many digits that count. */
static int decimals_for(double value, int digits)
{
    int before = value >= 100 ? 3 : value >= 10 ? 2 : 1;
    return MAX(0, digits - before);
}

static size_t number_columns(double value, int decimals)
{
    char text[32];
    format_number(text, value, decimals);
    return strlen(text);
}

static size_t name_columns(const struct table *table, size_t i)
{
    return MIN(NAME_COLUMNS, terminal_width(vttif_matrix_name(table->matrix, i)));
}

static void add_sums(struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(table->matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++) {
            table->sent[i] += cells[k].bytes;
            table->received[cells[k].to] += cells[k].bytes;
        }
    }
}

/* The largest cell, diagonal included. */
static double largest_cell(const struct vttif_matrix *matrix)
{
    double max = 0;
    for (size_t i = 0; i < vttif_matrix_size(matrix); i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            max = MAX(max, cells[k].bytes);
    }
    return max;
}

static void measure_columns(struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        size_t head = table->numbered ? number_columns((double)i + 1, 0) : name_columns(table, i);
        size_t sum = number_columns(table->received[i] / table->unit->bytes, table->sum_decimals);
        table->columns[i] = MAX(head, sum);
        table->label_columns = MAX(table->label_columns, name_columns(table, i));
        table->sum_columns =
            MAX(table->sum_columns,
                number_columns(table->sent[i] / table->unit->bytes, table->sum_decimals));
    }
    for (size_t i = 0; i < table->n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(table->matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            table->columns[cells[k].to] =
                MAX(table->columns[cells[k].to],
                    number_columns(cells[k].bytes / table->unit->bytes, table->decimals));
    }
}

/* Lays the table out in one of its forms; returns how wide it is. */
static size_t lay_out(struct table *table, bool numbered, int digits)
{
    double total = vttif_matrix_total(table->matrix), most = 0;
    for (size_t i = 0; i < table->n; i++)
        most = MAX(most, MAX(table->sent[i], table->received[i]));
    bool whole = table->unit->bytes == 1; /* most likely there are no fractions of a byte */
    table->numbered = numbered;
    table->decimals =
        whole ? 0 : decimals_for(largest_cell(table->matrix) / table->unit->bytes, digits);
    table->sum_decimals =
        whole ? 0 : MIN(table->decimals, decimals_for(most / table->unit->bytes, digits));
    table->label_columns = strlen("received");
    table->sum_columns =
        MAX(strlen("sent"), number_columns(total / table->unit->bytes, table->sum_decimals));
    measure_columns(table);
    if (numbered)
        table->label_columns += number_columns((double)table->n, 0) + 1;
    size_t width = table->label_columns + 2 + table->sum_columns;
    for (size_t i = 0; i < table->n; i++)
        width += 1 + table->columns[i];
    return width;
}

static bool find_form(struct table *table, size_t max_columns)
{
    static const struct {
        bool numbered;
        int digits;
    } forms[] = {{false, 3}, {false, 2}, {true, 3}, {true, 2}, {true, 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (lay_out(table, forms[i].numbered, forms[i].digits) <= max_columns)
            return true;
    return false;
}

static void append_number(const struct table *table, double bytes, int decimals, size_t columns,
                          GString *out)
{
    char text[32];
    format_number(text, bytes / table->unit->bytes, decimals);
    terminal_append_times(out, ' ', columns - MIN(columns, strlen(text)));
    g_string_append(out, text);
}

static void append_label(const struct table *table, size_t i, GString *out)
{
    size_t columns = table->label_columns;
    if (table->numbered) {
        int digits = (int)number_columns((double)table->n, 0);
        g_string_append_printf(out, "%*" G_GSIZE_FORMAT " ", digits, i + 1);
        columns -= (size_t)digits + 1;
    }
    terminal_append_left(out, vttif_matrix_name(table->matrix, i), columns);
}

static void append_head(const struct table *table, GString *out)
{
    terminal_append_times(out, ' ', table->label_columns);
    for (size_t i = 0; i < table->n; i++) {
        g_string_append_c(out, ' ');
        if (table->numbered)
            g_string_append_printf(out, "%*" G_GSIZE_FORMAT, (int)table->columns[i], i + 1);
        else
            terminal_append_right(out, vttif_matrix_name(table->matrix, i), table->columns[i]);
    }
    g_string_append_printf(out, "  %*s\n", (int)table->sum_columns, "sent");
}

static void append_row(const struct table *table, size_t from, GString *out)
{
    append_label(table, from, out);
    for (size_t to = 0; to < table->n; to++) {
        g_string_append_c(out, ' ');
        append_number(table, vttif_matrix_get(table->matrix, from, to), table->decimals,
                      table->columns[to], out);
    }
    g_string_append(out, "  ");
    append_number(table, table->sent[from], table->sum_decimals, table->sum_columns, out);
    g_string_append_c(out, '\n');
}

static void append_sums(const struct table *table, GString *out)
{
    terminal_append_left(out, "received", table->label_columns);
    for (size_t i = 0; i < table->n; i++) {
        g_string_append_c(out, ' ');
        append_number(table, table->received[i], table->sum_decimals, table->columns[i], out);
    }
    g_string_append(out, "  ");
    append_number(table, vttif_matrix_total(table->matrix), table->sum_decimals, table->sum_columns,
                  out);
    g_string_append_c(out, '\n');
}

static void append_table(const struct table *table, GString *out)
{
    g_string_append_printf(out, "Traffic in %s, row = sender, column = receiver:\n",
                           table->unit->name);
    append_head(table, out);
    for (size_t i = 0; i < table->n; i++)
        append_row(table, i, out);
    append_sums(table, out);
}

/* --- the largest pairs ---------------------------------------------------------------------- */

struct pair {
    size_t from, to;
    double bytes;
};

/* Keeps the TOP_PAIRS largest in descending order; of equals the first. Returns the new number. */
static size_t keep_top(struct pair *top, size_t n_top, struct pair pair)
{
    if (n_top == TOP_PAIRS && pair.bytes <= top[n_top - 1].bytes)
        return n_top;
    size_t at = n_top < TOP_PAIRS ? n_top++ : n_top - 1;
    for (; at > 0 && top[at - 1].bytes < pair.bytes; at--)
        top[at] = top[at - 1];
    top[at] = pair;
    return n_top;
}

static void append_top_pairs(const struct vttif_matrix *matrix, GString *out)
{
    struct pair top[TOP_PAIRS];
    size_t n_top = 0, n_cells;
    for (size_t from = 0; from < vttif_matrix_size(matrix); from++) {
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            n_top = keep_top(top, n_top, (struct pair){from, cells[k].to, cells[k].bytes});
    }
    g_string_append(out, n_top > 0 ? "Largest pairs:\n" : "");
    for (size_t i = 0; i < n_top; i++) {
        g_string_append(out, "  ");
        terminal_append_cut(out, vttif_matrix_name(matrix, top[i].from), NAME_COLUMNS);
        g_string_append(out, " -> ");
        terminal_append_cut(out, vttif_matrix_name(matrix, top[i].to), NAME_COLUMNS);
        g_string_append(out, "  ");
        unit_append_bytes(out, top[i].bytes);
        g_string_append_c(out, '\n');
    }
}

void vttif_view_table(const struct vttif_matrix *matrix, unsigned max_columns, GString *out)
{
    size_t n = vttif_matrix_size(matrix);
    bool fits = false;
    if (n == 0) {
        g_string_append(out, "No endpoints.\n");
        return;
    }
    if (n <= TABLE_MAX) {
        g_autofree double *sums = g_new0(double, 2 * n);
        g_autofree size_t *columns = g_new0(size_t, n);
        struct table table = {.matrix = matrix,
                              .n = n,
                              .unit = unit_for(largest_cell(matrix)),
                              .sent = sums,
                              .received = sums + n,
                              .columns = columns};
        add_sums(&table);
        fits = find_form(&table, max_columns);
        if (fits)
            append_table(&table, out);
    }
    if (!fits) {
        vttif_view_heatmap(matrix, max_columns, false, out);
        append_top_pairs(matrix, out);
    }
}
