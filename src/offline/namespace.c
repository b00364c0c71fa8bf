// SPDX-License-Identifier: Apache-2.0
#include "offline/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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
    return NAMESPACE_FAILED;
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

/* A PID namespace is only for the children of who enters it. Forks there; -1 and errno on failure.
 * The parent stays the outsider that it was, and so do its later children. */
static pid_t fork_in_pid_namespace(int process)
{
    int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (own < 0 || setns(process, CLONE_NEWPID) != 0)
        return -1;
    pid_t child = relay_fork();
    if (child > 0)
        setns(own, CLONE_NEWPID);
    close(own);
    return child;
}

static bool enter(int process, int flags)
{
    g_autofree char *directory = g_get_current_dir();
    if (flags != 0 && setns(process, flags) != 0)
        return false;
    /* Root of the other user namespace, as the process's owner is. */
    if ((flags & CLONE_NEWUSER) && (setgroups(0, NULL) != 0 || setgid(0) != 0 || setuid(0) != 0))
        return false;
    /* setns() has moved us to the root of the other mount namespace. */
    return !(flags & CLONE_NEWNS) || chdir(directory) == 0 || chdir("/") == 0;
}

static int execute(char **argv, GError **error)
{
    relay_restore_signals();
    execvp(argv[0], argv);
    int code = errno;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE, "cannot run %s: %s", argv[0],
                g_strerror(code));
    return code == ENOENT ? 127 : 126;
}

int namespace_run(pid_t pid, char **argv, GError **error)
{
    int flags = different_namespaces(pid);
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (flags < 0 || process < 0)
        return fail(pid, error);
    fcntl(process, F_SETFD, FD_CLOEXEC);
    if (flags & CLONE_NEWPID) {
        pid_t child = fork_in_pid_namespace(process);
        if (child < 0)
            return fail(pid, error);
        if (child > 0)
            return relay_wait(child);
    }
    if (!enter(process, flags & ~CLONE_NEWPID))
        return fail(pid, error);
    return execute(argv, error);
}
