// SPDX-License-Identifier: Apache-2.0
#include "frame/decode.h"

enum vttif_frame_kind vttif_frame_decode(enum vttif_link link, const uint8_t *bytes,
                                         size_t captured, size_t wire, struct vttif_frame *frame)
{
    struct cursor cursor = {bytes, captured ? bytes + captured : bytes}; /* NULL + 0 is undefined */
    int excess;
    frame->macs = NULL;
    frame->to_group = false;
    frame->ethertype = 0;
    frame->segments = 1;
    bool linked = decode_link(link, &cursor, frame, &excess);
    size_t link_bytes = (size_t)(cursor.at - bytes);
    frame->frame_bytes = (uint32_t)MAX((gint64)wire - excess, 0);
    if (!linked || wire < link_bytes)
        return frame->kind = VTTIF_FRAME_MALFORMED;
    if (frame->ethertype != ETHERTYPE_IPV4 && frame->ethertype != ETHERTYPE_IPV6)
        return frame->kind = VTTIF_FRAME_OTHER;
    return frame->kind = decode_ip(&cursor, wire - link_bytes, frame) ? VTTIF_FRAME_IP
                                                                      : VTTIF_FRAME_MALFORMED;
}

static struct vttif_address mac_at(const struct vttif_frame *frame, size_t offset)
{
    if (!frame->macs)
        return (struct vttif_address){.kind = VTTIF_ADDRESS_NONE};
    const uint8_t *mac = frame->macs + offset;
    return (struct vttif_address){.low = (uint64_t)be16(mac) << 32 | be32(mac + 2),
                                  .kind = VTTIF_ADDRESS_MAC};
}

struct vttif_address vttif_frame_mac_dst(const struct vttif_frame *frame)
{
    return mac_at(frame, 0);
}

struct vttif_address vttif_frame_mac_src(const struct vttif_frame *frame)
{
    return mac_at(frame, 6);
}

bool vttif_frame_split(struct vttif_frame *frame, uint32_t mtu)
{
    bool can_be = (frame->protocol == IP_PROTOCOL_TCP || frame->protocol == IP_PROTOCOL_UDP) &&
                  frame->fragment == VTTIF_FRAGMENT_NONE && frame->has_ports;
    if (frame->ip_bytes <= mtu || !can_be || mtu <= frame->segment_headers)
        return false;
    uint32_t payload = frame->ip_bytes - frame->segment_headers;
    uint32_t each = mtu - frame->segment_headers;
    uint32_t segments = (payload + each - 1) / each;
    uint32_t link_bytes = frame->frame_bytes - MIN(frame->frame_bytes, frame->ip_bytes);
    frame->segments = segments;
    frame->ip_bytes += (segments - 1) * frame->segment_headers;
    frame->frame_bytes += (segments - 1) * (frame->segment_headers + link_bytes);
    return true;
}
