// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

const struct cli_command cli_commands[] = {
    {"infer", "run a program under watch, or read captures: matrix, topology, picture", cmd_infer},
    {"monitor", "run a program under watch and only keep the captures", cmd_monitor},
    {"generate", "from captures, only the traffic matrix", cmd_generate},
    {"show", "draw a matrix or a topology that was kept", cmd_show},
    {"query", "ask vttifd for a matrix, a topology or the largest pairs of a time", cmd_query},
    {"watch", "alerts of vttifd as they come", cmd_watch},
    {"top", "a live view of what vttifd counts", cmd_top},
    {"sql", "ask vttifd in SQL", cmd_sql},
    {NULL, NULL, NULL},
};

static void print_help(FILE *stream)
{
    fputs("vttif shows who sends how much to whom in a parallel program, and the topology of it,\n"
          "by watching the network from outside.\n"
          "\n"
          "  vttif infer --testbed 8 --launcher mpi -- ./program    on 8 hosts made for it\n"
          "  vttif infer --hosts FILE -- ./program                  on the hosts of a file\n"
          "  vttif infer CAPTURE...                                 from .pcap, .pcapng files\n"
          "  vttif infer MATRIX                                     from a .csv or .json matrix\n"
          "  vttif query topology --last 60                         from the running vttifd\n"
          "\n"
          "Commands (vttif COMMAND --help tells more, vttif(1) all):\n",
          stream);
    for (const struct cli_command *command = cli_commands; command->name; command++)
        fprintf(stream, "  %-10s %s\n", command->name, command->summary);
}

/* How many letters have to be put in, taken out or changed (Levenshtein), for short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[32], n = strlen(b);
    if (n >= G_N_ELEMENTS(row) || strlen(a) >= G_N_ELEMENTS(row))
        return G_N_ELEMENTS(row);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(changed, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

static int unknown_command(const char *name)
{
    const char *nearest = NULL;
    size_t least = 3;
    for (const struct cli_command *command = cli_commands; command->name; command++)
        if (distance(name, command->name) < least) {
            least = distance(name, command->name);
            nearest = command->name;
        }
    if (nearest)
        cli_say("vttif: there is no command '%s'; did you mean '%s'?", name, nearest);
    else
        cli_say("vttif: there is no command '%s'; vttif --help lists them", name);
    return CLI_USAGE;
}

/* Many captures are open at a time. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    raise_file_limit();
    if (argc < 2) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return CLI_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("vttif " VTTIF_VERSION);
        return CLI_DONE;
    }
    for (const struct cli_command *command = cli_commands; command->name; command++)
        if (strcmp(argv[1], command->name) == 0)
            return command->run(argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
