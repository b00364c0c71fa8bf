// SPDX-License-Identifier: Apache-2.0
/*
 * vttif-rsh: the remote shell that PVM (PVM_RSH), Open MPI (plm_rsh_agent) and MPICH
 * (-launcher-exec) start their daemons with, when the hosts are those of a hosts file: namespaces,
 * containers, machines reached by ssh.
 *
 *     vttif-rsh [OPTIONS of ssh] [USER@]HOST [-l USER] [-n] [COMMAND [ARGUMENT...]]
 *     vttif-rsh --pid PID [--] COMMAND [ARGUMENT...]
 *
 * Like rsh and ssh it joins the words of the command with spaces and gives them to a shell there.
 * The second form enters a process's namespaces and runs the words as they are; it is what the
 * first uses for via=pid:PID.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vttif/endpoint.h>

#include "offline/enter.h"
#include "offline/namespace.h"

/* The options of ssh(1) and rsh(1) that take a value. */
#define OPTIONS_WITH_VALUE "BbcDEeFIiJLlmOoPpQRSWw"

static const char usage_text[] =
    "Usage: vttif-rsh [SSH-OPTIONS] [USER@]HOST [-l USER] [-n] [COMMAND [ARGUMENT...]]\n"
    "       vttif-rsh --pid PID [--] COMMAND [ARGUMENT...]\n"
    "\n"
    "Run COMMAND by a shell on HOST of the hosts file named by VTTIF_HOSTS, as rsh and ssh do;\n"
    "or, with --pid, COMMAND itself in all namespaces of process PID.\n"
    "USER and the other options of ssh are accepted and ignored, except -n: no input.\n";

static int fail(int status, const char *format, ...) G_GNUC_PRINTF(2, 3);

static int fail(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("vttif-rsh: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

/* Skips options of ssh that argv[0] begins with; returns the first word that is none. */
static char **skip_options(char **argv, bool *no_input)
{
    for (; *argv && (*argv)[0] == '-' && (*argv)[1]; argv++) {
        if (strcmp(*argv, "--") == 0)
            return argv + 1;
        for (const char *letter = *argv + 1; *letter; letter++) {
            if (*letter == 'n')
                *no_input = true;
            if (strchr(OPTIONS_WITH_VALUE, *letter)) {
                if (!letter[1] && argv[1])
                    argv++;
                break;
            }
        }
    }
    return argv;
}

static const struct vttif_host *find_host(const struct vttif_hosts *hosts, const char *name)
{
    struct vttif_address address;
    gssize i = vttif_hosts_find_name(hosts, name);
    if (i < 0 && vttif_address_parse(name, &address))
        i = vttif_hosts_find_address(hosts, &address);
    return i < 0 ? NULL : vttif_hosts_get(hosts, (size_t)i);
}

static struct vttif_hosts *read_hosts(const char *file, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(file, &text, NULL, error))
        return NULL;
    return vttif_hosts_parse(text, file, error);
}

static void close_input(void)
{
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && null != STDIN_FILENO)
        close(null);
}

static int run_on(const struct vttif_host *host, char **words)
{
    g_autofree char *command = g_strjoinv(" ", words);
    const char *const there[] = {"sh", command[0] ? "-c" : NULL, command, NULL};
    g_auto(GStrv) argv = enter_argv(host, ENTER_PROGRAM, there);
    execvp(argv[0], argv);
    return fail(NAMESPACE_FAILED, "cannot run %s: %s", argv[0], g_strerror(errno));
}

static int run_by_name(char **argv)
{
    bool no_input = false;
    argv = skip_options(argv, &no_input);
    if (!*argv)
        return fail(NAMESPACE_FAILED, "no host given (vttif-rsh --help tells more)");
    const char *user_end = strrchr(*argv, '@');
    const char *name = user_end ? user_end + 1 : *argv;
    argv = skip_options(argv + 1, &no_input);

    const char *file = g_getenv("VTTIF_HOSTS");
    if (!file)
        return fail(NAMESPACE_FAILED, "VTTIF_HOSTS is not set: it must name the hosts file");
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_hosts) hosts = read_hosts(file, &error);
    if (!hosts)
        return fail(NAMESPACE_FAILED, "%s", error->message);
    const struct vttif_host *host = find_host(hosts, name);
    if (!host)
        return fail(NAMESPACE_FAILED, "%s has no host %s", file, name);
    if (no_input)
        close_input();
    return run_on(host, argv);
}

static int run_by_pid(const char *pid_text, char **argv)
{
    char *end;
    long pid = strtol(pid_text, &end, 10);
    if (*end || pid <= 0 || pid > G_MAXINT)
        return fail(NAMESPACE_FAILED, "%s is not a process ID", pid_text);
    if (*argv && strcmp(*argv, "--") == 0)
        argv++;
    if (!*argv)
        return fail(NAMESPACE_FAILED, "no command given (vttif-rsh --help tells more)");
    g_autoptr(GError) error = NULL;
    int status = namespace_run((pid_t)pid, argv, &error);
    return error ? fail(status, "%s", error->message) : status;
}

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage_text, stdout);
        return 0;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        puts("vttif-rsh " VTTIF_VERSION);
        return 0;
    }
    if (argc >= 3 && strcmp(argv[1], "--pid") == 0)
        return run_by_pid(argv[2], argv + 3);
    return run_by_name(argv + 1);
}
