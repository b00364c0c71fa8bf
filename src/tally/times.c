// SPDX-License-Identifier: Apache-2.0
#include "tally/times.h"

#include <stdlib.h>

void times_init(struct times *times)
{
    *times = (struct times){.last_ns = G_MININT64 + TIMES_SET_BACK_NS, .left = 1, .step = 1};
}

/* A full sample loses every other frame, and from now on every other one is left out. */
void times_sample(struct times *times, int64_t time_ns)
{
    if (times->n == TIMES_SAMPLES) {
        for (uint32_t i = 0; i < TIMES_SAMPLES / 2; i++)
            times->sample[i] = times->sample[2 * i];
        times->n = TIMES_SAMPLES / 2;
        times->step *= 2;
    }
    times->sample[times->n++] = time_ns;
    times->left = times->step;
}

static int compare_times(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

struct span times_window(struct times *times, struct span seen)
{
    if (!times->set_back)
        return seen;
    qsort(times->sample, times->n, sizeof *times->sample, compare_times);
    uint32_t quarter = times->n / 4;
    return (struct span){times->sample[quarter], times->sample[times->n - 1 - quarter]};
}
