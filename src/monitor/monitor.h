// SPDX-License-Identifier: Apache-2.0
/*
 * The online service of one host (paper, section 5): it reads a live source's counters every
 * second, remembers bytes per pair and second, watches the rate, raises alerts and answers
 * questions.
 *
 *     source/live ── counters ──► monitor ──► matrix/history   "the matrix of the last n seconds"
 *              └── crossings ───►    │   └──► matrix/trigger   alerts: sustained, quiet
 *                                    └──► answers: matrix, topology, pairs, account
 *
 * Time is given in nanoseconds since 1970 and never read here, except by monitor_attach, which runs
 * a monitor on a GLib main loop. With a replay source the time is the capture's. Seconds are whole
 * seconds since 1970; second s is the time from s to s + 1. The second that is running, monitor's
 * `present`, is included in answers with what has passed of it.
 *
 * Endpoints and pairs are numbered as they are learned and keep their numbers as long as the
 * monitor lives; endpoint 0 is "other", and pair 0, from 0 to 0, has the bytes of those pairs for
 * which the tables had no place (they are in the account's overflow, too).
 *
 * A monitor belongs to one thread: all calls, and the callbacks, are made in that of its main
 * context. It prints nothing; what a user should know goes to the report function.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "matrix/history.h"
#include "matrix/trigger.h"
#include <vttif/endpoint.h>
#include <vttif/matrix.h>
#include <vttif/topology.h>

struct live; /* source/live.h */
struct monitor;
typedef struct monitor monitor_handle; /* the name that g_autoptr wants */

struct monitor_options {
    struct vttif_hosts *hosts; /* the endpoints' names, taken; NULL: endpoints are addresses */
    bool hosts_only; /* leave out pairs with an address that no host has: "stranger" */
    struct history_options history; /* max_series is set by the monitor */
    struct trigger_options trigger;
    size_t max_pairs; /* 0: MONITOR_PAIRS_MAX */
    /* Told of problems that do not end the service, a sentence each; NULL: nobody is. */
    void (*report)(void *context, const char *sentence);
    void *report_context;
};

#define MONITOR_PAIRS_MAX 65536

/* --- life ------------------------------------------------------------------------------------ */

/* A monitor of the source, which it takes and closes in monitor_free. What the source counted
 * before now_ns is in the counters, but in no second and no alert. NULL with error if the source
 * cannot be read. */
struct monitor *monitor_new(struct live *source, const struct monitor_options *options,
                            int64_t now_ns, GError **error);
