// SPDX-License-Identifier: Apache-2.0
/*
 * What was counted in each second of the past (paper, section 5.2, proactive mechanism): the answer
 * to "what is the traffic matrix over the last n seconds?", exact for any n and any interval.
 *
 * The paper keeps a circular buffer of n cells a pair, and adds up the last n of them. Here a
 * second is a column, the cells of all series (pairs, and the counters of the account) that had
 * traffic in it, and columns form a Fenwick tree: column t holds the sum over the lowbit(t) seconds
 * that end with t. Any interval is then the sum and difference of at most 2 * log2(n) columns, and
 * one column a second is kept, as in the circular buffer. Columns are packed (column.h): idle
 * series and seconds take no place, a cell takes the bits that it needs, 64 bits where it must. So
 * the paper's bound of 4 * n * m * m bytes holds although a cell may be 50 GB.
 *
 *     t        1    2    3    4    5    6    7    8         lowbit(t): the lowest bit that is set
 *     column   1   1-2   3   1-4   5   5-6   7   1-8        sum(4..7) = (7)+(5-6)+(1-4) - (3)-(1-2)
 *
 * Beyond the seconds there are the same of minutes and of hours, which answer for what is older
 * with the boundary of a minute or an hour. Memory has a budget: when it is spent, the oldest
 * seconds go, then the oldest minutes, then hours; the history gets shorter, never wrong.
 *
 * Pure: the second that it is comes in as an argument. Not thread-safe.
 */
#ifndef MATRIX_HISTORY_H
#define MATRIX_HISTORY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct history;
typedef struct history history_handle; /* the name that g_autoptr wants */

struct history_options {
    unsigned seconds, minutes, hours; /* lengths of the three tiers, in their units; each at least
                                         1, at most HISTORY_LENGTH_MAX */
    size_t max_series; /* series are numbered below this */
    size_t budget; /* bytes of memory for columns; 0: HISTORY_BUDGET */
};

#define HISTORY_LENGTH_MAX 1048576u
#define HISTORY_SECONDS    3600
#define HISTORY_MINUTES    1440
#define HISTORY_HOURS      744
#define HISTORY_BUDGET     ((size_t)1 << 30)

/* An empty history whose first second is `second` (since any epoch that has minutes and hours begin
 * at its multiples of 60 and 3600). */
struct history *history_new(const struct history_options *options, int64_t second);
void history_free(struct history *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(history_handle, history_free)

/* Adds to a series in the present second. O(1). */
void history_add(struct history *history, uint32_t series, uint64_t amount);
/* The second that is present; it is open, the ones before it are closed. */
int64_t history_present(const struct history *history);
/* Moves the present to `second`; a second before it changes nothing. O(series that were active *
 * log n) for each second that had traffic; idle seconds cost next to nothing. */
void history_advance(struct history *history, int64_t second);

/* The oldest second that an interval may begin with, at a tier's resolution of 1, 60 or 3600. */
int64_t history_oldest(const struct history *history, unsigned resolution);

/*
 * Adds what was counted from second *from up to, not including, *to, to sums[max_series]. *from is
 * moved back to the boundary of a minute or hour if it is older than the seconds remembered, and
 * forward to the oldest that is remembered; *to is moved to present + 1 if it is later, and, if it
 * is older than the seconds remembered, forward to a boundary. Returns the resolution used at the
 * older end (1, 60 or 3600), 0 if nothing of the interval is remembered, and then adds nothing.
 * O(series * log n). sums NULL: only the boundaries are found, at once.
 */
unsigned history_sum(const struct history *history, int64_t *from, int64_t *to, uint64_t *sums);

/*
 * Makes series[n] one with series `into`, as if it had been so from the begin. All answers are such
 * at once; the columns become so in history_fold_on, which looks at some `columns` of them and
 * tells whether there are more, and until then nothing may be added to these series. A column is
 * O(series). One fold at a time: what is left of a former one is done first.
 */
void history_fold(struct history *history, const uint32_t *series, size_t n, uint32_t into);
bool history_fold_on(struct history *history, size_t columns);

/* Bytes of memory that the columns take, with what the allocator adds. */
size_t history_memory(const struct history *history);
size_t history_budget(const struct history *history);

/* Changes lengths and budget (not max_series); what no longer fits is forgotten. */
void history_resize(struct history *history, const struct history_options *options);

#endif
