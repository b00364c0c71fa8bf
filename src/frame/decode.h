// SPDX-License-Identifier: Apache-2.0
/*
 * The decoder's stages, in the order in which a frame walks through them:
 *
 *     frame.c: vttif_frame_decode -> link.c: decode_link -> ip.c: decode_ip
 *
 * Each takes its header off the cursor and returns false if it is not there or contradicts itself.
 */
#ifndef FRAME_DECODE_H
#define FRAME_DECODE_H

#include "base/cursor.h"
#include <vttif/frame.h>

enum ethertype {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
};

enum { ETHERNET_BYTES = 14, VLAN_TAG_BYTES = 4 };

enum ip_protocol {
    IP_PROTOCOL_HOP_BY_HOP = 0,
    IP_PROTOCOL_TCP = 6,
    IP_PROTOCOL_UDP = 17,
    IP_PROTOCOL_ROUTING = 43,
    IP_PROTOCOL_FRAGMENT = 44,
    IP_PROTOCOL_AUTHENTICATION = 51,
    IP_PROTOCOL_NONE = 59,
    IP_PROTOCOL_DESTINATION = 60,
    IP_PROTOCOL_SCTP = 132,
    IP_PROTOCOL_MOBILITY = 135,
};

/* Takes the link header: macs, to_group, ethertype. *excess gets how many bytes more than an
 * Ethernet header without tags it has (negative for a raw link). */
bool decode_link(enum vttif_link link, struct cursor *cursor, struct vttif_frame *frame,
                 int *excess);

/* Takes the IP and transport headers; link_bytes is how long the headers before them were. wire is
 * the length of the IP packet with what follows it (padding). */
bool decode_ip(struct cursor *cursor, size_t wire, struct vttif_frame *frame);

#endif
