// SPDX-License-Identifier: Apache-2.0
#include "pvm_pulse.h"

#include <fcntl.h>
#include <math.h>
#include <pvm3.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mp.h"

/* Between two rounds of questions. */
#define ROUND_SECONDS 2

/* The child's words: the place of the host that it asks, or that one has answered. */
enum { ANSWERED = -1 };

static struct {
    int fd;
    pid_t child;
    int asked; /* host, or ANSWERED */
    bool told; /* that it is lost */
    double since;
} pulse = {.fd = -1, .asked = ANSWERED};

/* --- the child ------------------------------------------------------------------------------ */

static void say(int pipe, int word)
{
    if (write(pipe, &word, sizeof word) != sizeof word)
        _exit(0);
}

/* Hosts are in the order of the configuration, beginning with this one, as ranks are. */
static _Noreturn void ask_hosts(int processes, int pipe)
{
    struct pvmhostinfo *hosts;
    int n_hosts, here = 0;
    pvm_setopt(PvmAutoErr, 0);
    if (pvm_mytid() < 0 || pvm_config(&n_hosts, NULL, &hosts) < 0)
        _exit(0);
    while (here < n_hosts && hosts[here].hi_tid != pvm_tidtohost(pvm_mytid()))
        here++;
    for (;;) {
        for (int place = 1; place < n_hosts && place < processes; place++) {
            say(pipe, place);
            pvm_mstat(hosts[(here + place) % n_hosts].hi_name);
            say(pipe, ANSWERED);
        }
        sleep(ROUND_SECONDS);
    }
}

static _Noreturn void run_child(int processes, pid_t starter, int pipe)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != starter)
        _exit(0);
    ask_hosts(processes, pipe);
}

/* --- the starter ---------------------------------------------------------------------------- */

void pulse_start(int processes, int not_its)
{
    int ends[2];
    pid_t starter = getpid();
    if (processes < 2 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    pulse.child = fork();
    if (pulse.child == 0) {
        close(ends[0]);
        close(not_its);
        run_child(processes, starter, ends[1]);
    }
    close(ends[1]);
    pulse.fd = ends[0];
    if (pulse.child < 0)
        pulse_stop();
}

void pulse_stop(void)
{
    if (pulse.fd < 0)
        return;
    close(pulse.fd);
    pulse.fd = -1;
    pulse.asked = ANSWERED;
    if (pulse.child > 0) {
        kill(pulse.child, SIGKILL);
        waitpid(pulse.child, NULL, 0);
    }
}

int pulse_fd(void)
{
    return pulse.fd;
}

void pulse_listen(void)
{
    int word;
    ssize_t n = -1;
    while (pulse.fd >= 0 && (n = read(pulse.fd, &word, sizeof word)) == sizeof word) {
        pulse.asked = word;
        pulse.told = false;
        pulse.since = mp_seconds();
    }
    if (n == 0) /* it has ended: PVM is not there, or somebody killed it */
        pulse_stop();
}

static double patience(void)
{
    const char *text = getenv("MP_HOST_SECONDS");
    double seconds = text ? atof(text) : 0;
    return seconds > 0 ? seconds : HOST_PATIENCE_SECONDS;
}

double pulse_seconds_left(void)
{
    return pulse.asked == ANSWERED || pulse.told ? INFINITY
                                                 : pulse.since + patience() - mp_seconds();
}

int pulse_lost_host(void)
{
    if (pulse_seconds_left() > 0)
        return -1;
    pulse.told = true;
    return pulse.asked;
}
