// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <poll.h>
#include <pvm3.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "pvm_pulse.h"
#include "pvm_run.h"

/* How long ranks that were killed may take to end. */
#define KILL_PATIENCE_SECONDS 5

struct rank {
    int tid; /* 0: not known yet */
    const char *host;
    bool joined;
    bool done;
    bool gone;
};

static struct {
    int n;
    int n_hosts;
    struct rank *ranks;
    int n_joined;
    int n_done;
    bool losses_allowed;
    int loss_tag; /* by which rank 0 is told of them */
    int n_lost;
    pid_t rank0; /* 0 when it has ended */
    int rank0_status;
    int signals; /* signalfd */
} run;

static bool all_gone(void)
{
    for (int rank = 1; rank < run.n; rank++)
        if (run.ranks[rank].tid > 0 && !run.ranks[rank].gone)
            return false;
    return run.rank0 == 0;
}

static struct rank *rank_of(int tid)
{
    for (int rank = 0; rank < run.n; rank++)
        if (run.ranks[rank].tid == tid)
            return &run.ranks[rank];
    return NULL;
}

static void reap_rank_0(int flags)
{
    if (run.rank0 && waitpid(run.rank0, &run.rank0_status, flags) == run.rank0)
        run.rank0 = 0;
}

/* Waits for the next message or signal; false when the time is over. INFINITY: no limit. */
static bool wait_for_news(double seconds)
{
    int *fds;
    if (pvm_getfds(&fds) < 1)
        return false;
    struct pollfd events[] = {{.fd = fds[0], .events = POLLIN},
                              {.fd = run.signals, .events = POLLIN},
                              {.fd = pulse_fd(), .events = POLLIN}};
    int timeout = isinf(seconds) ? -1 : seconds > 0 ? (int)ceil(seconds * 1000) : 0;
    return poll(events, 3, timeout) != 0;
}

/* False if the pvmd is gone, and with it all news. */
static bool note_exits(void)
{
    int tid, buffer;
    while ((buffer = pvm_nrecv(-1, TAG_EXIT)) > 0) {
        pvm_upkint(&tid, 1, 1);
        struct rank *rank = rank_of(tid);
        if (rank)
            rank->gone = true;
    }
    return buffer == 0;
}

static void forget_signals(void)
{
    struct signalfd_siginfo info;
    while (run.signals >= 0 && read(run.signals, &info, sizeof info) == sizeof info)
        continue;
}

static void kill_ranks(void)
{
    for (int rank = 1; rank < run.n; rank++)
        if (run.ranks[rank].tid > 0 && !run.ranks[rank].gone)
            pvm_kill(run.ranks[rank].tid);
    if (run.rank0)
        kill(run.rank0, SIGKILL);
}

/* Nothing of the run is left when this ends; a host that does not answer gets a few seconds. */
static void end_ranks(void)
{
    double end = mp_seconds() + KILL_PATIENCE_SECONDS;
    pulse_stop();
    kill_ranks();
    reap_rank_0(0);
    while (note_exits() && !all_gone() && wait_for_news(end - mp_seconds()))
        forget_signals();
    pvm_exit();
}

