// SPDX-License-Identifier: Apache-2.0
/*
 * A program of options and wiring for the tests of src/offline: runs a program under watch, tells
 * on descriptor 9 (or nowhere, if it is closed) what became of it, and ends as the program did.
 *
 *     drive-offline [--hosts FILE | --testbed N] [OPTIONS] -- PROGRAM [ARGUMENT...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offline/offline.h"

#define REPORT_DESCRIPTOR 9

static char *hosts_file, *launcher, *mpirun, *directory, *interface;
static int testbed_hosts, np, buffer_kib;

static const GOptionEntry entries[] = {
    {"hosts", 0, 0, G_OPTION_ARG_FILENAME, &hosts_file, "hosts file", "FILE"},
    {"testbed", 0, 0, G_OPTION_ARG_INT, &testbed_hosts, "make a test bed", "N"},
    {"launcher", 0, 0, G_OPTION_ARG_STRING, &launcher, "none, pvm, mpi", "NAME"},
    {"mpirun", 0, 0, G_OPTION_ARG_FILENAME, &mpirun, "the mpirun", "PATH"},
    {"np", 0, 0, G_OPTION_ARG_INT, &np, "processes", "N"},
    {"directory", 0, 0, G_OPTION_ARG_FILENAME, &directory, "output directory", "DIR"},
    {"interface", 0, 0, G_OPTION_ARG_STRING, &interface, "where hosts name none", "IF"},
    {"buffer", 0, 0, G_OPTION_ARG_INT, &buffer_kib, "capture buffer", "KIB"},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

static void tell_stage(const char *stage, size_t done, size_t of, void *data)
{
    static char before[64];
    char now[64];
    snprintf(now, sizeof now, "%s%s", stage, done == of ? ": done" : "");
    if (strcmp(now, before) != 0)
        fprintf(data, "stage %s\n", now);
    g_strlcpy(before, now, sizeof before);
}

static void tell_result(const struct offline_result *result, FILE *report)
{
    fprintf(report, "ran %d from %.6f to %.6f\n", result->started_us > 0,
            (double)result->started_us / G_USEC_PER_SEC, (double)result->ended_us / G_USEC_PER_SEC);
    for (size_t i = 0; i < result->n_captures; i++) {
        const struct offline_capture *capture = &result->captures[i];
        fprintf(report, "capture %s %s %s received %lu captured %lu dropped %lu complete %d\n",
                capture->host->name, capture->interface, capture->file,
                (unsigned long)capture->received, (unsigned long)capture->captured,
                (unsigned long)capture->dropped, capture->complete);
        if (capture->problem)
            fprintf(report, "problem %s\n", capture->problem);
    }
}

static struct vttif_hosts *read_hosts(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    return vttif_hosts_parse(text, path, error);
}

static int run(const struct offline_options *options, FILE *report)
{
    g_autoptr(GError) error = NULL;
    struct offline_result result;
    if (!offline_run(options, &result, &error))
        fprintf(stderr, "drive-offline: %s\n", error->message);
    tell_result(&result, report);
    int status = result.wait_status;
    offline_result_clear(&result);
    return status;
}

static int run_over_hosts(const char *path, char **program, FILE *report)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_hosts) hosts = read_hosts(path, &error);
    if (!hosts) {
        fprintf(stderr, "drive-offline: %s\n", error->message);
        return 2 << 8;
    }
    struct offline_options options = {
        .hosts = hosts,
        .hosts_file = path,
        .launcher = launcher,
        .np = (unsigned)np,
        .mpirun = mpirun,
        .directory = directory ? directory : ".",
        .buffer_bytes = (size_t)buffer_kib * 1024,
        .interface = interface,
        .program = (const char *const *)program,
        .progress = tell_stage,
        .progress_data = report,
    };
    return run(&options, report);
}

static int run_over_testbed(char **program, FILE *report)
{
    g_autoptr(GError) error = NULL;
    const char *path;
    g_autoptr(offline_testbed) testbed =
        offline_testbed_start((unsigned)testbed_hosts, NULL, &path, &error);
    if (!testbed) {
        fprintf(stderr, "drive-offline: %s\n", error->message);
        return 1 << 8;
    }
    return run_over_hosts(path, program, report);
}

/* As the shell's child would have ended. */
static int end_like(int wait_status)
{
    if (!WIFSIGNALED(wait_status))
        return WEXITSTATUS(wait_status);
    signal(WTERMSIG(wait_status), SIG_DFL);
    raise(WTERMSIG(wait_status));
    return 128 + WTERMSIG(wait_status);
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("-- PROGRAM [ARGUMENT...]");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_strict_posix(context, TRUE);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "drive-offline: %s\n", error->message);
        return 2;
    }
    char **program = argv + 1;
    if (program[0] && strcmp(program[0], "--") == 0)
        program++;
    if (!program[0] || (!hosts_file && !testbed_hosts))
        return 2;
    FILE *report = fdopen(dup(REPORT_DESCRIPTOR), "w");
    report = report ? report : fopen("/dev/null", "w");
    setlinebuf(report);
    int status = hosts_file ? run_over_hosts(hosts_file, program, report)
                            : run_over_testbed(program, report);
    fclose(report);
    g_free(hosts_file);
    g_free(launcher);
    g_free(mpirun);
    g_free(directory);
    g_free(interface);
    return end_like(status);
}
