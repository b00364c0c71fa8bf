// SPDX-License-Identifier: Apache-2.0
/*
 * From what the source tells to alerts:
 *
 *     crossing events ──► crossings ──► trigger ──► begin: remember the totals as the baseline
 *                                          └──────► alert: totals less the baseline, as a matrix
 */
#include "monitor/state.h"

/* --- what the source tells -------------------------------------------------------------------- */

static void on_crossing(void *context, const struct live_crossing *crossing)
{
    struct monitor *monitor = context;
    g_array_append_vals(monitor->crossings, crossing, 1);
    monitor->stale = true;
}

static void on_interface(void *context, const struct live_interface *interface,
                         const GError *failure)
{
    struct monitor *monitor = context;
    if (failure)
        monitor_report(monitor, true, "%s", failure->message);
    else if (interface->attached)
        monitor_report(monitor, false, "watching %s (%s)", interface->name, interface->how);
    else
        monitor_report(monitor, false, "%s is gone", interface->name);
}

static void on_end(void *context)
{
    struct monitor *monitor = context;
    monitor->status.ended = true;
    monitor_report(monitor, false, "the replay has come to its end");
}

struct live_events monitor_events(struct monitor *monitor)
{
    return (struct live_events){
        .crossing = on_crossing, .interface = on_interface, .ended = on_end, .context = monitor};
}

/* --- accumulation ----------------------------------------------------------------------------- */

static uint64_t total_bytes(const struct monitor *monitor, size_t pair)
{
    return g_array_index(monitor->totals, struct total, pair).bytes;
}

static void begin(struct monitor *monitor, const struct live_crossing *crossing)
{
    const struct seen *seen = crossing->pair < monitor->seen->len
                                  ? &g_array_index(monitor->seen, struct seen, crossing->pair)
                                  : NULL;
    monitor->first_pair = seen && seen->pair != NOBODY ? seen->pair : 0;
    monitor->baseline_pairs = monitor->totals->len;
    g_free(monitor->baseline);
    monitor->baseline = g_new(uint64_t, monitor->baseline_pairs);
    for (size_t i = 0; i < monitor->baseline_pairs; i++)
        monitor->baseline[i] = total_bytes(monitor, i);
    memcpy(monitor->account_baseline, monitor->account, sizeof monitor->account);
}

static struct vttif_matrix *accumulated(const struct monitor *monitor, double seconds)
{
    size_t n = monitor->totals->len;
    g_autofree uint64_t *sums = g_new(uint64_t, n);
    uint64_t account[SERIES_PAIRS];
    for (size_t i = 0; i < n; i++)
        sums[i] =
            total_bytes(monitor, i) - (i < monitor->baseline_pairs ? monitor->baseline[i] : 0);
    for (size_t i = 0; i < SERIES_PAIRS; i++)
        account[i] = monitor->account[i] - monitor->account_baseline[i];
    return monitor_build(monitor, sums, n, account, seconds, false);
}

/* --- alerts ----------------------------------------------------------------------------------- */

static void tell_subscribers(struct monitor *monitor)
{
    guint n = monitor->subscribers->len; /* who joins meanwhile hears of the next */
    for (guint i = 0; i < n; i++) {
        struct subscriber subscriber = g_array_index(monitor->subscribers, struct subscriber, i);
        if (subscriber.func)
            subscriber.func(subscriber.context, &monitor->latest);
    }
    for (guint i = monitor->subscribers->len; i-- > 0;)
        if (!g_array_index(monitor->subscribers, struct subscriber, i).func)
            g_array_remove_index(monitor->subscribers, i);
}

static void raise_alert(struct monitor *monitor, enum trigger_alert kind, int64_t time_ns)
{
    struct directory_pair first = directory_get_pair(monitor->directory, monitor->first_pair);
    double seconds = (double)(time_ns - monitor->trigger.since_ns) / (double)NS_PER_SECOND;
    vttif_matrix_unref(monitor->latest.matrix);
    monitor->latest =
        (struct monitor_alert){.sequence = ++monitor->status.alerts,
                               .kind = kind,
                               .time_ns = monitor_wall_ns(monitor, time_ns),
                               .since_ns = monitor_wall_ns(monitor, monitor->trigger.since_ns),
                               .from = first.from,
                               .to = first.to,
                               .matrix = accumulated(monitor, seconds)};
    if (kind == TRIGGER_QUIET) /* memoryless again */
        g_clear_pointer(&monitor->baseline, g_free);
    tell_subscribers(monitor);
}

static bool freshen(struct monitor *monitor, GError **error)
{
    return !monitor->stale || monitor_read(monitor, error);
}

/* Everything that is due by now_ns. */
static bool run_due(struct monitor *monitor, int64_t now_ns, GError **error)
{
    int64_t time_ns = 0;
    for (;;) {
        enum trigger_alert kind = trigger_next(&monitor->trigger, now_ns, &time_ns);
        if (kind == TRIGGER_NONE)
            return true;
        if (!freshen(monitor, error))
            return false;
        raise_alert(monitor, kind, time_ns);
    }
}

static bool take_crossing(struct monitor *monitor, const struct live_crossing *crossing,
                          GError **error)
{
    if (!run_due(monitor, crossing->time_ns - 1, error))
        return false;
    if (!trigger_cross(&monitor->trigger, crossing->time_ns))
        return true;
    if (!freshen(monitor, error))
        return false;
    begin(monitor, crossing);
    return true;
}

/* The kernel tells of a pair's crossings now and then only, but keeps the time of the last one. */
static void catch_up(struct monitor *monitor)
{
    int64_t last_ns = monitor->snapshot.last_crossing_ns;
    if (monitor->trigger.state != TRIGGER_IDLE && last_ns > monitor->trigger.crossing_ns)
        trigger_cross(&monitor->trigger, last_ns);
}

bool monitor_move_trigger(struct monitor *monitor, int64_t now_ns, GError **error)
{
    bool moved = true;
    for (guint i = 0; moved && i < monitor->crossings->len; i++)
        moved = take_crossing(monitor, &g_array_index(monitor->crossings, struct live_crossing, i),
                              error);
    g_array_set_size(monitor->crossings, 0);
    if (!moved)
        return false;
    catch_up(monitor);
    return run_due(monitor, now_ns, error);
}

/* --- subscribers ------------------------------------------------------------------------------ */

unsigned monitor_subscribe(struct monitor *monitor, monitor_alert_func *func, void *context)
{
    struct subscriber subscriber = {++monitor->subscriptions, func, context};
    g_array_append_val(monitor->subscribers, subscriber);
    return subscriber.number;
}

void monitor_unsubscribe(struct monitor *monitor, unsigned subscription)
{
    for (guint i = 0; i < monitor->subscribers->len; i++) {
        struct subscriber *subscriber = &g_array_index(monitor->subscribers, struct subscriber, i);
        if (subscriber->number == subscription)
            subscriber->func = NULL; /* removed when the list is next gone through */
    }
}

const struct monitor_alert *monitor_latest_alert(const struct monitor *monitor)
{
    return monitor->latest.sequence ? &monitor->latest : NULL;
}
