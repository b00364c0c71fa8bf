// SPDX-License-Identifier: Apache-2.0
/*
 * No launcher: the program runs on the first host, and finds its way to the others by the
 * environment. For mpirun that includes host lists, in files of our own below /run, which hosts of
 * one machine share even where each has its own /tmp: /run/vttif-launch/PID/. A run that was killed
 * is cleaned up by the next.
 */
#include "offline/launcher.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

struct list {
    const char *file;
    const char *variable;
    const char *line_end; /* after a host's address: one process there */
};

static const struct list lists[] = {
    {"openmpi", "OMPI_MCA_orte_default_hostfile", " slots=1\n"},
    {"hydra", "HYDRA_HOST_FILE", ":1\n"},
};

static bool write_list(struct launch *launch, const struct list *list, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < vttif_hosts_size(launch->options->hosts); i++) {
        char address[VTTIF_ADDRESS_TEXT_MAX];
        launch_address(vttif_hosts_get(launch->options->hosts, i), address);
        g_string_append(text, address);
        g_string_append(text, list->line_end);
    }
    g_autofree char *path = g_build_filename(launch->directory, list->file, NULL);
    if (!g_file_set_contents(path, text->str, (gssize)text->len, error))
        return false;
    launch_setenv(launch, list->variable, path);
    return true;
}

/* A container may have a /run of its own; mpirun would fail on a list that is not there. */
static bool first_host_sees(const struct launch *launch, const char *path)
{
    if (launch->first->via != VTTIF_VIA_PID)
        return true;
    g_autofree char *there = g_strdup_printf("/proc/%s/root%s", launch->first->target, path);
    return g_file_test(there, G_FILE_TEST_EXISTS);
}

static void remove_lists(const char *directory)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *path = g_build_filename(directory, lists[i].file, NULL);
        g_unlink(path);
    }
    g_rmdir(directory);
}

static void remove_lists_of_dead_runs(const char *base)
{
    g_autoptr(GDir) dir = g_dir_open(base, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        guint64 pid;
        if (!g_ascii_string_to_unsigned(name, 10, 1, G_MAXINT32, &pid, NULL) ||
            kill((pid_t)pid, 0) == 0 || errno != ESRCH)
            continue;
        g_autofree char *path = g_build_filename(base, name, NULL);
        remove_lists(path);
    }
}

/* Who is not root may have no directory for what runs, and a home that is another's: then one in
 * /tmp serves, of a name that nobody can foresee. */
static bool make_directory(struct launch *launch, GError **error)
{
    const char *root = g_access("/run", W_OK) == 0 ? "/run" : g_get_user_runtime_dir();
    g_autofree char *base = g_build_filename(root, "vttif-launch", NULL);
    remove_lists_of_dead_runs(base);
    launch->directory = g_strdup_printf("%s/%d", base, (int)getpid());
    if (g_mkdir_with_parents(launch->directory, 0755) == 0)
        return true;
    g_free(launch->directory);
    launch->directory = g_dir_make_tmp("vttif-launch-XXXXXX", error);
    return launch->directory != NULL;
}

static bool start(struct launch *launch, GError **error)
{
    if (!launch->options->hosts_file || launch->first->via == VTTIF_VIA_SSH)
        return true;
    if (!make_directory(launch, error))
        return false;
    if (!first_host_sees(launch, launch->directory))
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        if (!write_list(launch, &lists[i], error))
            return false;
    return true;
}

static void add_command(struct launch *launch, GStrvBuilder *words)
{
    g_strv_builder_addv(words, (const char **)launch->options->program);
}

static void stop(struct launch *launch)
{
    if (launch->directory)
        remove_lists(launch->directory);
}

const struct launcher launcher_none = {"none", start, add_command, stop};
