// SPDX-License-Identifier: Apache-2.0
/* Questions to a monitor: sums of the history, put into the shapes that were asked for. */
#include "monitor/state.h"

#include <stdlib.h>
#include <vttif/error.h>

/* --- building a matrix ------------------------------------------------------------------------ */

static void fill_account(const struct monitor *monitor, const uint64_t *series, double seconds,
                         struct vttif_account *account)
{
    *account = (struct vttif_account){
        .count = monitor->options.count,
        .seconds = seconds,
        .frames = series[SERIES_PACKETS],
        .kernel_drops = series[SERIES_DROPS],
        .undecodable = series[SERIES_UNDECODABLE],
        .overflow = {.bytes = series[SERIES_OTHER_BYTES], .frames = series[SERIES_OTHER_PACKETS]}};
    for (size_t i = 0; i < VTTIF_REASONS; i++)
        account->filtered[i] =
            (struct vttif_dropped){.bytes = series[SERIES_FILTERED + 2 * i],
                                   .frames = series[SERIES_FILTERED + 2 * i + 1]};
}

/* The endpoints that a matrix has: rows[endpoint] is the row, -1 for none. */
static size_t choose_rows(const struct monitor *monitor, const uint64_t *sums, size_t n_pairs,
                          bool active_only, int32_t *rows, const char **names)
{
    size_t n_endpoints = directory_endpoints(monitor->directory), n_named, n = 0;
    for (size_t i = 0; i < n_endpoints; i++)
        rows[i] = active_only || i == 0 ? -1 : 0;
    const struct directory_pair *pairs = directory_all_pairs(monitor->directory);
    for (size_t i = 0; i < n_pairs; i++)
        if (sums[i])
            rows[pairs[i].from] = rows[pairs[i].to] = 0;
    const uint32_t *order = directory_endpoint_order(monitor->directory, &n_named);
    for (size_t i = 0; i < n_named; i++)
        if (rows[order[i]] == 0) {
            names[n] = directory_name(monitor->directory, order[i]);
            rows[order[i]] = (int32_t)n++;
        }
    return n;
}

/* The pairs in their order are the cells in theirs, row after row. */
static void fill_rows(const struct monitor *monitor, const uint64_t *sums, size_t n_pairs,
                      const int32_t *rows, struct vttif_matrix *matrix)
{
    const struct directory_pair *pairs = directory_all_pairs(monitor->directory);
    size_t all;
    const uint32_t *order = directory_pair_order(monitor->directory, &all);
    g_autofree struct vttif_cell *cells = g_new(struct vttif_cell, vttif_matrix_size(matrix) + 1);
    for (size_t i = 0, n = 0; i < all; n = 0) {
        uint32_t from = pairs[order[i]].from;
        for (; i < all && pairs[order[i]].from == from; i++)
            if (order[i] < n_pairs && sums[order[i]])
                cells[n++] = (struct vttif_cell){.to = (uint32_t)rows[pairs[order[i]].to],
                                                 .bytes = (double)sums[order[i]]};
        if (n > 0)
            vttif_matrix_set_row(matrix, (size_t)rows[from], cells, n);
    }
}

struct vttif_matrix *monitor_build(const struct monitor *monitor, const uint64_t *sums,
                                   size_t n_pairs, const uint64_t *account, double seconds,
                                   bool active_only)
{
    size_t n_endpoints = directory_endpoints(monitor->directory);
    g_autofree int32_t *rows = g_new(int32_t, n_endpoints);
    g_autofree const char **names = g_new(const char *, n_endpoints);
    size_t n = choose_rows(monitor, sums, n_pairs, active_only, rows, names);
    struct vttif_matrix *matrix = vttif_matrix_new(n, names);
    fill_rows(monitor, sums, n_pairs, rows, matrix);
    fill_account(monitor, account, seconds, vttif_matrix_account(matrix));
    return matrix;
}

/* --- intervals -------------------------------------------------------------------------------- */

static int64_t present(const struct monitor *monitor)
{
    return history_present(monitor->history);
}

struct monitor_interval monitor_last(const struct monitor *monitor, int64_t n)
{
    int64_t to = present(monitor) + 1;
    return (struct monitor_interval){.from = to - MIN(n, to), .to = to, .resolution = 1};
}

struct monitor_interval monitor_remembered(const struct monitor *monitor)
{
    struct monitor_interval all = {history_oldest(monitor->history, 3600), present(monitor) + 1,
                                   3600};
    for (unsigned finer = 60; finer >= 1; finer /= 60) {
        int64_t oldest = history_oldest(monitor->history, finer);
        if (oldest <= all.from)
            all = (struct monitor_interval){oldest, all.to, finer};
    }
    return all;
}

/* How much of an interval has passed. */
static double seconds_of(const struct monitor *monitor, const struct monitor_interval *interval)
{
    int64_t from_ns = MAX(interval->from * NS_PER_SECOND, monitor->status.started_ns);
    int64_t to_ns =
        interval->to > present(monitor) ? monitor->now_ns : interval->to * NS_PER_SECOND;
    return (double)MAX(to_ns - from_ns, 0) / (double)NS_PER_SECOND;
}

/* Takes the interval to what is remembered of it; sums are added to, or NULL. */
static bool cover(const struct monitor *monitor, struct monitor_interval *interval, uint64_t *sums,
                  GError **error)
{
    interval->resolution = history_sum(monitor->history, &interval->from, &interval->to, sums);
    if (interval->resolution)
        return true;
    struct monitor_interval all = monitor_remembered(monitor);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                "nothing is remembered of that interval, but from %" G_GINT64_FORMAT
                " to %" G_GINT64_FORMAT " (seconds since 1970)",
                all.from, all.to);
    return false;
}

