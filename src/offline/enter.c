// SPDX-License-Identifier: Apache-2.0
#include "offline/enter.h"

#include "offline/tool.h"

/* vttif-rsh enters a PID namespace as nsenter would, but passes signals on, and leaves no child
 * behind. */
static char *rsh_program(void)
{
    char *found = tool_find("vttif-rsh", "src/cli", "VTTIF_RSH");
    return found ? found : g_strdup("vttif-rsh");
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

/* The user's ssh, with options of his own: they come first, and so win over ours. */
static void add_ssh(GStrvBuilder *words)
{
    const char *chosen = g_getenv("VTTIF_SSH");
    g_auto(GStrv) own = NULL;
    if (chosen && g_shell_parse_argv(chosen, NULL, &own, NULL))
        g_strv_builder_addv(words, (const char **)own);
    else
        g_strv_builder_add(words, "ssh");
}

static void enter_ssh(GStrvBuilder *words, enum enter_purpose purpose, const char *target,
                      const char *const *argv)
{
    g_autofree char *directory = g_get_current_dir();
    g_autofree char *command = remote_command(purpose, directory, argv);
    add_ssh(words);
    /* A connection of ours must not become the master of others: it would not end with us. */
    add_words(words, (const char *const[]){"-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o",
                                           "ServerAliveInterval=10", "-o", "LogLevel=ERROR", "-o",
                                           "ControlMaster=no", "--", target, command, NULL});
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
