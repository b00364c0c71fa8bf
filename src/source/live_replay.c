// SPDX-License-Identifier: Apache-2.0
/*
 * A capture file as a live source.
 *
 * Readers of capture files push: source_run hands one record after the other to a sink. A replay is
 * pulled, so the reader runs in a thread of its own, and its sink waits whenever the next record
 * lies behind the time up to which was asked for. One of the two threads runs at a time:
 *
 *     live_play(until) ── wakes ──► reader: counts records before until
 *          │ waits                     │
 *          ◄──────────── parks ────────┘ at the first that is not, after a crossing, at the end
 *
 * so all fields are the running one's, and the lock only passes them over.
 */
#include "base/random.h"
#include "matrix/trigger.h"
#include "source/live.h"
#include "source/match.h"
#include "source/source.h"
#include "source/vxlan.h"
#include "tally/tally.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Times that are believed: stamps are never 0, and a clock can go on for centuries from any. */
#define TIME_MIN_NS 1
#define TIME_MAX_NS INT64_C(4000000000000000000)

/* What is known of a pair beside its sums. */
struct track {
    struct rate_stamp stamp;
    int64_t told_ns; /* when its last crossing was told of; 0: never */
};

struct replay {
    struct live live;
    /* the capture */
    struct source *source;
    struct match *match;
    const struct source_record *record; /* that is taken in */
    bool vxlan;
    struct vttif_tally *tally;
    struct vttif_hosts *hosts;
    enum vttif_count count;
    GError *problem; /* the file ended early or is damaged */
    /* its clock */
    double speed;
    int64_t first_ns, next_ns, now_ns; /* of the first frame, the next one, the present */
    int64_t began_us, ended_us; /* monotonic: when it was opened, when it came to its end; 0 */
    int64_t ended_ns; /* the capture's time at its end */
    /* counters */
    size_t max_pairs;
    GHashTable *index; /* pair_seeded -> number + 1 */
    uint64_t seed; /* of its hash */
    struct live_snapshot counters;
    size_t allocated;
    GArray *tracks; /* of struct track, by pair */
    /* crossings */
    struct trigger_options thresholds;
    int64_t gap_ns;
    struct live_events events;
    struct live_crossing crossing; /* not yet told of, if crossed */
    bool crossed, ended, ended_told;
    int event_fd;
    /* the reader and its leash */
    GThread *thread;
    GMutex lock;
    GCond turn;
    int64_t until_ns;
    bool reading; /* whose turn it is */
    bool closing;
};

static struct replay *replay_of(const struct live *live)
{
    return (struct replay *)(uintptr_t)live;
}

/* --- counting, in the reader ------------------------------------------------------------------ */

static size_t add_pair(struct replay *replay, const struct pair_key *key)
{
    struct live_snapshot *counters = &replay->counters;
    if (counters->n_pairs == replay->allocated) {
        replay->allocated = MAX(64, replay->allocated * 2);
        live_snapshot_reserve(counters, replay->allocated);
    }
    size_t pair = counters->n_pairs++;
    counters->pairs[pair] =
        (struct live_pair){.from = pair_src(key), .to = pair_dst(key), .place = LIVE_SENT};
    counters->sums[pair] = (struct live_sum){0};
    g_array_set_size(replay->tracks, (guint)pair + 1);
    struct pair_seeded seeded = {*key, replay->seed};
    g_hash_table_insert(replay->index, g_memdup2(&seeded, sizeof seeded),
                        GSIZE_TO_POINTER(pair + 1));
    return pair;
}

/* The number of the pair, SIZE_MAX if there is no place for it. */
static size_t find_pair(struct replay *replay, const struct pair_key *key)
{
    struct pair_seeded seeded = {*key, replay->seed};
    size_t found = GPOINTER_TO_SIZE(g_hash_table_lookup(replay->index, &seeded));
    if (found)
        return found - 1;
    return replay->counters.n_pairs < replay->max_pairs ? add_pair(replay, key) : SIZE_MAX;
}

