// SPDX-License-Identifier: Apache-2.0
#include "offline/captures.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vttif/error.h>

/* For ssh to get there and tcpdump to open the interface. */
#define START_SECONDS 40
/* A ring's block comes after 1 s at the latest: a capture that got nothing new for longer, though
 * there is something, is stuck. */
#define STUCK_SECONDS 5
#define ASK_MS        50
/* For frames that were on their way when the program ended: questions before the target is set. */
#define SETTLE_QUESTIONS 2

void captures_poll(struct captures *captures, struct pollfd *more, size_t n_more, int timeout_ms)
{
    scripts_poll(captures->scripts, captures->n, more, n_more, timeout_ms);
}

void captures_ask(struct captures *captures)
{
    for (size_t i = 0; i < captures->n; i++)
        capture_ask(&captures->list[i]);
}

static void progress(const struct captures *captures, const char *stage, size_t done)
{
    const struct offline_options *options = captures->options;
    if (options->progress)
        options->progress(stage, done, captures->n, options->progress_data);
}

/* Waits a while; returns the signal that came, or 0. */
static int wait_a_while(struct captures *captures, int timeout_ms)
{
    struct pollfd interrupt = {.fd = captures->signals->descriptor, .events = POLLIN};
    captures_poll(captures, &interrupt, 1, timeout_ms);
    struct signal_event event;
    return interrupt.revents && signals_next(captures->signals, &event) ? event.number : 0;
}

/* --- start --------------------------------------------------------------------------------- */

static bool no_file_has_stamp(const struct offline_options *options, const char *stamp)
{
    for (size_t i = 0; i < vttif_hosts_size(options->hosts); i++) {
        const char *name = vttif_hosts_get(options->hosts, i)->name;
        g_autofree char *path = g_strdup_printf("%s/%s-%s.pcap", options->directory, name, stamp);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return false;
    }
    return true;
}

/* Now, or the next second that no earlier run has used. */
static char *choose_stamp(const struct offline_options *options)
{
    g_autoptr(GDateTime) time = g_date_time_new_now_local();
    for (;;) {
        g_autofree char *stamp = g_date_time_format(time, "%Y%m%d-%H%M%S");
        if (no_file_has_stamp(options, stamp))
            return g_steal_pointer(&stamp);
        GDateTime *next = g_date_time_add_seconds(time, 1);
        g_date_time_unref(time);
        time = next;
    }
}

static bool start_all(struct captures *captures, const struct capture_settings *settings,
                      GError **error)
{
    const struct offline_options *options = captures->options;
    size_t n = vttif_hosts_size(options->hosts);
    g_autofree char *stamp = choose_stamp(options);
    captures->list = g_new0(struct capture, n);
    captures->scripts = g_new0(struct script *, n);
    for (size_t i = 0; i < n; i++) {
        const struct vttif_host *host = vttif_hosts_get(options->hosts, i);
        char *file = g_strdup_printf("%s/%s-%s.pcap", options->directory, host->name, stamp);
        captures->scripts[i] = &captures->list[i].script;
        captures->n = i + 1;
        if (!capture_start(&captures->list[i], host, file, settings, captures->signals, error))
            return false;
    }
    return true;
}

/* Index of a capture that has ended, or n. */
static size_t find_ended(const struct captures *captures)
{
    size_t i = 0;
    while (i < captures->n && script_is_running(&captures->list[i].script))
        i++;
    return i;
}

/* Index of a capture that does not listen yet, or n; *n_listening gets the number that do. */
static size_t find_silent(const struct captures *captures, size_t *n_listening)
{
    size_t silent = captures->n;
    *n_listening = 0;
    for (size_t i = captures->n; i-- > 0;) {
        if (captures->list[i].listening)
            (*n_listening)++;
        else
            silent = i;
    }
    return silent;
}

static bool wait_until_listening(struct captures *captures, int *interrupted, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + START_SECONDS * G_USEC_PER_SEC;
    for (;;) {
        size_t n_listening, silent = find_silent(captures, &n_listening);
        progress(captures, "start captures", n_listening);
        size_t ended = find_ended(captures);
        if (ended < captures->n) {
            capture_set_error(&captures->list[ended], error);
            return false;
        }
        if (silent == captures->n)
            return true;
        gint64 left_ms = (deadline - g_get_monotonic_time()) / 1000;
        if (left_ms <= 0) {
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_HOST,
                        "%s: the capture did not start within %d s",
                        captures->list[silent].host->name, START_SECONDS);
            return false;
        }
        *interrupted = wait_a_while(captures, (int)left_ms);
        if (*interrupted) {
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO,
                        "interrupted before the program was started (%s)",
                        g_strsignal(*interrupted));
            return false;
        }
    }
}

