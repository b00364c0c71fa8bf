// SPDX-License-Identifier: Apache-2.0
#include "offline/script.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vttif/error.h>

char **script_argv(const struct vttif_host *host, enum enter_purpose purpose,
                   const char *const *environment, const char *text, const char *const *arguments)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    if (environment) {
        g_strv_builder_add(words, "env");
        g_strv_builder_addv(words, (const char **)environment);
    }
    g_strv_builder_add_many(words, "sh", "-c", text, "vttif", NULL);
    g_strv_builder_addv(words, (const char **)arguments);
    g_auto(GStrv) argv = g_strv_builder_end(words);
    return enter_argv(host, purpose, (const char *const *)argv);
}

static void in_child(gpointer data)
{
    const struct signals *signals = data;
    if (signals)
        signals_restore_in_child(signals);
    setsid();
}

static bool failed(const char *what, GError **error)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "cannot make a %s: %s", what,
                g_strerror(errno));
    return false;
}

bool script_start(struct script *script, char **argv, int output, const struct signals *signals,
                  GError **error)
{
    int control[2], messages[2];
    /* A socket, not a pipe: writing to one whose reader is gone need not raise SIGPIPE. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0)
        return failed("socket", error);
    if (!g_unix_open_pipe(messages, FD_CLOEXEC, NULL)) {
        failed("pipe", error);
        close(control[0]);
        close(control[1]);
        return false;
    }
    GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD;
    bool started = g_spawn_async_with_pipes_and_fds(
        NULL, (const char *const *)argv, NULL, flags, in_child, (void *)signals, control[1],
        output >= 0 ? output : messages[1], messages[1], NULL, NULL, 0, &script->pid, NULL, NULL,
        NULL, error);
    close(control[1]);
    close(messages[1]);
    if (!started) {
        close(control[0]);
        close(messages[0]);
        script->pid = 0;
        return false;
    }
    g_unix_set_fd_nonblocking(messages[0], TRUE, NULL);
    script->control = control[0];
    script->messages = messages[0];
    script->line = g_string_new(NULL);
    return true;
}

void script_send(struct script *script, const char *line)
{
    if (script->control >= 0)
        (void)!send(script->control, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void script_close(struct script *script)
{
    if (script->control >= 0)
        close(script->control);
    script->control = -1;
}

static void take_byte(struct script *script, char byte)
{
    if (byte != '\n') {
        if (script->line->len < SCRIPT_LINE_MAX && byte != '\r' && byte != '\0')
            g_string_append_c(script->line, byte);
        return;
    }
    g_autofree char *line = g_utf8_make_valid(script->line->str, (gssize)script->line->len);
    g_string_truncate(script->line, 0);
    script->on_line(line, script->data);
}

static void reap(struct script *script)
{
    if (script->line->len)
        take_byte(script, '\n');
    close(script->messages);
    script->messages = -1;
    script_close(script);
    while (waitpid(script->pid, &script->status, 0) < 0 && errno == EINTR)
        continue;
    script->pid = 0;
}

void script_read(struct script *script)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(script->messages, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < n; i++)
            take_byte(script, bytes[i]);
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        reap(script);
}

void script_kill(struct script *script)
{
    if (!script_is_running(script))
        return;
    kill(-script->pid, SIGKILL);
    kill(script->pid, SIGKILL); /* it may not have come to its setsid() yet */
}

void script_clear(struct script *script)
{
    if (script_is_running(script)) {
        script_kill(script);
        reap(script);
    }
    if (script->line)
        g_string_free(g_steal_pointer(&script->line), TRUE);
}

void scripts_poll(struct script *const *scripts, size_t n, struct pollfd *more, size_t n_more,
                  int timeout_ms)
{
    g_autoptr(GArray) events = g_array_new(FALSE, TRUE, sizeof(struct pollfd));
    for (size_t i = 0; i < n; i++) {
        int descriptor = script_is_running(scripts[i]) ? scripts[i]->messages : -1;
        struct pollfd event = {.fd = descriptor, .events = POLLIN};
        g_array_append_val(events, event);
    }
    if (n_more)
        g_array_append_vals(events, more, (guint)n_more);
    struct pollfd *all = (struct pollfd *)(void *)events->data;
    bool ready = poll(all, n + n_more, timeout_ms) > 0;
    for (size_t i = 0; i < n_more; i++)
        more[i].revents = ready ? all[n + i].revents : 0;
    for (size_t i = 0; i < n && ready; i++)
        if (all[i].revents)
            script_read(scripts[i]);
}

/* --- a script from its start to its end ---------------------------------------------------- */

static void keep_line(const char *line, void *data)
{
    GString *output = data;
    if (output->len < SCRIPT_OUTPUT_MAX)
        g_string_append_printf(output, "%s\n", line);
}

static bool wait_for_end(struct script *script, int timeout_ms, const struct signals *signals)
{
    gint64 deadline = g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000);
    while (script_is_running(script)) {
        gint64 left_ms = (deadline - g_get_monotonic_time()) / 1000;
        struct pollfd interrupt = {.fd = signals->descriptor, .events = POLLIN};
        if (left_ms <= 0)
            return false;
        scripts_poll(&script, 1, &interrupt, 1, (int)left_ms);
        if (interrupt.revents)
            return false;
    }
    return true;
}

bool script_run(const struct vttif_host *host, const char *text, const char *const *arguments,
                int timeout_ms, struct signals *signals, char **output, int *status, GError **error)
{
    g_auto(GStrv) argv = script_argv(host, ENTER_PROGRAM, NULL, text, arguments);
    GString *said = g_string_new(NULL);
    struct script script = {.on_line = keep_line, .data = said};
    bool ended = false;
    if (script_start(&script, argv, -1, signals, error)) {
        script_close(&script);
        ended = wait_for_end(&script, timeout_ms, signals);
        if (!ended)
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_HOST, "%s: no answer within %d s",
                        host->name, timeout_ms / 1000);
    } else {
        g_prefix_error(error, "%s: ", host->name);
    }
    script_clear(&script);
    *status = script.status;
    *output = g_string_free(said, FALSE);
    return ended;
}
