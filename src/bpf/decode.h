// SPDX-License-Identifier: Apache-2.0
/*
 * The long way: Ethernet with VLAN tags, IPv4 with options, IPv6 with extension headers, fragments,
 * VXLAN. The head of the frame is first copied to the CPU's scratch, where it can be read at
 * places that are only known at run time; what is behind the first HEAD bytes is taken to be not
 * captured.
 *
 * Each stage is a global function, which the verifier checks by itself, whatever calls it: all
 * ways through all stages would be millions of instructions. So nothing goes from one to the next
 * but through memory, of which the verifier believes nothing.
 */
#ifndef BPF_DECODE_H
#define BPF_DECODE_H

#include "packet.h"

#define HEAD             256u /* a power of two: see decode_packet */
#define SUPER_PACKET_MAX (1u << 20)

enum { ETHERNET_BYTES = 14, TAGS_MAX = 4, EXTENSIONS_MAX = 8, VXLAN_BYTES = 8, VXLAN_PORT = 4789 };
enum { IPV4_BYTES = 20, IPV6_BYTES = 40, UDP_BYTES = 8, TCP_BYTES = 20 };
enum { MALFORMED, OTHER, IP };

/* The bytes at a place; up to 64 of them may be read. The mask is what the verifier believes, and
 * the compiler must not know that it changes nothing. */
static __always_inline const __u8 *span(const struct cpu *cpu, __u32 at)
{
    __u64 inside = at;
    asm volatile("%0 &= 511" : "+r"(inside));
    return cpu->frame + inside;
}

static __always_inline __u32 less(__u32 a, __u32 b)
{
    return a < b ? a : b;
}

/* --- transport ---------------------------------------------------------------------------- */

/* Job control: from a daemon or to one, or the first of a message whose tag is none of a program.
 */
static __always_inline bool is_pvmd(const struct cpu *cpu, __u32 at, __u32 end)
{
    const __u8 *payload = span(cpu, at);
    if (at + PVMD_BYTES > end || !pvmd_may_be(payload))
        return false;
    if ((payload[0] | payload[4]) & 0x80)
        return true;
    __u32 kind = at + PVMD_TAG_END > end ? 0 : be16(payload + 20);
    return (payload[12] & 1) && kind >= 0x8001 && kind <= 0x8003;
}

static __always_inline __u32 transport_header(const struct cpu *cpu, struct decoded *d)
{
    __u32 at = d->at;
    if (d->protocol != TCP && d->protocol != UDP && d->protocol != SCTP)
        return 0;
    if (at + 4 <= d->end) {
        d->from_port = be16(span(cpu, at));
        d->to_port = be16(span(cpu, at + 2));
        d->has_ports = 1;
    }
    if (d->protocol == SCTP)
        return 0;
    if (d->protocol == UDP) {
        d->pvmd = is_pvmd(cpu, at + UDP_BYTES, d->end);
        return UDP_BYTES;
    }
    if (at + 14 > d->end)
        return TCP_BYTES;
    __u32 bytes = (*span(cpu, at + 12) >> 4) * 4;
    return bytes < TCP_BYTES ? TCP_BYTES : bytes;
}

/* payload: bytes after the IP headers. */
__noinline int decode_transport(struct cpu *cpu, __u32 payload)
{
    if (!cpu)
        return MALFORMED;
    struct decoded *d = &cpu->frame_is;
    __u32 header = d->fragment == FRAGMENT_LATER ? 0 : transport_header(cpu, d);
    d->payload_bytes = payload - less(payload, header);
    d->split_bytes = d->payload_bytes;
    d->headers = d->ip_bytes - d->payload_bytes;
    d->at += header;
    return IP;
}

/* --- IP ----------------------------------------------------------------------------------- */

