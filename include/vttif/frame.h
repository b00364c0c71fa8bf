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
    const uint8_t *macs; /* 12 bytes, receiver then sender, in the caller's memory; or NULL */
    bool to_group; /* the link says multicast or broadcast */
    uint16_t ethertype; /* after VLAN tags; below 0x600 an 802.3 length */
    struct vttif_address src; /* IP addresses; their ports are set where has_ports */
    struct vttif_address dst;
    bool has_ports;
    bool pvmd; /* job control of PVM, by the headers of its daemons' datagrams */
    uint8_t protocol; /* IP protocol after extension headers; 6 TCP, 17 UDP */
    uint8_t fragment; /* enum vttif_fragment */
    uint32_t fragment_id; /* IP identification, valid if fragment is not NONE */
    uint16_t tcp_mss; /* what a TCP SYN announces, else 0 */
    uint32_t segments; /* frames that it is on the wire; 1 until vttif_frame_split */
    uint32_t segment_headers; /* IP and transport headers, repeated in every segment */
    uint32_t frame_bytes; /* Ethernet frame without FCS */
    uint32_t ip_bytes; /* IP total length */
    uint32_t payload_bytes; /* after the TCP or UDP header, else after the IP header */
};

/*
 * Decodes captured bytes of a frame that was wire bytes long (the link header counts in both).
 * Fills *frame and returns frame->kind; after MALFORMED only frame_bytes is valid, after OTHER the
 * fields down to ethertype too. frame->macs points into bytes.
 */
enum vttif_frame_kind vttif_frame_decode(enum vttif_link link, const uint8_t *bytes,
                                         size_t captured, size_t wire, struct vttif_frame *frame);

/* The MAC addresses, or addresses of kind NONE where the link has none. */
struct vttif_address vttif_frame_mac_src(const struct vttif_frame *frame);
struct vttif_address vttif_frame_mac_dst(const struct vttif_frame *frame);

/* The largest IP packet that a link carries unless something else is known. */
#define VTTIF_MTU_DEFAULT 1500

/*
 * Makes a super-packet (TSO, GRO: a whole TCP or UDP datagram longer than mtu) into the segments
 * that it is on the wire: each repeats link, IP and transport headers. Sets segments, and adds the
 * headers to frame_bytes and ip_bytes. Returns false and changes nothing if it is no super-packet.
 */
bool vttif_frame_split(struct vttif_frame *frame, uint32_t mtu);

G_END_DECLS

#endif
