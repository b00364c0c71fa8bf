// SPDX-License-Identifier: Apache-2.0
#include "source/vxlan.h"

enum { UDP = 17, VXLAN_PORT = 4789, VXLAN_BYTES = 8, VXLAN_VALID = 0x08 };

/* Where the IP header begins. Padding is no matter: VXLAN is longer than what is padded. */
static uint32_t link_bytes(enum vttif_link link, const struct vttif_frame *frame)
{
    switch (link) {
    case VTTIF_LINK_SLL:
        return 16;
    case VTTIF_LINK_SLL2:
        return 20;
    case VTTIF_LINK_RAW:
        return 0;
    case VTTIF_LINK_NULL:
        return 4;
    case VTTIF_LINK_ETHERNET:
        break;
    }
    return frame->frame_bytes - MIN(frame->frame_bytes, frame->ip_bytes);
}

bool vxlan_enter(enum vttif_link link, const struct frame_bytes *frame,
                 const struct vttif_frame *outer, struct frame_bytes *inner)
{
    if (outer->kind != VTTIF_FRAME_IP || outer->protocol != UDP || !outer->has_ports ||
        outer->dst.port != VXLAN_PORT || outer->fragment != VTTIF_FRAGMENT_NONE ||
        outer->payload_bytes < VXLAN_BYTES)
        return false;
    uint32_t at = link_bytes(link, outer) + outer->segment_headers;
    if (at + VXLAN_BYTES > frame->captured || !(frame->bytes[at] & VXLAN_VALID))
        return false;
    *inner =
        (struct frame_bytes){frame->bytes + at + VXLAN_BYTES, frame->captured - at - VXLAN_BYTES,
                             outer->payload_bytes - VXLAN_BYTES};
    return true;
}

bool vxlan_split(const struct frame_bytes *frame, uint32_t gso_size, struct vttif_frame *outer)
{
    struct frame_bytes within;
    struct vttif_frame inner;
    if (!vxlan_enter(VTTIF_LINK_ETHERNET, frame, outer, &within) ||
        vttif_frame_decode(VTTIF_LINK_ETHERNET, within.bytes, within.captured, within.wire,
                           &inner) != VTTIF_FRAME_IP ||
        inner.payload_bytes <= gso_size || !inner.has_ports)
        return false;
    uint32_t more = (inner.payload_bytes + gso_size - 1) / gso_size - 1;
    uint32_t repeated = VXLAN_BYTES + inner.frame_bytes - inner.payload_bytes;
    uint32_t link = outer->frame_bytes - MIN(outer->frame_bytes, outer->ip_bytes);
    outer->segments += more;
    outer->payload_bytes += more * repeated;
    outer->ip_bytes += more * (outer->segment_headers + repeated);
    outer->frame_bytes += more * (outer->segment_headers + repeated + link);
    return true;
}
