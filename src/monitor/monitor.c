// SPDX-License-Identifier: Apache-2.0
/*
 * Reading: source --> snapshot --> differences --> totals and the present second of the history.
 * Everything else (alerts.c, answers.c, loop.c) works on these.
 */
#include "monitor/state.h"

#include <time.h>

void monitor_report(struct monitor *monitor, bool is_problem, const char *format, ...)
{
    if (!monitor->options.report)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    monitor->options.report(monitor->options.report_context, is_problem, sentence);
}

/* --- reading ---------------------------------------------------------------------------------- */

static struct total *total_of(struct monitor *monitor, uint32_t pair)
{
    if (pair >= monitor->totals->len)
        g_array_set_size(monitor->totals, pair + 1);
    return &g_array_index(monitor->totals, struct total, pair);
}

uint32_t monitor_find_pair(struct monitor *monitor, const struct live_pair *pair)
{
    if (pair->from.kind == VTTIF_ADDRESS_NONE)
        return NOBODY;
    uint32_t from = directory_endpoint(monitor->directory, &pair->from);
    uint32_t to = directory_endpoint(monitor->directory, &pair->to);
    return from && to ? directory_pair(monitor->directory, from, to) : 0;
}

/* Makes the source's new pairs known. */
static void learn_pairs(struct monitor *monitor)
{
    size_t known = monitor->seen->len;
    g_array_set_size(monitor->seen, (guint)monitor->snapshot.n_pairs);
    for (size_t i = 0; i < monitor->snapshot.n_pairs; i++) {
        const struct live_pair *pair = &monitor->snapshot.pairs[i];
        struct seen *seen = &g_array_index(monitor->seen, struct seen, i);
        if (i >= known || seen->life != pair->life)
            *seen = (struct seen){.pair = monitor_find_pair(monitor, pair), .life = pair->life};
    }
    total_of(monitor, (uint32_t)directory_pairs(monitor->directory) - 1);
}

/* Adds to a series of the account. */
static void book_account(struct monitor *monitor, unsigned series, uint64_t amount, bool remember)
{
    monitor->account[series] += amount;
    if (remember && amount)
        history_add(monitor->history, series, amount);
}

static void book_pair(struct monitor *monitor, uint32_t pair, uint64_t bytes, uint64_t packets,
                      bool remember)
{
    struct total *total = total_of(monitor, pair);
    total->bytes += bytes;
    total->frames += packets;
    if (remember)
        history_add(monitor->history, SERIES_PAIRS + pair, bytes);
    if (pair == 0) {
        book_account(monitor, SERIES_OTHER_BYTES, bytes, remember);
        book_account(monitor, SERIES_OTHER_PACKETS, packets, remember);
    } else {
        book_account(monitor, SERIES_PACKETS, packets, remember);
    }
}

/* What is no IP has no IP length and no payload: it always counts as a frame. */
static uint64_t filtered_bytes(const struct monitor *monitor, const struct live_sum *sum,
                               size_t reason)
{
    bool is_ip = reason != VTTIF_REASON_ARP && reason != VTTIF_REASON_NON_IP;
    return live_bytes(sum, is_ip ? monitor->options.count : VTTIF_COUNT_FRAME);
}

/* The source's counters beside its pairs, as series. */
static void account_of(const struct monitor *monitor, uint64_t account[SERIES_PAIRS])
{
    const struct live_snapshot *snapshot = &monitor->snapshot;
    account[SERIES_DROPS] = snapshot->kernel_drops;
    account[SERIES_UNDECODABLE] = snapshot->undecodable;
    account[SERIES_OTHER_BYTES] = live_bytes(&snapshot->other, monitor->options.count);
    account[SERIES_OTHER_PACKETS] = snapshot->other.packets;
    for (size_t i = 0; i < VTTIF_REASONS; i++) {
        account[SERIES_FILTERED + 2 * i] = filtered_bytes(monitor, &snapshot->filtered[i], i);
        account[SERIES_FILTERED + 2 * i + 1] = snapshot->filtered[i].packets;
    }
}

/* What a counter has grown by; one that is lower than before began anew. */
static uint64_t growth(uint64_t before, uint64_t now)
{
    return now >= before ? now - before : now;
}

/* Once: what is not known by name any more is not lost, but the user may want it otherwise. */
static void tell_full(struct monitor *monitor)
{
    if (!monitor->told_full)
        monitor_report(monitor, true,
                       "the table of %" G_GSIZE_FORMAT
                       " pairs is full: traffic of further pairs is "
                       "counted as 'other'; a larger table, a shorter idle time, a hosts file or "
                       "other keys help",
                       monitor->options.max_pairs);
    monitor->told_full = true;
}