static void stamp(struct replay *replay, size_t pair, uint64_t bytes)
{
    struct track *track = &g_array_index(replay->tracks, struct track, pair);
    int64_t now_ns = replay->now_ns, previous_ns = track->stamp.last_ns;
    if (!replay->thresholds.byte_threshold ||
        !rate_stamp_add(&track->stamp, &replay->thresholds, bytes, now_ns))
        return;
    replay->counters.last_crossing_ns = now_ns;
    if (track->told_ns && now_ns - track->told_ns < replay->gap_ns)
        return;
    track->told_ns = now_ns;
    replay->crossing = (struct live_crossing){pair, previous_ns, now_ns};
    replay->crossed = true;
}

/* Both must be hosts of the hosts file, and not the same one. */
static enum vttif_reason judge_hosts(const struct replay *replay, const struct pair_key *key)
{
    struct vttif_address from = pair_src(key), to = pair_dst(key);
    gssize i = vttif_hosts_find_address(replay->hosts, &from);
    gssize j = vttif_hosts_find_address(replay->hosts, &to);
    return i < 0 || j < 0 ? VTTIF_REASON_STRANGER : i == j ? VTTIF_REASON_SELF : VTTIF_REASON_KEEP;
}

static void count_frame(void *context, const struct pair_key *key, const struct vttif_frame *frame)
{
    struct replay *replay = context;
    struct live_sum sum = live_sum_of(frame);
    enum vttif_reason reason = pair_reason(key);
    if (reason == VTTIF_REASON_KEEP && replay->hosts)
        reason = judge_hosts(replay, key);
    if (reason != VTTIF_REASON_KEEP) {
        live_sum_add(&replay->counters.filtered[reason], &sum);
        return;
    }
    size_t pair = find_pair(replay, key);
    if (pair == SIZE_MAX) {
        live_sum_add(&replay->counters.other, &sum);
        return;
    }
    live_sum_add(&replay->counters.sums[pair], &sum);
    stamp(replay, pair, live_bytes(&sum, replay->count));
}

/* --- passing the turn ------------------------------------------------------------------------- */

/* The reader gives its turn away and waits for the next. */
static void park(struct replay *replay)
{
    g_mutex_lock(&replay->lock);
    replay->reading = false;
    g_cond_broadcast(&replay->turn);
    while (!replay->reading)
        g_cond_wait(&replay->turn, &replay->lock);
    g_mutex_unlock(&replay->lock);
}

/* The other thread gives the reader its turn and waits until that has parked. */
static void let_read(struct replay *replay)
{
    g_mutex_lock(&replay->lock);
    replay->reading = true;
    g_cond_broadcast(&replay->turn);
    while (replay->reading)
        g_cond_wait(&replay->turn, &replay->lock);
    g_mutex_unlock(&replay->lock);
}

/* Counts the frame, or in its place the one within. */
static void add_record(struct replay *replay, const struct source_record *record)
{
    enum vttif_link link = source_link(replay->source);
    struct frame_bytes frame = {record->bytes, record->captured, record->wire};
    struct vttif_frame outer;
    replay->record = record;
    if (replay->vxlan &&
        vttif_frame_decode(link, frame.bytes, frame.captured, frame.wire, &outer) ==
            VTTIF_FRAME_IP &&
        vxlan_enter(link, &frame, &outer, &frame))
        link = VTTIF_LINK_ETHERNET;
    vttif_tally_add(replay->tally, link, frame.bytes, frame.captured, frame.wire, record->time_ns);
}

/* The user's filter is for frames as they passed, also where those within are counted. */
static bool match_record(void *context, const uint8_t *bytes, uint32_t captured, uint32_t wire)
{
    const struct replay *replay = context;
    return match_frame(replay->match, replay->record->bytes, replay->record->captured,
                       replay->record->wire);
}

static void take_record(void *context, const struct source_record *record)
{
    struct replay *replay = context;
    /* A record that is older than the one before it counts as if it came with it. */
    replay->next_ns = MAX(CLAMP(record->time_ns, TIME_MIN_NS, TIME_MAX_NS), replay->now_ns);
    while (!replay->closing && replay->next_ns >= replay->until_ns)
        park(replay);
    if (replay->closing)
        return;
    replay->now_ns = replay->next_ns;
    add_record(replay, record);
    if (replay->crossed)
        park(replay);
}

