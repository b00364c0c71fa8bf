// SPDX-License-Identifier: Apache-2.0
/*
 * Frames made by hand, for tests: a recipe says what is in it, frame_make lays the bytes out.
 *
 *     [link, VLAN tags][IPv4 with options | IPv6, extension headers][TCP | UDP |
 * SCTP][payload][pad]
 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <string.h>
#include <vttif/frame.h>

struct recipe {
    enum vttif_link link;
    const char *mac_src, *mac_dst; /* 02:00:00:00:00:01 and :02 unless given */
    unsigned tags; /* VLAN tags: 1 VLAN, 2 QinQ */
    uint16_t ethertype; /* not IP: the payload follows it */
    const char *src, *dst; /* 10.0.0.1 and 10.0.0.2 unless given; the first says IPv4 or IPv6 */
    uint8_t protocol; /* TCP unless given */
    uint16_t src_port, dst_port;
    unsigned ip_options; /* bytes, a multiple of 4 */
    /* Extension headers, a letter each: h hop-by-hop, d destination, r routing, m mobility,
     * a authentication (12 bytes), f fragment; a capital one is 24 bytes long. */
    const char *extensions;
    uint32_t id;
    unsigned offset; /* of this fragment in the datagram's payload, a multiple of 8 */
    bool more; /* fragments */
    unsigned tcp_options; /* bytes, a multiple of 4 */
    uint16_t mss; /* not 0: a SYN that announces it */
    unsigned payload;
    const uint8_t *head; /* what the payload begins with, or NULL: all zeros */
    unsigned head_bytes; /* of it, no more than payload */
    bool zero_length; /* as a super-packet that is too long for the field */
    unsigned padding;
};

static inline void put(GByteArray *bytes, size_t n, uint64_t value)
{
    uint8_t big_endian[8];
    for (size_t i = n; i-- > 0; value >>= 8)
        big_endian[i] = (uint8_t)value;
    g_byte_array_append(bytes, big_endian, (guint)n);
}

static inline void put_zeros(GByteArray *bytes, size_t n)
{
    guint start = bytes->len;
    if (n == 0)
        return;
    g_byte_array_set_size(bytes, start + (guint)n);
    memset(bytes->data + start, 0, n);
}

static inline void put_payload(GByteArray *bytes, const struct recipe *r)
{
    g_byte_array_append(bytes, r->head, r->head_bytes);
    put_zeros(bytes, r->payload - r->head_bytes);
}

/* What a datagram of PVM's daemons begins with, up to the message's tag. */
#define PVM_HEAD_BYTES 24
static inline void put_pvm_head(uint8_t head[PVM_HEAD_BYTES], uint32_t to, uint32_t from,
                                uint8_t flags, uint32_t tag)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    put(bytes, 4, to);
    put(bytes, 4, from);
    put(bytes, 4, 0x000e000d); /* number, acknowledged */
    put(bytes, 4, (uint64_t)flags << 24);
    put(bytes, 4, 0x10000000); /* encoding */
    put(bytes, 4, tag);
    memcpy(head, bytes->data, PVM_HEAD_BYTES);
}

/* One of a daemon's or a task's messages, or what nearly is one. */
static inline void put_random_pvm_head(uint8_t head[PVM_HEAD_BYTES])
{
    static const uint32_t ids[] = {0x80040000, 0x80080000, 0x00040003, 0x40040003, 0x80040001, 0};
    static const uint32_t tags[] = {1, 0x80010001, 0x80030001, 0x80040000};
    static const uint8_t flags[] = {0x01, 0x04, 0x07, 0x10, 0x20, 0};
    put_pvm_head(head, ids[g_test_rand_int_range(0, 6)], ids[g_test_rand_int_range(0, 6)],
                 flags[g_test_rand_int_range(0, 6)], tags[g_test_rand_int_range(0, 4)]);
}

static inline struct vttif_address address_of(const char *text)
{
    struct vttif_address address;
    if (!vttif_address_parse(text, &address))
        g_error("'%s' is no address", text);
    return address;
}

static inline void put_address(GByteArray *bytes, const char *text)
{
    struct vttif_address address = address_of(text);
    if (address.kind == VTTIF_ADDRESS_IPV6)
        put(bytes, 8, address.high);
    put(bytes,
        address.kind == VTTIF_ADDRESS_IPV6   ? 8
        : address.kind == VTTIF_ADDRESS_IPV4 ? 4
                                             : 6,
        address.low);
}

static inline void put_link(GByteArray *bytes, const struct recipe *r, uint16_t ethertype)
{
    uint16_t first = r->tags == 2 ? 0x88a8 : r->tags ? 0x8100 : ethertype;
    switch (r->link) {
    case VTTIF_LINK_ETHERNET:
        put_address(bytes, r->mac_dst ? r->mac_dst : "02:00:00:00:00:02");
        put_address(bytes, r->mac_src ? r->mac_src : "02:00:00:00:00:01");
        put(bytes, 2, first);
        break;
    case VTTIF_LINK_SLL: /* packet type, ARPHRD, length and address of 8 bytes, protocol */
        put(bytes, 2, 4);
        put(bytes, 4, 0x00010006);
        put(bytes, 8, 0x0200000000010000);
        put(bytes, 2, first);
        break;
    case VTTIF_LINK_SLL2: /* protocol, 0, interface, ARPHRD, packet type, length, address */
        put(bytes, 4, (uint64_t)first << 16);
        put(bytes, 4, 2);
        put(bytes, 4, 0x00010406);
        put(bytes, 8, 0x0200000000010000);
        break;
    case VTTIF_LINK_NULL: /* AF_INET, little-endian */
        put(bytes, 4, 0x02000000);
        break;
    case VTTIF_LINK_RAW:
        break;
    }
    for (unsigned i = r->tags; i-- > 0;) {
        put(bytes, 2, 100 + i);
        put(bytes, 2, i > 0 ? 0x8100 : ethertype);
    }
}

