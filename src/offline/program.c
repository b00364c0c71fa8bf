// SPDX-License-Identifier: Apache-2.0
#include "offline/program.h"

#include <errno.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vttif/error.h>

#include "offline/script.h"
#include "offline/scripts.h"

#define CHECK_MS 30000
/* tcpdump's counters turn around after 2^32 frames: ask before that. */
#define ASK_SECONDS 60
/* Two Ctrl-C closer than the first, and the program has the second to end by itself. */
#define TWICE_SECONDS 2
#define GRACE_SECONDS 1

bool program_check(const struct vttif_host *host, const char *program, struct signals *signals,
                   int *exit_code, GError **error)
{
    g_autofree char *output = NULL;
    const char *const arguments[] = {program, NULL};
    int status;
    *exit_code = 1;
    if (!script_run(host, check_script, arguments, CHECK_MS, signals, &output, &status, error))
        return false;
    if (status == 0)
        return true;
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126)) {
        *exit_code = WEXITSTATUS(status);
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "%s: %s '%s'", host->name,
                    *exit_code == 127 ? "there is no program" : "cannot execute", program);
        return false;
    }
    g_strchomp(output);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_HOST, "%s: cannot be entered: %s", host->name,
                *output ? output : "nothing was said");
    return false;
}

/* --- run ----------------------------------------------------------------------------------- */

struct running {
    pid_t pid;
    int descriptor; /* readable when it has ended */
    gint64 interrupted_at; /* by the last Ctrl-C; monotonic, 0: none */
    gint64 kill_at; /* 0: never */
};

static void in_child(gpointer data)
{
    signals_restore_in_child(data);
}

static bool start(struct running *running, char **argv, struct signals *signals, GError **error)
{
    GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                        G_SPAWN_CHILD_INHERITS_STDIN | G_SPAWN_LEAVE_DESCRIPTORS_OPEN;
    if (!g_spawn_async(NULL, argv, NULL, flags, in_child, signals, &running->pid, error))
        return false;
    running->descriptor = pidfd_open(running->pid, 0);
    if (running->descriptor >= 0)
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "cannot watch the program: %s",
                g_strerror(errno));
    kill(running->pid, SIGKILL);
    waitpid(running->pid, NULL, 0);
    return false;
}

static void handle_signal(struct running *running, const struct signal_event *event)
{
    if (!event->from_terminal)
        kill(running->pid, event->number);
    if (event->number != SIGINT)
        return;
    gint64 now = g_get_monotonic_time();
    if (running->interrupted_at && now - running->interrupted_at < TWICE_SECONDS * G_USEC_PER_SEC &&
        !running->kill_at)
        running->kill_at = now + GRACE_SECONDS * G_USEC_PER_SEC;
    running->interrupted_at = now;
}

static int time_left_ms(gint64 at)
{
    gint64 left = at - g_get_monotonic_time();
    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

/* Waits for the next thing to happen; true when the program has ended. */
static bool wait_for_event(struct running *running, struct captures *captures,
                           struct signals *signals, gint64 *ask_at)
{
    struct pollfd events[] = {{.fd = running->descriptor, .events = POLLIN},
                              {.fd = signals->descriptor, .events = POLLIN}};
    int timeout_ms = time_left_ms(*ask_at);
    if (running->kill_at)
        timeout_ms = MIN(timeout_ms, time_left_ms(running->kill_at));
    captures_poll(captures, events, G_N_ELEMENTS(events), timeout_ms);
    struct signal_event event;
    if (events[1].revents && signals_next(signals, &event))
        handle_signal(running, &event);
    if (running->kill_at && time_left_ms(running->kill_at) == 0)
        kill(running->pid, SIGKILL);
    if (time_left_ms(*ask_at) == 0) {
        captures_ask(captures);
        *ask_at += ASK_SECONDS * G_USEC_PER_SEC;
    }
    return events[0].revents != 0;
}

bool program_run(char **argv, struct captures *captures, struct signals *signals, int *wait_status,
                 GError **error)
{
    struct running running = {0};
    if (!start(&running, argv, signals, error))
        return false;
    gint64 ask_at = g_get_monotonic_time() + ASK_SECONDS * G_USEC_PER_SEC;
    while (!wait_for_event(&running, captures, signals, &ask_at))
        continue;
    while (waitpid(running.pid, wait_status, 0) < 0 && errno == EINTR)
        continue;
    close(running.descriptor);
    return true;
}
