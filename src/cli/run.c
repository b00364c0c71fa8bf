// SPDX-License-Identifier: Apache-2.0
/* Runs a program under watch, for infer and monitor. */
#include "cli/cli.h"

#include "offline/offline.h"
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TESTBED_MIN = 2,
    TESTBED_MAX = 64,
    SNAPLEN_MIN = 64,
    SNAPLEN_MAX = 262144,
    BUFFER_MIB_MAX = 1024
};

static bool check(const char *command, char **program)
{
    if (!*program)
        cli_usage(command, "there is no program behind '--'");
    else if (!cli_reading.hosts && !cli_running.testbed)
        cli_usage(command, "on which hosts? give --hosts FILE or --testbed N");
    else if (cli_reading.hosts && cli_running.testbed)
        cli_usage(command, "--hosts and --testbed exclude each other");
    else if (cli_running.testbed &&
             (cli_running.testbed < TESTBED_MIN || cli_running.testbed > TESTBED_MAX))
        cli_usage(command, "--testbed %d: expected %d to %d hosts", cli_running.testbed,
                  TESTBED_MIN, TESTBED_MAX);
    else if (cli_running.rate && !cli_running.testbed)
        cli_usage(command, "--rate is for --testbed");
    else if (cli_running.launcher && !g_strv_contains(offline_launchers(), cli_running.launcher))
        cli_usage(command, "--launcher %s: expected none, pvm or mpi", cli_running.launcher);
    else if (!cli_is_in(cli_running.np, 1, INT_MAX))
        cli_usage(command, "--np %d: expected a number of processes", cli_running.np);
    else if (!cli_is_in(cli_running.snaplen, SNAPLEN_MIN, SNAPLEN_MAX))
        cli_usage(command, "--snaplen %d: expected %d to %d", cli_running.snaplen, SNAPLEN_MIN,
                  SNAPLEN_MAX);
    else if (!cli_is_in(cli_running.buffer_mib, 1, BUFFER_MIB_MAX))
        cli_usage(command, "--buffer %d: expected 1 to %d MiB", cli_running.buffer_mib,
                  BUFFER_MIB_MAX);
    else
        return true;
    return false;
}

static void show_stage(const char *stage, size_t done, size_t of, void *data)
{
    if (!cli_reading.quiet)
        cli_progress(stage, done, of);
}

static bool report(const struct offline_result *result)
{
    bool complete = true;
    for (size_t i = 0; i < result->n_captures; i++) {
        const struct offline_capture *capture = &result->captures[i];
        if (capture->dropped > 0)
            cli_say("vttif: %s: the kernel dropped %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                    " frames; a larger --buffer may help",
                    capture->host->name, capture->dropped, capture->received);
        if (capture->complete)
            continue;
        complete = false;
        cli_fail("%s", capture->problem ? capture->problem : "a capture is not complete");
    }
    return complete;
}

static int run_on(const struct vttif_hosts *hosts, char **program, const char *directory,
                  GPtrArray *files, int *wait_status)
{
    g_autoptr(GError) error = NULL;
    struct offline_result result = {0};
    struct offline_options options = {
        .hosts = hosts,
        .hosts_file = cli_reading.hosts,
        .launcher = cli_running.launcher,
        .np = cli_number(cli_running.np),
        .mpirun = cli_running.mpirun,
        .directory = directory,
        .snaplen = cli_number(cli_running.snaplen),
        .buffer_bytes = (size_t)cli_number(cli_running.buffer_mib) << 20,
        .interface = cli_running.interface,
        .program = (const char *const *)program,
        .progress = show_stage,
    };
    int status = CLI_DONE;
    if (!offline_run(&options, &result, &error))
        status = cli_fail("%s", error->message);
    else if (!report(&result))
        status = CLI_FAILED;
    for (size_t i = 0; i < result.n_captures; i++)
        if (result.captures[i].file && !error)
            g_ptr_array_add(files, g_strdup(result.captures[i].file));
    *wait_status = result.wait_status;
    offline_result_clear(&result);
    return status;
}

/* Hosts of the test bed have a /tmp each; directories there that the program's words name are to be
 * the same on all. */
static void share_directories(GPtrArray *options, char **program)
{
    for (char **word = program; *word; word++) {
        const char *path = strstr(*word, "/tmp/");
        g_autofree char *directory = path ? g_path_get_dirname(path) : NULL;
        if (!path || (path != *word && path[-1] != '='))
            continue;
        if (strcmp(directory, "/tmp") == 0)
            cli_say(
                "vttif: each host of a test bed has a /tmp of its own: %s is not this machine's; "
                "a directory below /tmp would be",
                path);
        if (strcmp(directory, "/tmp") == 0 || !g_file_test(directory, G_FILE_TEST_IS_DIR))
            continue;
        g_ptr_array_add(options, g_strdup("--share"));
        g_ptr_array_add(options, g_steal_pointer(&directory));
    }
}

static struct offline_testbed *start_testbed(char **program, GError **error)
{
    g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free);
    const char *path;
    if (cli_running.rate) {
        g_ptr_array_add(options, g_strdup("--rate"));
        g_ptr_array_add(options, g_strdup(cli_running.rate));
    }
    share_directories(options, program);
    g_ptr_array_add(options, NULL);
    struct offline_testbed *testbed = offline_testbed_start(
        (unsigned)cli_running.testbed, (const char *const *)options->pdata, &path, error);
    if (testbed)
        cli_reading.hosts = g_strdup(path);
    return testbed;
}

int cli_run(const char *command, char **program, const char *directory, GPtrArray *files,
            struct vttif_hosts **hosts, int *wait_status)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(offline_testbed) testbed = NULL;
    *hosts = NULL;
    *wait_status = 0;
    if (!check(command, program))
        return CLI_USAGE;
    if (cli_running.testbed) {
        testbed = start_testbed(program, &error);
        if (!testbed)
            return cli_fail("%s", error->message);
    }
    if (!cli_read_hosts(hosts))
        return CLI_FAILED;
    return run_on(*hosts, program, directory, files, wait_status);
}

int cli_pass_on(int wait_status, int own_status)
{
    if (WIFSIGNALED(wait_status)) {
        /* Whoever started us shall see what it would have seen of the program; without a core of
         * ours beside the program's. */
        int number = WTERMSIG(wait_status);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(number, SIG_DFL);
        raise(number);
        return 128 + number;
    }
    int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : CLI_FAILED;
    return status ? status : own_status;
}
