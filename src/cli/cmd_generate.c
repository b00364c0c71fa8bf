// SPDX-License-Identifier: Apache-2.0
/* vttif generate: the second step alone. */
#include "cli/cli.h"

#include <string.h>
#include <vttif/view.h>

static const char synopsis[] = "CAPTURE... - from captures to the traffic matrix";
static const char description[] =
    "Prints the matrix as CSV, or writes it to the file of --output (.csv, .json).";

static const GOptionEntry own_entries[] = {
    {"format", 'f', 0, G_OPTION_ARG_STRING, &cli_showing.format,
     "csv (default), json or text; with --output by the file's name", "FORMAT"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &cli_showing.output, "the matrix file", "FILE"},
    {0},
};

static const char *format_of(const char *output)
{
    if (cli_showing.format)
        return cli_showing.format;
    if (output && g_str_has_suffix(output, ".json"))
        return "json";
    return output && g_str_has_suffix(output, ".txt") ? "text" : "csv";
}

static void append(const struct vttif_matrix *matrix, const char *format, GString *out)
{
    if (strcmp(format, "json") == 0) {
        vttif_view_json_matrix(matrix, out);
    } else if (strcmp(format, "text") == 0) {
        vttif_view_table(matrix, cli_columns(), out);
        vttif_view_account(matrix, out);
    } else {
        vttif_view_csv(matrix, out);
    }
}

/* CSV has no place for what is missing from a matrix. */
static void warn_of_loss(const struct vttif_matrix *matrix, const char *format)
{
    if (strcmp(format, "csv") == 0 &&
        vttif_account_is_lower_bound(vttif_matrix_account_const(matrix)))
        cli_say("vttif: frames are missing: the matrix is a lower bound (--format json tells)");
}

int cmd_generate(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, cli_reading_entries, NULL};
    g_auto(GStrv) files = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    bool incomplete;
    if (!cli_parse(argc, argv, synopsis, description, groups, &files, NULL) ||
        !cli_reading_check("generate") || !cli_showing_check("generate"))
        return CLI_USAGE;
    if (!*files)
        return cli_usage("generate", "which captures? give .pcap or .pcapng files");
    g_autoptr(vttif_matrix) matrix = cli_generate_named(files, &incomplete);
    if (!matrix)
        return CLI_FAILED;
    const char *format = format_of(cli_showing.output);
    append(matrix, format, out);
    warn_of_loss(matrix, format);
    int status = CLI_DONE;
    if (!cli_showing.output)
        status = cli_print(out);
    else if (!cli_write_file(cli_showing.output, out->str, out->len, &error))
        status = cli_fail("%s", error->message);
    return status ? status : incomplete ? CLI_FAILED : CLI_DONE;
}