/* The captures hold nothing of the program: it was not started. */
static void undo_start(struct captures *captures)
{
    captures_stop(captures);
    for (size_t i = 0; i < captures->n; i++)
        if (captures->list[i].file)
            unlink(captures->list[i].file);
}

bool captures_start(struct captures *captures, const struct offline_options *options,
                    const struct capture_settings *settings, struct signals *signals,
                    int *interrupted, GError **error)
{
    *captures = (struct captures){.options = options, .signals = signals};
    *interrupted = 0;
    if (g_mkdir_with_parents(options->directory, 0777) != 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "cannot make the output directory %s: %s",
                    options->directory, g_strerror(errno));
        return false;
    }
    if (start_all(captures, settings, error) && wait_until_listening(captures, interrupted, error))
        return true;
    undo_start(captures);
    return false;
}

/* --- drain --------------------------------------------------------------------------------- */

/* Judges by an answer whether the capture has caught up with the kernel. */
static void look_at_answer(struct capture *capture)
{
    struct capture_drain *drain = &capture->drain;
    uint64_t captured = capture->counts.captured;
    if (captured != drain->captured) {
        drain->captured = captured;
        drain->advanced_at = g_get_monotonic_time();
    }
    unsigned answers = capture->answers - drain->first_question;
    if (answers == SETTLE_QUESTIONS)
        capture->target = capture_expected(capture);
    if (answers >= SETTLE_QUESTIONS && captured >= capture->target)
        drain->done = true;
}

/* Asks a capture again, unless it is drained or stuck; true if it is neither. */
static bool ask_again(struct capture *capture)
{
    struct capture_drain *drain = &capture->drain;
    if (!script_is_running(&capture->script) || drain->done)
        return false;
    if (capture_has_answered(capture)) {
        look_at_answer(capture);
        if (!drain->done)
            capture_ask(capture);
    }
    return !drain->done &&
           g_get_monotonic_time() - drain->advanced_at < STUCK_SECONDS * G_USEC_PER_SEC;
}

void captures_drain(struct captures *captures)
{
    for (size_t i = 0; i < captures->n; i++)
        captures->list[i].drain = (struct capture_drain){
            .first_question = captures->list[i].questions,
            .advanced_at = g_get_monotonic_time(),
        };
    size_t busy = captures->n;
    while (busy > 0) {
        busy = 0;
        for (size_t i = 0; i < captures->n; i++)
            busy += ask_again(&captures->list[i]);
        progress(captures, "drain", captures->n - busy);
        gint64 next = g_get_monotonic_time() + ASK_MS * 1000;
        for (gint64 left; busy > 0 && (left = next - g_get_monotonic_time()) > 0;)
            if (wait_a_while(captures, (int)(left / 1000 + 1)))
                return;
    }
}

/* --- stop ---------------------------------------------------------------------------------- */

/* Grows as long as the captures get on: ends, and bytes that were fetched. */
static uint64_t measure_progress(const struct captures *captures, size_t *n_ended)
{
    uint64_t bytes = 0;
    *n_ended = 0;
    for (size_t i = 0; i < captures->n; i++) {
        const struct capture *capture = &captures->list[i];
        struct stat status;
        *n_ended += !script_is_running(&capture->script);
        if (capture->file && stat(capture->file, &status) == 0)
            bytes += (uint64_t)status.st_size;
    }
    return bytes + *n_ended;
}

void captures_stop(struct captures *captures)
{
    for (size_t i = 0; i < captures->n; i++)
        if (script_is_running(&captures->list[i].script))
            capture_stop(&captures->list[i]);
    uint64_t before = 0;
    gint64 last = g_get_monotonic_time();
    for (;;) {
        size_t n_ended;
        uint64_t now = measure_progress(captures, &n_ended);
        progress(captures, "stop captures", n_ended);
        if (n_ended == captures->n)
            return;
        if (now != before)
            last = g_get_monotonic_time();
        before = now;
        if (g_get_monotonic_time() - last > STUCK_SECONDS * G_USEC_PER_SEC ||
            wait_a_while(captures, 200))
            break;
    }
    for (size_t i = 0; i < captures->n; i++)
        script_kill(&captures->list[i].script);
    for (size_t i = 0; i < captures->n; i++)
        script_clear(&captures->list[i].script);
}

void captures_clear(struct captures *captures)
{
    for (size_t i = 0; i < captures->n; i++)
        capture_clear(&captures->list[i]);
    g_free(captures->list);
    g_free(captures->scripts);
}
