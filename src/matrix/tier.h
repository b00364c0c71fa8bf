// SPDX-License-Identifier: Apache-2.0
/*
 * One tier of a history: columns of one unit of time (a second, a minute, an hour), of the last
 * `length` units, as a Fenwick tree (history.h has the picture).
 *
 * Boundaries between units are numbered by the unit that begins there: boundary x is the begin of
 * unit x. Column x, kept when unit x - 1 has ended, is the sum of the span(x) units before x. Units
 * from boundary `horizon` to boundary `end` are closed and remembered; unit `end` is open.
 *
 *     forgotten       | remembered, a column for each boundary | open
 *     ----------------+----------------------------------------+-----
 *                  horizon                                    end
 *
 * To subtract what came before a boundary x > horizon, columns at or before the horizon are needed
 * that end where bits of x are cleared. They are the same for every such x: those where the lowest
 * bits of horizon are cleared, one by one. So one column for each bit of horizon is kept, `before`.
 */
#ifndef MATRIX_TIER_H
#define MATRIX_TIER_H

#include "matrix/column.h"

#include <stdbool.h>

#define TIER_BITS 20 /* a column spans at most 2^20 units; the longest length */

/* Series that become one with another. */
struct tier_fold {
    uint32_t *series;
    size_t n;
    uint32_t into;
};

/* Whether there was something of them in sums. */
bool tier_fold_sums(const struct tier_fold *fold, uint64_t *sums);

struct tier {
    size_t used_series; /* series at and above have not been seen */
    unsigned length;
    int64_t horizon, end;
    struct column **ring; /* column x, horizon < x <= end, is at x modulo length */
    struct column *before[TIER_BITS]; /* by the lowest bit that is set in their boundary */
    uint64_t *open; /* what was counted in unit end */
    size_t memory; /* of all columns */
    const struct tier_fold *fold; /* or NULL */
};

/* Begins with unit `first` open. 1 <= length <= 2^TIER_BITS. */
void tier_init(struct tier *tier, size_t max_series, unsigned length, int64_t first);
void tier_clear(struct tier *tier);

static inline void tier_add(struct tier *tier, uint32_t series, uint64_t amount)
{
    tier->open[series] += amount;
    if (series >= tier->used_series)
        tier->used_series = (size_t)series + 1;
}

/* Closes units until `unit` is open. scratch has column_scratch(max_series) bytes, sums has room
 * for max_series. */
void tier_advance(struct tier *tier, int64_t unit, uint64_t *sums, uint8_t *scratch);
/* Forgets the oldest unit; false if there is nothing left to forget. */
bool tier_forget(struct tier *tier);
/* Adds the units from boundary from to boundary to, horizon <= from < to <= end + 1, to sums; the
 * open one is included if to is end + 1. At most 2 * TIER_BITS columns are added up. */
void tier_sum(const struct tier *tier, int64_t from, int64_t to, uint64_t *sums);
/* From now on, in all columns that are made, series[n] of the fold belong to its `into`. NULL: no
 * longer. */
void tier_fold(struct tier *tier, const struct tier_fold *fold);
/* The same in columns that were made before, of which there are length + TIER_BITS, the at-th now.
 * sums and scratch as above. */
void tier_fold_column(struct tier *tier, unsigned at, uint64_t *sums, uint8_t *scratch);
/* Another length; what no longer fits is forgotten. */
void tier_resize(struct tier *tier, unsigned length);

#endif
