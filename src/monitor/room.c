// SPDX-License-Identifier: Apache-2.0
/*
 * Room for new pairs, when old ones have left the source's table long ago but are still in the
 * history: what is remembered of them becomes that of "other". So sums stay exact for any interval,
 * and memory has a bound, however many pairs there are in the course of time.
 *
 * Those with the fewest bytes go first: a scan of a million addresses, each of which was seen once,
 * then displaces itself and not what was known.
 */
#include "monitor/state.h"

#include <stdlib.h>

/* Of the pairs that are known: how many go at once, and fewer than how many are not worth it, as
 * all that is remembered has to be gone through: 0.2 s of processor time where a thousand pairs
 * talk at a time, 4 s where all do. It is done in slices, so that answers and readings are not
 * late. */
enum { GO_SHARE = 4, WORTH_SHARE = 16, SLICE_NS = 10000000 };

struct candidate {
    uint32_t pair;
    uint64_t bytes;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The pairs that the source does not have. */
static struct candidate *find_candidates(const struct monitor *monitor, size_t *n)
{
    size_t all = directory_pairs(monitor->directory);
    g_autofree bool *stays = g_new0(bool, all);
    struct candidate *candidates = g_new(struct candidate, all);
    stays[0] = stays[monitor->first_pair] = true;
    for (guint i = 0; i < monitor->seen->len; i++) {
        uint32_t pair = g_array_index(monitor->seen, struct seen, i).pair;
        if (pair != NOBODY)
            stays[pair] = true;
    }
    *n = 0;
    for (uint32_t i = 0; i < all; i++)
        if (!stays[i] && directory_is_pair(monitor->directory, i))
            candidates[(*n)++] =
                (struct candidate){i, g_array_index(monitor->totals, struct total, i).bytes};
    return candidates;
}

/* The n with the fewest bytes, in the order of their numbers. */
static uint32_t *choose(struct candidate *candidates, size_t all, size_t n)
{
    uint32_t *pairs = g_new(uint32_t, n);
    qsort(candidates, all, sizeof *candidates, compare_candidates);
    for (size_t i = 0; i < n; i++)
        pairs[i] = candidates[i].pair;
    qsort(pairs, n, sizeof *pairs, compare_numbers);
    return pairs;
}

static void move_totals(struct monitor *monitor, uint32_t pair)
{
    struct total *totals = (struct total *)(void *)monitor->totals->data;
    totals[0].bytes += totals[pair].bytes;
    totals[0].frames += totals[pair].frames;
    totals[pair] = (struct total){0};
    if (monitor->baseline && pair < monitor->baseline_pairs) {
        monitor->baseline[0] += monitor->baseline[pair];
        monitor->baseline[pair] = 0;
    }
}

static void fold_history(struct monitor *monitor, const uint32_t *pairs, size_t n)
{
    g_autofree uint32_t *series = g_new(uint32_t, n);
    for (size_t i = 0; i < n; i++)
        series[i] = SERIES_PAIRS + pairs[i];
    history_fold(monitor->history, series, n, SERIES_PAIRS);
}

/* Pairs of the source that found the directory full. */
static void look_again(struct monitor *monitor)
{
    for (guint i = 0; i < monitor->seen->len; i++) {
        struct seen *seen = &g_array_index(monitor->seen, struct seen, i);
        if (seen->pair == 0)
            seen->pair = monitor_find_pair(monitor, &monitor->snapshot.pairs[i]);
    }
}

/* The latest alert goes on having the names of its pair, or "other". */
static void keep_alert(struct monitor *monitor)
{
    struct monitor_alert *latest = &monitor->latest;
    if (!directory_name(monitor->directory, latest->from))
        latest->from = 0;
    if (!directory_name(monitor->directory, latest->to))
        latest->to = 0;
}

static size_t begin(struct monitor *monitor)
{
    size_t all, used = directory_used_pairs(monitor->directory);
    g_autofree struct candidate *candidates = find_candidates(monitor, &all);
    if (all < used / WORTH_SHARE + 1)
        return 0;
    size_t n = MIN(all - all / 4, used / GO_SHARE + 1); /* the best of them stay in any case */
    monitor->fading = choose(candidates, all, n);
    monitor->n_fading = n;
    for (size_t i = 0; i < n; i++)
        move_totals(monitor, monitor->fading[i]);
    fold_history(monitor, monitor->fading, n);
    directory_forget(monitor->directory, monitor->fading, n);
    keep_alert(monitor);
    monitor->status.forgotten += n;
    monitor_report(monitor, false,
                   "%" G_GSIZE_FORMAT " pairs that have long been silent are part of 'other' from "
                   "now on, to make room",
                   n);
    return n;
}

/* Goes on for a while; their numbers can be given away when nothing of them is left. */
static void go_on(struct monitor *monitor)
{
    int64_t until_ns = monitor_processor_ns() + SLICE_NS;
    while (history_fold_on(monitor->history, 1))
        if (monitor_processor_ns() > until_ns)
            return;
    directory_reuse(monitor->directory, monitor->fading, monitor->n_fading);
    g_clear_pointer(&monitor->fading, g_free);
    look_again(monitor);
}

size_t monitor_make_room(struct monitor *monitor)
{
    size_t n = 0;
    if (!monitor->fading && directory_is_short(monitor->directory))
        n = begin(monitor);
    if (monitor->fading)
        go_on(monitor);
    return n;
}