static gpointer read_all(gpointer data)
{
    struct replay *replay = data;
    park(replay); /* the first turn is that of the opener */
    source_run(replay->source, take_record, replay, NULL, &replay->problem);
    if (!replay->closing)
        vttif_tally_finish(replay->tally); /* fragments that waited are counted */
    replay->next_ns = INT64_MAX;
    replay->ended = true;
    replay->ended_us = g_get_monotonic_time();
    replay->ended_ns = replay->now_ns;
    g_mutex_lock(&replay->lock);
    replay->reading = false;
    g_cond_broadcast(&replay->turn);
    g_mutex_unlock(&replay->lock);
    return NULL;
}

/* --- the table of calls ----------------------------------------------------------------------- */

static int64_t replay_play(struct live *live, int64_t until_ns)
{
    struct replay *replay = replay_of(live);
    replay->until_ns = until_ns;
    if (!replay->ended && !replay->crossed && replay->next_ns < until_ns)
        let_read(replay);
    if (!replay->crossed)
        replay->now_ns = MAX(replay->now_ns, until_ns);
    if (replay->crossed || (replay->ended && !replay->ended_told))
        eventfd_write(replay->event_fd, 1);
    return replay->now_ns;
}

static int64_t replay_next_ns(const struct live *live)
{
    return replay_of(live)->next_ns;
}

static int replay_fd(const struct live *live)
{
    return replay_of(live)->event_fd;
}

/* A file that ended early, or is damaged. */
static void tell_problem(const struct replay *replay)
{
    const struct live_interface file = {.name = "replay", .how = "replay"};
    if (replay->problem)
        live_tell_interface(&replay->events, &file, replay->problem);
}

static void replay_dispatch(struct live *live)
{
    struct replay *replay = replay_of(live);
    eventfd_t ignored;
    eventfd_read(replay->event_fd, &ignored);
    if (replay->crossed) {
        replay->crossed = false;
        if (replay->events.crossing)
            replay->events.crossing(replay->events.context, &replay->crossing);
    }
    if (replay->ended && !replay->ended_told) {
        replay->ended_told = true;
        tell_problem(replay);
        if (replay->events.ended)
            replay->events.ended(replay->events.context);
    }
}

static int64_t replay_now_ns(const struct live *live)
{
    const struct replay *replay = replay_of(live);
    const int64_t second = 1000000000;
    int64_t now_us = g_get_monotonic_time();
    if (replay->speed > 0)
        return replay->first_ns +
               (int64_t)((double)(now_us - replay->began_us) * 1000 * replay->speed);
    if (!replay->ended)
        return (replay->next_ns / second + 1) * second;
    return replay->ended_ns + MAX(0, now_us - replay->ended_us) * 1000;
}

static bool replay_read(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    struct replay *replay = replay_of(live);
    const struct live_snapshot *counters = &replay->counters;
    if (snapshot->n_pairs < counters->n_pairs)
        live_snapshot_reserve(snapshot, counters->n_pairs);
    struct live_pair *pairs = snapshot->pairs;
    struct live_sum *sums = snapshot->sums;
    *snapshot = *counters;
    snapshot->pairs = pairs;
    snapshot->sums = sums;
    if (counters->n_pairs) {
        memcpy(pairs, counters->pairs, counters->n_pairs * sizeof *pairs);
        memcpy(sums, counters->sums, counters->n_pairs * sizeof *sums);
    }
    snapshot->time_ns = replay->now_ns;
    snapshot->undecodable = replay->tally->undecodable;
    snapshot->kernel_drops = replay->ended ? source_drops(replay->source) : 0;
    return true;
}

static bool replay_set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                                 GError **error)
{
    struct replay *replay = replay_of(live);
    replay->thresholds.byte_threshold = byte_threshold;
    replay->thresholds.time_bound_ns = time_bound_ns;
    if (replay->tracks->len)
        memset(replay->tracks->data, 0, replay->tracks->len * sizeof(struct track));
    return true;
}

static struct vttif_hosts *hold_hosts(const struct vttif_hosts *hosts)
{
    return hosts ? vttif_hosts_ref(hosts) : NULL;
}

static bool replay_set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error)
{
    struct replay *replay = replay_of(live);
    g_clear_pointer(&replay->hosts, vttif_hosts_free);
    replay->hosts = hold_hosts(hosts);
    return true;
}

