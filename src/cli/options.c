// SPDX-License-Identifier: Apache-2.0
/* Options as data: what several subcommands take means the same in each. */
#include "cli/cli.h"

#include <string.h>

struct cli_reading cli_reading = {.mtu = CLI_NOT_GIVEN, .jobs = CLI_NOT_GIVEN};
const GOptionEntry cli_reading_entries[] = {
    {"hosts", 0, 0, G_OPTION_ARG_FILENAME, &cli_reading.hosts,
     "the endpoints: lines NAME ADDRESS[,ADDRESS...]", "FILE"},
    {"count", 0, 0, G_OPTION_ARG_STRING, &cli_reading.count,
     "what a byte is: payload (default), ip or frame", "WHAT"},
    {"filter", 0, 0, G_OPTION_ARG_STRING, &cli_reading.filter,
     "count only what matches, in the syntax of pcap-filter(7)", "EXPR"},
    {"keep", 0, 0, G_OPTION_ARG_STRING, &cli_reading.keep,
     "count this noise too: ssh,x11,... or all", "REASONS"},
    {"launcher-ports", 0, 0, G_OPTION_ARG_STRING, &cli_reading.launcher_ports,
     "what has one of these ports is job control: noise, such as 29200-29263", "PORTS"},
    {"endpoints", 0, 0, G_OPTION_ARG_STRING, &cli_reading.endpoints,
     "what tells endpoints apart: ip (default), mac or port", "BY"},
    {"mtu", 0, 0, G_OPTION_ARG_INT, &cli_reading.mtu,
     "largest IP packet of the links, for splitting super-packets", "BYTES"},
    {"unit", 0, 0, G_OPTION_ARG_STRING, &cli_reading.unit,
     "what the cells of a matrix file are: B (default), kB, MB, ...", "UNIT"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &cli_reading.jobs,
     "threads that read captures (default: one a processor)", "N"},
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &cli_reading.verbose,
     "say what each capture was taken for", NULL},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &cli_reading.quiet, "no progress", NULL},
    {0},
};

struct cli_showing cli_showing;
const GOptionEntry cli_showing_entries[] = {
    {"format", 'f', 0, G_OPTION_ARG_STRING, &cli_showing.format,
     "on standard output: text (default), json or csv", "FORMAT"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &cli_showing.output, "where the results go",
     "DIR|FILE"},
    {"bmin", 0, 0, G_OPTION_ARG_STRING, &cli_showing.bmin,
     "prune pairs below this share of the largest; auto (default): found from the matrix",
     "R|auto"},
    {"layout", 0, 0, G_OPTION_ARG_STRING, &cli_showing.layout,
     "of the picture: auto (as the topology is), circle, grid, or a file of NAME X Y", "LAYOUT"},
    {"picture", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &cli_showing.pictures,
     "draw the topology: .svg, .png, .pdf, .dot or .samba (repeatable)", "FILE"},
    {0},
};

struct cli_running cli_running = {
    .np = CLI_NOT_GIVEN, .snaplen = CLI_NOT_GIVEN, .buffer_mib = CLI_NOT_GIVEN};
const GOptionEntry cli_running_entries[] = {
    {"testbed", 0, 0, G_OPTION_ARG_INT, &cli_running.testbed,
     "make N hosts on this machine (2 to 64) and run there", "N"},
    {"rate", 0, 0, G_OPTION_ARG_STRING, &cli_running.rate,
     "of each host of the test bed, such as 100mbit", "RATE"},
    {"launcher", 0, 0, G_OPTION_ARG_STRING, &cli_running.launcher,
     "who starts the program on the hosts: none (default), pvm or mpi", "WHO"},
    {"np", 0, 0, G_OPTION_ARG_INT, &cli_running.np,
     "processes that mpirun starts (default: one a host)", "N"},
    {"mpirun", 0, 0, G_OPTION_ARG_FILENAME, &cli_running.mpirun,
     "the mpirun to use (default: the one that fits the program)", "PATH"},
    {"interface", 'i', 0, G_OPTION_ARG_STRING, &cli_running.interface,
     "to capture on (default: the one that has the host's address)", "IF"},
    {"snaplen", 's', 0, G_OPTION_ARG_INT, &cli_running.snaplen,
     "bytes to keep of each frame (default 128)", "BYTES"},
    {"buffer", 'B', 0, G_OPTION_ARG_INT, &cli_running.buffer_mib,
     "the kernel's buffer of each capture (default 16)", "MIB"},
    {0},
};

