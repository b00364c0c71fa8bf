// SPDX-License-Identifier: Apache-2.0
#include "source/packet_count.h"

#include "base/cursor.h"
#include "base/random.h"
#include "matrix/trigger.h"
#include "source/match.h"
#include "source/vxlan.h"
#include "tally/pairs.h"
#include <string.h>
#include <vttif/fragment.h>

/* Not shown yet. */
#define NO_NUMBER SIZE_MAX

struct entry {
    struct pair_seeded seeded;
    struct live_sum ranks[RANKS]; /* since the books were last closed */
    struct live_sum closed[2]; /* of before, by place */
    struct live_sum received; /* what was shown as RECEIVED since then */
    size_t numbers[2]; /* in a snapshot, by place; NO_NUMBER */
    struct rate_stamp stamp;
    int64_t told_ns, active_ns;
    bool marked; /* where crossings are looked for: the best rank so far */
    enum packet_rank best;
};

struct packet_count {
    struct live_config config; /* without what its pointers point to */
    struct vttif_hosts *hosts;
    struct match *match;
    struct vttif_fragments *fragments;
    struct trigger_options thresholds;
    uint64_t seed; /* of the table's hash */
    GHashTable *table; /* struct entry by its key */
    GPtrArray *entries;
    GArray *shown; /* struct live_pair */
    GArray *vacant; /* uint32_t: numbers of shown that nobody has */
    struct live_sum filtered[VTTIF_REASONS], other;
    uint64_t undecodable;
    int64_t last_crossing_ns;
};

/* --- table ------------------------------------------------------------------------------------ */

