// SPDX-License-Identifier: Apache-2.0
#include "offline/namespace.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vttif/error.h>

#include "offline/relay.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const struct {
    const char *name; /* in /proc/PID/ns */
    int flag;
} namespaces[] = {
    {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},        {"net", CLONE_NEWNET},
    {"uts", CLONE_NEWUTS},   {"ipc", CLONE_NEWIPC},       {"pid", CLONE_NEWPID},
    {"time", CLONE_NEWTIME}, {"cgroup", CLONE_NEWCGROUP},
};

static int fail(pid_t pid, GError **error)
{
    int code = errno == EPERM || errno == EACCES ? VTTIF_ERROR_PERMISSION : VTTIF_ERROR_HOST;
    g_set_error(error, VTTIF_ERROR, code, "cannot enter the namespaces of process %d: %s", (int)pid,
                g_strerror(errno));
    return -1;
}

/* The namespaces that differ from ours: setns() refuses our own user namespace. A kernel without
 * a kind of namespace has no such file. -1 and errno if we may not look. */
static int different_namespaces(pid_t pid)
{
    int flags = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(namespaces); i++) {
        struct stat ours, theirs;
        char path[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", namespaces[i].name);
        if (stat(path, &ours) != 0)
            continue;
        snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, namespaces[i].name);
        if (stat(path, &theirs) != 0)
            return -1;
        if (ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev)
            flags |= namespaces[i].flag;
    }
    return flags;
}

static bool enter(pid_t pid, int flags)
{
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0)
        return false;
    bool entered = flags == 0 || setns(process, flags) == 0;
    int code = errno;
    close(process);
    errno = code;
    /* Root of the other user namespace, as the process's owner is. */
    return entered && (!(flags & CLONE_NEWUSER) ||
                       (setgroups(0, NULL) == 0 && setgid(0) == 0 && setuid(0) == 0));
}

static void execute(char **argv)
{
    relay_restore_signals();
    execvp(argv[0], argv);
    int status = errno == ENOENT ? 127 : 126;
    fprintf(stderr, "%s: %s\n", argv[0], g_strerror(errno));
    _exit(status);
}

int namespace_run(pid_t pid, char **argv, GError **error)
{
    g_autofree char *directory = g_get_current_dir();
    int flags = different_namespaces(pid);
    if (flags < 0 || !enter(pid, flags))
        return fail(pid, error);
    /* setns() has moved us to the root of the other mount namespace. */
    if ((flags & CLONE_NEWNS) && chdir(directory) != 0 && chdir("/") != 0)
        return fail(pid, error);
    if (!(flags & CLONE_NEWPID))
        execute(argv);
    pid_t child = relay_fork();
    if (child < 0)
        return fail(pid, error);
    if (child == 0)
        execute(argv);
    return relay_wait(child);
}
