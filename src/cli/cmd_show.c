// SPDX-License-Identifier: Apache-2.0
/* vttif show: the last step alone. */
#include "cli/cli.h"

static const char synopsis[] = "MATRIX|TOPOLOGY - draw what was kept";
static const char description[] =
    "Prints name, table, heat map and topology; or with --output writes one file, its format by the name:\n"
    ".svg, .png, .pdf, .dot, .samba, .csv, .json, .txt. A topology file keeps its own --bmin unless\n"
    "another one is given.";

static gboolean heatmap;
static const GOptionEntry own_entries[] = {
    {"heatmap", 0, 0, G_OPTION_ARG_NONE, &heatmap,
     "in pictures the matrix as a heat map instead of the topology", NULL},
    {"unit", 0, 0, G_OPTION_ARG_STRING, &cli_reading.unit,
     "what the cells of the file are: B (default), kB, MB, ...", "UNIT"},
    {0},
};

static int write_output(struct vttif_matrix *matrix, double bmin)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cli_results) results = cli_results_new(matrix, bmin, &error);
    if (results && cli_write_view(results, cli_showing.output, heatmap, &error))
        return CLI_DONE;
    return cli_fail("%s", error->message);
}

int cmd_show(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, cli_showing_entries, NULL};
    g_auto(GStrv) files = NULL;
    double kept_bmin;
    if (!cli_parse(argc, argv, synopsis, description, groups, &files, NULL) ||
        !cli_reading_check("show") || !cli_showing_check("show"))
        return CLI_USAGE;
    if (!*files || files[1])
        return cli_usage("show", "expected one matrix or topology file");
    if (heatmap && !cli_showing.output)
        return cli_usage("show", "--heatmap is for pictures: give --output FILE");
    if (heatmap && !cli_suffix_has_heatmap(cli_showing.output))
        return cli_usage("show", "--output %s: heat maps are .svg, .png or .pdf",
                         cli_showing.output);
    g_autoptr(vttif_matrix) matrix = cli_read_matrix(*files, &kept_bmin);
    if (!matrix)
        return CLI_FAILED;
    double bmin = kept_bmin > 0 && !cli_showing.bmin ? kept_bmin : cli_bmin();
    return cli_showing.output ? write_output(matrix, bmin) : cli_show_results(matrix, bmin, NULL);
}