static struct entry *find_entry(struct packet_count *count, const struct pair_key *key)
{
    struct pair_seeded seeded = {*key, count->seed};
    struct entry *entry = g_hash_table_lookup(count->table, &seeded);
    if (entry || count->entries->len >= count->config.max_pairs)
        return entry;
    entry = g_new0(struct entry, 1);
    entry->seeded = seeded;
    entry->numbers[LIVE_SENT] = entry->numbers[LIVE_RECEIVED] = NO_NUMBER;
    g_hash_table_insert(count->table, &entry->seeded, entry);
    g_ptr_array_add(count->entries, entry);
    return entry;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static void take_from(struct live_sum *sum, const struct live_sum *part)
{
    sum->frame_bytes = less(sum->frame_bytes, part->frame_bytes);
    sum->ip_bytes = less(sum->ip_bytes, part->ip_bytes);
    sum->payload_bytes = less(sum->payload_bytes, part->payload_bytes);
    sum->packets = less(sum->packets, part->packets);
}

/* --- shown ------------------------------------------------------------------------------------ */

/* The best rank that has seen the pair, or RANKS. */
static int best_rank(const struct entry *entry)
{
    for (int rank = RANKS - 1; rank >= 0; rank--)
        if (entry->ranks[rank].packets)
            return rank;
    return RANKS;
}

static void show(struct entry *entry, struct live_sum places[2])
{
    int best = best_rank(entry);
    places[LIVE_SENT] = entry->closed[LIVE_SENT];
    places[LIVE_RECEIVED] = entry->closed[LIVE_RECEIVED];
    if (best == RANK_IN_HOST || best == RANK_OUT_PORT)
        entry->received = entry->ranks[best];
    if (best == RANK_OUT_HOST || best == RANK_IN_PORT) {
        struct live_sum sent = entry->ranks[best];
        take_from(&sent, &entry->received); /* was shown there before the sender's place was seen */
        live_sum_add(&places[LIVE_SENT], &sent);
    }
    live_sum_add(&places[LIVE_RECEIVED], &entry->received);
}

/* A place in a snapshot that nobody has. */
static size_t take_number(struct packet_count *count)
{
    if (count->vacant->len > 0) {
        guint last = count->vacant->len - 1;
        uint32_t number = g_array_index(count->vacant, uint32_t, last);
        g_array_set_size(count->vacant, last);
        return number;
    }
    g_array_set_size(count->shown, count->shown->len + 1);
    return count->shown->len - 1;
}

static size_t number_of(struct packet_count *count, struct entry *entry, enum live_place place)
{
    if (entry->numbers[place] != NO_NUMBER)
        return entry->numbers[place];
    entry->numbers[place] = take_number(count);
    struct live_pair *pair = &g_array_index(count->shown, struct live_pair, entry->numbers[place]);
    pair->from = pair_src(&entry->seeded.key);
    pair->to = pair_dst(&entry->seeded.key);
    pair->place = place;
    pair->life++;
    return entry->numbers[place];
}

/* --- who leaves ------------------------------------------------------------------------------- */

static void give_number(struct packet_count *count, size_t number)
{
    if (number == NO_NUMBER)
        return;
    struct live_pair *pair = &g_array_index(count->shown, struct live_pair, number);
    uint32_t vacant = (uint32_t)number;
    *pair = (struct live_pair){.life = pair->life + 1};
    g_array_append_val(count->vacant, vacant);
}

static bool has_many(const struct entry *entry)
{
    uint64_t packets = entry->closed[LIVE_SENT].packets + entry->closed[LIVE_RECEIVED].packets;
    int best = best_rank(entry);
    return packets + (best == RANKS ? 0 : entry->ranks[best].packets) >= LIVE_MANY_PACKETS;
}

static void leave(struct packet_count *count, guint at)
{
    const struct entry *entry = count->entries->pdata[at];
    give_number(count, entry->numbers[LIVE_SENT]);
    give_number(count, entry->numbers[LIVE_RECEIVED]);
    g_hash_table_remove(count->table, &entry->seeded);
    g_ptr_array_remove_index_fast(count->entries, at);
}

/* Those that are idle, by the rules of source/kern_forget.c. */
static void forget(struct packet_count *count, int64_t now_ns)
{
    size_t half = count->config.max_pairs / 2, many = 0;
    if (count->config.idle_ns == 0 || count->entries->len <= half)
        return;
    for (guint i = 0; i < count->entries->len; i++)
        many += has_many(count->entries->pdata[i]);
    for (guint i = count->entries->len; i-- > 0;) {
        const struct entry *entry = count->entries->pdata[i];
        if (now_ns - entry->active_ns >= count->config.idle_ns && (many > half || !has_many(entry)))
            leave(count, i);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static void copy_pairs(const struct packet_count *count, struct live_snapshot *snapshot)
{
    snapshot->n_pairs = count->shown->len;
    if (snapshot->n_pairs)
        memcpy(snapshot->pairs, count->shown->data, snapshot->n_pairs * sizeof *snapshot->pairs);
}

void packet_count_read(struct packet_count *count, int64_t now_ns, struct live_snapshot *snapshot)
{
    size_t most = count->shown->len + (size_t)count->entries->len * 2; /* in both places each */
    live_snapshot_reserve(snapshot, most);
    if (most)
        memset(snapshot->sums, 0, most * sizeof *snapshot->sums);
    for (guint i = 0; i < count->entries->len; i++) {
        struct entry *entry = count->entries->pdata[i];
        struct live_sum places[2];
        show(entry, places);
        for (enum live_place place = LIVE_SENT; place <= LIVE_RECEIVED; place++)
            if (places[place].packets || entry->numbers[place] != NO_NUMBER)
                snapshot->sums[number_of(count, entry, place)] = places[place];
    }
    copy_pairs(count, snapshot);
    memcpy(snapshot->filtered, count->filtered, sizeof count->filtered);
    snapshot->other = count->other;
    snapshot->undecodable = count->undecodable;
    snapshot->last_crossing_ns = count->last_crossing_ns;
    snapshot->lost_crossings = 0;
    forget(count, now_ns);
}

void packet_count_begin(struct packet_count *count)
{
    for (guint i = 0; i < count->entries->len; i++) {
        struct entry *entry = count->entries->pdata[i];
        struct live_sum places[2];
        show(entry, places);
        memcpy(entry->closed, places, sizeof places);
        memset(entry->ranks, 0, sizeof entry->ranks);
        entry->received = (struct live_sum){0};
        entry->marked = false;
    }
}

/* --- crossings -------------------------------------------------------------------------------- */

static void stamp(struct packet_count *count, struct entry *entry, enum packet_rank rank,
                  uint64_t bytes, int64_t now_ns)
{
    const struct live_events *events = &count->config.events;
    if (!entry->marked || rank > entry->best)
        entry->best = rank;
    entry->marked = true;
    int64_t previous_ns = entry->stamp.last_ns;
    if (rank < entry->best || !count->thresholds.byte_threshold ||
        !rate_stamp_add(&entry->stamp, &count->thresholds, bytes, now_ns))
        return;
    count->last_crossing_ns = now_ns;
    if (entry->told_ns && now_ns - entry->told_ns < count->config.crossing_gap_ns)
        return;
    entry->told_ns = now_ns;
    enum live_place place =
        rank == RANK_IN_PORT || rank == RANK_OUT_HOST ? LIVE_SENT : LIVE_RECEIVED;
    struct live_crossing crossing = {number_of(count, entry, place), previous_ns, now_ns};
    if (events->crossing)
        events->crossing(events->context, &crossing);
}

/* --- frames ----------------------------------------------------------------------------------- */

/* Decodes what is to be counted, the frame or the one within, as it is on the wire. */
static void decode(const struct packet_count *count, const struct packet_frame *frame,
                   struct vttif_frame *decoded)
{
    struct frame_bytes bytes = {frame->bytes, frame->captured, frame->wire};
    vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes.bytes, bytes.captured, bytes.wire, decoded);
    if (count->config.vxlan && vxlan_enter(VTTIF_LINK_ETHERNET, &bytes, decoded, &bytes))
        vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes.bytes, bytes.captured, bytes.wire, decoded);
    if (decoded->kind != VTTIF_FRAME_IP || frame->gso_size == 0 ||
        (!count->config.vxlan && vxlan_split(&bytes, frame->gso_size, decoded)))
        return;
    vttif_frame_split(decoded, frame->gso_size + decoded->segment_headers);
}

static enum vttif_reason judge(const struct packet_count *count, const struct packet_frame *frame,
                               struct vttif_frame *decoded)
{
    enum vttif_reason reason = vttif_filter_classify(decoded, &count->config.launcher);
    if (count->config.keep >> reason & 1)
        reason = VTTIF_REASON_KEEP;
    if (reason == VTTIF_REASON_KEEP && count->match &&
        !match_frame(count->match, frame->bytes, frame->captured, frame->wire))
        reason = VTTIF_REASON_EXPRESSION;
    if (decoded->kind != VTTIF_FRAME_IP || decoded->fragment == VTTIF_FRAGMENT_NONE)
        return reason;
    struct vttif_flow flow = {decoded->src.port, decoded->dst.port, (uint8_t)reason};
    if (decoded->fragment == VTTIF_FRAGMENT_FIRST) {
        vttif_fragments_learn(count->fragments, decoded, flow);
    } else if (vttif_fragments_find(count->fragments, decoded, &flow)) {
        decoded->src.port = flow.src_port;
        decoded->dst.port = flow.dst_port;
        reason = (enum vttif_reason)flow.verdict;
    }
    return reason;
}

/* An address as the hosts file has it: with its port, or without. */
static gssize find_host(const struct packet_count *count, struct vttif_address *address)
{
    gssize host = vttif_hosts_find_address(count->hosts, address);
    struct vttif_address bare = *address;
    bare.port = 0;
    if (host < 0 || address->port == 0)
        return host;
    const struct vttif_host *is = vttif_hosts_get(count->hosts, (size_t)host);
    for (size_t i = 0; i < is->n_addresses; i++)
        if (vttif_address_compare(&is->addresses[i], address) == 0)
            return host;
    *address = bare;
    return host;
}

/* The pair's key, or why it is none. */
static enum vttif_reason key_for(const struct packet_count *count, const struct vttif_frame *frame,
                                 struct pair_key *key)
{
    bool by_mac = count->config.key == VTTIF_KEY_MAC;
    struct vttif_address from = by_mac ? vttif_frame_mac_src(frame) : frame->src;
    struct vttif_address to = by_mac ? vttif_frame_mac_dst(frame) : frame->dst;
    if (count->config.key != VTTIF_KEY_PORT)
        from.port = to.port = 0;
    if (count->hosts) {
        gssize i = find_host(count, &from), j = find_host(count, &to);
        if (i < 0 || j < 0)
            return VTTIF_REASON_STRANGER;
        if (i == j)
            return VTTIF_REASON_SELF;
    }
    if (vttif_address_compare(&from, &to) == 0)
        return VTTIF_REASON_SELF;
    *key = pair_key(&from, &to, VTTIF_REASON_KEEP, count->config.key == VTTIF_KEY_PORT);
    return VTTIF_REASON_KEEP;
}

static uint64_t sender_of(const struct packet_frame *frame)
{
    return frame->captured < 12 ? 0
                                : (uint64_t)be16(frame->bytes + 6) << 32 | be32(frame->bytes + 8);
}

/* What is no pair's has no ranks: it is counted where it comes in, or where this host sends it. */
static bool is_first_place(const struct packet_frame *frame, enum packet_rank rank, uint64_t own)
{
    return rank == RANK_IN_PORT || rank == RANK_IN_HOST ||
           (rank == RANK_OUT_HOST && sender_of(frame) == own);
}

void packet_count_add(struct packet_count *count, const struct packet_frame *frame,
                      enum packet_rank rank, uint64_t own, int64_t time_ns)
{
    struct vttif_frame decoded;
    struct pair_key key;
    decode(count, frame, &decoded);
    bool first = is_first_place(frame, rank, own);
    if (decoded.kind == VTTIF_FRAME_MALFORMED) {
        count->undecodable += first;
        return;
    }
    struct live_sum sum = live_sum_of(&decoded);
    enum vttif_reason reason = judge(count, frame, &decoded);
    if (reason == VTTIF_REASON_KEEP)
        reason = key_for(count, &decoded, &key);
    if (reason != VTTIF_REASON_KEEP) {
        if (first)
            live_sum_add(&count->filtered[reason], &sum);
        return;
    }
    struct entry *entry = find_entry(count, &key);
    if (!entry) {
        if (first)
            live_sum_add(&count->other, &sum);
        return;
    }
    entry->active_ns = time_ns;
    live_sum_add(&entry->ranks[rank], &sum);
    stamp(count, entry, rank, live_bytes(&sum, count->config.count), time_ns);
}

/* --- settings --------------------------------------------------------------------------------- */

void packet_count_set_threshold(struct packet_count *count, uint64_t byte_threshold,
                                int64_t time_bound_ns)
{
    count->thresholds.byte_threshold = byte_threshold;
    count->thresholds.time_bound_ns = time_bound_ns;
    for (guint i = 0; i < count->entries->len; i++) {
        struct entry *entry = count->entries->pdata[i];
        entry->stamp = (struct rate_stamp){0};
        entry->told_ns = 0;
    }
}

void packet_count_set_hosts(struct packet_count *count, const struct vttif_hosts *hosts)
{
    g_clear_pointer(&count->hosts, vttif_hosts_free);
    count->hosts = hosts ? vttif_hosts_ref(hosts) : NULL;
}

struct packet_count *packet_count_new(const struct live_config *config, GError **error)
{
    struct match *match = config->filter ? match_new(config->filter, 1, error) : NULL;
    if (config->filter && !match)
        return NULL;
    struct packet_count *count = g_new0(struct packet_count, 1);
    count->config = *config;
    if (!config->max_pairs)
        count->config.max_pairs = LIVE_PAIRS_DEFAULT;
    if (!config->crossing_gap_ns)
        count->config.crossing_gap_ns = LIVE_CROSSING_GAP_NS;
    count->match = match;
    count->seed = random_64();
    count->fragments = vttif_fragments_new();
    count->table = g_hash_table_new(pair_seeded_hash, pair_seeded_equal);
    count->entries = g_ptr_array_new_with_free_func(g_free);
    count->shown = g_array_new(false, true, sizeof(struct live_pair));
    count->vacant = g_array_new(false, false, sizeof(uint32_t));
    packet_count_set_threshold(count, config->byte_threshold, config->time_bound_ns);
    packet_count_set_hosts(count, config->hosts);
    return count;
}

void packet_count_free(struct packet_count *count)
{
    if (!count)
        return;
    g_hash_table_unref(count->table);
    g_ptr_array_unref(count->entries);
    g_array_unref(count->shown);
    g_array_unref(count->vacant);
    vttif_fragments_free(count->fragments);
    match_free(count->match);
    g_clear_pointer(&count->hosts, vttif_hosts_free);
    g_free(count);
}
