// SPDX-License-Identifier: Apache-2.0
/* What a monitor holds, for its own files. */
#ifndef MONITOR_STATE_H
#define MONITOR_STATE_H

#include "monitor/directory.h"
#include "monitor/monitor.h"

#include <assert.h>
#include <string.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* The history's series: the account's first, so that it is exact for every interval, then pairs. */
enum {
    SERIES_PACKETS,
    SERIES_DROPS,
    SERIES_UNDECODABLE,
    SERIES_OTHER_BYTES,
    SERIES_OTHER_PACKETS,
    SERIES_FILTERED = 8, /* for each reason: bytes, frames */
    SERIES_PAIRS = 64,
};
static_assert(SERIES_FILTERED + 2 * VTTIF_REASONS <= SERIES_PAIRS, "all reasons have their series");

#define NOBODY UINT32_MAX

/* What was last seen of a pair of the source. */
struct seen {
    uint32_t pair; /* of the directory; NOBODY: there is none */
    uint32_t life; /* as in the snapshot */
    uint64_t bytes, packets;
};

struct total {
    uint64_t bytes, frames;
};

struct subscriber {
    unsigned number;
    monitor_alert_func *func; /* NULL: has left */
    void *context;
};

struct monitor {
    struct monitor_options options;
    struct live *source;
    struct directory *directory;
    struct history *history;
    uint64_t *sums; /* for answers: one of each series */
    struct monitor_status status;

    int64_t offset_ns; /* time of day less the source's clock */
    int64_t now_ns; /* of the last poll, since 1970 */
    int64_t refreshed_us; /* monotonic */
    bool polling;

    struct live_snapshot snapshot;
    GArray *seen; /* of struct seen, by the source's pairs */
    GArray *totals; /* of struct total, by the directory's pairs */
    uint64_t account[SERIES_PAIRS]; /* totals of the account's series */
    uint64_t source_account[SERIES_PAIRS]; /* the source's own at the last reading */
    bool told_full; /* that the source's table is full */
    bool stale; /* the source may have counted since it was read */

    struct trigger trigger; /* in the source's time */
    GArray *crossings; /* of struct live_crossing: dispatched and not yet taken */
    uint64_t *baseline; /* bytes of each pair when accumulation began; NULL in IDLE */
    uint64_t account_baseline[SERIES_PAIRS];
    size_t baseline_pairs;
    uint32_t first_pair; /* which crossed first */
    struct monitor_alert latest; /* sequence 0: none yet */
    GArray *subscribers; /* of struct subscriber */
    unsigned subscriptions;

    uint32_t *fading; /* pairs of the directory whose series are being folded; n_fading of them */
    size_t n_fading;

    GSource *loop; /* NULL: not attached */
};

/* When the present second ends, and the source's time as time of day. */
static inline int64_t monitor_boundary_ns(const struct monitor *monitor)
{
    return (monitor->now_ns / NS_PER_SECOND + 1) * NS_PER_SECOND;
}

static inline int64_t monitor_wall_ns(const struct monitor *monitor, int64_t source_ns)
{
    return source_ns + monitor->offset_ns;
}

/* Tells the user. */
void monitor_report(struct monitor *monitor, bool is_problem, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Reads the counters and books them in the present second. */
bool monitor_read(struct monitor *monitor, GError **error);
/* Takes the crossings that were dispatched and moves the trigger to now_ns of the source's time. */
bool monitor_move_trigger(struct monitor *monitor, int64_t now_ns, GError **error);

/* That this thread has used. */
int64_t monitor_processor_ns(void);
/* The pair of what a snapshot has at a place. */
uint32_t monitor_find_pair(struct monitor *monitor, const struct live_pair *pair);

/* A matrix of sums by pair with the account of account series; seconds is its length. */
struct vttif_matrix *monitor_build(const struct monitor *monitor, const uint64_t *sums,
                                   size_t n_pairs, const uint64_t *account, double seconds,
                                   bool active_only);

#endif