/* --- parsing ------------------------------------------------------------------------------ */

/* The words behind "--", taken out of argv. */
static char **split_program(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            char **program = g_strdupv(argv + i + 1);
            *argc = i;
            return program;
        }
    return NULL;
}

static bool takes_value(char letter, const GOptionEntry *const *groups)
{
    for (; *groups; groups++)
        for (const GOptionEntry *entry = *groups; entry->long_name; entry++)
            if (entry->short_name == letter)
                return entry->arg != G_OPTION_ARG_NONE;
    return false;
}

/* "-j2" as "-j", "2": GLib knows only the latter. */
static char **split_short_options(int argc, char **argv, const GOptionEntry *const *groups)
{
    GPtrArray *words = g_ptr_array_new();
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        bool joined = i > 0 && word[0] == '-' && word[1] != '-' && word[1] && word[2] &&
                      takes_value(word[1], groups);
        g_ptr_array_add(words, joined ? g_strndup(word, 2) : g_strdup(word));
        if (joined)
            g_ptr_array_add(words, g_strdup(word + (word[2] == '=' ? 3 : 2)));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

bool cli_parse(int argc, char **argv, const char *synopsis, const char *description,
               const GOptionEntry *const *groups, char ***arguments, char ***program)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("vttif %s", argv[0]);
    g_auto(GStrv) behind = split_program(&argc, argv);
    if (behind && !program) {
        cli_usage(argv[0], "it runs no program; '--' is for infer and monitor");
        return false;
    }
    g_autoptr(GOptionContext) context = g_option_context_new(synopsis);
    g_option_context_set_description(context, description);
    for (const GOptionEntry *const *group = groups; *group; group++)
        g_option_context_add_main_entries(context, *group, NULL);
    g_set_prgname(name);
    g_auto(GStrv) words = split_short_options(argc, argv, groups);
    if (!g_option_context_parse_strv(context, &words, &error)) {
        cli_usage(argv[0], "%s", error->message);
        return false;
    }
    *arguments = g_strdupv(words + 1);
    if (program)
        *program = g_steal_pointer(&behind);
    return true;
}

bool cli_is_in(int value, int least, int most)
{
    return value == CLI_NOT_GIVEN || (value >= least && value <= most);
}

unsigned cli_number(int value)
{
    return value == CLI_NOT_GIVEN ? 0 : (unsigned)value;
}

/* --- values ------------------------------------------------------------------------------- */

static bool bmin_is_auto(void)
{
    return !cli_showing.bmin || strcmp(cli_showing.bmin, "auto") == 0;
}

double cli_bmin(void)
{
    return bmin_is_auto() ? 0 : g_ascii_strtod(cli_showing.bmin, NULL);
}

static bool bmin_is_valid(void)
{
    if (bmin_is_auto())
        return true;
    char *end;
    double bmin = g_ascii_strtod(cli_showing.bmin, &end);
    return end != cli_showing.bmin && *end == 0 && bmin > 0 && bmin <= 1;
}

bool cli_showing_check(const char *command)
{
    const char *format = cli_showing.format, *layout = cli_showing.layout;
    if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0 &&
        strcmp(format, "csv") != 0) {
        cli_usage(command, "--format %s: expected text, json or csv", format);
        return false;
    }
    if (!bmin_is_valid()) {
        cli_usage(command, "--bmin %s: expected auto, or a number above 0 and at most 1",
                  cli_showing.bmin);
        return false;
    }
    if (layout && strcmp(layout, "circle") != 0 && strcmp(layout, "grid") != 0 &&
        strcmp(layout, "auto") != 0 && !g_file_test(layout, G_FILE_TEST_EXISTS)) {
        cli_usage(command, "--layout %s: expected circle, grid, auto, or a file, and there is none",
                  layout);
        return false;
    }
    for (char **picture = cli_showing.pictures; picture && *picture; picture++)
        if (!cli_knows_suffix(*picture)) {
            cli_usage(command,
                      "--picture %s: its name must end with .svg, .png, .pdf, .dot or "
                      ".samba",
                      *picture);
            return false;
        }
    return true;
}
