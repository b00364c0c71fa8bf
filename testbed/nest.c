// SPDX-License-Identifier: Apache-2.0
/*
 * The nest of a test bed: namespaces that live exactly as long as this process.
 *
 *     vttif-testbed-nest STATE SETUP... -- [COMMAND...]
 *
 *     caller ── nest ─┬─ init (PID 1 inside) ─┬─ SETUP      makes the hosts, then ends
 *                     │                       ├─ hosts ...  left behind by SETUP
 *                     │ removes STATE         └─ COMMAND    or none: hold until stdin ends
 *                     │ at the end
 *
 * Everything is in one PID namespace, which dies with its init, which dies with the nest, however
 * that ends. Network namespaces and mounts have no names outside, and go with their last process.
 * A shell cannot do this: it has no way to tie a child's life to its own, it does not act on a
 * signal while it waits for a foreground program, and its background programs ignore Ctrl-C.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offline/relay.h"

extern char **environ;

static int fail(const char *what)
{
    fprintf(stderr, "vttif-testbed: cannot %s: %s\n", what, strerror(errno));
    return 1;
}

static void execute(char **argv)
{
    relay_restore_signals();
    execvp(argv[0], argv);
    int status = errno == ENOENT ? 127 : 126;
    fprintf(stderr, "vttif-testbed: cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(status);
}

static int run_and_wait(char **argv)
{
    pid_t child = relay_fork();
    if (child < 0)
        return fail("fork");
    if (child == 0)
        execute(argv);
    return relay_wait(child);
}

/* The set-up must not eat what standard input has for the command. */
static int set_up(char **argv)
{
    pid_t child = relay_fork();
    if (child < 0)
        return fail("fork");
    if (child == 0) {
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0)
            _exit(fail("open /dev/null"));
        close(null);
        execute(argv);
    }
    return relay_wait(child);
}

static bool input_has_ended(void)
{
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/* True if the signal asks us to end; a child's end does not. */
static bool signal_ends(int signals)
{
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != sizeof info)
        return false;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    return info.ssi_signo != SIGCHLD;
}

/* Until standard input ends or a signal arrives. */
static int hold(void)
{
    sigset_t set = relay_signals();
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (signals < 0)
        return fail("wait for signals");
    struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                              {.fd = signals, .events = POLLIN}};
    for (;;) {
        if (poll(events, 2, -1) < 0 && errno != EINTR)
            return fail("wait");
        if (events[1].revents && signal_ends(signals))
            return 0;
        if (events[0].revents && input_has_ended())
            return 0;
    }
}

/* PID 1 of the test bed, and in its network namespace, which becomes the switch. */
static int init(char **setup, char **command)
{
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC) != 0)
        return fail("make namespaces (does the kernel have NET_NS, UTS_NS and IPC_NS?)");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return fail("keep mounts private");
    int status = set_up(setup);
    if (status != 0)
        return status;
    return command[0] ? run_and_wait(command) : hold();
}

static void remove_state(char *state)
{
    char *argv[] = {(char *)"rm", (char *)"-rf", (char *)"--", state, NULL};
    pid_t child;
    if (posix_spawnp(&child, "rm", NULL, NULL, argv, environ) == 0)
        waitpid(child, NULL, 0);
}

static int nest(char **setup, char **command)
{
    int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (own < 0 || unshare(CLONE_NEWPID) != 0)
        return fail("make a PID namespace (root, and a kernel with PID_NS, are needed)");
    pid_t child = relay_fork();
    if (child == 0)
        _exit(init(setup, command));
    /* Later children are outside again. */
    if (child < 0 || setns(own, CLONE_NEWPID) != 0)
        return fail("fork");
    close(own);
    return relay_wait(child);
}

int main(int argc, char **argv)
{
    int separator = 2;
    while (separator < argc && strcmp(argv[separator], "--") != 0)
        separator++;
    if (separator == 2 || separator >= argc) {
        fputs("usage: vttif-testbed-nest STATE SETUP... -- [COMMAND...]\n", stderr);
        return 2;
    }
    argv[separator] = NULL;
    int status = nest(argv + 2, argv + separator + 1);
    remove_state(argv[1]);
    return status;
}
