// SPDX-License-Identifier: Apache-2.0
/*
 * mp over PVM: a rank's side. See pvm_run.h for how ranks start and end.
 *
 * Accuracy: what a capture sees should be what the program sent. pvm_psend leaves the data in place
 * and sends it as one fragment, so a message costs 16 + 32 bytes of headers however long it is (the
 * default, 4 kB fragments, costs 16 bytes each: 0.4 %). libpvm goes on receiving while it sends:
 * two ranks that send to each other at once cannot deadlock.
 */
#include <pvm3.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "pvm_run.h"

static struct {
    int rank;
    int size; /* 0 before the start */
    enum mp_route route;
    int starter; /* its task identifier */
    int *tids; /* of the ranks */
    bool *connected; /* directly, by rank */
    bool losses_allowed;
    char **arguments; /* for the spawned ranks */
} run;

const char *mp_backend_name(void)
{
    return "PVM";
}

/* A rank that cannot reach its pvmd any more has nobody to tell but the starter, who will see it
 * end. */
static int must(int code, const char *what)
{
    if (code >= 0)
        return code;
    mp_complain("rank %d cannot %s (PVM error %d)", run.rank, what, code);
    _exit(1);
}

/* The program's arguments as they were, without its name. */
static char **copy_arguments(char **argv, int argc)
{
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    for (int i = 1; copy && i < argc; i++)
        copy[i - 1] = argv[i];
    return copy;
}

void backend_init(int *argc, char ***argv)
{
    char **arguments = *argv;
    if (*argc > 1 && strncmp(arguments[1], RANK_ARGUMENT, strlen(RANK_ARGUMENT)) == 0) {
        run.rank = atoi(arguments[1] + strlen(RANK_ARGUMENT));
        memmove(&arguments[1], &arguments[2], (size_t)(*argc - 1) * sizeof *arguments);
        --*argc;
    }
    run.arguments = copy_arguments(arguments, *argc);
    if (run.arguments)
        return;
    mp_complain("out of memory");
    exit(1);
}

void backend_leave(int status)
{
    exit(status);
}

/* libpvm calls it in whatever call the rank is when the news arrives. */
static int end_with_starter(int buffer)
{
    (void)buffer;
    _exit(1);
}

static void join(void)
{
    pvm_setopt(PvmAutoErr, 0);
    pvm_setopt(PvmRoute, run.route == MP_ROUTE_DAEMON ? PvmDontRoute : PvmAllowDirect);
    must(pvm_mytid(), "join the PVM virtual machine");
    if (run.rank > 0)
        run.starter = must(pvm_parent(), "find out who started it");
    must(pvm_addmhf(-1, TAG_ORPHAN, -1, end_with_starter), "watch its starter");
    must(pvm_notify(PvmTaskExit, TAG_ORPHAN, 1, &run.starter), "watch its starter");
    must(pvm_psend(run.starter, TAG_JOIN, &run.rank, 1, PVM_INT), "join the run");
    must(pvm_precv(run.starter, TAG_START, run.tids, run.size, PVM_INT, NULL, NULL, NULL), "start");
}

/* Rank 0 learns its starter from the pipe; if that ends without a word, so does the run. Ctrl-C
 * goes to the starter, which ends all ranks. */
static void become_rank_0(pid_t starter, int tid_pipe)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);
    if (getppid() != starter ||
        read(tid_pipe, &run.starter, sizeof run.starter) != sizeof run.starter)
        _exit(1);
    close(tid_pipe);
}

static void fork_rank_0(int processes)
{
    int tid_pipe[2];
    pid_t starter = getpid();
    fflush(NULL);
    pid_t rank0 = pipe(tid_pipe) == 0 ? fork() : -1;
    if (rank0 < 0) {
        mp_complain("cannot fork rank 0: %m");
        exit(1);
    }
    if (rank0 > 0) {
        close(tid_pipe[0]);
        starter_run(processes, run.arguments, rank0, tid_pipe[1]);
    }
    close(tid_pipe[1]);
    become_rank_0(starter, tid_pipe[0]);
}

void backend_start(int processes, enum mp_route route)
{
    run.route = route;
    if (run.rank == 0)
        fork_rank_0(processes);
    run.size = processes;
    run.tids = calloc((size_t)processes, sizeof *run.tids);
    run.connected = calloc((size_t)processes, sizeof *run.connected);
    must(run.tids && run.connected ? 0 : PvmNoMem, "start");
    join();
}

int backend_rank(void)
{
    return run.rank;
}

int backend_size(void)
{
    return run.size;
}

static void receive(int from, int tag, void *into, size_t n)
{
    int received;
    must(pvm_precv(run.tids[from], tag, into, (int)n, PVM_BYTE, NULL, NULL, &received), "receive");
    if (received != (int)n)
        mp_abort("rank %d expected %zu bytes from rank %d and got %d", run.rank, n, from, received);
}

static void send_to(int tid, int tag, const void *data, size_t n)
{
    /* libpvm only reads what it sends, but does not say so. */
    int code = pvm_psend(tid, tag, (void *)data, (int)n, PVM_BYTE);
    if (!run.losses_allowed)
        must(code, "send");
}

