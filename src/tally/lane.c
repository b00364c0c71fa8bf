// SPDX-License-Identifier: Apache-2.0
#include "tally/lane.h"

#include "base/cursor.h"
#include "filter/services.h"

/* Where the fields are when nothing unusual is between them. */
enum {
    ETHERTYPE_VERSION = 12, /* 08 00 45: IPv4, header of 20 bytes */
    IP_LENGTH = 16,
    IP_FRAGMENT = 20,
    IP_PROTOCOL = 23,
    IP_ADDRESSES = 26,
    PORT_SRC = 34,
    PORT_DST = 36,
    TCP_OFFSET = 46,
    TCP_FLAGS = 47,
    NEEDED = 48,
};
enum { IP_BYTES = 20, UDP_BYTES = 8, TCP_MIN_BYTES = 20 };
enum { TCP = 6, UDP = 17, TCP_SYN = 0x02, FRAGMENTED = 0x3fff };

void lane_init(struct lane *lane, const struct vttif_tally_options *options)
{
    lane->open = options->key == VTTIF_KEY_IP && !options->match;
    lane->count = options->count;
    lane->longest = options->mtu ? options->mtu : VTTIF_MTU_DEFAULT;
    lane->span = (struct span){G_MAXINT64, G_MININT64};
}

struct pair_key lane_key(const struct lane_slot *slot)
{
    uint64_t both = be64((const uint8_t *)&slot->addresses);
    struct vttif_address src = {.low = both >> 32, .kind = VTTIF_ADDRESS_IPV4};
    struct vttif_address dst = {.low = both & 0xffffffff, .kind = VTTIF_ADDRESS_IPV4};
    return pair_key(&src, &dst, VTTIF_REASON_KEEP, false);
}

/* Transport header, 0 if the frame is not for the lane. */
static inline uint32_t transport_bytes(const uint8_t *bytes)
{
    if (G_LIKELY(bytes[IP_PROTOCOL] == TCP))
        return bytes[TCP_FLAGS] & TCP_SYN ? 0 : (uint32_t)MAX(bytes[TCP_OFFSET] >> 4, 5) * 4;
    return bytes[IP_PROTOCOL] == UDP ? UDP_BYTES : 0;
}

/* Neither loopback nor a group. */
static inline bool is_plain(const uint8_t *address)
{
    return address[0] != 127 && address[0] < 224;
}

static inline void slot_add(struct lane *lane, uint64_t addresses, uint32_t bytes,
                            struct lane_slot *evicted)
{
    size_t at = (addresses * 0x9e3779b97f4a7c15u) >> 32 & (LANE_SLOTS - 1);
    struct lane_slot *slot = &lane->slots[at];
    evicted->addresses = 0;
    if (G_UNLIKELY(slot->addresses != addresses)) {
        *evicted = *slot;
        *slot = (struct lane_slot){.addresses = addresses};
    }
    slot->bytes += bytes;
    slot->frames++;
}

bool lane_take(struct lane *lane, const uint8_t *bytes, uint32_t captured, uint32_t wire,
               int64_t time_ns, struct lane_slot *evicted)
{
    if (captured < NEEDED || bytes[0] & 1 || be16(bytes + ETHERTYPE_VERSION) != 0x0800 ||
        bytes[ETHERTYPE_VERSION + 2] != 0x45 || be16(bytes + IP_FRAGMENT) & FRAGMENTED)
        return false;
    uint32_t total = be16(bytes + IP_LENGTH);
    uint32_t headers = IP_BYTES + transport_bytes(bytes);
    if (headers == IP_BYTES || total < headers || total > lane->longest ||
        !is_plain(bytes + IP_ADDRESSES) || !is_plain(bytes + IP_ADDRESSES + 4) ||
        service_is_near(be16(bytes + PORT_SRC)) || service_is_near(be16(bytes + PORT_DST)))
        return false;
    uint64_t addresses;
    memcpy(&addresses, bytes + IP_ADDRESSES, sizeof addresses);
    if (addresses == 0)
        return false;
    uint32_t counted = lane->count == VTTIF_COUNT_PAYLOAD ? total - headers
                       : lane->count == VTTIF_COUNT_IP    ? total
                                                          : wire;
    slot_add(lane, addresses, counted, evicted);
    span_extend(&lane->span, time_ns);
    return true;
}
