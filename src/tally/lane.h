// SPDX-License-Identifier: Apache-2.0
/*
 * The fast lane: what nearly every frame of a parallel program is (Ethernet, IPv4 without options,
 * TCP or UDP, whole, no longer than a link carries, no service's or launcher's) is counted in a few
 * nanoseconds, from fields at fixed places. A frame that is anything else is not taken and goes the
 * long way through decoder and filter. The lane decides nothing by itself: for a frame that it
 * takes, the long way gives the same bytes to the same pair (a property test holds the two
 * together).
 *
 * The counts are kept in a small direct-mapped cache by sender and receiver; a pair that needs
 * another one's place sends that one's sums to the table of pairs.
 */
#ifndef TALLY_LANE_H
#define TALLY_LANE_H

#include "base/cursor.h"
#include "filter/services.h"
#include "frame/pvmd.h"
#include "tally/pairs.h"
#include "tally/times.h"
#include <vttif/tally.h>

#define LANE_SLOTS 4096

struct lane_slot {
    uint64_t addresses; /* sender and receiver as in the frame; 0: free */
    uint64_t bytes;
    uint64_t frames;
};

struct lane {
    bool open; /* whether the tally's options allow it */
    enum vttif_count count;
    uint32_t longest; /* IP packets above are super-packets */
    uint8_t near[SERVICE_BUCKET(65536)]; /* as service_buckets, and for the launcher's ports */
    struct span span;
    struct lane_slot slots[LANE_SLOTS];
};

void lane_init(struct lane *lane, const struct vttif_tally_options *options);

/* Takes the sums of a slot that another pair needs; the caller's. */
typedef void lane_evict_func(void *context, const struct lane_slot *slot);

/* Where the fields are when nothing unusual is between them. */
enum lane_offset {
    LANE_ETHERTYPE = 12, /* and version and header length: 08 00 45 */
    LANE_IP_LENGTH = 16,
    LANE_FRAGMENT = 20,
    LANE_PROTOCOL = 23,
    LANE_SRC = 26,
    LANE_DST = 30,
    LANE_PORT_SRC = 34,
    LANE_PORT_DST = 36,
    LANE_TCP_OFFSET = 46,
    LANE_TCP_FLAGS = 47,
    LANE_NEEDED = 48,
    LANE_UDP_PAYLOAD = 42,
};
enum {
    LANE_IPV4 = 0x080045, /* no options */
    LANE_FRAGMENTED = 0x3fff,
    LANE_TCP = 6,
    LANE_UDP = 17,
    LANE_TCP_SYN = 0x02,
    LANE_IP_BYTES = 20,
    LANE_UDP_BYTES = 8,
    LANE_TCP_BYTES = 20,
};

/* First byte of an address that is neither loopback nor a group's. */
static inline bool lane_is_odd(uint8_t first)
{
    return (first == 127) | (first >= 224);
}

/* PVM's daemons have no port of their own. */
static inline bool lane_may_be_pvmd(const uint8_t *bytes, uint32_t captured, uint32_t total)
{
    return total >= LANE_IP_BYTES + LANE_UDP_BYTES + PVMD_BYTES &&
           captured >= LANE_UDP_PAYLOAD + PVMD_BYTES && pvmd_may_be(bytes + LANE_UDP_PAYLOAD);
}

static inline void lane_count(struct lane *lane, uint64_t addresses, uint32_t bytes,
                              lane_evict_func *evict, void *context)
{
    size_t at = (addresses * 0x9e3779b97f4a7c15u) >> 52;
    static_assert(LANE_SLOTS == 1 << (64 - 52), "the hash's upper bits are the slot");
    struct lane_slot *slot = &lane->slots[at];
    if (G_UNLIKELY(slot->addresses != addresses)) {
        if (slot->addresses)
            evict(context, slot);
        *slot = (struct lane_slot){.addresses = addresses};
    }
    slot->bytes += bytes;
    slot->frames++;
}

/* Counts the Ethernet frame and returns true, or leaves it. All conditions are worked out and put
 * together without a branch: frames of a mix of flows would have each mispredicted. */
static inline bool lane_take(struct lane *lane, const uint8_t *bytes, uint32_t captured,
                             uint32_t wire, int64_t time_ns, lane_evict_func *evict, void *context)
{
    if (G_UNLIKELY(captured < LANE_NEEDED))
        return false;
    uint32_t total = be16(bytes + LANE_IP_LENGTH);
    bool tcp = bytes[LANE_PROTOCOL] == LANE_TCP, udp = bytes[LANE_PROTOCOL] == LANE_UDP;
    uint32_t tcp_bytes = (uint32_t)(bytes[LANE_TCP_OFFSET] >> 4) * 4;
    uint32_t headers = LANE_IP_BYTES + (tcp ? MAX(tcp_bytes, LANE_TCP_BYTES) : LANE_UDP_BYTES);
    bool unusual = (bytes[0] & 1) | (be32(bytes + LANE_ETHERTYPE) >> 8 != LANE_IPV4) |
                   ((be16(bytes + LANE_FRAGMENT) & LANE_FRAGMENTED) != 0) | !(tcp | udp) |
                   (tcp & ((bytes[LANE_TCP_FLAGS] & LANE_TCP_SYN) != 0)) | (total < headers) |
                   (total > lane->longest) | lane_is_odd(bytes[LANE_SRC]) |
                   lane_is_odd(bytes[LANE_DST]) |
                   lane->near[SERVICE_BUCKET(be16(bytes + LANE_PORT_SRC))] |
                   lane->near[SERVICE_BUCKET(be16(bytes + LANE_PORT_DST))];
    uint64_t addresses;
    memcpy(&addresses, bytes + LANE_SRC, sizeof addresses);
    if (G_UNLIKELY(unusual | (addresses == 0)))
        return false;
    if (udp && G_UNLIKELY(lane_may_be_pvmd(bytes, captured, total)))
        return false;
    uint32_t counted = lane->count == VTTIF_COUNT_PAYLOAD ? total - headers
                       : lane->count == VTTIF_COUNT_IP    ? total
                                                          : wire;
    lane_count(lane, addresses, counted, evict, context);
    span_extend(&lane->span, time_ns);
    return true;
}

/* The key of a slot in the table of pairs. */
struct pair_key lane_key(const struct lane_slot *slot);

#endif