/*
 * Opening the direct connection of a pair, before its first message.
 *
 *     lower rank                          higher rank
 *     HELLO ── libpvm connects ──────────►
 *     widens its buffer                   widens its buffer
 *     READY ─────────────────────────────►
 *     ◄───────────────────────────── READY
 *     messages ◄─────────────────────────► messages
 *
 * Left to itself (PvmRouteDirect for all), libpvm sends messages by the pvmds while the connection
 * is being made, and a later one that takes the connection overtakes them. So one side alone asks,
 * by an empty message that libpvm holds back until the connection is there.
 *
 * libpvm gives its connections receive buffers of 32 kB. The kernel charges them for whole packet
 * buffers, of which data is a part, so they overflow, and a capture shows a percent of the data
 * twice.
 */
static void widen_receive_buffers(void)
{
    const int bytes = 1 << 20;
    int *fds;
    int n_fds = pvm_getfds(&fds);
    for (int k = 0; k < n_fds; k++)
        setsockopt(fds[k], SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

static bool is_first_contact(int rank)
{
    return run.route == MP_ROUTE_DIRECT && rank != MP_NOBODY && !run.connected[rank];
}

static void open_connection(int rank)
{
    if (rank > run.rank) {
        pvm_setopt(PvmRoute, PvmRouteDirect);
        send_to(run.tids[rank], TAG_HELLO, NULL, 0);
        pvm_setopt(PvmRoute, PvmAllowDirect);
    } else {
        receive(rank, TAG_HELLO, NULL, 0);
    }
    widen_receive_buffers();
    send_to(run.tids[rank], TAG_READY, NULL, 0);
}

/* With several at once, those that are asked for before those that are waited for, and all of them
 * before any answer is: so a ring of first contacts cannot deadlock. */
static void connect_partners(int to, int from)
{
    int partners[2], n = 0;
    if (is_first_contact(to))
        partners[n++] = to;
    if (from != to && is_first_contact(from))
        partners[n++] = from;
    if (n == 2 && partners[0] < partners[1]) {
        int higher = partners[1];
        partners[1] = partners[0];
        partners[0] = higher;
    }
    for (int k = 0; k < n; k++)
        open_connection(partners[k]);
    for (int k = 0; k < n; k++) {
        receive(partners[k], TAG_READY, NULL, 0);
        run.connected[partners[k]] = true;
    }
}

void backend_exchange(int to, const void *data, size_t n_out, int from, void *into, size_t n_in,
                      int tag)
{
    connect_partners(to, from);
    if (to != MP_NOBODY)
        send_to(run.tids[to], tag, data, n_out);
    if (from != MP_NOBODY)
        receive(from, tag, into, n_in);
}

/* Without it the one that waits for anybody would not answer a first contact. */
void backend_meet(int rank)
{
    if (rank != run.rank) {
        connect_partners(rank, MP_NOBODY);
        return;
    }
    for (int other = 0; other < run.size; other++)
        if (other != rank)
            connect_partners(other, MP_NOBODY);
}

static int rank_of(int tid)
{
    for (int rank = 0; rank < run.size; rank++)
        if (run.tids[rank] == tid)
            return rank;
    return MP_NOBODY;
}

/* The message is the starter's, which says by the program's tag that it lost a rank. */
static void *take_loss(int *from, size_t *n)
{
    must(pvm_upkint(from, 1, 1), "receive");
    *n = 0;
    return NULL;
}

void *backend_receive_any(int tag, int *from, size_t *n)
{
    int length, tid;
    int buffer = must(pvm_recv(-1, tag), "receive");
    must(pvm_bufinfo(buffer, &length, NULL, &tid), "receive");
    if (tid == run.starter)
        return take_loss(from, n);
    void *data = malloc((size_t)length + 1);
    if (!data)
        mp_abort("rank %d has no memory for a message of %d bytes", run.rank, length);
    must(length > 0 ? pvm_upkbyte(data, length, 1) : 0, "receive");
    *from = rank_of(tid);
    *n = (size_t)length;
    return data;
}

void backend_allow_losses(int tag)
{
    run.losses_allowed = true;
    must(pvm_psend(run.starter, TAG_ALLOW, &tag, 1, PVM_INT), "allow losses");
}

bool backend_forbid_losses(void)
{
    int lost;
    must(pvm_psend(run.starter, TAG_FORBID, &run.rank, 1, PVM_INT), "forbid losses");
    must(pvm_precv(run.starter, TAG_FORBID, &lost, 1, PVM_INT, NULL, NULL, NULL), "count losses");
    run.losses_allowed = lost > 0; /* no message to these is an error */
    return lost == 0;
}

void backend_collect(const void *mine, size_t n, void *all)
{
    if (run.rank != 0) {
        send_to(run.tids[0], TAG_COLLECT, mine, n);
        return;
    }
    memcpy(all, mine, n);
    for (int rank = 1; rank < run.size; rank++)
        receive(rank, TAG_COLLECT, (char *)all + (size_t)rank * n, n);
}

void backend_abort(const char *message)
{
    send_to(run.starter, TAG_ABORT, message, strlen(message) + 1);
    pvm_recv(-1, TAG_NEVER);
    _exit(1);
}

/* libpvm has close() wait, for a minute where a host is lost, until all that was sent has arrived.
 * The kernel delivers it without that, too. */
static void close_at_once(void)
{
    const struct linger none = {0};
    int *fds, n = pvm_getfds(&fds);
    for (int i = 0; i < n; i++)
        setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &none, sizeof none); /* or it is no socket */
}

void backend_finish(void)
{
    must(pvm_psend(run.starter, TAG_DONE, &run.rank, 1, PVM_INT), "say that it is done");
    close_at_once();
    pvm_exit();
    free(run.tids);
    free(run.connected);
    free(run.arguments);
}