__attribute__((format(printf, 1, 2))) static _Noreturn void fail(const char *format, ...)
{
    char message[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    mp_complain("%s", message);
    end_ranks();
    exit(1);
}

/* Ends as the signal would have ended us, so that a shell sees it. */
static _Noreturn void end_by_signal(int signal_number)
{
    mp_complain("stopped by signal %d", signal_number);
    end_ranks();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    exit(128 + signal_number);
}

/* The hosts in the order of the configuration, beginning with this one. Returns the index of it. */
static int find_hosts(struct pvmhostinfo **hosts, int *n_hosts)
{
    int here = pvm_tidtohost(pvm_mytid());
    if (pvm_config(n_hosts, NULL, hosts) < 0)
        fail("cannot read the configuration of the PVM virtual machine");
    for (int host = 0; host < *n_hosts; host++)
        if ((*hosts)[host].hi_tid == here)
            return host;
    fail("this host is not in the configuration of the PVM virtual machine");
}

static void watch_rank(int rank)
{
    if (pvm_notify(PvmTaskExit, TAG_EXIT, 1, &run.ranks[rank].tid) < 0)
        fail("cannot watch rank %d on host %s", rank, run.ranks[rank].host);
}

static void spawn(int rank, const char *program, char **arguments)
{
    char rank_argument[sizeof RANK_ARGUMENT + 12];
    snprintf(rank_argument, sizeof rank_argument, RANK_ARGUMENT "%d", rank);
    arguments[0] = rank_argument;
    struct rank *new = &run.ranks[rank];
    int tid = 0;
    /* libpvm changes none of its strings, but does not say so. */
    int n = pvm_spawn((char *)program, arguments, PvmTaskHost, (char *)new->host, 1, &tid);
    if (n == 1)
        new->tid = tid;
    else if (tid == PvmNoFile)
        fail("cannot start rank %d: %s is not on host %s", rank, program, new->host);
    else
        fail("cannot start rank %d on host %s (PVM error %d)", rank, new->host, n < 0 ? n : tid);
    watch_rank(rank);
}

static void spawn_all(char *const *arguments)
{
    struct pvmhostinfo *hosts;
    int n_hosts;
    int here = find_hosts(&hosts, &n_hosts);
    run.n_hosts = n_hosts;
    for (int rank = 0; rank < run.n; rank++)
        run.ranks[rank].host = strdup(hosts[(here + rank) % n_hosts].hi_name);

    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        fail("cannot find out where this program is: %m");
    program[length] = '\0';

    size_t n_arguments = 0;
    while (arguments[n_arguments])
        n_arguments++;
    char **with_rank = calloc(n_arguments + 2, sizeof *with_rank);
    if (!with_rank)
        fail("out of memory");
    memcpy(with_rank + 1, arguments, n_arguments * sizeof *with_rank);
    for (int rank = 1; rank < run.n; rank++)
        spawn(rank, program, with_rank);
    free(with_rank);
}

static void start_all(void)
{
    int *tids = calloc((size_t)run.n, sizeof *tids);
    if (!tids)
        fail("out of memory");
    for (int rank = 0; rank < run.n; rank++)
        tids[rank] = run.ranks[rank].tid;
    for (int rank = 0; rank < run.n; rank++)
        pvm_psend(tids[rank], TAG_START, tids, run.n, PVM_INT);
    free(tids);
}

static void note_join(int tid)
{
    int rank;
    pvm_upkint(&rank, 1, 1);
    if (rank < 0 || rank >= run.n || run.ranks[rank].joined)
        return;
    run.ranks[rank].tid = tid;
    run.ranks[rank].joined = true;
    if (rank == 0)
        watch_rank(rank);
    if (++run.n_joined == run.n)
        start_all();
}

static void note_abort(void)
{
    int bytes;
    char text[600] = "";
    pvm_bufinfo(pvm_getrbuf(), &bytes, NULL, NULL);
    pvm_upkbyte(text, bytes < (int)sizeof text ? bytes : (int)sizeof text - 1, 1);
    fail("%s", text);
}

static void go_on_without(struct rank *rank)
{
    int number = (int)(rank - run.ranks);
    rank->done = true;
    run.n_done++;
    run.n_lost++;
    pvm_psend(run.ranks[0].tid, run.loss_tag, &number, 1, PVM_INT);
}

static void lose(struct rank *rank)
{
    if (rank->gone)
        return;
    rank->gone = true;
    if (!rank->done && run.losses_allowed && rank != run.ranks)
        go_on_without(rank);
    else if (!rank->done)
        fail("rank %d on host %s was lost before it was done: the run is stopped",
             (int)(rank - run.ranks), rank->host);
}

static void note_exit(void)
{
    int tid;
    pvm_upkint(&tid, 1, 1);
    struct rank *rank = rank_of(tid);
    if (rank)
        lose(rank);
}

/* Its ranks are lost, though nobody will see them end. */
static void check_hosts(void)
{
    pulse_listen();
    int place = pulse_lost_host();
    if (place < 0)
        return;
    if (!run.losses_allowed)
        fail("host %s does not answer any more: the run is stopped", run.ranks[place].host);
    mp_complain("host %s does not answer any more", run.ranks[place].host);
    for (int rank = place; rank < run.n; rank += run.n_hosts)
        lose(&run.ranks[rank]);
}

static void allow_losses(void)
{
    pvm_upkint(&run.loss_tag, 1, 1);
    run.losses_allowed = true;
}

static void forbid_losses(void)
{
    run.losses_allowed = false;
    pvm_psend(run.ranks[0].tid, TAG_FORBID, &run.n_lost, 1, PVM_INT);
}

static void note_done(int tid)
{
    struct rank *rank = rank_of(tid);
    if (rank && !rank->done) {
        rank->done = true;
        run.n_done++;
    }
}

static void handle_messages(void)
{
    int buffer;
    while ((buffer = pvm_nrecv(-1, -1)) > 0) {
        int tag, tid;
        pvm_bufinfo(buffer, NULL, &tag, &tid);
        if (tag == TAG_JOIN)
            note_join(tid);
        else if (tag == TAG_ABORT)
            note_abort();
        else if (tag == TAG_EXIT)
            note_exit();
        else if (tag == TAG_ALLOW)
            allow_losses();
        else if (tag == TAG_FORBID)
            forbid_losses();
        else if (tag == TAG_DONE)
            note_done(tid);
    }
    if (buffer < 0)
        fail("the PVM daemon of this host is gone");
}

static void handle_signals(void)
{
    struct signalfd_siginfo info;
    while (read(run.signals, &info, sizeof info) == sizeof info)
        if (info.ssi_signo != SIGCHLD)
            end_by_signal((int)info.ssi_signo);
    reap_rank_0(WNOHANG);
}

/* nohup and background jobs of a shell script ignore what would end the others. */
static bool is_ignored(int signal_number)
{
    struct sigaction action;
    return sigaction(signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* From now on signals wait until the loop looks at them. Until now they have their default effect;
 * ranks that were spawned already find that their starter is gone. */
static void take_signals(void)
{
    const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        if (!is_ignored(ending[i]))
            sigaddset(&set, ending[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    run.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (run.signals < 0)
        fail("cannot wait for signals: %m");
}

/* After it has joined, PVM tells of its end, in order with its messages. */
static void check_rank_0(void)
{
    if (run.rank0 == 0 && !run.ranks[0].joined)
        fail("rank 0 ended before the start");
}

static int watch(void)
{
    while (run.n_done < run.n || !all_gone()) {
        handle_messages();
        handle_signals();
        check_rank_0();
        check_hosts();
        if (run.n_done < run.n || !all_gone())
            wait_for_news(pulse_seconds_left());
    }
    return WIFEXITED(run.rank0_status) ? WEXITSTATUS(run.rank0_status) : 1;
}

void starter_run(int processes, char *const *arguments, pid_t rank0, int tid_pipe)
{
    run.n = processes;
    run.rank0 = rank0;
    run.signals = -1;
    run.ranks = calloc((size_t)processes, sizeof *run.ranks);
    pulse_start(processes, tid_pipe);
    pvm_setopt(PvmAutoErr, 0);
    int tid = pvm_mytid();
    if (!run.ranks || tid < 0) {
        mp_complain("PVM is not running on this host: start it first, for example with \"pvm\"");
        kill(rank0, SIGKILL);
        exit(1);
    }
    spawn_all(arguments);
    take_signals();
    if (write(tid_pipe, &tid, sizeof tid) != sizeof tid)
        fail("rank 0 is gone before the start");
    close(tid_pipe);
    int status = watch();
    pulse_stop();
    pvm_exit();
    exit(status);
}
