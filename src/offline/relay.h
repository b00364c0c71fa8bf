// SPDX-License-Identifier: Apache-2.0
/*
 * A child that stands in for its parent: whoever started the parent need not know that there are
 * two. Signals sent to the parent reach the child, the child's end is the parent's, and the child
 * cannot outlive its parent, not even one that got SIGKILL.
 *
 * A signal that the kernel sends for a terminal (Ctrl-C) goes to both anyway and is not passed on a
 * second time. SIGTSTP is left alone: it stops both, and SIGCONT wakes both.
 */
#ifndef OFFLINE_RELAY_H
#define OFFLINE_RELAY_H

#include <signal.h>
#include <sys/types.h>

/*
 * fork(), with a child that gets SIGKILL when the calling thread ends. From the first call on the
 * process holds back (blocks) the signals that relay_wait passes on; the child does so too, until
 * it calls relay_restore_signals (which does nothing where nothing is held back) before it executes
 * a program. -1 and errno on failure.
 */
pid_t relay_fork(void);
void relay_restore_signals(void);

/* The signals held back: those passed on, and SIGCHLD. */
sigset_t relay_signals(void);

/*
 * Waits for the child, reaping all others that end, and returns its status as a shell gives it: its
 * exit code, or 128 + the signal that killed it.
 */
int relay_wait(pid_t child);

#endif
