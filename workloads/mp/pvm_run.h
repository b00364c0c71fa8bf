// SPDX-License-Identifier: Apache-2.0
/*
 * How a PVM run holds together: a starter, which is the process that the user started, watches over
 * the ranks, of which none has to watch another.
 *
 *     user's process = starter ──fork── rank 0          (same terminal, same directory)
 *              └── pvm_spawn ── rank 1, 2, ... one on each host
 *
 *     rank                    starter
 *      ── JOIN rank ──────────►       when it has enrolled
 *      ◄───────── START tids ──       when all have joined
 *      ── DONE ───────────────►       in mp_finish; an end without it is a loss
 *      ── ABORT message ──────►       the starter prints it and ends all
 *      pvmd ── EXIT tid ──────►       a rank, its host, or the connection to it is gone
 *      ── ALLOW tag ──────────►       rank 0: the run shall go on without ranks that are lost;
 *      ◄─────────── tag rank ──       it is told of each by a message with the program's own tag
 *      ── FORBID ─────────────►       rank 0: no longer
 *      ◄──── FORBID how many ──       were lost in between
 *      ◄── ORPHAN ── pvmd             the starter is gone: the rank ends by itself
 *
 * A host that is lost says nothing: pvm_pulse.h.
 *
 * Whatever goes wrong, and on SIGINT, SIGTERM and SIGHUP, the starter kills the ranks that are left
 * and waits until they have ended. It is not a rank itself because a rank may be computing or
 * blocked inside libpvm, which can neither be interrupted nor entered by a signal handler.
 *
 * All of this goes by the pvmds, never by direct connections, so it adds some hundred bytes to the
 * pairs (first host, other host) and nothing to any other pair.
 */
#ifndef MP_PVM_RUN_H
#define MP_PVM_RUN_H

#include <sys/types.h>

#include "backend.h"

enum {
    TAG_JOIN = TAG_BACKEND,
    TAG_START,
    TAG_DONE,
    TAG_ABORT,
    TAG_EXIT,
    TAG_ALLOW,
    TAG_FORBID,
    TAG_ORPHAN,
    TAG_COLLECT,
    TAG_HELLO, /* this and the next: from rank to rank, when they connect */
    TAG_READY,
    TAG_NEVER /* of no message: to receive it is to wait to be killed */
};

/* The first argument of a spawned rank: this and its rank. */
#define RANK_ARGUMENT "--mp-rank="

/*
 * The starter's life. rank0 is the forked rank 0, which waits on tid_pipe for the starter's task
 * identifier; arguments are the program's, without its name, NULL at the end. Ends the process with
 * the status of the run.
 */
_Noreturn void starter_run(int processes, char *const *arguments, pid_t rank0, int tid_pipe);

#endif
