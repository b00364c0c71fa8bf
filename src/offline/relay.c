// SPDX-License-Identifier: Apache-2.0
#include "offline/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static bool held_back;
static sigset_t mask_before;

sigset_t relay_signals(void)
{
    static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        sigaddset(&set, passed_on[i]);
    return set;
}

static void hold_back_signals(void)
{
    if (held_back)
        return;
    sigset_t set = relay_signals();
    sigprocmask(SIG_BLOCK, &set, &mask_before);
    signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would swallow the child's status */
    held_back = true;
}

void relay_restore_signals(void)
{
    if (!held_back)
        return;
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
    held_back = false;
}

/* The parent may have died before prctl() took effect: then its end of the pipe is closed. (To
 * getppid() a parent in another PID namespace is 0, dead or alive.) */
static void die_with_parent(const int lifeline[2])
{
    close(lifeline[1]);
    struct pollfd parent = {.fd = lifeline[0]};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || poll(&parent, 1, 0) != 0)
        _exit(1);
    close(lifeline[0]);
}

pid_t relay_fork(void)
{
    int lifeline[2];
    if (pipe2(lifeline, O_CLOEXEC) != 0)
        return -1;
    hold_back_signals();
    pid_t child = fork();
    if (child == 0) {
        die_with_parent(lifeline);
        return 0;
    }
    close(lifeline[0]);
    if (child < 0)
        close(lifeline[1]);
    return child;
}

/* Reaps what has ended; true, and the child's status, if the child was among it. */
static bool reap(pid_t child, int *result)
{
    bool found = false;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == child) {
            *result = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
            found = true;
        }
    return found;
}

int relay_wait(pid_t child)
{
    sigset_t set = relay_signals();
    int result = 0;
    while (!reap(child, &result)) {
        siginfo_t info;
        int arrived = sigwaitinfo(&set, &info);
        if (arrived > 0 && arrived != SIGCHLD && info.si_code != SI_KERNEL)
            kill(child, arrived);
    }
    return result;
}
