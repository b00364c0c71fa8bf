// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <errno.h>
#include <string.h>

GOptionContext *program_context_new(const char *summary, const GOptionEntry *entries,
                                    struct program_options *common)
{
    const GOptionEntry common_entries[] = {
        {"route", 0, 0, G_OPTION_ARG_STRING, &common->route,
         "direct (default) or, with PVM, daemon: by the pvmds' UDP", "ROUTE"},
        {"truth", 0, 0, G_OPTION_ARG_FILENAME, &common->truth,
         "write the bytes really sent from host to host to this file, as a matrix in CSV", "FILE"},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &common->help, "show this", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GOptionContext *context = g_option_context_new(summary);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, common_entries, NULL);
    return context;
}

bool program_parse(GOptionContext *context, const struct program_options *common, int *argc,
                   char ***argv, GError **error)
{
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    if (common->help) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        if (mp_rank() == 0)
            fputs(help, stdout);
        mp_leave(0);
    }
    return *argc <= 1 ||
           refuse(error, "\"%s\" is not an option; all arguments are options", (*argv)[1]);
}

bool program_route(const struct program_options *common, enum mp_route *route, GError **error)
{
    const char *text = common->route ? common->route : "direct";
    bool daemon = strcmp(text, "daemon") == 0;
    *route = daemon ? MP_ROUTE_DAEMON : MP_ROUTE_DIRECT;
    return daemon || strcmp(text, "direct") == 0 ||
           refuse(error, "--route is direct or daemon, not \"%s\"", text);
}

void program_misused(const GError *error)
{
    if (mp_rank() == 0)
        fprintf(stderr, "%s: %s (--help shows the options)\n", g_get_prgname(), error->message);
    mp_leave(2);
}

void program_options_clear(struct program_options *common)
{
    g_free(common->route);
    g_free(common->truth);
}

FILE *program_open_truth(const char *path)
{
    if (!path || mp_rank() != 0)
        return NULL;
    FILE *file = fopen(path, "we");
    if (!file)
        mp_abort("cannot write %s: %s", path, g_strerror(errno));
    return file;
}

void program_write_truth(const char *path, FILE *file)
{
    if (!path)
        return;
    bool written = mp_write_truth(file);
    if (file && (fclose(file) != 0 || !written))
        mp_abort("cannot write %s: %s", path, g_strerror(errno));
}
