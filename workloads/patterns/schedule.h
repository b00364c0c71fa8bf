// SPDX-License-Identifier: Apache-2.0
/*
 * The communication schedule of a shape: who sends to whom in which round (paper, section 3: "a
 * deadlock free and efficient communication schedule").
 *
 * A round is a set of messages in which every process has at most one partner, so all of a round
 * can go at the same time at full speed, and no process waits for one that waits for it. In a mesh,
 * torus, hypercube or all-to-all a partner is sent to and received from at once; then a schedule is
 * an edge colouring of the topology's graph, a colour being a round, and no schedule can have fewer
 * rounds than a process has exchanges (D). These have the fewest that there can be:
 *
 *     mesh         D                  a line alternates two rounds; a line of 2 needs one
 *                                     0 ─A─ 1 ─B─ 2 ─A─ 3
 *     torus        D, or D + 1 if     a ring of even size alternates two rounds, one of odd size
 *                  all sizes are odd  closes with a third
 *                                      ┌─ 0 ─A─ 1 ─B─ 2 ─┐      (a round of 3x3 processes can hold
 * 4 └────────C────────┘       pairs at most, and 18/4 is over 4) hypercube    D = log2 n round d:
 * partner = rank xor 2^d all-to-all   n - 1, n if odd    the circle method: one sits still, the
 * others go around a table 0 1 2     0 5 1     0 4 5 5 4 3     4 3 2     3 2 1  ...   columns are
 * pairs; with an odd number the partner of a ghost rests tree         until the root     a process
 * sends when all below it have been received, and has all            receives from those first who
 * are ready first 7►3 4►1 5►2, 3►1 6►2, 1►0, 2►0: 4 rounds for 8
 *
 * A torus is coloured dimension by dimension, odd sizes first. With the odd dimensions done, every
 * process has exactly one colour of those so far that none of its edges has. The ring through it
 * and its counterparts in the next dimension (they all miss the same colour) can use that one to
 * close, and needs two new colours instead of three; and the first ring of even size one instead of
 * two.
 */
#ifndef PATTERNS_SCHEDULE_H
#define PATTERNS_SCHEDULE_H

#include <stddef.h>

#include "shape.h"

struct transfer {
    int round; /* from 0 */
    int from;
    int to;
};

struct schedule {
    int processes;
    int rounds; /* of one iteration */
    size_t n_transfers;
    struct transfer *transfers; /* by round */
};

/* What one process does in one round. */
struct step {
    int to; /* partner that is sent to; -1: none */
    int from; /* partner that is received from; -1: none */
};

/* Work and memory grow with the number of transfers. Free with schedule_free. */
struct schedule *schedule_new(const struct shape *shape);
void schedule_free(struct schedule *schedule);

/* The steps of one process, one for each round. Free with g_free. */
struct step *schedule_steps(const struct schedule *schedule, int rank);

#endif
