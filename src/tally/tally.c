// SPDX-License-Identifier: Apache-2.0
/*
 * The way of a frame:
 *
 *     vttif_tally_add --> lane (lane.h), or
 *                     --> decode --> verdict --> count --> pairs
 *                                      |  ^
 *                                      v  |  a later fragment takes verdict and ports of its
 *                                   fragments  first one, or waits for it in pending
 */
#include "tally/tally.h"

#include <string.h>

enum { TCP = 6 };

struct vttif_tally *vttif_tally_new(const struct vttif_tally_options *options)
{
    struct vttif_tally *tally = g_new0(struct vttif_tally, 1);
    tally->options = *options;
    pairs_init(&tally->pairs, options->max_pairs ? options->max_pairs : VTTIF_PAIRS_MAX,
               options->seed);
    tally->lane = g_new0(struct lane, 1);
    tally->pending = g_new(struct pending, PENDING_MAX);
    lane_init(tally->lane, options);
    tally->fragments = vttif_fragments_new();
    tally->times = g_new(struct times, 1);
    times_init(tally->times);
    tally->seen = tally->kept = (struct span){G_MAXINT64, G_MININT64};
    return tally;
}

void tally_set_watch(struct vttif_tally *tally, tally_watch *watch, void *context)
{
    tally->watch = watch;
    tally->watch_context = context;
    tally->lane->open = false;
}

/* Many captures are held until they are merged: what only reading needs would be most of them. */
static void free_working_memory(struct vttif_tally *tally)
{
    g_clear_pointer(&tally->lane, g_free);
    g_clear_pointer(&tally->fragments, vttif_fragments_free);
    g_clear_pointer(&tally->pending, g_free);
    g_clear_pointer(&tally->times, g_free);
}

void vttif_tally_free(struct vttif_tally *tally)
{
    if (!tally)
        return;
    pairs_clear(&tally->pairs);
    free_working_memory(tally);
    g_free(tally);
}

/* --- count ---------------------------------------------------------------------------------- */

static uint32_t counted_bytes(const struct vttif_tally *tally, const struct vttif_frame *frame)
{
    switch (tally->options.count) {
    case VTTIF_COUNT_IP:
        return frame->ip_bytes;
    case VTTIF_COUNT_PAYLOAD:
        return frame->payload_bytes;
    case VTTIF_COUNT_FRAME:
    case VTTIF_COUNT_UNKNOWN:
        break;
    }
    return frame->frame_bytes;
}

/* Frames that are not IP are known by their MAC addresses, or by nothing. What is no IP has no IP
 * length and no payload: it always counts as a frame. */
static struct pair_key key_of(const struct vttif_tally *tally, const struct vttif_frame *frame,
                              enum vttif_reason reason)
{
    if (frame->kind == VTTIF_FRAME_IP &&
        (tally->options.key != VTTIF_KEY_MAC || G_UNLIKELY(!frame->macs)))
        return pair_key(&frame->src, &frame->dst, reason, tally->options.key == VTTIF_KEY_PORT);
    struct vttif_address src = vttif_frame_mac_src(frame), dst = vttif_frame_mac_dst(frame);
    return pair_key(&src, &dst, reason, false);
}

/* What is known of the segments from one address to another is kept with that pair, also where
 * frames are counted by their MAC addresses or as noise. */
static struct pair_key mtu_key(const struct vttif_tally *tally, const struct vttif_address *from,
                               const struct vttif_address *to)
{
    return pair_key(from, to, VTTIF_REASON_KEEP, tally->options.key == VTTIF_KEY_PORT);
}

/* A SYN says how large the segments may be that are sent back to its sender. */
static void learn_mtu(struct vttif_tally *tally, const struct vttif_frame *syn)
{
    uint32_t mtu = syn->tcp_mss + (syn->src.kind == VTTIF_ADDRESS_IPV6 ? 60 : 40);
    struct pair_key key = mtu_key(tally, &syn->dst, &syn->src);
    struct pair *pair = pairs_get(&tally->pairs, &key);
    if (!pair)
        return;
    pair->mtu = MAX(pair->mtu, mtu);
    if (!tally->options.mtu)
        tally->lane->longest = MIN(tally->lane->longest, mtu);
}