/* wire: bytes from here to the end of the frame. */
__noinline int decode_ipv4(struct cpu *cpu, __u32 wire)
{
    if (!cpu)
        return MALFORMED;
    struct decoded *d = &cpu->frame_is;
    __u32 at = d->at;
    if (at + IPV4_BYTES > d->end || *span(cpu, at) >> 4 != 4)
        return MALFORMED;
    __u32 header = (*span(cpu, at) & 0xf) * 4, total = be16(span(cpu, at + 2));
    if (total == 0 && wire <= SUPER_PACKET_MAX) /* too long for the field */
        total = wire;
    if (header < IPV4_BYTES || total < header)
        return MALFORMED;
    __u16 fragment = be16(span(cpu, at + 6));
    if (fragment & 0x3fff) {
        d->fragment = fragment & 0x1fff ? FRAGMENT_LATER : FRAGMENT_FIRST;
        d->fragment_id = be16(span(cpu, at + 4));
    }
    d->kind = ADDRESS_IPV4;
    d->protocol = *span(cpu, at + 9);
    d->from_low = be32(span(cpu, at + 12));
    d->to_low = be32(span(cpu, at + 16));
    d->ip_bytes = total;
    d->end = less(d->end, at + total);
    d->at = at + header;
    return decode_transport(cpu, total - header);
}

static __always_inline __u32 extension_bytes(const __u8 *header, __u8 type)
{
    switch (type) {
    case 0: /* hop by hop */
    case 43: /* routing */
    case 60: /* destination */
    case 135: /* mobility */
        return ((__u32)header[1] + 1) * 8;
    case 51: /* authentication, RFC 4302 */
        return ((__u32)header[1] + 2) * 4;
    case 44: /* fragment */
        return 8;
    default:
        return 0;
    }
}

static __always_inline void decode_ipv6_fragment(const __u8 *header, struct decoded *d)
{
    __u16 field = be16(header + 2);
    if ((field & ~6) == 0)
        return; /* an atomic fragment, RFC 6946 */
    d->fragment = field >> 3 ? FRAGMENT_LATER : FRAGMENT_FIRST;
    d->fragment_id = be32(header + 4);
}

/* Goes over one extension header; returns its length, 0 if there is none. */
__noinline int decode_extension(struct cpu *cpu)
{
    if (!cpu)
        return 0;
    struct decoded *d = &cpu->frame_is;
    if (d->fragment == FRAGMENT_LATER || d->at + 8 > d->end)
        return 0;
    const __u8 *header = span(cpu, d->at);
    __u32 bytes = extension_bytes(header, d->protocol);
    if (bytes == 0)
        return 0;
    if (d->protocol == 44)
        decode_ipv6_fragment(header, d);
    d->protocol = header[0];
    d->at += bytes;
    return bytes;
}

__noinline int decode_ipv6(struct cpu *cpu, __u32 wire)
{
    if (!cpu)
        return MALFORMED;
    struct decoded *d = &cpu->frame_is;
    __u32 at = d->at, extensions = 0;
    if (at + IPV6_BYTES > d->end || *span(cpu, at) >> 4 != 6)
        return MALFORMED;
    __u32 payload = be16(span(cpu, at + 4));
    d->protocol = *span(cpu, at + 6);
    if (payload == 0 && d->protocol != 59 && wire >= IPV6_BYTES && wire <= SUPER_PACKET_MAX)
        payload = wire - IPV6_BYTES;
    d->kind = ADDRESS_IPV6;
    d->from_high = be64(span(cpu, at + 8));
    d->from_low = be64(span(cpu, at + 16));
    d->to_high = be64(span(cpu, at + 24));
    d->to_low = be64(span(cpu, at + 32));
    d->ip_bytes = IPV6_BYTES + payload;
    d->end = less(d->end, at + d->ip_bytes);
    d->at = at + IPV6_BYTES;
    for (int i = 0; i < EXTENSIONS_MAX; i++) {
        int bytes = decode_extension(cpu);
        if (bytes <= 0)
            break;
        extensions += (__u32)bytes;
    }
    return decode_transport(cpu, payload - less(payload, extensions));
}

/* --- the frame ---------------------------------------------------------------------------- */

static __always_inline bool is_vlan(__u16 ethertype)
{
    return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100;
}