static void book_source_account(struct monitor *monitor, bool remember)
{
    uint64_t now[SERIES_PAIRS] = {0}, grown[SERIES_PAIRS];
    account_of(monitor, now);
    for (unsigned i = 0; i < SERIES_PAIRS; i++)
        grown[i] = growth(monitor->source_account[i], now[i]);
    memcpy(monitor->source_account, now, sizeof now);
    if (grown[SERIES_OTHER_PACKETS] > 0)
        tell_full(monitor);
    book_pair(monitor, 0, grown[SERIES_OTHER_BYTES], grown[SERIES_OTHER_PACKETS], remember);
    grown[SERIES_OTHER_BYTES] = grown[SERIES_OTHER_PACKETS] = 0;
    for (unsigned i = 0; i < SERIES_PAIRS; i++)
        if (grown[i])
            book_account(monitor, i, grown[i], remember);
}

static void book_pairs(struct monitor *monitor, bool remember)
{
    const struct live_snapshot *snapshot = &monitor->snapshot;
    for (size_t i = 0; i < snapshot->n_pairs; i++) {
        struct seen *seen = &g_array_index(monitor->seen, struct seen, i);
        uint64_t bytes = live_bytes(&snapshot->sums[i], monitor->options.count);
        uint64_t packets = snapshot->sums[i].packets;
        if (seen->pair == NOBODY || (bytes == seen->bytes && packets == seen->packets))
            continue;
        book_pair(monitor, seen->pair, growth(seen->bytes, bytes), growth(seen->packets, packets),
                  remember);
        seen->bytes = bytes;
        seen->packets = packets;
    }
}

/* What was counted, before this reader came, for pairs that have left the source's table. */
static void book_forgotten(struct monitor *monitor)
{
    const struct live_sum *forgotten = &monitor->snapshot.forgotten;
    struct total *other = total_of(monitor, 0);
    other->bytes += live_bytes(forgotten, monitor->options.count);
    other->frames += forgotten->packets;
}

static bool read_and_book(struct monitor *monitor, bool remember, GError **error)
{
    uint64_t epoch = monitor->snapshot.epoch;
    if (!live_read(monitor->source, &monitor->snapshot, error))
        return false;
    if (epoch != monitor->snapshot.epoch) { /* other pairs, all counters from 0 */
        g_array_set_size(monitor->seen, 0);
        memset(monitor->source_account, 0, sizeof monitor->source_account);
        monitor->told_full = false;
        book_forgotten(monitor);
    }
    learn_pairs(monitor);
    book_pairs(monitor, remember);
    book_source_account(monitor, remember);
    monitor->stale = false;
    return true;
}

bool monitor_read(struct monitor *monitor, GError **error)
{
    return read_and_book(monitor, true, error);
}

/* --- time ------------------------------------------------------------------------------------- */

/* Follows the time of day when it is set forward. */
static void follow_wall_clock(struct monitor *monitor, int64_t source_ns)
{
    if (monitor->options.source_clock)
        return;
    int64_t ahead_ns = g_get_real_time() * 1000 - monitor_wall_ns(monitor, source_ns);
    if (ahead_ns >= NS_PER_SECOND)
        monitor->offset_ns += ahead_ns;
}

static void set_now(struct monitor *monitor, int64_t source_ns)
{
    monitor->now_ns = MAX(monitor->now_ns, monitor_wall_ns(monitor, source_ns));
    history_advance(monitor->history, monitor->now_ns / NS_PER_SECOND);
}

/* --- polling ---------------------------------------------------------------------------------- */

static bool poll_live(struct monitor *monitor, GError **error)
{
    int64_t now_ns = live_now_ns(monitor->source);
    live_dispatch(monitor->source);
    if (!monitor_read(monitor, error) || !monitor_move_trigger(monitor, now_ns, error))
        return false;
    follow_wall_clock(monitor, now_ns);
    set_now(monitor, now_ns);
    return true;
}

/* The time up to which a replay can be played at once: not over the end of the present second, nor
 * that of one in which something follows, nor what the trigger is due to do. */
static int64_t next_stop(const struct monitor *monitor, int64_t target_ns)
{
    int64_t next_ns = live_next_ns(monitor->source);
    int64_t quiet_ns = MIN(next_ns, target_ns) / NS_PER_SECOND * NS_PER_SECOND;
    int64_t stop_ns = MIN(target_ns, MAX(monitor_boundary_ns(monitor), quiet_ns));
    return MIN(stop_ns, MAX(trigger_due_ns(&monitor->trigger), monitor->now_ns));
}

/* Plays a replay second by second, and stops at crossings and when alerts are due: the same answers
 * and alerts come out however late it is called. */
static bool poll_played(struct monitor *monitor, GError **error)
{
    int64_t target_ns = live_now_ns(monitor->source);
    do {
        int64_t played_ns = live_play(monitor->source, next_stop(monitor, target_ns));
        live_dispatch(monitor->source);
        if (!monitor_read(monitor, error) || !monitor_move_trigger(monitor, played_ns, error))
            return false;
        set_now(monitor, played_ns);
    } while (monitor->now_ns < target_ns);
    return true;
}

int64_t monitor_processor_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * NS_PER_SECOND + used.tv_nsec;
}

