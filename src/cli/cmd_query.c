// SPDX-License-Identifier: Apache-2.0
/* vttif query: what vttifd remembers. */
#include "cli/asking.h"

#include "base/units.h"
#include <string.h>
#include <vttif/view.h>

static const char synopsis[] = "matrix|topology|pairs|status - ask vttifd what it remembers";
static const char description[] =
    "matrix    who sent how much to whom\n"
    "topology  the same with the topology's name and places, as vttif infer shows it\n"
    "pairs     those with the most bytes\n"
    "status    how the daemon is\n"
    "TIME is in seconds since 1970 or like 2026-01-31T12:00:00.";

static struct {
    int last, top;
    char *from, *to;
    gboolean all;
} options;

static const GOptionEntry own_entries[] = {
    {"last", 0, 0, G_OPTION_ARG_INT, &options.last, "the last N seconds (default 60)", "N"},
    {"from", 0, 0, G_OPTION_ARG_STRING, &options.from, "instead: from then", "TIME"},
    {"to", 0, 0, G_OPTION_ARG_STRING, &options.to, "until then (default: now)", "TIME"},
    {"all", 0, 0, G_OPTION_ARG_NONE, &options.all, "in matrices, also endpoints that were silent",
     NULL},
    {"top", 0, 0, G_OPTION_ARG_INT, &options.top, "so many pairs (default 10)", "K"},
    {0},
};

/* --- the interval ----------------------------------------------------------------------------
 */

static bool read_time(const char *option, const char *text, gint64 *seconds)
{
    if (g_ascii_string_to_signed(text, 10, 0, G_MAXUINT32, seconds, NULL))
        return true;
    g_autoptr(GTimeZone) here = g_time_zone_new_local();
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, here);
    if (time)
        *seconds = g_date_time_to_unix(time);
    else
        cli_usage("query", "%s %s: expected seconds since 1970, or a time like 2026-01-31T12:00:00",
                  option, text);
    return time != NULL;
}

/* "last=60" or "from=S&to=S"; false, printed, if it makes no sense. */
static bool append_interval(GString *path)
{
    gint64 time;
    if (options.last < 0 || (options.last && (options.from || options.to))) {
        cli_usage("query", options.last < 0 ? "--last: expected at least 1"
                                            : "--last, or --from and --to: give one of them");
        return false;
    }
    if (!options.from && !options.to) {
        g_string_append_printf(path, "last=%d", options.last ? options.last : 60);
        return true;
    }
    if (options.from && !read_time("--from", options.from, &time))
        return false;
    if (options.from)
        g_string_append_printf(path, "from=%" G_GINT64_FORMAT, time);
    if (options.to && !read_time("--to", options.to, &time))
        return false;
    if (options.to)
        g_string_append_printf(path, "%sto=%" G_GINT64_FORMAT, options.from ? "&" : "", time);
    return true;
}

static char *ask(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_client) client = asking_client(0);
    char *answer = client ? vttif_client_ask(client, path, NULL, NULL, &error) : NULL;
    if (client && !answer)
        cli_fail("%s", error->message);
    return answer;
}

static bool format_is(const char *format)
{
    return strcmp(cli_showing.format ? cli_showing.format : "text", format) == 0;
}

static int print_raw(const char *answer)
{
    g_autoptr(GString) out = g_string_new(answer);
    return cli_print(out);
}

/* --- matrix, topology ------------------------------------------------------------------------
 */

/* *status tells how it went if there is none. */
static struct vttif_matrix *fetch_matrix(int *status)
{
    g_autoptr(GString) path = g_string_new("/v1/matrix?");
    g_autoptr(GError) error = NULL;
    *status = CLI_USAGE;
    if (!append_interval(path))
        return NULL;
    g_string_append(path, options.all ? "&active=0" : "&active=1");
    *status = CLI_FAILED;
    g_autoptr(vttif_client) client = asking_client(0);
    struct vttif_matrix *matrix = client ? asking_matrix(client, path->str, &error) : NULL;
    if (client && !matrix)
        cli_fail("%s", error->message);
    return matrix;
}

static int write_output(struct vttif_matrix *matrix, bool heatmap)
{
    g_autoptr(GError) error = NULL;
    const char *path = cli_showing.output;
    g_autoptr(cli_results) results = cli_results_new(matrix, cli_bmin(), &error);
    if (results && cli_write_view(results, path, heatmap && cli_suffix_has_heatmap(path), &error))
        return CLI_DONE;
    return cli_fail("%s", error->message);
}

static int query_matrix(void)
{
    int status;
    g_autoptr(vttif_matrix) matrix = fetch_matrix(&status);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!matrix)
        return status;
    if (cli_showing.output)
        return write_output(matrix, true);
    if (format_is("json")) {
        vttif_view_json_matrix(matrix, out);
    } else if (format_is("csv")) {
        vttif_view_csv(matrix, out);
    } else {
        vttif_view_table(matrix, cli_columns(), out);
        g_string_append_c(out, '\n');
        vttif_view_account(matrix, out);
    }
    return cli_print(out);
}

static int query_topology(void)
{
    int status;
    g_autoptr(vttif_matrix) matrix = fetch_matrix(&status);
    if (!matrix)
        return status;
    return cli_showing.output ? write_output(matrix, false)
                              : cli_show_results(matrix, cli_bmin(), NULL);
}

/* --- pairs -----------------------------------------------------------------------------------
 */