static uint32_t mtu_to(const struct vttif_tally *tally, const struct vttif_address *from,
                       const struct vttif_address *to)
{
    struct pair_key key = mtu_key(tally, from, to);
    const struct pair *pair = pairs_find(&tally->pairs, &key);
    return pair ? (uint32_t)pair->mtu : 0;
}

/* A sender's segments fit what the receiver announced, and what it announced itself; 0 if neither
 * is known. A link may carry more than TCP was told, so UDP datagrams of usual size are whole. */
static uint32_t mtu_between(const struct vttif_tally *tally, const struct vttif_frame *frame)
{
    uint32_t there = mtu_to(tally, &frame->src, &frame->dst);
    uint32_t back = mtu_to(tally, &frame->dst, &frame->src);
    uint32_t mtu = there && back ? MIN(there, back) : there | back;
    return frame->protocol == TCP ? mtu : mtu ? MAX(mtu, VTTIF_MTU_DEFAULT) : 0;
}

static void split(struct vttif_tally *tally, struct vttif_frame *frame)
{
    uint32_t known = tally->options.mtu ? tally->options.mtu : mtu_between(tally, frame);
    bool is_super = vttif_frame_split(frame, known ? known : VTTIF_MTU_DEFAULT);
    /* How a UDP super-packet (GSO) is cut is its sender's choice, below what the link carries. */
    if (is_super && (!known || frame->protocol != TCP))
        tally->estimated++;
}

static void count(struct vttif_tally *tally, struct vttif_frame *frame, enum vttif_reason reason)
{
    bool is_ip = frame->kind == VTTIF_FRAME_IP;
    struct pair_key key = key_of(tally, frame, reason);
    if (G_UNLIKELY(is_ip && frame->ip_bytes > tally->lane->longest))
        split(tally, frame);
    if (tally->watch)
        tally->watch(tally->watch_context, &key, frame);
    struct pair *pair = pairs_get(&tally->pairs, &key);
    if (G_UNLIKELY(!pair)) {
        tally->overflow.frames++;
        tally->overflow.bytes += is_ip ? counted_bytes(tally, frame) : frame->frame_bytes;
        return;
    }
    pair->bytes += is_ip ? counted_bytes(tally, frame) : frame->frame_bytes;
    pair->frames += frame->segments;
    if (G_UNLIKELY(is_ip && frame->tcp_mss))
        learn_mtu(tally, frame);
}

/* --- verdict -------------------------------------------------------------------------------- */

static enum vttif_reason judge(const struct vttif_tally *tally, const struct vttif_frame *frame)
{
    enum vttif_reason reason = vttif_filter_classify(frame, &tally->options.launcher);
    return tally->options.keep >> reason & 1 ? VTTIF_REASON_KEEP : reason;
}

static void take_flow(struct vttif_frame *frame, const struct vttif_flow *flow)
{
    frame->src.port = flow->src_port;
    frame->dst.port = flow->dst_port;
}

/* Counts a fragment that waited. */
static void count_pending(struct vttif_tally *tally, struct pending *pending,
                          const struct vttif_flow *flow)
{
    if (flow)
        take_flow(&pending->frame, flow);
    pending->frame.macs = pending->has_macs ? pending->macs : NULL;
    count(tally, &pending->frame, (enum vttif_reason)(flow ? flow->verdict : pending->verdict));
}

/* The first fragment has come: those that came before it follow. */
static void release_pending(struct vttif_tally *tally, const struct vttif_frame *first,
                            const struct vttif_flow *flow)
{
    size_t kept = 0;
    for (size_t i = 0; i < tally->n_pending; i++) {
        if (vttif_fragments_same(&tally->pending[i].frame, first))
            count_pending(tally, &tally->pending[i], flow);
        else
            tally->pending[kept++] = tally->pending[i];
    }
    tally->n_pending = kept;
}

/* Counts the n fragments that have waited longest for their first one by what they show alone. */
static void give_up_pending(struct vttif_tally *tally, size_t n)
{
    for (size_t i = 0; i < n; i++)
        count_pending(tally, &tally->pending[i], NULL);
    tally->n_pending -= n;
    memmove(tally->pending, tally->pending + n, tally->n_pending * sizeof *tally->pending);
}