/* The sums of all series; the monitor's, until the next question. */
static const uint64_t *sum_series(const struct monitor *monitor, struct monitor_interval *interval,
                                  GError **error)
{
    uint64_t *sums = monitor->sums;
    memset(sums, 0, (SERIES_PAIRS + directory_pairs(monitor->directory)) * sizeof *sums);
    return cover(monitor, interval, sums, error) ? sums : NULL;
}

/* --- answers ---------------------------------------------------------------------------------- */

struct vttif_matrix *monitor_matrix(const struct monitor *monitor,
                                    struct monitor_interval *interval, bool active_only,
                                    GError **error)
{
    const uint64_t *sums = sum_series(monitor, interval, error);
    if (!sums)
        return NULL;
    return monitor_build(monitor, sums + SERIES_PAIRS, directory_pairs(monitor->directory), sums,
                         seconds_of(monitor, interval), active_only);
}

bool monitor_bytes(const struct monitor *monitor, struct monitor_interval *interval,
                   uint64_t *bytes, GError **error)
{
    if (!bytes)
        return cover(monitor, interval, NULL, error);
    const uint64_t *sums = sum_series(monitor, interval, error);
    if (!sums)
        return false;
    for (size_t i = 0; i < directory_pairs(monitor->directory); i++)
        bytes[i] += sums[SERIES_PAIRS + i];
    return true;
}

/* The order of an answer: most bytes first, then as they were learned. */
static int compare_pairs(const void *a, const void *b)
{
    const struct monitor_pair *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

/* Restores a heap with the last of the answer's order at its top, after the top has changed. */
static void sift_down(struct monitor_pair *heap, size_t n)
{
    for (size_t at = 0, child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare_pairs(&heap[child + 1], &heap[child]) > 0)
            child++;
        if (compare_pairs(&heap[at], &heap[child]) >= 0)
            return;
        struct monitor_pair moved = heap[at];
        heap[at] = heap[child];
        heap[child] = moved;
    }
}

static int compare_reversed(const void *a, const void *b)
{
    return compare_pairs(b, a);
}

/* Keeps the best `limit` of what is offered: sorted backwards, an array is such a heap. */
static void offer(struct monitor_pair *heap, size_t *n, size_t limit, struct monitor_pair pair)
{
    if (*n < limit) {
        heap[(*n)++] = pair;
        if (*n == limit)
            qsort(heap, limit, sizeof *heap, compare_reversed);
    } else if (compare_pairs(&pair, &heap[0]) < 0) {
        heap[0] = pair;
        sift_down(heap, limit);
    }
}

struct monitor_pair *monitor_top(const struct monitor *monitor, struct monitor_interval *interval,
                                 size_t limit, size_t *n_pairs, GError **error)
{
    const uint64_t *sums = sum_series(monitor, interval, error);
    if (!sums)
        return NULL;
    size_t all = directory_pairs(monitor->directory);
    limit = MIN(limit, all);
    struct monitor_pair *top = g_new(struct monitor_pair, limit + 1);
    *n_pairs = 0;
    for (uint32_t i = 0; i < all && limit > 0; i++) {
        uint64_t bytes = sums[SERIES_PAIRS + i];
        struct directory_pair pair = directory_get_pair(monitor->directory, i);
        if (bytes)
            offer(top, n_pairs, limit, (struct monitor_pair){i, pair.from, pair.to, bytes});
    }
    qsort(top, *n_pairs, sizeof *top, compare_pairs);
    return top;
}

size_t monitor_pairs(const struct monitor *monitor)
{
    return directory_pairs(monitor->directory);
}

size_t monitor_endpoints(const struct monitor *monitor)
{
    return directory_endpoints(monitor->directory);
}

bool monitor_is_pair(const struct monitor *monitor, uint32_t pair)
{
    return directory_is_pair(monitor->directory, pair);
}

const char *monitor_endpoint_name(const struct monitor *monitor, uint32_t endpoint)
{
    return directory_name(monitor->directory, endpoint);
}

gssize monitor_find_endpoint(const struct monitor *monitor, const char *name)
{
    return directory_find(monitor->directory, name);
}

struct monitor_counter monitor_counter(const struct monitor *monitor, uint32_t pair)
{
    struct directory_pair ends = directory_get_pair(monitor->directory, pair);
    struct total total = g_array_index(monitor->totals, struct total, pair);
    return (struct monitor_counter){ends.from, ends.to, total.bytes, total.frames};
}

struct vttif_account monitor_account(const struct monitor *monitor)
{
    struct vttif_account account;
    double seconds = (double)(monitor->now_ns - monitor->status.started_ns) / (double)NS_PER_SECOND;
    fill_account(monitor, monitor->account, seconds, &account);
    return account;
}

struct monitor_status monitor_status(const struct monitor *monitor)
{
    struct monitor_status status = monitor->status;
    status.history_bytes = history_memory(monitor->history);
    status.history_budget = history_budget(monitor->history);
    status.state = monitor->trigger.state;
    status.pairs = directory_used_pairs(monitor->directory);
    for (guint i = 0; i < monitor->seen->len; i++)
        status.table_pairs += g_array_index(monitor->seen, struct seen, i).pair != NOBODY;
    status.endpoints = directory_named(monitor->directory);
    return status;
}
