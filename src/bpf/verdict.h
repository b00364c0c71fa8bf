// SPDX-License-Identifier: Apache-2.0
/* Why a packet is not the program's: what src/filter says of captured frames. */
#ifndef BPF_VERDICT_H
#define BPF_VERDICT_H

#include "packet.h"

/* The compiler knows that this is within the table; the verifiers of kernels such as 6.1 do not
 * know that an OR of 32 bits has bounds, and want to see a mask that the compiler would leave out.
 */
static __always_inline __u32 service_at(__u64 at)
{
    asm volatile("" : "+r"(at));
    return service_reason[at & (sizeof service_reason - 1)];
}

static __always_inline __u32 service_of(__u8 protocol, __u16 from_port, __u16 to_port)
{
    if (protocol != TCP && protocol != UDP)
        return KERN_KEEP;
    __u64 table = protocol == UDP ? 65536 : 0;
    __u32 reason = service_at(table + to_port);
    return reason ? reason : service_at(table + from_port);
}

static __always_inline bool is_multicast(const struct decoded *d)
{
    if (d->kind == ADDRESS_IPV4)
        return d->to_low >> 28 == 14 || d->to_low == 0xffffffff;
    return d->to_high >> 56 == 0xff;
}

static __always_inline bool is_loopback(__u8 kind, __u64 high, __u64 low)
{
    return kind == ADDRESS_IPV4 ? low >> 24 == 127 : high == 0 && low == 1;
}

static __always_inline __u32 classify_ip(const struct decoded *d)
{
    if (d->protocol == 1 || d->protocol == 58 || d->protocol == 2)
        return KERN_ICMP;
    __u32 reason = d->has_ports ? service_of(d->protocol, d->from_port, d->to_port) : KERN_KEEP;
    if (reason != KERN_KEEP)
        return reason;
    if (d->pvmd)
        return KERN_LAUNCHER;
    if (d->to_mac >> 40 & 1 || is_multicast(d))
        return KERN_GROUP;
    if (is_loopback(d->kind, d->from_high, d->from_low) ||
        is_loopback(d->kind, d->to_high, d->to_low))
        return KERN_LOOPBACK;
    return KERN_KEEP;
}

static __always_inline __u32 classify(const struct decoded *d)
{
    __u32 reason = d->kind                                            ? classify_ip(d)
                   : d->ethertype == 0x0806 || d->ethertype == 0x8035 ? KERN_ARP
                                                                      : KERN_NON_IP;
    return keep >> (reason & 31) & 1 ? KERN_KEEP : reason;
}

/* A later fragment takes ports and reason of its first one, if that is remembered. */
static __always_inline __u32 join_fragment(struct decoded *d, __u32 reason)
{
    struct kern_datagram datagram = {
        .from_high = d->from_high,
        .from_low = d->from_low,
        .to_high = d->to_high,
        .to_low = d->to_low,
        .id = d->fragment_id,
        .protocol = d->kind == ADDRESS_IPV6 ? 0 : d->protocol,
    };
    if (d->fragment == FRAGMENT_FIRST) {
        struct kern_flow flow = {d->from_port, d->to_port, reason};
        bpf_map_update_elem(&fragments, &datagram, &flow, BPF_ANY);
        return reason;
    }
    const struct kern_flow *flow = bpf_map_lookup_elem(&fragments, &datagram);
    if (!flow)
        return reason;
    d->from_port = flow->from_port;
    d->to_port = flow->to_port;
    return flow->reason;
}

#endif