/* A reader cannot be stopped, but its file can be made to end. */
static void end_file(struct replay *replay)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0 && replay->source->fd >= 0)
        dup3(nothing, replay->source->fd, O_CLOEXEC);
    if (nothing >= 0)
        close(nothing);
}

static void replay_close(struct live *live)
{
    struct replay *replay = replay_of(live);
    replay->closing = true;
    if (replay->thread) {
        if (!replay->ended) {
            end_file(replay);
            let_read(replay);
        }
        g_thread_join(replay->thread);
    }
    g_clear_pointer(&replay->source, source_close);
    g_clear_pointer(&replay->match, match_free);
    g_clear_pointer(&replay->tally, vttif_tally_free);
    g_clear_pointer(&replay->hosts, vttif_hosts_free);
    g_clear_error(&replay->problem);
    g_hash_table_unref(replay->index);
    g_array_unref(replay->tracks);
    live_snapshot_clear(&replay->counters);
    if (replay->event_fd >= 0)
        close(replay->event_fd);
    g_mutex_clear(&replay->lock);
    g_cond_clear(&replay->turn);
    g_free(replay);
}

static const struct live_ops replay_ops = {
    .name = "replay",
    .fd = replay_fd,
    .dispatch = replay_dispatch,
    .now_ns = replay_now_ns,
    .read = replay_read,
    .set_threshold = replay_set_threshold,
    .set_hosts = replay_set_hosts,
    .close = replay_close,
    .play = replay_play,
    .next_ns = replay_next_ns,
};

/* --- opening ---------------------------------------------------------------------------------- */

static struct replay *replay_new(const struct live_config *config, double speed)
{
    struct replay *replay = g_new0(struct replay, 1);
    replay->live.ops = &replay_ops;
    replay->speed = speed;
    replay->hosts = hold_hosts(config->hosts);
    replay->count = config->count;
    replay->max_pairs = config->max_pairs ? config->max_pairs : LIVE_PAIRS_DEFAULT;
    replay->thresholds.byte_threshold = config->byte_threshold;
    replay->thresholds.time_bound_ns = config->time_bound_ns;
    replay->gap_ns = config->crossing_gap_ns ? config->crossing_gap_ns : LIVE_CROSSING_GAP_NS;
    replay->events = config->events;
    replay->vxlan = config->vxlan;
    replay->seed = random_64();
    replay->index = g_hash_table_new_full(pair_seeded_hash, pair_seeded_equal, g_free, NULL);
    replay->tracks = g_array_new(FALSE, TRUE, sizeof(struct track));
    replay->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    replay->counters.epoch = 1;
    g_mutex_init(&replay->lock);
    g_cond_init(&replay->turn);
    return replay;
}

static bool open_capture(struct replay *replay, const char *path, const struct live_config *config,
                         GError **error)
{
    replay->source = source_open(path, error);
    if (!replay->source)
        return false;
    if (config->filter) {
        replay->match = match_new(config->filter, source_datalink(replay->source), error);
        if (!replay->match)
            return false;
    }
    replay->tally =
        vttif_tally_new(&(struct vttif_tally_options){.count = config->count,
                                                      .key = config->key,
                                                      .keep = config->keep,
                                                      .launcher = config->launcher,
                                                      .seed = random_64(),
                                                      .match = replay->match ? match_record : NULL,
                                                      .match_context = replay});
    tally_set_watch(replay->tally, count_frame, replay);
    return true;
}

struct live *live_replay_open(const char *path, const struct live_config *config, double speed,
                              GError **error)
{
    if (!live_check_time_bound(config->time_bound_ns, error))
        return NULL;
    struct replay *replay = replay_new(config, speed);
    if (!open_capture(replay, path, config, error)) {
        replay_close(&replay->live);
        return NULL;
    }
    replay->reading = true;
    replay->until_ns = replay->now_ns = INT64_MIN;
    replay->thread = g_thread_new("replay", read_all, replay);
    g_mutex_lock(&replay->lock);
    while (replay->reading)
        g_cond_wait(&replay->turn, &replay->lock);
    g_mutex_unlock(&replay->lock);
    let_read(replay); /* to the first frame */
    replay->first_ns = replay->now_ns = replay->ended ? 0 : replay->next_ns;
    replay->began_us = g_get_monotonic_time();
    return &replay->live;
}
