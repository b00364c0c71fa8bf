// SPDX-License-Identifier: Apache-2.0
/*
 * Whether the hosts of a PVM run are still there. PVM itself gives a host up when its daemon has
 * left a datagram unanswered for 5 to 6 minutes. So a child of the starter, a PVM task of its own,
 * asks each host's daemon in turn and tells the starter of it by a pipe: an answer that is long in
 * coming is a host that is lost. Daemons answer at once, whatever the ranks do.
 *
 * Limit: once a host is lost the child waits for it, and a second one is noticed by PVM alone.
 */
#ifndef MP_PVM_PULSE_H
#define MP_PVM_PULSE_H

#include <stdbool.h>

/* How long a daemon may be silent, unless the environment has MP_HOST_SECONDS. */
#define HOST_PATIENCE_SECONDS 30

/* Forks the child; before the starter becomes a PVM task. not_its is a descriptor that the child
 * closes. Without a child, for want of processes, only PVM looks after the hosts. */
void pulse_start(int processes, int not_its);
void pulse_stop(void);

/* To wait for; -1: there is no child. When it is readable, pulse_listen takes what is there. */
int pulse_fd(void);
void pulse_listen(void);

/* How long the host that is being asked still has; INFINITY if none is. */
double pulse_seconds_left(void);
/* The host that has been silent for too long, by its place in the order of ranks, or -1. Told
 * once. */
int pulse_lost_host(void);

#endif
