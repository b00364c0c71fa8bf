// SPDX-License-Identifier: Apache-2.0
/* vttifd: its options. */
#include "daemon/daemon.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static gboolean override(GPtrArray *overrides, const char *setting, const char *value)
{
    g_ptr_array_add(overrides, g_strdup_printf("%s=%s", setting, value));
    return TRUE;
}

static gboolean on_interface(const char *name, const char *value, gpointer data, GError **error)
{
    return override(data, "source.interface", value);
}

static gboolean on_hosts(const char *name, const char *value, gpointer data, GError **error)
{
    return override(data, "source.hosts", value);
}

static gboolean on_replay(const char *name, const char *value, gpointer data, GError **error)
{
    override(data, "source.replay", value);
    return override(data, "source.type", "replay");
}

static gboolean on_set(const char *name, const char *value, gpointer data, GError **error)
{
    const char *dot = strchr(value, '.'), *equals = strchr(value, '=');
    if (!dot || !equals || dot > equals) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--set wants GROUP.KEY=VALUE, such as trigger.tmax=5s, not '%s'", value);
        return FALSE;
    }
    g_ptr_array_add(data, g_strdup(value));
    return TRUE;
}

struct command {
    char *config_file;
    gboolean check, exit_at_end, version;
    char *output, *remove_pinned;
    char **rest;
};

static bool parse_options(int *argc, char ***argv, struct command *command, GPtrArray *overrides,
                          GError **error)
{
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &command->config_file,
         "configuration (" VTTIFD_CONFIG ")", "FILE"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &command->check, "only check the configuration", NULL},
        {"exit-at-end", 0, 0, G_OPTION_ARG_NONE, &command->exit_at_end, "end with the replay",
         NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &command->output,
         "at the end, write the matrix of all that is remembered (.csv, .json)", "FILE"},
        {"remove-pinned", 0, 0, G_OPTION_ARG_FILENAME, &command->remove_pinned,
         "remove counters and programs that were pinned there", "DIR"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &command->version, "print the version", NULL},
        {"interface", 'i', 0, G_OPTION_ARG_CALLBACK, on_interface,
         "watch this, too: eth0, tap*, veth*:port", "GLOB"},
        {"hosts", 0, 0, G_OPTION_ARG_CALLBACK, on_hosts, "names of the endpoints", "FILE"},
        {"replay", 0, 0, G_OPTION_ARG_CALLBACK, on_replay, "play this capture instead", "FILE"},
        {"set", 0, 0, G_OPTION_ARG_CALLBACK, on_set, "any setting of vttifd.conf(5)",
         "GROUP.KEY=VALUE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &command->rest, NULL, NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "Counts who sends how much to whom on this host, "
                                          "remembers it by the second and tells of traffic that "
                                          "lasts.");
    GOptionGroup *group = g_option_group_new("main", "", "", overrides, NULL);
    g_option_group_add_entries(group, entries);
    g_option_context_set_main_group(context, group);
    return g_option_context_parse(context, argc, argv, error);
}

static int fail(GError *error, int status)
{
    daemon_say(true, "%s", error->message);
    g_error_free(error);
    return status;
}

static int run(struct daemon *daemon, bool check)
{
    GError *error = NULL;
    if (!check)
        return daemon_run(daemon, &error) ? 0 : fail(error, 1);
    if (!daemon_configure(daemon, &daemon->config, &daemon->hosts, &error))
        return fail(error, 1);
    printf("%s is in order\n", daemon->config_file);
    config_free(daemon->config);
    vttif_hosts_free(daemon->hosts);
    return 0;
}

static int act(const struct command *command, char **overrides)
{
    GError *error = NULL;
    if (command->rest) {
        daemon_say(true, "there is no argument '%s'; see --help", command->rest[0]);
        return EXIT_USAGE;
    }
    if (command->version) {
        puts("vttifd " VTTIF_VERSION);
        return 0;
    }
    if (command->remove_pinned)
        return live_bpf_remove(command->remove_pinned, &error) ? 0 : fail(error, 1);
    struct daemon daemon = {.config_file =
                                command->config_file ? command->config_file : (char *)VTTIFD_CONFIG,
                            .config_file_given = command->config_file != NULL,
                            .overrides = overrides,
                            .exit_at_end = command->exit_at_end,
                            .output = command->output};
    return run(&daemon, command->check);
}

int main(int argc, char **argv)
{
    /* Answers of megabytes are made and freed: pages that are given back each time would have to be
     * faulted in again. */
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    g_autoptr(GPtrArray) overrides = g_ptr_array_new_with_free_func(g_free);
    struct command command = {0};
    GError *error = NULL;
    int status =
        parse_options(&argc, &argv, &command, overrides, &error) ? 0 : fail(error, EXIT_USAGE);
    g_ptr_array_add(overrides, NULL);
    if (status == 0)
        status = act(&command, (char **)overrides->pdata);
    g_free(command.config_file);
    g_free(command.output);
    g_free(command.remove_pinned);
    g_strfreev(command.rest);
    return status;
}