static inline void put_transport(GByteArray *bytes, const struct recipe *r)
{
    unsigned options = MAX(r->tcp_options, r->mss ? 4u : 0u);
    uint8_t protocol = r->protocol ? r->protocol : 6;
    if (r->offset > 0 || (protocol != 6 && protocol != 17 && protocol != 132))
        return;
    put(bytes, 2, r->src_port);
    put(bytes, 2, r->dst_port);
    if (protocol == 17) {
        put(bytes, 2, 8 + r->payload);
        put(bytes, 2, 0);
    } else if (protocol == 132) {
        put(bytes, 8, 0);
    } else {
        put(bytes, 8, 0);
        put(bytes, 1, (uint64_t)(5 + options / 4) << 4);
        put(bytes, 1, r->mss ? 0x02 : 0x10);
        put(bytes, 6, 0xffff00000000);
        if (r->mss)
            put(bytes, 4, 0x02040000u | r->mss);
        for (unsigned i = r->mss ? 4 : 0; i < options; i++)
            put(bytes, 1, 1); /* NOP */
    }
}

static inline void put_ipv4(GByteArray *bytes, const struct recipe *r)
{
    guint start = bytes->len;
    put(bytes, 1, 0x40 | (5 + r->ip_options / 4));
    put(bytes, 3, 0); /* service; length: below */
    put(bytes, 2, r->id);
    put(bytes, 2, (r->more ? 0x2000u : 0u) | r->offset / 8);
    put(bytes, 1, 64);
    put(bytes, 1, r->protocol ? r->protocol : 6);
    put(bytes, 2, 0);
    put_address(bytes, r->src ? r->src : "10.0.0.1");
    put_address(bytes, r->dst ? r->dst : "10.0.0.2");
    for (unsigned i = 0; i < r->ip_options; i++)
        put(bytes, 1, 1);
    put_transport(bytes, r);
    put_payload(bytes, r);
    uint16_t total = (uint16_t)(r->zero_length ? 0 : bytes->len - start);
    bytes->data[start + 2] = (uint8_t)(total >> 8);
    bytes->data[start + 3] = (uint8_t)total;
}

static inline uint8_t extension_type(char letter)
{
    switch (g_ascii_tolower(letter)) {
    case 'h':
        return 0;
    case 'd':
        return 60;
    case 'r':
        return 43;
    case 'm':
        return 135;
    case 'a':
        return 51;
    case 'f':
        return 44;
    default:
        g_error("no extension header is called %c", letter);
    }
}

static inline void put_extension(GByteArray *bytes, const struct recipe *r, char letter,
                                 uint8_t next)
{
    put(bytes, 1, next);
    if (letter == 'f') {
        put(bytes, 1, 0);
        put(bytes, 2, r->offset | r->more);
        put(bytes, 4, r->id);
    } else if (letter == 'a') {
        put(bytes, 1, 1);
        put_zeros(bytes, 10);
    } else {
        bool large = g_ascii_isupper(letter);
        put(bytes, 1, large ? 2 : 0);
        put_zeros(bytes, large ? 22 : 6);
    }
}

static inline void put_ipv6(GByteArray *bytes, const struct recipe *r)
{
    const char *chain = r->extensions ? r->extensions : "";
    uint8_t protocol = r->protocol ? r->protocol : 6;
    guint start = bytes->len;
    put(bytes, 4, 0x60000000);
    put(bytes, 2, 0);
    put(bytes, 1, *chain ? extension_type(*chain) : protocol);
    put(bytes, 1, 64);
    put_address(bytes, r->src);
    put_address(bytes, r->dst ? r->dst : "fd00::2");
    for (; *chain; chain++)
        put_extension(bytes, r, *chain, chain[1] ? extension_type(chain[1]) : protocol);
    put_transport(bytes, r);
    put_payload(bytes, r);
    uint16_t length = (uint16_t)(r->zero_length ? 0 : bytes->len - start - 40);
    bytes->data[start + 4] = (uint8_t)(length >> 8);
    bytes->data[start + 5] = (uint8_t)length;
}

/* The bytes of the frame; free with g_byte_array_unref. */
static inline GByteArray *frame_make(const struct recipe *r)
{
    GByteArray *bytes = g_byte_array_new();
    bool ipv6 = r->src && strchr(r->src, ':');
    put_link(bytes, r, r->ethertype ? r->ethertype : ipv6 ? 0x86dd : 0x0800);
    if (r->ethertype)
        put_zeros(bytes, r->payload);
    else if (ipv6)
        put_ipv6(bytes, r);
    else
        put_ipv4(bytes, r);
    put_zeros(bytes, r->padding);
    return bytes;
}

/* [outer Ethernet, IPv4, UDP 4789][VXLAN][inner frame] */
static inline GByteArray *frame_in_vxlan(const struct recipe *inner)
{
    g_autoptr(GByteArray) frame = frame_make(inner);
    GByteArray *outer = frame_make(&(struct recipe){.src = "192.168.0.1",
                                                    .dst = "192.168.0.2",
                                                    .protocol = 17,
                                                    .src_port = 33333,
                                                    .dst_port = 4789,
                                                    .payload = 8 + frame->len});
    outer->data[42] = 0x08;
    memcpy(outer->data + 50, frame->data, frame->len);
    return outer;
}

#endif
