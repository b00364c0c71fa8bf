// SPDX-License-Identifier: Apache-2.0
/* The stages of a run, each undone whatever became of the later ones. */
#include "offline/offline.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <vttif/error.h>

#include "offline/captures.h"
#include "offline/launcher.h"
#include "offline/program.h"
#include "offline/record.h"
#include "offline/signals.h"

#define EXIT_STATUS(code) ((code) << 8)

struct run {
    const struct offline_options *options;
    struct offline_result *result;
    struct capture_settings settings;
    struct signals signals;
    const struct launcher *launcher;
    struct launch launch;
};

static void report(const struct run *run, const char *stage, size_t done)
{
    if (run->options->progress)
        run->options->progress(stage, done, 1, run->options->progress_data);
}

/* The whole command: into the host, then the environment, then the launcher's words. */
static char **whole_command(struct run *run)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    const char *const *environment = launch_environment(&run->launch);
    if (environment[0]) {
        g_strv_builder_add(words, "env");
        g_strv_builder_addv(words, (const char **)environment);
    }
    g_autoptr(GStrvBuilder) command = g_strv_builder_new();
    run->launcher->add_command(&run->launch, command);
    g_auto(GStrv) argv_of_command = g_strv_builder_end(command);
    if (environment[0] && strchr(argv_of_command[0], '=')) /* env would take it for a setting */
        g_strv_builder_add_many(words, "sh", "-c", "exec \"$0\" \"$@\"", NULL);
    g_strv_builder_addv(words, (const char **)argv_of_command);
    g_auto(GStrv) argv = g_strv_builder_end(words);
    return enter_argv(run->launch.first, ENTER_PROGRAM, (const char *const *)argv);
}

static bool run_program(struct run *run, struct captures *captures, GError **error)
{
    g_auto(GStrv) argv = whole_command(run);
    report(run, "run", 0);
    run->result->started_us = g_get_real_time();
    bool started = program_run(argv, captures, &run->signals, &run->result->wait_status, error);
    run->result->ended_us = g_get_real_time();
    report(run, "run", 1);
    if (!started)
        run->result->started_us = run->result->ended_us = 0;
    return started;
}

/* Files are kept and judged even if the JSON beside them cannot be written. */
static void collect(struct run *run, struct captures *captures)
{
    struct offline_result *result = run->result;
    result->captures = g_new0(struct offline_capture, captures->n);
    result->n_captures = captures->n;
    for (size_t i = 0; i < captures->n; i++) {
        struct offline_capture *judged = &result->captures[i];
        record_judge(&captures->list[i], judged);
        g_autoptr(GError) error = NULL;
        if (record_write(&captures->list[i], judged, run->settings.snaplen, run->launch.ports,
                         &error) ||
            judged->problem)
            continue;
        judged->complete = false;
        judged->problem = g_strdup_printf("%s: %s", judged->host->name, error->message);
    }
}

static bool run_with_captures(struct run *run, GError **error)
{
    struct captures captures;
    int interrupted;
    bool ok =
        captures_start(&captures, run->options, &run->settings, &run->signals, &interrupted, error);
    if (interrupted)
        run->result->wait_status = interrupted;
    if (ok) {
        ok = run_program(run, &captures, error);
        captures_drain(&captures);
        captures_stop(&captures);
        collect(run, &captures);
    }
    captures_clear(&captures);
    return ok;
}

/* A signal that ended a stage before the program was started. */
static void take_pending_signal(struct run *run)
{
    struct signal_event event;
    if (!run->result->started_us && signals_next(&run->signals, &event))
        run->result->wait_status = event.number;
}

static bool run_with_launcher(struct run *run, GError **error)
{
    const struct offline_options *options = run->options;
    int exit_code;
    launch_init(&run->launch, options, &run->signals);
    bool ok =
        program_check(run->launch.first, options->program[0], &run->signals, &exit_code, error);
    if (!ok) {
        run->result->wait_status = EXIT_STATUS(exit_code);
    } else {
        ok = run->launcher->start(&run->launch, error) && run_with_captures(run, error);
        take_pending_signal(run);
        if (run->launcher->stop)
            run->launcher->stop(&run->launch);
    }
    take_pending_signal(run);
    launch_clear(&run->launch);
    return ok;
}

bool offline_run(const struct offline_options *options, struct offline_result *result,
                 GError **error)
{
    unsigned snaplen = options->snaplen ? options->snaplen : OFFLINE_SNAPLEN_DEFAULT;
    size_t buffer = options->buffer_bytes ? options->buffer_bytes : OFFLINE_BUFFER_DEFAULT;
    struct run run = {
        .options = options,
        .result = result,
        .settings = {.interface = options->interface,
                     .snaplen = snaplen,
                     .buffer_kib = (unsigned)MIN(buffer / 1024, G_MAXINT / 1024)},
        .launcher = launcher_find(options->launcher, error),
    };
    *result = (struct offline_result){.wait_status = EXIT_STATUS(1)};
    if (!run.launcher)
        return false;
    if (!signals_begin(&run.signals)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "cannot watch for signals: %s",
                    g_strerror(errno));
        return false;
    }
    bool ok = run_with_launcher(&run, error);
    signals_end(&run.signals);
    return ok;
}

void offline_result_clear(struct offline_result *result)
{
    for (size_t i = 0; i < result->n_captures; i++) {
        g_free(result->captures[i].file);
        g_free(result->captures[i].interface);
        g_free(result->captures[i].problem);
    }
    g_free(result->captures);
    result->captures = NULL;
    result->n_captures = 0;
}