void monitor_free(struct monitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(monitor_handle, monitor_free)

/* Runs the monitor on the context: reads at every second's begin, takes the source's events as they
 * come, raises alerts when they are due. Ends with monitor_detach or monitor_free. */
void monitor_attach(struct monitor *monitor, GMainContext *context);
void monitor_detach(struct monitor *monitor);

/* Takes other options without losing a count: hosts and names hold from now on for pairs that are
 * new, the trigger begins anew, the history is kept as far as it fits. */
bool monitor_reload(struct monitor *monitor, const struct monitor_options *options, int64_t now_ns,
                    GError **error);

/* Reads the source's counters and events, and moves the time to now_ns; alerts that are due are
 * raised meanwhile. What came since the last call is booked in the second that was then running, so
 * call it when a second ends; answers are as fresh as the last call. Time never goes back. O(pairs
 * that changed). */
bool monitor_poll(struct monitor *monitor, int64_t now_ns, GError **error);
/* The same at the time that it is now: for a fresh answer. Costs nothing within a millisecond of
 * the last one. */
bool monitor_refresh(struct monitor *monitor, GError **error);
/* The time that it is now by the source's clock. */
int64_t monitor_clock_ns(const struct monitor *monitor);
/* The time of the last poll; the running second is this / 1e9. */
int64_t monitor_now_ns(const struct monitor *monitor);

/* --- answers --------------------------------------------------------------------------------- */

/* Seconds from <= s < to, and how exact: 1, 60 or 3600 seconds at the interval's older end. */
struct monitor_interval {
    int64_t from, to;
    unsigned resolution;
};

/* The last n seconds, the running one included: {present + 1 - n, present + 1}. */
struct monitor_interval monitor_last(const struct monitor *monitor, int64_t n);
/* What can be asked about, oldest first: {oldest minute or hour, present + 1}. */
struct monitor_interval monitor_remembered(const struct monitor *monitor);

/*
 * The matrix of an interval. *interval becomes what the answer covers: its older end is moved to
 * where the history has a boundary (the minute or hour before, when it is no longer remembered by
 * the second) or to the oldest that is remembered; its newer end not beyond present + 1. Endpoints
 * without traffic in the interval are rows of zeros, unless active_only. The account is that of the
 * interval; account.seconds is the length of what is covered and has passed.
 * Fails with VTTIF_ERROR_ARGUMENT if nothing of it is remembered. A new reference. O(pairs * log
 * n): milliseconds for 65,536 pairs.
 */
struct vttif_matrix *monitor_matrix(const struct monitor *monitor,
                                    struct monitor_interval *interval, bool active_only,
                                    GError **error);
/* Its topology. bmin as in vttif_topology_infer. */
struct vttif_topology *monitor_topology(const struct monitor *monitor,
                                        struct monitor_interval *interval, double bmin,
                                        GError **error);

/* A pair and its bytes in an interval. */
struct monitor_pair {
    uint32_t pair, from, to; /* numbers of the pair and its endpoints */
    uint64_t bytes;
};
/* The pairs with the most bytes in an interval, at most limit, descending; free with g_free.
 * *n_pairs gets their number. Limit SIZE_MAX: all that have any. */
struct monitor_pair *monitor_top(const struct monitor *monitor, struct monitor_interval *interval,
                                 size_t limit, size_t *n_pairs, GError **error);
/* The bytes of every pair in an interval: bytes[monitor_pairs()] is added to, by the pair's number.
 * The cheapest of all questions; with an interval of one second, a row of a table of history. */
bool monitor_bytes(const struct monitor *monitor, struct monitor_interval *interval,
                   uint64_t *bytes, GError **error);

size_t monitor_pairs(const struct monitor *monitor);
size_t monitor_endpoints(const struct monitor *monitor);
/* The name of endpoint e; owned by the monitor, and the same as long as it lives. */
const char *monitor_endpoint_name(const struct monitor *monitor, uint32_t endpoint);
gssize monitor_find_endpoint(const struct monitor *monitor, const char *name);

/* What was counted for a pair since the counters began, before this monitor if they are pinned. */
struct monitor_counter {
    uint32_t from, to;
    uint64_t bytes, frames;
};
struct monitor_counter monitor_counter(const struct monitor *monitor, uint32_t pair);
/* The same for all that is not in the pairs. seconds: since the counters began. */
struct vttif_account monitor_account(const struct monitor *monitor);

/* About the monitor itself. */
struct monitor_status {
    int64_t started_ns; /* when monitor_new was called */
    uint64_t polls;
    uint64_t poll_ns; /* processor time spent in them */
    size_t history_bytes, history_budget;
    enum trigger_state state;
    uint64_t alerts; /* raised so far */
    bool ended; /* a replay has come to its end */
};
struct monitor_status monitor_status(const struct monitor *monitor);

/* --- alerts ---------------------------------------------------------------------------------- */

/* What the trigger raised, with the matrix of what was accumulated since it triggered. */
struct monitor_alert {
    uint64_t sequence; /* 1, 2, 3, ... */
    enum trigger_alert kind; /* TRIGGER_SUSTAINED or TRIGGER_QUIET */
    int64_t time_ns; /* when it was raised */
    int64_t since_ns; /* when accumulation began */
    uint32_t from, to; /* the endpoints of the pair that crossed the rate first */
    struct vttif_matrix *matrix; /* the alert's; take a reference to keep it */
};

typedef void monitor_alert_func(void *context, const struct monitor_alert *alert);
/* Calls func for each alert from now on; returns a number for monitor_unsubscribe, never 0. Both
 * may be called from within func. */
unsigned monitor_subscribe(struct monitor *monitor, monitor_alert_func *func, void *context);
void monitor_unsubscribe(struct monitor *monitor, unsigned subscription);
/* The latest alert, or NULL; valid until the next poll. */
const struct monitor_alert *monitor_latest_alert(const struct monitor *monitor);

#endif
