// SPDX-License-Identifier: Apache-2.0
/*
 * mp: the little of message passing that the observed programs need, over PVM or over MPI. A
 * program is written once against this header and linked with one backend (mp_pvm.c or mp_mpi.c).
 *
 * Model: a run is n processes, ranks 0 to n-1, each with one thread. They exchange messages of a
 * length that both sides know, matched by rank and tag, in order for each pair and tag.
 *
 *     mp_init ── check the arguments ── mp_start(n) ── exchange ... ── mp_finish
 *
 * Under MPI the launcher has made the n processes before mp_init. Under PVM the user starts one
 * process; mp_start then makes the others, one on each host of the virtual machine, beginning with
 * the host it runs on and going on in the order of the configuration (around again if there are
 * more processes than hosts).
 *
 * There is no barrier and no traffic behind the program's back: apart from what start and end need
 * (some hundred bytes to and from the first process) two ranks that exchange nothing send
 * nothing, so a capture shows the program's own topology.
 *
 * When a process or a host is lost, when a process aborts, or when the user interrupts the run,
 * every process ends, a message on standard error says why, and the exit status is not 0. Only a
 * program that says so (mp_allow_losses) goes on without a process.
 */
#ifndef MP_H
#define MP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The most processes of a run. */
#define MP_PROCESSES_MAX 4096
/* Tags of messages are 0 to MP_TAG_MAX. */
#define MP_TAG_MAX 9999
/* In mp_exchange: no partner. */
#define MP_NOBODY (-1)

/* How messages travel. MPI has only one way and takes MP_ROUTE_DIRECT alone. */
enum mp_route {
    MP_ROUTE_DIRECT, /* PVM: a TCP connection for each pair of ranks */
    MP_ROUTE_DAEMON, /* PVM: through the pvmds, UDP between hosts */
};

/* "PVM" or "MPI". */
const char *mp_backend_name(void);

/* First call of the program; takes the backend's own arguments out of argv. After it mp_rank is
 * known. Ends the process if there is no message passing system to be had. */
void mp_init(int *argc, char ***argv);

/*
 * Leaves before mp_start, for arguments that cannot be used or need no run (--help): every process
 * calls it and ends with this status. Only rank 0 should have printed anything.
 */
_Noreturn void mp_leave(int status);

/*
 * Makes the run of so many processes (1 to MP_PROCESSES_MAX). Returns in each of them, or ends with
 * a message if that cannot be done. Files opened by rank 0 before it stay open in rank 0.
 */
void mp_start(int processes, enum mp_route route);

/* This process, and how many there are (0 before mp_start). */
int mp_rank(void);
int mp_size(void);

/* Sends n bytes. Returns when data may be changed; that can be when `to` has received it. */
void mp_send(int to, int tag, const void *data, size_t n);

/* Receives the next message with this tag from this rank. Its length must be n: anything else
 * aborts the run. */
void mp_receive(int from, int tag, void *data, size_t n);

/*
 * Sends n bytes to one rank and receives n from another (or the same, or MP_NOBODY), both at once:
 * rings and pairs of exchanges cannot deadlock, however long the message.
 */
void mp_exchange(int to, const void *data, int from, void *into, size_t n, int tag);

/* The same for messages of different lengths. */
void mp_exchange_lengths(int to, const void *data, size_t n_out, int from, void *into, size_t n_in,
                         int tag);

/*
 * Takes the next message with this tag from whichever rank sent one, in the order of arrival, and
 * tells from whom and how long. The caller frees it. Before a rank may do so, all ranks call
 * mp_meet for it once (over PVM it opens the connections, which needs both sides). After that they
 * send to it with mp_send or mp_exchange.
 */
void mp_meet(int rank);
void *mp_receive_any(int tag, int *from, size_t *n);

/*
 * Lets the run go on without other ranks that are lost. Rank 0 alone calls it, after all have met
 * it. mp_receive_any for this tag then tells of each loss: it returns NULL, and from is the rank.
 * What was sent to a lost rank is gone. mp_forbid_losses makes a loss end the run again, which it
 * has to before mp_write_truth; it returns whether no rank was lost.
 *
 * PVM only. Over MPI a lost process always ends the run.
 */
void mp_allow_losses(int tag);
bool mp_forbid_losses(void);

/* Seconds of a clock that only goes forward. */
double mp_seconds(void);

/* Ends the run: the message (one line, printf-like) on standard error, status 1, in every process.
 */
_Noreturn void mp_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Writes what was really sent as a traffic matrix, in CSV: first row and column are the names of
 * the hosts of ranks 0, 1, ... as the hosts themselves say; cells are bytes handed to mp_send,
 * mp_exchange and what is made of them (collective.h). Ranks that share a host are one row; what
 * stayed within a host is left out. Every rank calls it; only rank 0 passes the stream. Returns
 * false in rank 0 if writing failed.
 */
bool mp_write_truth(FILE *out);

/* Last call; the run ends well when every rank has made it. */
void mp_finish(void);

#endif
