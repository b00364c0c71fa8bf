// SPDX-License-Identifier: Apache-2.0
/*
 * When a capture saw its frames: from the first to the last, unless its clock was set back on the
 * way. Then the first and the last tell little: a single frame with a wrong time stretches the time
 * between them without end, and a clock that is put right by a second makes a piece of a rotated
 * capture end after the next one has begun. What most of its frames say is taken instead: the time
 * of the middle half of them, from a sample.
 */
#ifndef TALLY_TIMES_H
#define TALLY_TIMES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct span {
    int64_t first_ns, last_ns; /* first > last: none */
};

static inline void span_extend(struct span *span, int64_t time_ns)
{
    span->first_ns = MIN(span->first_ns, time_ns);
    span->last_ns = MAX(span->last_ns, time_ns);
}

/* Frames of several queues come out of order by less. */
#define TIMES_SET_BACK_NS 100000000
#define TIMES_SAMPLES     256

struct times {
    int64_t last_ns;
    bool set_back;
    uint32_t left, step; /* every step-th frame is in the sample; how many until the next */
    uint32_t n;
    int64_t sample[TIMES_SAMPLES];
};

void times_init(struct times *times);
/* Takes a frame into the sample. */
void times_sample(struct times *times, int64_t time_ns);

static inline void times_see(struct times *times, int64_t time_ns)
{
    times->set_back |= time_ns < times->last_ns - TIMES_SET_BACK_NS;
    times->last_ns = time_ns;
    if (G_UNLIKELY(--times->left == 0))
        times_sample(times, time_ns);
}

/* The time of the frames, of which seen is from the first to the last. */
struct span times_window(struct times *times, struct span seen);

#endif
