// SPDX-License-Identifier: Apache-2.0
/* IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200), ports and lengths of TCP, UDP, SCTP.
 */
#include "frame/decode.h"
#include "frame/pvmd.h"

/* The longest super-packet that is believed; Linux makes none above 512 KiB (BIG TCP). */
#define SUPER_PACKET_MAX (1u << 20)

/* Offsets of the fields that we read. */
enum {
    IPV4_BYTES = 20,
    IPV4_LENGTH = 2,
    IPV4_ID = 4,
    IPV4_FRAGMENT = 6,
    IPV4_PROTOCOL = 9,
    IPV4_SRC = 12,
    IPV4_DST = 16,
    IPV4_MORE_FRAGMENTS = 0x2000,
    IPV4_FRAGMENT_OFFSET = 0x1fff,
};
enum {
    IPV6_BYTES = 40,
    IPV6_LENGTH = 4,
    IPV6_NEXT = 6,
    IPV6_SRC = 8,
    IPV6_DST = 24,
    IPV6_FRAGMENT_BYTES = 8,
    IPV6_FRAGMENT_OFFSET = 2, /* 13 bits, 2 reserved, 1 "more" */
    IPV6_FRAGMENT_ID = 4,
    EXTENSIONS_MAX = 8,
};
enum {
    PORTS_BYTES = 4,
    UDP_BYTES = 8,
    TCP_BYTES = 20,
    TCP_OFFSET = 12,
    TCP_FLAGS = 13,
    TCP_SYN = 0x02,
    TCP_OPTION_END = 0,
    TCP_OPTION_NOP = 1,
    TCP_OPTION_MSS = 2,
    TCP_OPTION_MSS_BYTES = 4,
};

/* --- transport ---------------------------------------------------------------------------- */

/* The maximum segment size that the options of a SYN announce, or 0. */
static uint16_t tcp_mss(struct cursor options)
{
    for (;;) {
        const uint8_t *kind = cursor_take(&options, 1);
        if (!kind || *kind == TCP_OPTION_END)
            return 0;
        if (*kind == TCP_OPTION_NOP)
            continue;
        const uint8_t *length = cursor_take(&options, 1);
        if (!length || *length < 2)
            return 0;
        const uint8_t *value = cursor_take(&options, (size_t)*length - 2);
        if (!value)
            return 0;
        if (*kind == TCP_OPTION_MSS && *length == TCP_OPTION_MSS_BYTES)
            return be16(value);
    }
}

/* The length of the TCP header; what is not captured is taken to be without options. */
static uint32_t tcp_header(const struct cursor *cursor, struct vttif_frame *frame)
{
    const uint8_t *header = cursor_peek(cursor, TCP_FLAGS + 1);
    if (!header)
        return TCP_BYTES;
    uint32_t bytes = (uint32_t)(header[TCP_OFFSET] >> 4) * 4;
    if (G_UNLIKELY(header[TCP_FLAGS] & TCP_SYN)) {
        const uint8_t *end = header + MIN((size_t)bytes, cursor_left(cursor));
        if (end > header + TCP_BYTES)
            frame->tcp_mss = tcp_mss((struct cursor){header + TCP_BYTES, end});
    }
    return MAX(bytes, TCP_BYTES);
}

static void set_ports(const struct cursor *cursor, struct vttif_frame *frame)
{
    const uint8_t *ports = cursor_peek(cursor, PORTS_BYTES);
    if (!ports)
        return;
    frame->src.port = be16(ports);
    frame->dst.port = be16(ports + 2);
    frame->has_ports = true;
}

static bool is_pvmd(const struct cursor *cursor)
{
    size_t left = cursor_left(cursor);
    return left > UDP_BYTES && pvmd_is_own(cursor->at + UDP_BYTES, left - UDP_BYTES);
}

/* payload: bytes after the IP headers. */
static void decode_transport(const struct cursor *cursor, uint32_t payload,
                             struct vttif_frame *frame)
{
    uint32_t header = 0;
    if (frame->fragment != VTTIF_FRAGMENT_LATER) {
        if (frame->protocol == IP_PROTOCOL_TCP) {
            set_ports(cursor, frame);
            header = tcp_header(cursor, frame);
        } else if (frame->protocol == IP_PROTOCOL_UDP) {
            set_ports(cursor, frame);
            frame->pvmd = is_pvmd(cursor);
            header = UDP_BYTES;
        } else if (frame->protocol == IP_PROTOCOL_SCTP) {
            set_ports(cursor, frame);
        }
    }
    frame->payload_bytes = payload - MIN(payload, header);
    frame->segment_headers = frame->ip_bytes - frame->payload_bytes;
}

/* What is behind the packet's end (padding, a trailer) is none of its headers. */
static void end_packet(struct cursor *cursor, const uint8_t *packet, uint32_t ip_bytes)
{
    if ((size_t)(cursor->end - packet) > ip_bytes)
        cursor->end = packet + ip_bytes;
}

/* --- IPv4 --------------------------------------------------------------------------------- */