static void add_pair(struct asking_table *table, JsonNode *pair, double seconds)
{
    g_autoptr(GString) amount = g_string_new(NULL);
    g_autoptr(GString) rate = g_string_new(NULL);
    double bytes = asking_number(pair, "bytes");
    if (format_is("csv"))
        g_string_printf(amount, "%.0f", bytes);
    else
        unit_append_bytes(amount, bytes);
    unit_append_bytes(rate, bytes / MAX(seconds, 1));
    g_string_append(rate, "/s");
    asking_table_cell(table, asking_text(pair, "from"));
    asking_table_cell(table, asking_text(pair, "to"));
    asking_table_cell(table, amount->str);
    if (!format_is("csv"))
        asking_table_cell(table, rate->str);
}

static int print_pairs(JsonNode *answer)
{
    JsonArray *pairs = asking_array(answer, "pairs");
    double seconds = asking_number(answer, "to") - asking_number(answer, "from");
    g_autoptr(asking_table) table = asking_table_new();
    g_autoptr(GString) out = g_string_new(NULL);
    asking_table_column(table, "from", false);
    asking_table_column(table, "to", false);
    asking_table_column(table, "bytes", true);
    if (!format_is("csv"))
        asking_table_column(table, "rate", true);
    for (guint i = 0; pairs && i < json_array_get_length(pairs); i++) {
        JsonNode *pair = json_array_get_element(pairs, i);
        if (JSON_NODE_HOLDS_OBJECT(pair))
            add_pair(table, pair, seconds);
    }
    if (format_is("csv"))
        asking_table_csv(table, out);
    else
        asking_table_text(table, out);
    return cli_print(out);
}

static int query_pairs(void)
{
    g_autoptr(GString) path = g_string_new("/v1/pairs?");
    g_autoptr(GError) error = NULL;
    if (options.top < 0)
        return cli_usage("query", "--top %d: expected at least 1", options.top);
    if (!append_interval(path))
        return CLI_USAGE;
    g_string_append_printf(path, "&top=%d", options.top ? options.top : 10);
    g_autofree char *json = ask(path->str);
    if (!json)
        return CLI_FAILED;
    if (format_is("json"))
        return print_raw(json);
    g_autoptr(JsonNode) answer = asking_object(json, &error);
    return answer ? print_pairs(answer) : cli_fail("%s", error->message);
}

/* --- status ----------------------------------------------------------------------------------
 */

static void append_interfaces(JsonNode *status, GString *out)
{
    JsonArray *interfaces = asking_array(status, "interfaces");
    for (guint i = 0; interfaces && i < json_array_get_length(interfaces); i++) {
        JsonNode *interface = json_array_get_element(interfaces, i);
        if (JSON_NODE_HOLDS_OBJECT(interface))
            g_string_append_printf(out, "  %s (%s): %s\n", asking_text(interface, "name"),
                                   asking_text(interface, "side"), asking_text(interface, "how"));
    }
}

static void append_status(JsonNode *status, GString *out)
{
    double now = asking_number(status, "now");
    g_string_append_printf(out, "vttifd %s, source %s, counts %s bytes, up ",
                           asking_text(status, "version"), asking_text(status, "source"),
                           asking_text(status, "count"));
    unit_append_seconds(out, now - asking_number(status, "started"));
    g_string_append_printf(out, "\n%.0f endpoints, %.0f pairs; remembers ",
                           asking_number(status, "endpoints") - 1,
                           asking_number(status, "pairs") - 1);
    unit_append_seconds(out, now - asking_number(status, "remembered_from"));
    g_string_append(out, " in ");
    unit_append_bytes(out, asking_number(status, "history_bytes"));
    g_string_append(out, " of ");
    unit_append_bytes(out, asking_number(status, "history_budget"));
    g_string_append_printf(out, "\ntrigger: %s, %.0f alerts so far\n", asking_text(status, "state"),
                           asking_number(status, "alerts"));
    g_string_append_printf(out,
                           "not counted: %.0f frames dropped by the kernel, %.0f undecodable; "
                           "%.0f bytes of pairs that no table had room for\n",
                           asking_number(status, "kernel_drops"),
                           asking_number(status, "undecodable"),
                           asking_number(status, "overflow_bytes"));
    g_string_append(out, "interfaces:\n");
    append_interfaces(status, out);
}

static int query_status(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *json = ask("/v1/status");
    if (!json)
        return CLI_FAILED;
    if (!format_is("text"))
        return print_raw(json);
    g_autoptr(JsonNode) status = asking_object(json, &error);
    if (!status)
        return cli_fail("%s", error->message);
    append_status(status, out);
    return cli_print(out);
}

/* --- the command -----------------------------------------------------------------------------
 */

static const struct question {
    const char *name;
    int (*ask)(void);
} questions[] = {
    {"matrix", query_matrix},
    {"topology", query_topology},
    {"pairs", query_pairs},
    {"status", query_status},
};

int cmd_query(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, asking_entries, cli_showing_entries,
                                                 NULL};
    g_auto(GStrv) arguments = NULL;
    if (!cli_parse(argc, argv, synopsis, description, groups, &arguments, NULL) ||
        !cli_showing_check("query"))
        return CLI_USAGE;
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++)
        if (*arguments && !arguments[1] && strcmp(*arguments, questions[i].name) == 0)
            return questions[i].ask();
    if (*arguments && !arguments[1])
        return cli_usage("query", "what is '%s'? expected matrix, topology, pairs or status",
                         *arguments);
    return cli_usage("query", "expected one of matrix, topology, pairs and status");
}
