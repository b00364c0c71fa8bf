// SPDX-License-Identifier: Apache-2.0
/*
 * The fast lane, as tally/lane.h has it for captures: Ethernet, IPv4 without options, TCP or UDP,
 * whole, of no service and no group, read in place, of a pair that has its slot in this CPU's
 * cache: so a packet between these addresses has been judged the long way before. Everything else
 * goes that way.
 */
#ifndef BPF_LANE_H
#define BPF_LANE_H

#include "table.h"

enum {
    LANE_ETHERTYPE = 12,
    LANE_VERSION = 14,
    LANE_IP_LENGTH = 16,
    LANE_FRAGMENT = 20,
    LANE_PROTOCOL = 23,
    LANE_FROM = 26,
    LANE_TO = 30,
    LANE_PORTS = 34,
    LANE_TCP_OFFSET = 46,
    LANE_TCP_NEEDED = 48,
};
/* as they stand in the frame */
enum { LANE_IPV4 = 0x0008, LANE_FRAGMENTED = 0xff3f, LANE_VXLAN = 0xb512 };

/* First byte of an address that is neither loopback nor a group's. */
static __always_inline bool lane_is_odd(__u32 first)
{
    return first == 127 || first >= 224;
}

/* A packet whose pair has its slot: counted here, and nothing is called. */
static __always_inline bool lane_take(struct __sk_buff *skb, __u32 place)
{
    const __u8 *data = (const __u8 *)(long)skb->data, *end = (const __u8 *)(long)skb->data_end;
    if (data + LANE_TCP_NEEDED > end || skb->vlan_present)
        return false;
    __u8 protocol = data[LANE_PROTOCOL];
    __u32 ports = raw32(data + LANE_PORTS);
    __u64 addresses = raw64(data + LANE_FROM), more_addresses = 0;
    if (raw16(data + LANE_ETHERTYPE) != LANE_IPV4 || data[LANE_VERSION] != 0x45 ||
        raw16(data + LANE_FRAGMENT) & LANE_FRAGMENTED || (protocol != TCP && protocol != UDP) ||
        data[0] & 1)
        return false;
    if (service_near[ports & 0xff] | service_near[ports >> 16 & 0xff])
        return false;
    if (protocol == UDP && (skb->gso_size || (vxlan && ports >> 16 == LANE_VXLAN)))
        return false; /* a tunnel, perhaps */
    if (key_mode == KEY_MAC) { /* where the IP addresses have not been judged with the slot */
        if (lane_is_odd(addresses & 0xff) || lane_is_odd(addresses >> 32 & 0xff))
            return false;
        addresses = raw64(data);
        more_addresses = raw32(data + 8);
    }
    __u32 total = be16(data + LANE_IP_LENGTH), headers = 28;
    if (protocol == TCP)
        headers = 20 + (data[LANE_TCP_OFFSET] >> 4) * 4;
    if (total < headers || (protocol == TCP && headers < 40))
        return false;

    __u64 tag = tag_of(key_mode == KEY_PORT ? ports : 0,
                       key_mode == KEY_MAC ? ADDRESS_MAC : ADDRESS_IPV4, place);
    __u32 at = bpf_get_smp_processor_id();
    struct cpu *cpu = bpf_map_lookup_elem(&cpus, &at);
    if (!cpu)
        return false;
    struct kern_slot *slot = &cpu->cache.slots[slot_of(tag, addresses, more_addresses, 0, 0)];
    if (slot->tag != (tag | cpu->cache.generation << 48) || slot->addresses[0] != addresses ||
        (key_mode == KEY_MAC && slot->addresses[1] != more_addresses))
        return false;
    __u32 more = 0; /* segments beyond the first */
    if (skb->gso_size)
        more = segments(total - headers, skb->gso_size) - 1;
    struct kern_sum sum = {
        .packets = 1 + more,
        .payload_bytes = total - headers,
        .ip_bytes = total + (__u64)more * headers,
        .frame_bytes = skb->len + (__u64)more * (headers + skb->len - total),
    };
    count_slot(slot, at, &sum);
    return true;
}

#endif
