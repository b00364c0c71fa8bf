// SPDX-License-Identifier: Apache-2.0
/* Link headers: what stands before the IP header. */
#include "frame/decode.h"

/* Ethernet: receiver, sender, type; each VLAN tag is type 0x8100 (or kin), tag, type. */
enum { ETHERNET_TYPE = 12, TAGS_MAX = 4 };

/* Linux cooked captures (pcap's LINKTYPE_LINUX_SLL and _SLL2). */
enum { SLL_BYTES = 16, SLL_PACKET_TYPE = 0, SLL_PROTOCOL = 14 };
enum { SLL2_BYTES = 20, SLL2_PROTOCOL = 0, SLL2_PACKET_TYPE = 10 };
enum { SLL_TO_BROADCAST = 1, SLL_TO_MULTICAST = 2 };

/* BSD loopback: the address family in the byte order of the machine that captured. */
enum { NULL_BYTES = 4 };

static bool is_vlan(uint16_t ethertype)
{
    return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ ||
           ethertype == ETHERTYPE_QINQ_OLD;
}

/* Tags before the type that counts. */
static bool decode_tags(struct cursor *cursor, struct vttif_frame *frame)
{
    for (int tags = 0; G_UNLIKELY(is_vlan(frame->ethertype)); tags++) {
        const uint8_t *tag = cursor_take(cursor, VLAN_TAG_BYTES);
        if (!tag || tags == TAGS_MAX)
            return false;
        frame->ethertype = be16(tag + 2);
    }
    return true;
}

static bool decode_ethernet(struct cursor *cursor, struct vttif_frame *frame)
{
    const uint8_t *header = cursor_take(cursor, ETHERNET_BYTES);
    if (!header)
        return false;
    frame->macs = header;
    frame->to_group = header[0] & 1;
    frame->ethertype = be16(header + ETHERNET_TYPE);
    return decode_tags(cursor, frame);
}

static bool decode_cooked(struct cursor *cursor, struct vttif_frame *frame, bool v2)
{
    const uint8_t *header = cursor_take(cursor, v2 ? SLL2_BYTES : SLL_BYTES);
    if (!header)
        return false;
    unsigned type = v2 ? header[SLL2_PACKET_TYPE] : be16(header + SLL_PACKET_TYPE);
    frame->to_group = type == SLL_TO_BROADCAST || type == SLL_TO_MULTICAST;
    frame->ethertype = be16(header + (v2 ? SLL2_PROTOCOL : SLL_PROTOCOL));
    return decode_tags(cursor, frame);
}

/* No link header says what follows: the version in the first byte does. */
static bool decode_raw(struct cursor *cursor, struct vttif_frame *frame)
{
    const uint8_t *first = cursor_peek(cursor, 1);
    if (!first || (*first >> 4 != 4 && *first >> 4 != 6))
        return false;
    frame->ethertype = *first >> 4 == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
    return true;
}

bool decode_link(enum vttif_link link, struct cursor *cursor, struct vttif_frame *frame,
                 int *excess)
{
    const uint8_t *start = cursor->at;
    bool valid = false;
    int plain = ETHERNET_BYTES;
    switch (link) {
    case VTTIF_LINK_ETHERNET:
        valid = decode_ethernet(cursor, frame);
        plain = 0; /* tags are on the wire */
        break;
    case VTTIF_LINK_SLL:
        valid = decode_cooked(cursor, frame, false);
        break;
    case VTTIF_LINK_SLL2:
        valid = decode_cooked(cursor, frame, true);
        break;
    case VTTIF_LINK_RAW:
        valid = decode_raw(cursor, frame);
        break;
    case VTTIF_LINK_NULL:
        valid = cursor_take(cursor, NULL_BYTES) && decode_raw(cursor, frame);
        break;
    }
    *excess = plain ? (int)(cursor->at - start) - plain : 0;
    return valid;
}