static void add_pending(struct vttif_tally *tally, const struct vttif_frame *frame,
                        enum vttif_reason verdict)
{
    if (tally->n_pending == PENDING_MAX)
        give_up_pending(tally, PENDING_MAX / 4);
    struct pending *pending = &tally->pending[tally->n_pending++];
    *pending = (struct pending){
        .frame = *frame, .has_macs = frame->macs != NULL, .verdict = (uint8_t)verdict};
    if (frame->macs)
        memcpy(pending->macs, frame->macs, sizeof pending->macs);
}

/* Returns false if the fragment has to wait; otherwise *verdict is its flow's. */
static bool join_fragment(struct vttif_tally *tally, struct vttif_frame *frame,
                          enum vttif_reason *verdict)
{
    struct vttif_flow flow = {frame->src.port, frame->dst.port, (uint8_t)*verdict};
    if (frame->fragment == VTTIF_FRAGMENT_FIRST) {
        vttif_fragments_learn(tally->fragments, frame, flow);
        if (tally->n_pending > 0)
            release_pending(tally, frame, &flow);
        return true;
    }
    if (!vttif_fragments_find(tally->fragments, frame, &flow)) {
        add_pending(tally, frame, *verdict);
        return false;
    }
    take_flow(frame, &flow);
    *verdict = (enum vttif_reason)flow.verdict;
    return true;
}

/* --- the fast lane ---------------------------------------------------------------------------- */

static void take_from_lane(void *context, const struct lane_slot *slot)
{
    struct vttif_tally *tally = context;
    struct pair_key key = lane_key(slot);
    struct pair *pair = pairs_get(&tally->pairs, &key);
    if (G_LIKELY(pair)) {
        pair->bytes += slot->bytes;
        pair->frames += slot->frames;
    } else {
        tally->overflow.bytes += slot->bytes;
        tally->overflow.frames += slot->frames;
    }
}

static void close_lane(struct vttif_tally *tally)
{
    struct lane *lane = tally->lane;
    for (size_t i = 0; i < LANE_SLOTS; i++)
        if (lane->slots[i].addresses)
            take_from_lane(tally, &lane->slots[i]);
    if (lane->span.first_ns <= lane->span.last_ns) {
        span_extend(&tally->seen, lane->span.first_ns);
        span_extend(&tally->seen, lane->span.last_ns);
        span_extend(&tally->kept, lane->span.first_ns);
        span_extend(&tally->kept, lane->span.last_ns);
    }
}

/* --- all of it -------------------------------------------------------------------------------- */

static void add_slowly(struct vttif_tally *tally, enum vttif_link link, const uint8_t *bytes,
                       uint32_t captured, uint32_t wire, int64_t time_ns)
{
    struct vttif_frame frame;
    if (vttif_frame_decode(link, bytes, captured, wire, &frame) == VTTIF_FRAME_MALFORMED) {
        tally->undecodable++;
        return;
    }
    span_extend(&tally->seen, time_ns);
    times_see(tally->times, time_ns);
    enum vttif_reason verdict = judge(tally, &frame);
    if (verdict == VTTIF_REASON_KEEP && tally->options.match &&
        !tally->options.match(tally->options.match_context, bytes, captured, wire))
        verdict = VTTIF_REASON_EXPRESSION;
    bool waits = frame.kind == VTTIF_FRAME_IP && frame.fragment != VTTIF_FRAGMENT_NONE &&
                 !join_fragment(tally, &frame, &verdict);
    if (verdict == VTTIF_REASON_KEEP)
        span_extend(&tally->kept, time_ns);
    if (!waits)
        count(tally, &frame, verdict);
}

void vttif_tally_add(struct vttif_tally *tally, enum vttif_link link, const uint8_t *bytes,
                     uint32_t captured, uint32_t wire, int64_t time_ns)
{
    if (tally->lane->open && link == VTTIF_LINK_ETHERNET &&
        lane_take(tally->lane, bytes, captured, wire, time_ns, take_from_lane, tally))
        times_see(tally->times, time_ns);
    else
        add_slowly(tally, link, bytes, captured, wire, time_ns);
}

void vttif_tally_finish(struct vttif_tally *tally)
{
    if (!tally->lane)
        return;
    close_lane(tally);
    give_up_pending(tally, tally->n_pending);
    pairs_pack(&tally->pairs);
    tally->window = times_window(tally->times, tally->seen);
    free_working_memory(tally);
}
