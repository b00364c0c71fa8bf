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

/* What the captures of a program have; a page about nothing is not printed for one that failed. */
static int show_captured(char **program, const GPtrArray *files, const struct vttif_hosts *hosts,
                         int wait_status, const char *directory)
{
    bool incomplete;
    g_autoptr(vttif_matrix) matrix =
        cli_generate((const char *const *)files->pdata, files->len, hosts, &incomplete);
    if (!matrix) {
        cli_say("vttif: the captures are kept in %s", directory);
        return CLI_FAILED;
    }
    if (wait_status && vttif_matrix_cells(matrix) == 0)
        return cli_fail(
            "%s failed and sent nothing, so there are no results; the captures are kept "
            "in %s",
            *program, directory);
    int shown = cli_show_results(matrix, cli_bmin(), directory);
    if (wait_status)
        cli_say("vttif: %s failed: this is the traffic until then", *program);
    return shown ? shown : incomplete ? CLI_FAILED : CLI_DONE;
}

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
        int shown = show_captured(program, files, hosts, wait_status, directory);
        status = status ? status : shown;
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

/* Options that would change nothing of a matrix that is already made. */
static const char *capture_option(void)
{
    const struct {
        bool given;
        const char *name;
    } options[] = {{cli_reading.hosts, "--hosts"},
                   {cli_reading.count, "--count"},
                   {cli_reading.filter, "--filter"},
                   {cli_reading.keep, "--keep"},
                   {cli_reading.endpoints, "--endpoints"},
                   {cli_reading.mtu != CLI_NOT_GIVEN, "--mtu"},
                   {cli_reading.jobs != CLI_NOT_GIVEN, "--jobs"}};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        if (options[i].given)
            return options[i].name;
    return NULL;
}

static int infer_matrix(const char *file)
{
    double kept_bmin;
    const char *option = capture_option();
    if (option)
        return cli_usage("infer", "%s is for captures, and %s is none", option, file);
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
