// SPDX-License-Identifier: Apache-2.0
/* vttif infer: the paper's `infer [parallel PVM program]`, and the same from what was kept. */
#include "cli/cli.h"

#include "source/source.h"
#include <glib/gstdio.h>

static const char synopsis[] = "[FILE...] [-- PROGRAM ARGS] - who sends how much to whom, and in "
                               "what topology";
static const char description[] =
    "With -- PROGRAM, runs it under watch on the hosts of --hosts or --testbed and keeps captures\n"
    "and results in the directory of --output (default vttif-DATE-TIME). With FILE..., reads\n"
    "captures (.pcap, .pcapng), or one matrix or topology (.csv, .json).";

static const GOptionEntry *const groups[] = {cli_running_entries, cli_reading_entries,
                                             cli_showing_entries, NULL};

static int infer_program(char **program)
{
    if (cli_showing.output && !cli_has_no_captures(cli_showing.output))
        return CLI_FAILED;
    g_autofree char *directory =
        cli_showing.output ? g_strdup(cli_showing.output) : cli_default_directory();
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(vttif_hosts) hosts = NULL;
    int wait_status;
    int status = cli_run("infer", program, directory, files, &hosts, &wait_status);
    if (files->len > 0) {
        bool incomplete;
        g_autoptr(vttif_matrix) matrix =
            cli_generate((const char *const *)files->pdata, files->len, hosts, &incomplete);
        int shown = matrix ? cli_show_results(matrix, cli_bmin(), directory) : CLI_FAILED;
        if (!matrix)
            cli_say("vttif: the captures are kept in %s", directory);
        status = status ? status : shown ? shown : incomplete ? CLI_FAILED : CLI_DONE;
    } else {
        g_rmdir(directory); /* if it is empty */
    }
    return cli_pass_on(wait_status, status);
}

static int infer_captures(char **files)
{
    bool incomplete;
    g_autoptr(vttif_matrix) matrix = cli_generate_named(files, &incomplete);
    if (!matrix)
        return CLI_FAILED;
    int status = cli_show_results(matrix, cli_bmin(), cli_showing.output);
    return status ? status : incomplete ? CLI_FAILED : CLI_DONE;
}

static int infer_matrix(const char *file)
{
    double kept_bmin;
    g_autoptr(vttif_matrix) matrix = cli_read_matrix(file, &kept_bmin);
    if (!matrix)
        return CLI_FAILED;
    return cli_show_results(matrix, cli_bmin(), cli_showing.output);
}

int cmd_infer(int argc, char **argv)
{
    g_auto(GStrv) files = NULL;
    g_auto(GStrv) program = NULL;
    if (!cli_parse(argc, argv, synopsis, description, groups, &files, &program) ||
        !cli_reading_check("infer") || !cli_showing_check("infer"))
        return CLI_USAGE;
    if (program && *files)
        return cli_usage("infer", "'%s' stands before '--': either files or a program", *files);
    if (program)
        return infer_program(program);
    if (!*files)
        return cli_usage("infer", "nothing to do: give capture files, a matrix, or -- PROGRAM");
    if (cli_running.testbed || cli_running.launcher)
        return cli_usage("infer", "to run '%s' on hosts put '--' before it", *files);
    return files[1] || source_is_capture(*files) ? infer_captures(files) : infer_matrix(*files);
}
