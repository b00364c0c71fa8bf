// SPDX-License-Identifier: Apache-2.0
/*
 * Signals as events: during a run SIGINT, SIGTERM, SIGHUP and SIGQUIT are held back and read from a
 * descriptor. One that was ignored before the run (nohup) stays ignored, by us and the program.
 */
#ifndef OFFLINE_SIGNALS_H
#define OFFLINE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct signals {
    int descriptor; /* readable when a signal is pending */
    sigset_t watched;
    sigset_t ignored;
    sigset_t mask_before;
};

/* A signal, and whether the kernel sent it for the terminal, to our whole process group. */
struct signal_event {
    int number;
    bool from_terminal;
};

/* Begins to hold back signals; false with errno on failure. */
bool signals_begin(struct signals *signals);
/* The next pending signal; false if there is none. */
bool signals_next(struct signals *signals, struct signal_event *event);
/* In a child before exec: signals as they were before. Async-signal-safe. */
void signals_restore_in_child(const struct signals *signals);
/* As they were before. */
void signals_end(struct signals *signals);

#endif
