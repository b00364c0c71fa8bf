// SPDX-License-Identifier: Apache-2.0
#include "offline/enter.h"

/* vttif-rsh is installed, and built, beside the program that asks. It enters a PID namespace as
 * nsenter would, but passes signals on, and leaves no child behind. */
static char *rsh_program(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *beside = g_build_filename(folder, "vttif-rsh", NULL);
    bool found = g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE);
    return found ? g_steal_pointer(&beside) : g_strdup("vttif-rsh");
}

/* ssh hands one text to the login shell there: quoted word by word. */
static char *remote_command(enum enter_purpose purpose, const char *directory,
                            const char *const *argv)
{
    GString *text = g_string_new(NULL);
    if (purpose == ENTER_PROGRAM) {
        g_autofree char *quoted = g_shell_quote(directory);
        g_string_append_printf(text, "cd %s 2>/dev/null; ", quoted);
    }
    g_string_append(text, "exec");
    for (size_t i = 0; argv[i]; i++) {
        g_autofree char *quoted = g_shell_quote(argv[i]);
        g_string_append_printf(text, " %s", quoted);
    }
    return g_string_free(text, FALSE);
}

static void add_words(GStrvBuilder *words, const char *const *more)
{
    g_strv_builder_addv(words, (const char **)more);
}

static void enter_netns(GStrvBuilder *words, enum enter_purpose purpose, const char *name,
                        const char *const *argv)
{
    if (purpose == ENTER_CAPTURE) {
        g_autofree char *option = g_strconcat("--net=/run/netns/", name, NULL);
        add_words(words, (const char *const[]){"nsenter", option, NULL});
    } else {
        add_words(words, (const char *const[]){"ip", "netns", "exec", name, NULL});
    }
    add_words(words, argv);
}

static void enter_pid(GStrvBuilder *words, enum enter_purpose purpose, const char *pid,
                      const char *const *argv)
{
    if (purpose == ENTER_CAPTURE) {
        add_words(words, (const char *const[]){"nsenter", "-t", pid, "-n", NULL});
    } else {
        g_autofree char *rsh = rsh_program();
        add_words(words, (const char *const[]){rsh, "--pid", pid, "--", NULL});
    }
    add_words(words, argv);
}

static void enter_ssh(GStrvBuilder *words, enum enter_purpose purpose, const char *target,
                      const char *const *argv)
{
    g_autofree char *directory = g_get_current_dir();
    g_autofree char *command = remote_command(purpose, directory, argv);
    add_words(words, (const char *const[]){"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10",
                                           "-o", "ServerAliveInterval=10", "-o", "LogLevel=ERROR",
                                           "--", target, command, NULL});
}

char **enter_argv(const struct vttif_host *host, enum enter_purpose purpose,
                  const char *const *argv)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    switch (host->via) {
    case VTTIF_VIA_LOCAL:
        add_words(words, argv);
        break;
    case VTTIF_VIA_NETNS:
        enter_netns(words, purpose, host->target, argv);
        break;
    case VTTIF_VIA_PID:
        enter_pid(words, purpose, host->target, argv);
        break;
    case VTTIF_VIA_SSH:
        enter_ssh(words, purpose, host->target, argv);
        break;
    }
    return g_strv_builder_end(words);
}
