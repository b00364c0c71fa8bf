// SPDX-License-Identifier: Apache-2.0
/*
 * The reactive mechanism (paper, section 5.2, Fig. 7 and 8): alerts for traffic that is fast and
 * stays so, and for its end.
 *
 * A pair is stamped with the time whenever its bytes pass a multiple of byte_threshold. Two
 * successive stamps less than time_bound apart are a crossing of the rate threshold. Crossings are
 * found where the bytes are counted (in the kernel, or by a rate_stamp a pair); the trigger is told
 * of them:
 *
 *     state      | a crossing          | no crossing for  | tmax since the    | twait since
 *                |                     | time_bound       | trigger           | it fell below
 *     -----------+---------------------+------------------+-------------------+------------------
 *     IDLE       | accumulate > ACTIVE | -                | -                 | -
 *     ACTIVE     | stays               | > FADING         | alert SUSTAINED * | -
 *     FADING     | > ACTIVE            | -                | (waits for ACTIVE)| alert QUIET > IDLE
 *
 *     * once between IDLE and IDLE, as a dip shorter than twait belongs to the same traffic: a
 *       program that computes between its exchanges sustains its rate, too.
 *
 * IDLE is memoryless: whoever accumulates forgets what came before, and begins when the trigger
 * says that it is ACTIVE.
 *
 * Pure: times are arguments, in nanoseconds of any one clock, and do not go back.
 */
#ifndef MATRIX_TRIGGER_H
#define MATRIX_TRIGGER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct trigger_options {
    uint64_t byte_threshold; /* > 0 */
    int64_t time_bound_ns, tmax_ns, twait_ns; /* > 0 */
};

/* 1 MB within 100 ms: 10 MB/s; for 10 seconds; quiet after 5. */
#define TRIGGER_BYTE_THRESHOLD 1000000u
#define TRIGGER_TIME_BOUND_NS  INT64_C(100000000)
#define TRIGGER_TMAX_NS        INT64_C(10000000000)
#define TRIGGER_TWAIT_NS       INT64_C(5000000000)

/* --- stamps: the rate of one pair ------------------------------------------------------------ */

struct rate_stamp {
    uint64_t bytes; /* counted so far, modulo byte_threshold */
    int64_t last_ns; /* of the last stamp; 0: none yet */
};

/* Counts bytes of the pair at now_ns (> 0). True if a multiple of byte_threshold was reached or
 * passed less than time_bound after the one before: a crossing. A call makes at most one stamp. */
bool rate_stamp_add(struct rate_stamp *stamp, const struct trigger_options *options, uint64_t bytes,
                    int64_t now_ns);

/* --- the state machine ------------------------------------------------------------------------ */

enum trigger_state { TRIGGER_IDLE, TRIGGER_ACTIVE, TRIGGER_FADING };
enum trigger_alert { TRIGGER_NONE, TRIGGER_SUSTAINED, TRIGGER_QUIET };

/* A plain value; begin with {.options = ...}, all else zero. */
struct trigger {
    struct trigger_options options;
    enum trigger_state state;
    bool told; /* SUSTAINED has been raised since IDLE */
    int64_t since_ns; /* when it left IDLE */
    int64_t crossing_ns; /* the last crossing */
};

/* "idle", "active", "fading"; "none", "sustained", "quiet". */
const char *trigger_state_name(enum trigger_state state);
const char *trigger_alert_name(enum trigger_alert alert);

/* A crossing at time_ns. Events that were due before are first to be taken with trigger_next. True
 * if it began the accumulation: IDLE > ACTIVE. */
bool trigger_cross(struct trigger *trigger, int64_t time_ns);

/* The time at which the next event is due if no crossing comes; INT64_MAX in IDLE, or if ACTIVE
 * could last for ever. */
int64_t trigger_due_ns(const struct trigger *trigger);

/* Makes the next move that is due at or before now_ns; *time_ns gets when that was. The alert it
 * raises, TRIGGER_NONE when nothing is due any more: to be called until then. QUIET leaves the
 * trigger IDLE. */
enum trigger_alert trigger_next(struct trigger *trigger, int64_t now_ns, int64_t *time_ns);

#endif
