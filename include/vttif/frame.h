// SPDX-License-Identifier: Apache-2.0
/*
 * A captured frame, decoded: who sent it to whom, how long it was on the wire, and what it carries.
 *
 * The decoder reads Ethernet (with VLAN and QinQ tags), Linux cooked v1 and v2, raw IP and BSD
 * loopback links; IPv4 with options and fragments; IPv6 with extension headers and fragments; the
 * ports of TCP, UDP and SCTP. It needs the first ~100 bytes of a frame, no more. It holds no
 * state: joining fragments to their flow is fragment.h's work.
 *
 * Lengths are those of the wire, whatever the capture kept: a cooked or raw capture is counted as
 * if each frame had a plain Ethernet header of 14 bytes; padding counts in frame_bytes only; a
 * super-packet (TSO, GRO: longer than any link carries) is counted as the segments that it becomes.
 */
#ifndef VTTIF_FRAME_H
#define VTTIF_FRAME_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vttif/endpoint.h>

G_BEGIN_DECLS

enum vttif_link {
    VTTIF_LINK_ETHERNET, /* Ethernet II and 802.3, no FCS */
    VTTIF_LINK_SLL, /* Linux cooked capture v1, 16 bytes */
    VTTIF_LINK_SLL2, /* Linux cooked capture v2, 20 bytes */
    VTTIF_LINK_RAW, /* an IPv4 or IPv6 packet and nothing before it */
    VTTIF_LINK_NULL /* BSD loopback: 4 bytes of address family */
};

/* What the first bytes turned out to be. */
enum vttif_frame_kind {
    VTTIF_FRAME_MALFORMED, /* too short or contradicting itself: addresses unknown */
    VTTIF_FRAME_OTHER, /* not IP; ethertype says what */
    VTTIF_FRAME_IP /* IPv4 or IPv6: src, dst and everything below are valid */
};

enum vttif_fragment {
    VTTIF_FRAGMENT_NONE, /* a whole datagram */
    VTTIF_FRAGMENT_FIRST, /* offset 0, more to come: has the ports */
    VTTIF_FRAGMENT_LATER /* offset > 0: no ports */
};

struct vttif_frame {
    enum vttif_frame_kind kind;
    uint16_t ethertype; /* after VLAN tags; below 0x600 an 802.3 length */
    struct vttif_address mac_src, mac_dst; /* kind NONE on links without them */
    struct vttif_address src, dst; /* IP addresses, ports where has_ports */
    uint8_t protocol; /* IP protocol after extension headers; 6 TCP, 17 UDP */
    bool has_ports;
    uint8_t tcp_flags; /* 0 if not TCP or not captured */
    enum vttif_fragment fragment;
    uint32_t fragment_id; /* IP identification, valid if fragment != NONE */
    uint32_t frame_bytes; /* Ethernet frame without FCS */
    uint32_t ip_bytes; /* IP total length */
    uint32_t payload_bytes; /* after TCP or UDP header, or after the IP header */
    uint16_t segments; /* frames that it is on the wire; > 1 for a super-packet */
    bool segments_assumed; /* the segment size was not known but assumed */
};

/*
 * Decodes captured bytes[captured] of a frame that was wire bytes long (captured <= wire; the link
 * header counts in both). mtu is the largest IP packet that the link carries, for splitting
 * super-packets; 0 assumes 1500. Fills *frame whole and returns frame->kind.
 */
enum vttif_frame_kind vttif_frame_decode(enum vttif_link link, const uint8_t *bytes,
                                         size_t captured, size_t wire, uint32_t mtu,
                                         struct vttif_frame *frame);

G_END_DECLS

#endif
