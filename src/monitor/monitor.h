// SPDX-License-Identifier: Apache-2.0
/*
 * The online service of one host (paper, section 5): it reads a live source's counters every
 * second, remembers bytes per pair and second, watches the rate, raises alerts and answers
 * questions.
 *
 *     source/live ── counters ──► monitor ──► matrix/history   "the matrix of the last n seconds"
 *              └── crossings ───►    │   └──► matrix/trigger   alerts: sustained, quiet
 *                                    └──► answers: matrix, pairs, account
 *
 * Times are nanoseconds since 1970. A replay source has its capture's clock, and is played exactly
 * up to each second's end; the others have CLOCK_MONOTONIC, to which the monitor adds what makes it
 * the time of day (steps forward are followed, time never goes back). Seconds are whole seconds
 * since 1970; second s is the time from s to s + 1. The one that is running, `present`, is included
 * in answers with what has passed of it.
 *
 * Endpoints and pairs are numbered as they are learned and keep their numbers until
 * monitor_make_room; endpoint 0 is "other", and pair 0, from 0 to 0, has the bytes of those pairs
 * for which the tables had no place (they are in the account's overflow, too), and of those that
 * had to make room.
 *
 * A monitor belongs to one thread: all calls, and the callbacks, are made in that of its main
 * context. It prints nothing; what a user should know goes to the report function.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "matrix/history.h"
#include "matrix/trigger.h"
#include "source/live.h"
#include <vttif/endpoint.h>
#include <vttif/matrix.h>

struct monitor;
typedef struct monitor monitor_handle; /* the name that g_autoptr wants */

struct monitor_options {
    const struct vttif_hosts *hosts; /* the endpoints' names, as given to the source; copied; NULL:
                                        endpoints are addresses */
    enum vttif_count count; /* what bytes are */
    bool source_clock; /* the source's clock counts from 1970: a replay */
    struct history_options history; /* max_series is set by the monitor */
    struct trigger_options trigger; /* byte_threshold 0: no alerts */
    size_t max_pairs; /* 0: LIVE_PAIRS_DEFAULT */
    /* Told of what does not end the service, a sentence each: an interface that came or went, a
     * failure to read. NULL: nobody is. */
    void (*report)(void *context, bool is_problem, const char *sentence);
    void *report_context;
};

/* --- life ------------------------------------------------------------------------------------ */

/*
 * A monitor lives thus:
 *
 *     monitor = monitor_new(&options);
 *     config.events = monitor_events(monitor);        the source tells the monitor what happens
 *     monitor_start(monitor, live_..._open(&config, error), error);
 *     monitor_attach(monitor, NULL);                  or monitor_poll at every second's end
 */
struct monitor *monitor_new(const struct monitor_options *options);
struct live_events monitor_events(struct monitor *monitor);
/* Takes the source, which monitor_free closes, and reads it for the first time. What it counted
 * before is in the counters, but in no second and no alert. Fails if the source cannot be read. */
bool monitor_start(struct monitor *monitor, struct live *source, GError **error);
void monitor_free(struct monitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(monitor_handle, monitor_free)

/* Runs the monitor on the context (NULL: the default one): reads at every second's begin, takes the
 * source's events as they come, raises alerts when they are due. */
void monitor_attach(struct monitor *monitor, GMainContext *context);
void monitor_detach(struct monitor *monitor);

/* Takes other options without losing a count: hosts and names, thresholds, lengths and budget of
 * the history. count, source_clock and max_pairs stay. The trigger begins anew if its options
 * changed; counts of addresses that are other hosts' now stay with the old names. */
bool monitor_reload(struct monitor *monitor, const struct monitor_options *options, GError **error);

/* Reads the source up to now: its events, its counters; alerts that are due are raised meanwhile.
 * What came since the last call is booked in the second that was then running, so call it when a
 * second begins. O(pairs). */
bool monitor_poll(struct monitor *monitor, GError **error);
/* The same for a fresh answer: costs nothing within 10 ms of the last one. */
bool monitor_refresh(struct monitor *monitor, GError **error);
/* Between answers, when tables are nearly full: pairs that the source does not have any longer, and
 * of these the ones with the fewest bytes, become part of "other", in all seconds that are
 * remembered; when that is done, numbers may be given to others. Returns how many begin to. Takes
 * 10 ms of processor time at most, or next to nothing; monitor_attach has it called after polls. */
size_t monitor_make_room(struct monitor *monitor);
/* The time of the last poll; the second that is running is this / 1e9. */
int64_t monitor_now_ns(const struct monitor *monitor);
/* The source, for its interfaces and its name. */
struct live *monitor_source(const struct monitor *monitor);

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
 * The cheapest of all questions; with an interval of one second, a row of a table of history.
 * bytes NULL: only *interval is moved, which costs next to nothing. */
bool monitor_bytes(const struct monitor *monitor, struct monitor_interval *interval,
                   uint64_t *bytes, GError **error);

/* Numbers are below these. */
size_t monitor_pairs(const struct monitor *monitor);
size_t monitor_endpoints(const struct monitor *monitor);
/* Whether the number is a pair's. */
bool monitor_is_pair(const struct monitor *monitor, uint32_t pair);
/* The name of endpoint e, NULL if nobody has the number; owned by the monitor, and the same until
 * monitor_make_room. */
const char *monitor_endpoint_name(const struct monitor *monitor, uint32_t endpoint);
gssize monitor_find_endpoint(const struct monitor *monitor, const char *name);

/* What was counted for a pair since the counters began, before this monitor if they are pinned. */
struct monitor_counter {
    uint32_t from, to;
    uint64_t bytes, frames;
};
struct monitor_counter monitor_counter(const struct monitor *monitor, uint32_t pair);
/* The same for all that is not in the pairs. seconds: since monitor_start. */
struct vttif_account monitor_account(const struct monitor *monitor);

/* About the monitor itself. */
struct monitor_status {
    int64_t started_ns; /* when monitor_start was called */
    uint64_t polls;
    uint64_t poll_ns; /* processor time spent in them */
    size_t history_bytes, history_budget;
    enum trigger_state state;
    uint64_t alerts; /* raised so far */
    size_t pairs, endpoints; /* that are known; "other" is one of each */
    size_t table_pairs; /* that the source has a place for now */
    uint64_t forgotten; /* pairs that made room so far */
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
