// SPDX-License-Identifier: Apache-2.0
/*
 * A monitor on a GLib main loop: one source that is ready when the next second begins, when the
 * trigger is due, and when the live source has something to tell. What it tells is taken without
 * reading the counters, unless accumulation begins or an alert is raised.
 */
#include "monitor/state.h"

struct loop_source {
    GSource source;
    struct monitor *monitor;
    gpointer events; /* the live source's descriptor in this one */
    bool failed; /* the last poll; told of once */
};

/* How often a replay is played on, when its next frame is not yet due. */
#define PLAY_EVERY_US 20000

/* How long events may wait when some have just been taken: with a thousand pairs that go on
 * crossing their threshold, each would wake us. They carry their own times, so no alert is late by
 * it. */
#define GATHER_US 10000

static int64_t microseconds_until(int64_t now_ns, int64_t then_ns)
{
    return then_ns > now_ns ? (then_ns - now_ns) / 1000 + 1 : 0;
}

static int64_t next_wake_us(const struct monitor *monitor)
{
    int64_t now_us = g_get_monotonic_time();
    int64_t source_ns = live_now_ns(monitor->source);
    int64_t wall_ns = monitor_wall_ns(monitor, source_ns);
    int64_t boundary_ns = monitor_boundary_ns(monitor);
    if (live_is_played(monitor->source))
        return now_us + (wall_ns >= boundary_ns ? 0 : PLAY_EVERY_US);
    int64_t wait_us = microseconds_until(wall_ns, boundary_ns);
    int64_t due_ns = trigger_due_ns(&monitor->trigger);
    return now_us +
           (due_ns == INT64_MAX ? wait_us : MIN(wait_us, microseconds_until(source_ns, due_ns)));
}

static void tell_failure(struct loop_source *loop, bool succeeded, GError *failure)
{
    if (failure && !loop->failed)
        monitor_report(loop->monitor, true, "the counters cannot be read: %s", failure->message);
    else if (succeeded && loop->failed)
        monitor_report(loop->monitor, false, "the counters can be read again");
    loop->failed = !succeeded;
    g_clear_error(&failure);
}

/* Takes what the source tells, without a poll. */
static bool take_events(struct monitor *monitor, GError **error)
{
    live_dispatch(monitor->source);
    return monitor->crossings->len == 0 ||
           monitor_move_trigger(monitor, live_now_ns(monitor->source), error);
}

static bool is_time(const struct monitor *monitor)
{
    int64_t source_ns = live_now_ns(monitor->source);
    return live_is_played(monitor->source) ||
           monitor_wall_ns(monitor, source_ns) >= monitor_boundary_ns(monitor) ||
           source_ns >= trigger_due_ns(&monitor->trigger);
}

/* Events are waited for again only after a while, if this is for some that came. */
static int64_t gather(struct loop_source *loop, int64_t wake_us)
{
    bool came = g_source_query_unix_fd(&loop->source, loop->events) != 0;
    g_source_modify_unix_fd(&loop->source, loop->events, came ? 0 : G_IO_IN);
    return came ? MIN(wake_us, g_get_monotonic_time() + GATHER_US) : wake_us;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    struct loop_source *loop = (struct loop_source *)source;
    struct monitor *monitor = loop->monitor;
    GError *failure = NULL;
    bool succeeded =
        is_time(monitor) ? monitor_poll(monitor, &failure) : take_events(monitor, &failure);
    tell_failure(loop, succeeded, failure);
    if (succeeded)
        monitor_make_room(monitor);
    if (monitor->loop) /* no subscriber has detached it meanwhile */
        g_source_set_ready_time(
            source, gather(loop, next_wake_us(monitor) + (succeeded ? 0 : G_USEC_PER_SEC)));
    return G_SOURCE_CONTINUE;
}

void monitor_attach(struct monitor *monitor, GMainContext *context)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    g_return_if_fail(!monitor->loop && monitor->source);
    monitor->loop = g_source_new(&functions, sizeof(struct loop_source));
    struct loop_source *loop = (struct loop_source *)monitor->loop;
    loop->monitor = monitor;
    g_source_set_name(monitor->loop, "monitor");
    loop->events = g_source_add_unix_fd(monitor->loop, live_fd(monitor->source), G_IO_IN);
    g_source_set_ready_time(monitor->loop, next_wake_us(monitor));
    g_source_attach(monitor->loop, context);
}

void monitor_detach(struct monitor *monitor)
{
    if (!monitor->loop)
        return;
    g_source_destroy(monitor->loop);
    g_clear_pointer(&monitor->loop, g_source_unref);
}
