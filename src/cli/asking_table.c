// SPDX-License-Identifier: Apache-2.0
#include "cli/asking.h"

#include "view/output.h"
#include "view/terminal.h"

enum { GAP = 2 };

struct column {
    char *name;
    bool right;
};

struct asking_table {
    GArray *columns; /* of struct column */
    GPtrArray *cells; /* of char *, row by row */
};

struct asking_table *asking_table_new(void)
{
    struct asking_table *table = g_new0(struct asking_table, 1);
    table->columns = g_array_new(FALSE, FALSE, sizeof(struct column));
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

static struct column *column(const struct asking_table *table, guint i)
{
    return &g_array_index(table->columns, struct column, i);
}

void asking_table_free(struct asking_table *table)
{
    if (!table)
        return;
    for (guint i = 0; i < table->columns->len; i++)
        g_free(column(table, i)->name);
    g_array_unref(table->columns);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void asking_table_column(struct asking_table *table, const char *name, bool right)
{
    struct column added = {g_strdup(name), right};
    g_array_append_val(table->columns, added);
}

void asking_table_set_right(struct asking_table *table, guint i)
{
    column(table, i)->right = true;
}

void asking_table_cell(struct asking_table *table, const char *text)
{
    g_ptr_array_add(table->cells, g_strdup(text));
}

/* --- as text --------------------------------------------------------------------------------- */

static size_t width_of(const struct asking_table *table, guint i)
{
    size_t width = terminal_width(column(table, i)->name);
    for (guint k = i; k < table->cells->len; k += table->columns->len)
        width = MAX(width, terminal_width(table->cells->pdata[k]));
    return MAX(width, 1);
}

static void append_cell(const struct asking_table *table, guint i, size_t width, const char *text,
                        GString *out)
{
    if (column(table, i)->right)
        terminal_append_right(out, text, width);
    else
        terminal_append_left(out, text, width);
    terminal_append_times(out, ' ', GAP);
}

static void end_line(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

void asking_table_text(const struct asking_table *table, GString *out)
{
    guint n = table->columns->len;
    g_autofree size_t *widths = g_new0(size_t, n + 1);
    for (guint i = 0; i < n; i++) {
        widths[i] = width_of(table, i);
        append_cell(table, i, widths[i], column(table, i)->name, out);
    }
    end_line(out);
    for (guint k = 0; k < table->cells->len; k++) {
        guint i = k % MAX(n, 1);
        append_cell(table, i, widths[i], table->cells->pdata[k], out);
        if (i + 1 == n)
            end_line(out);
    }
}

void asking_table_csv(const struct asking_table *table, GString *out)
{
    guint n = table->columns->len;
    for (guint i = 0; i < n; i++) {
        output_csv_text(out, column(table, i)->name);
        g_string_append_c(out, i == n - 1 ? '\n' : ',');
    }
    for (guint k = 0; k < table->cells->len; k++) {
        const char *text = table->cells->pdata[k];
        if (*text) /* nothing is NULL */
            output_csv_text(out, text);
        g_string_append_c(out, (k + 1) % MAX(n, 1) == 0 ? '\n' : ',');
    }
}