static bool decode_ipv4(struct cursor *cursor, size_t wire, struct vttif_frame *frame)
{
    const uint8_t *header = cursor_take(cursor, IPV4_BYTES);
    if (!header || header[0] >> 4 != 4)
        return false;
    uint32_t header_bytes = (uint32_t)(header[0] & 0xf) * 4;
    uint32_t total = be16(header + IPV4_LENGTH);
    if (total == 0 && wire <= SUPER_PACKET_MAX) /* too long for the field */
        total = (uint32_t)wire;
    if (header_bytes < IPV4_BYTES || total < header_bytes)
        return false;
    end_packet(cursor, header, total);
    /* Options that were not captured hide what follows them, not who sends to whom. */
    bool whole = cursor_take(cursor, header_bytes - IPV4_BYTES) != NULL;

    frame->src = (struct vttif_address){.low = be32(header + IPV4_SRC), .kind = VTTIF_ADDRESS_IPV4};
    frame->dst = (struct vttif_address){.low = be32(header + IPV4_DST), .kind = VTTIF_ADDRESS_IPV4};
    frame->protocol = header[IPV4_PROTOCOL];
    frame->ip_bytes = total;
    uint16_t fragment = be16(header + IPV4_FRAGMENT);
    if (G_UNLIKELY(fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))) {
        frame->fragment =
            fragment & IPV4_FRAGMENT_OFFSET ? VTTIF_FRAGMENT_LATER : VTTIF_FRAGMENT_FIRST;
        frame->fragment_id = be16(header + IPV4_ID);
    }
    struct cursor none = {cursor->end, cursor->end};
    decode_transport(whole ? cursor : &none, total - header_bytes, frame);
    return true;
}

/* --- IPv6 --------------------------------------------------------------------------------- */

/* The length of the extension header of that type which begins at header, or 0 for none. */
static size_t extension_bytes(uint8_t type, const uint8_t *header)
{
    switch (type) {
    case IP_PROTOCOL_HOP_BY_HOP:
    case IP_PROTOCOL_ROUTING:
    case IP_PROTOCOL_DESTINATION:
    case IP_PROTOCOL_MOBILITY:
        return ((size_t)header[1] + 1) * 8;
    case IP_PROTOCOL_AUTHENTICATION: /* RFC 4302: in words of 4, less 2 */
        return ((size_t)header[1] + 2) * 4;
    case IP_PROTOCOL_FRAGMENT:
        return IPV6_FRAGMENT_BYTES;
    default:
        return 0;
    }
}

static void decode_ipv6_fragment(const uint8_t *header, struct vttif_frame *frame)
{
    uint16_t field = be16(header + IPV6_FRAGMENT_OFFSET);
    if ((field & ~6) == 0)
        return; /* an atomic fragment (RFC 6946): a whole datagram */
    frame->fragment = field >> 3 ? VTTIF_FRAGMENT_LATER : VTTIF_FRAGMENT_FIRST;
    frame->fragment_id = be32(header + IPV6_FRAGMENT_ID);
}

/* Takes extension headers until the transport header, or until what is captured ends. Returns how
 * many bytes they are. */
static uint32_t decode_extensions(struct cursor *cursor, struct vttif_frame *frame)
{
    uint32_t all = 0;
    for (int i = 0; i < EXTENSIONS_MAX && frame->fragment != VTTIF_FRAGMENT_LATER; i++) {
        const uint8_t *header = cursor_peek(cursor, 8);
        size_t bytes = header ? extension_bytes(frame->protocol, header) : 0;
        if (bytes == 0)
            break;
        if (frame->protocol == IP_PROTOCOL_FRAGMENT)
            decode_ipv6_fragment(header, frame);
        frame->protocol = header[0];
        all += (uint32_t)bytes;
        if (!cursor_take(cursor, bytes)) { /* cut off within it: what follows is hidden */
            cursor->at = cursor->end;
            break;
        }
    }
    return all;
}

static bool decode_ipv6(struct cursor *cursor, size_t wire, struct vttif_frame *frame)
{
    const uint8_t *header = cursor_take(cursor, IPV6_BYTES);
    if (!header || header[0] >> 4 != 6)
        return false;
    uint32_t payload = be16(header + IPV6_LENGTH);
    /* a jumbogram or super-packet; an empty packet says that nothing follows */
    if (payload == 0 && header[IPV6_NEXT] != IP_PROTOCOL_NONE && wire >= IPV6_BYTES &&
        wire <= SUPER_PACKET_MAX)
        payload = (uint32_t)(wire - IPV6_BYTES);
    frame->src = (struct vttif_address){.high = be64(header + IPV6_SRC),
                                        .low = be64(header + IPV6_SRC + 8),
                                        .kind = VTTIF_ADDRESS_IPV6};
    frame->dst = (struct vttif_address){.high = be64(header + IPV6_DST),
                                        .low = be64(header + IPV6_DST + 8),
                                        .kind = VTTIF_ADDRESS_IPV6};
    frame->protocol = header[IPV6_NEXT];
    frame->ip_bytes = IPV6_BYTES + payload;
    end_packet(cursor, header, frame->ip_bytes);
    uint32_t extensions = decode_extensions(cursor, frame);
    decode_transport(cursor, payload - MIN(payload, extensions), frame);
    return true;
}

bool decode_ip(struct cursor *cursor, size_t wire, struct vttif_frame *frame)
{
    frame->has_ports = false;
    frame->pvmd = false;
    frame->fragment = VTTIF_FRAGMENT_NONE;
    frame->tcp_mss = 0;
    return frame->ethertype == ETHERTYPE_IPV4 ? decode_ipv4(cursor, wire, frame)
                                              : decode_ipv6(cursor, wire, frame);
}