/* Decodes the Ethernet frame at `at` of the scratch, which ends at `end`; wire is the frame's
 * length, and tag how much of it are tags that the card has taken off. */
__noinline int decode(struct cpu *cpu, __u32 at, __u32 end, __u32 wire, __u32 tag)
{
    if (!cpu)
        return MALFORMED;
    struct decoded *d = &cpu->frame_is;
    __builtin_memset(d, 0, sizeof *d);
    __u32 start = at;
    d->frame_bytes = wire;
    at += ETHERNET_BYTES;
    if (at > end)
        return MALFORMED;
    d->to_mac = be48(span(cpu, start));
    d->from_mac = be48(span(cpu, start + 6));
    __u16 ethertype = be16(span(cpu, start + 12));
    for (int tags = 0; tags < TAGS_MAX && is_vlan(ethertype); tags++) {
        if (at + TAG_BYTES > end)
            return MALFORMED;
        ethertype = be16(span(cpu, at + 2));
        at += TAG_BYTES;
    }
    __u32 link = at - start + tag;
    if (is_vlan(ethertype) || wire < link)
        return MALFORMED;
    d->ethertype = ethertype;
    d->at = at;
    d->end = end;
    return ethertype == 0x0800   ? decode_ipv4(cpu, wire - link)
           : ethertype == 0x86dd ? decode_ipv6(cpu, wire - link)
                                 : OTHER;
}

static __always_inline bool is_vxlan(const struct decoded *d)
{
    return d->protocol == UDP && d->to_port == VXLAN_PORT && d->has_ports &&
           d->fragment == FRAGMENT_NONE && d->payload_bytes >= VXLAN_BYTES;
}

/* Counts the inner frame in place of the one around it; or, if the outer one is wanted, learns from
 * the inner one what each segment of a super-packet repeats. */
__noinline int enter_tunnel(struct cpu *cpu, __u32 have)
{
    if (!cpu)
        return MALFORMED;
    struct decoded *d = &cpu->frame_is;
    if (!(*span(cpu, d->at) & 0x08)) /* without an identifier it is none (RFC 7348) */
        return IP;
    cpu->outer_is = *d;
    int kind = decode(cpu, d->at + VXLAN_BYTES, have, d->payload_bytes - VXLAN_BYTES, 0);
    if (vxlan)
        return kind;
    if (kind == IP) {
        cpu->outer_is.split_bytes = d->payload_bytes;
        cpu->outer_is.repeated = VXLAN_BYTES + d->frame_bytes - d->payload_bytes;
    }
    *d = cpu->outer_is;
    return IP;
}

/* Copies the head of the frame to the scratch and decodes it. */
static __always_inline int decode_packet(struct __sk_buff *skb, struct cpu *cpu)
{
    __u32 have = less(skb->len, HEAD), tag = skb->vlan_present ? TAG_BYTES : 0;
    /* 1 to HEAD, in a way that verifiers follow which learn nothing from a test for 0 (6.1). */
    __u64 size = have - 1;
    asm volatile("%0 &= 255" : "+r"(size));
    if (have == 0 || bpf_skb_load_bytes(skb, 0, cpu->frame, (__u32)size + 1) < 0)
        return MALFORMED;
    int kind = decode(cpu, 0, have, skb->len + tag, tag);
    if (kind == IP && is_vxlan(&cpu->frame_is) && (vxlan || skb->gso_size))
        kind = enter_tunnel(cpu, have);
    return kind;
}

/* Makes a super-packet into the segments that it is on the wire. */
static __always_inline void split(const struct decoded *d, __u32 gso_size, struct kern_sum *sum)
{
    bool can_be = d->has_ports && d->fragment == FRAGMENT_NONE && d->protocol != SCTP;
    __u64 more = can_be ? segments(d->split_bytes, gso_size) - 1 : 0;
    *sum = (struct kern_sum){
        .frame_bytes = d->frame_bytes,
        .ip_bytes = d->ip_bytes,
        .payload_bytes = d->payload_bytes,
        .packets = 1,
    };
    add_segments(sum, more, d->headers, d->repeated);
}

#endif
