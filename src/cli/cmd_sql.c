// SPDX-License-Identifier: Apache-2.0
/* vttif sql: the general query interface of the paper's section 6. */
#include "cli/asking.h"

#include "view/output.h"
#include <string.h>
#include <vttif/error.h>

static const char synopsis[] = "STATEMENT - ask vttifd in SQL";
static const char description[] =
    "One SELECT in SQLite's SQL over these tables; \"-\" reads it from standard input:\n"
    "  traffic    src, dst, bytes, time, age, seconds   each pair and second with traffic\n"
    "  matrix(N)  src, dst, bytes                       each pair, the last N seconds\n"
    "  pairs      src, dst, bytes, frames               each pair, since counting began\n"
    "  endpoints  name\n"
    "For example: vttif sql \"SELECT src, dst, sum(bytes) FROM traffic WHERE age < 512 GROUP BY 1, "
    "2\"";

static char *format;
static const GOptionEntry own_entries[] = {
    {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "text (default), csv or json", "FORMAT"},
    {0},
};

/* --- rows to a table --------------------------------------------------------------------------
 */

static bool is_number(JsonNode *value)
{
    return JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) != G_TYPE_STRING;
}

static void add_value(struct asking_table *table, JsonNode *value, guint column, bool first)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_STRING)
        g_string_append(text, json_node_get_string(value));
    else if (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_INT64)
        g_string_append_printf(text, "%" G_GINT64_FORMAT, json_node_get_int(value));
    else if (JSON_NODE_HOLDS_VALUE(value))
        output_number(text, json_node_get_double(value));
    if (first && is_number(value))
        asking_table_set_right(table, column);
    asking_table_cell(table, text->str);
}

static bool add_row(struct asking_table *table, JsonNode *row, guint n_columns, bool first)
{
    JsonArray *values = JSON_NODE_HOLDS_ARRAY(row) ? json_node_get_array(row) : NULL;
    if (!values || json_array_get_length(values) != n_columns)
        return false;
    for (guint i = 0; i < n_columns; i++)
        add_value(table, json_array_get_element(values, i), i, first);
    return true;
}

static bool fill(struct asking_table *table, JsonNode *answer)
{
    JsonArray *columns = asking_array(answer, "columns"), *rows = asking_array(answer, "rows");
    guint n_columns = columns ? json_array_get_length(columns) : 0;
    bool good = n_columns > 0 && rows;
    for (guint i = 0; good && i < n_columns; i++) {
        JsonNode *name = json_array_get_element(columns, i);
        good = JSON_NODE_HOLDS_VALUE(name) && json_node_get_value_type(name) == G_TYPE_STRING;
        if (good)
            asking_table_column(table, json_node_get_string(name), false);
    }
    for (guint i = 0; good && i < json_array_get_length(rows); i++)
        good = add_row(table, json_array_get_element(rows, i), n_columns, i == 0);
    return good;
}

/* --- the command ------------------------------------------------------------------------------
 */

static bool append_answer(const char *json, GString *out, GError **error)
{
    if (format && strcmp(format, "json") == 0) {
        g_string_append(out, json);
        return true;
    }
    g_autoptr(JsonNode) answer = asking_object(json, error);
    g_autoptr(asking_table) table = asking_table_new();
    if (!answer)
        return false;
    if (!fill(table, answer)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "what answers is no vttifd: expected a vttif.rows/1");
        return false;
    }
    if (format && strcmp(format, "csv") == 0)
        asking_table_csv(table, out);
    else
        asking_table_text(table, out);
    return true;
}

static int ask(const char *statement)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_client) client = asking_client(0);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!client)
        return CLI_FAILED;
    g_autofree char *json = vttif_client_ask(client, "/v1/sql", statement, NULL, &error);
    if (!json || !append_answer(json, out, &error))
        return cli_fail("%s", error->message);
    return cli_print(out);
}

int cmd_sql(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, asking_entries, NULL};
    g_auto(GStrv) arguments = NULL;
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;
    if (!cli_parse(argc, argv, synopsis, description, groups, &arguments, NULL))
        return CLI_USAGE;
    if (!*arguments || arguments[1])
        return cli_usage("sql", "expected one statement, in quotes");
    if (format && strcmp(format, "text") != 0 && strcmp(format, "csv") != 0 &&
        strcmp(format, "json") != 0)
        return cli_usage("sql", "--format %s: expected text, csv or json", format);
    if (strcmp(*arguments, "-") != 0)
        return ask(*arguments);
    if (!cli_read_file("-", &text, &length, &error))
        return cli_fail("%s", error->message);
    return ask(text);
}
