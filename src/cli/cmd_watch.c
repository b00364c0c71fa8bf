// SPDX-License-Identifier: Apache-2.0
/* vttif watch: alerts as they come. */
#include "cli/asking.h"

#include "base/units.h"
#include "view/terminal.h"
#include <string.h>
#include <vttif/view.h>

static const char synopsis[] = "- tell of traffic that lasts, as vttifd finds it";
static const char description[] =
    "A line for each alert: when it was raised, whether traffic was sustained or has become quiet,\n"
    "how much it was, who began, and in what topology. Ends with Ctrl-C, with --count, or with the\n"
    "daemon.";

static char *format;
static int count;
static gboolean whole;
static const GOptionEntry own_entries[] = {
    {"count", 'n', 0, G_OPTION_ARG_INT, &count, "end after so many alerts", "N"},
    {"matrix", 0, 0, G_OPTION_ARG_NONE, &whole, "show the matrix and the topology of each", NULL},
    {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "text (default) or json, a line each",
     "FORMAT"},
    {0},
};

static void append_time(double seconds, GString *out)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local((gint64)seconds);
    g_autofree char *text = time ? g_date_time_format(time, "%F %T") : NULL;
    g_string_append(out, text ? text : "?");
}

/* ": ring 8 97 % + other 3 %", or that there is no name. */
static void append_name(const struct vttif_matrix *matrix, GString *out)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    bool named = vttif_recognition_verdict(recognition) == VTTIF_VERDICT_NAMED;
    g_string_append(out, ": ");
    if (named)
        vttif_view_parts(recognition, matrix, out);
    else
        g_string_append(out, "no archetype");
}

static void append_line(const struct vttif_alert *alert, GString *out)
{
    append_time(alert->time, out);
    g_string_append_printf(out, "  %-9s  ", vttif_alert_kind_name(alert->kind));
    unit_append_bytes(out, vttif_matrix_total(alert->matrix));
    g_string_append(out, " in ");
    unit_append_seconds(out, alert->time - alert->since);
    append_name(alert->matrix, out);
    g_string_append(out, ", begun by ");
    terminal_append(out, alert->from);
    g_string_append(out, " > ");
    terminal_append(out, alert->to);
    g_string_append_c(out, '\n');
}

static int show(const struct vttif_alert *alert)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (format && strcmp(format, "json") == 0)
        g_string_append_printf(out, "%s\n", alert->json);
    else
        append_line(alert, out);
    int status = cli_print(out);
    return status || !whole ? status : cli_show_results(alert->matrix, 0, NULL);
}

/* Alerts are numbered: a gap is alerts that nobody told us of. */
static void warn_of_gap(uint64_t *sequence, const struct vttif_alert *alert)
{
    if (*sequence && alert->sequence > *sequence + 1)
        cli_say("vttif: %" G_GUINT64_FORMAT " alerts were missed", alert->sequence - *sequence - 1);
    *sequence = alert->sequence;
}

static int watch(struct vttif_client *client)
{
    g_autoptr(GError) error = NULL;
    uint64_t sequence = 0;
    if (!vttif_client_listen(client, &error))
        return cli_fail("%s", error->message);
    cli_say("vttif: watching; Ctrl-C ends it");
    for (int shown = 0; count == 0 || shown < count; shown++) {
        g_autoptr(vttif_alert) alert = NULL;
        if (!vttif_client_wait(client, -1, &alert, &error))
            return cli_fail("%s", error->message);
        warn_of_gap(&sequence, alert);
        int status = show(alert);
        if (status)
            return status;
    }
    return CLI_DONE;
}

int cmd_watch(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, asking_entries, NULL};
    g_auto(GStrv) arguments = NULL;
    if (!cli_parse(argc, argv, synopsis, description, groups, &arguments, NULL))
        return CLI_USAGE;
    if (*arguments)
        return cli_usage("watch", "what is '%s'? it takes options only", *arguments);
    if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        return cli_usage("watch", "--format %s: expected text or json", format);
    if (whole && format && strcmp(format, "json") == 0)
        return cli_usage("watch", "--matrix is for text; in JSON it is always there");
    if (count < 0)
        return cli_usage("watch", "--count %d: expected at least 1", count);
    g_autoptr(vttif_client) client = asking_client(0);
    return client ? watch(client) : CLI_FAILED;
}
