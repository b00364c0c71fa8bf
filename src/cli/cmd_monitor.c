// SPDX-License-Identifier: Apache-2.0
/* vttif monitor: the first step alone. */
#include "cli/cli.h"

#include <glib/gstdio.h>

static const char synopsis[] = "-- PROGRAM ARGS - run a program under watch and keep the captures";
static const char description[] =
    "Captures on every host of --hosts or --testbed while the program runs, into the directory of\n"
    "--output (default vttif-DATE-TIME), and prints the files' names. Then: vttif infer FILES.";

static const GOptionEntry own_entries[] = {
    {"hosts", 0, 0, G_OPTION_ARG_FILENAME, &cli_reading.hosts,
     "the hosts: lines NAME ADDRESS[,ADDRESS...] [interface=IF] [via=HOW]", "FILE"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &cli_showing.output, "where the captures go", "DIR"},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &cli_reading.quiet, "no progress", NULL},
    {0},
};

int cmd_monitor(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, cli_running_entries, NULL};
    g_auto(GStrv) files = NULL;
    g_auto(GStrv) program = NULL;
    if (!cli_parse(argc, argv, synopsis, description, groups, &files, &program))
        return CLI_USAGE;
    if (!program || *files)
        return cli_usage("monitor", "which program? put '--' before it");
    if (cli_showing.output && !cli_has_no_captures(cli_showing.output))
        return CLI_FAILED;
    g_autofree char *directory =
        cli_showing.output ? g_strdup(cli_showing.output) : cli_default_directory();
    g_autoptr(GPtrArray) captures = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(vttif_hosts) hosts = NULL;
    g_autoptr(GString) names = g_string_new(NULL);
    int wait_status;
    int status = cli_run("monitor", program, directory, captures, &hosts, &wait_status);
    for (guint i = 0; i < captures->len; i++)
        g_string_append_printf(names, "%s\n", (const char *)captures->pdata[i]);
    if (captures->len == 0)
        g_rmdir(directory); /* if it is empty */
    int printed = cli_print(names);
    return cli_pass_on(wait_status, status ? status : printed);
}