bool monitor_poll(struct monitor *monitor, GError **error)
{
    if (monitor->polling) /* a subscriber asks; what it sees is fresh */
        return true;
    int64_t before_ns = monitor_processor_ns();
    monitor->polling = true;
    bool polled =
        live_is_played(monitor->source) ? poll_played(monitor, error) : poll_live(monitor, error);
    monitor->polling = false;
    monitor->refreshed_us = g_get_monotonic_time();
    monitor->status.polls++;
    monitor->status.poll_ns += (uint64_t)(monitor_processor_ns() - before_ns);
    return polled;
}

#define FRESH_US 10000
bool monitor_refresh(struct monitor *monitor, GError **error)
{
    return g_get_monotonic_time() - monitor->refreshed_us < FRESH_US ||
           monitor_poll(monitor, error);
}

int64_t monitor_now_ns(const struct monitor *monitor)
{
    return monitor->now_ns;
}

struct live *monitor_source(const struct monitor *monitor)
{
    return monitor->source;
}

/* --- life ------------------------------------------------------------------------------------- */

/* The options that a monitor goes on using. */
static void take_options(struct monitor *monitor, const struct monitor_options *options)
{
    struct monitor_options old = monitor->options;
    monitor->options = *options;
    monitor->options.hosts = NULL; /* the directory has them */
    if (!monitor->source)
        return;
    monitor->options.count = old.count;
    monitor->options.source_clock = old.source_clock;
    monitor->options.max_pairs = old.max_pairs;
    monitor->options.history.max_series = old.history.max_series;
}

/* Pairs that are remembered, for each that the source has a place for: those that have left it stay
 * in the history. */
#define REMEMBERED_SHARE 2

struct monitor *monitor_new(const struct monitor_options *options)
{
    struct monitor *monitor = g_new0(struct monitor, 1);
    take_options(monitor, options);
    if (!monitor->options.max_pairs)
        monitor->options.max_pairs = LIVE_PAIRS_DEFAULT;
    /* Pair 0 comes beside the others. */
    size_t remembered = REMEMBERED_SHARE * monitor->options.max_pairs;
    monitor->options.history.max_series = SERIES_PAIRS + remembered + 1;
    monitor->directory = directory_new(remembered, options->hosts);
    monitor->sums = g_new0(uint64_t, monitor->options.history.max_series);
    monitor->seen = g_array_new(FALSE, TRUE, sizeof(struct seen));
    monitor->totals = g_array_new(FALSE, TRUE, sizeof(struct total));
    monitor->crossings = g_array_new(FALSE, FALSE, sizeof(struct live_crossing));
    monitor->subscribers = g_array_new(FALSE, FALSE, sizeof(struct subscriber));
    monitor->trigger.options = options->trigger;
    return monitor;
}

bool monitor_start(struct monitor *monitor, struct live *source, GError **error)
{
    monitor->source = source;
    int64_t source_ns = live_now_ns(source);
    if (live_is_played(source)) /* begins with its first frame; an empty one at 0 */
        source_ns = live_next_ns(source) == INT64_MAX ? 0 : live_next_ns(source);
    if (!monitor->options.source_clock)
        monitor->offset_ns = g_get_real_time() * 1000 - source_ns;
    monitor->now_ns = monitor->status.started_ns = monitor_wall_ns(monitor, source_ns);
    monitor->history = history_new(&monitor->options.history, monitor->now_ns / NS_PER_SECOND);
    return read_and_book(monitor, false, error);
}

bool monitor_reload(struct monitor *monitor, const struct monitor_options *options, GError **error)
{
    if (!live_set_hosts(monitor->source, options->hosts, error) ||
        !live_set_threshold(monitor->source, options->trigger.byte_threshold,
                            options->trigger.time_bound_ns, error) ||
        !monitor_read(monitor, error))
        return false;
    directory_set_hosts(monitor->directory, options->hosts);
    for (size_t i = 0; i < monitor->seen->len; i++)
        g_array_index(monitor->seen, struct seen, i).pair =
            monitor_find_pair(monitor, &monitor->snapshot.pairs[i]);
    learn_pairs(monitor);
    if (memcmp(&monitor->trigger.options, &options->trigger, sizeof options->trigger) != 0) {
        monitor->trigger = (struct trigger){.options = options->trigger};
        g_clear_pointer(&monitor->baseline, g_free);
    }
    take_options(monitor, options);
    history_resize(monitor->history, &monitor->options.history);
    return true;
}

void monitor_free(struct monitor *monitor)
{
    if (!monitor)
        return;
    monitor_detach(monitor);
    live_close(monitor->source);
    live_snapshot_clear(&monitor->snapshot);
    directory_free(monitor->directory);
    history_free(monitor->history);
    g_array_unref(monitor->seen);
    g_array_unref(monitor->totals);
    g_array_unref(monitor->crossings);
    g_array_unref(monitor->subscribers);
    vttif_matrix_unref(monitor->latest.matrix);
    g_free(monitor->baseline);
    g_free(monitor->fading);
    g_free(monitor->sums);
    g_free(monitor);
}
