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

/* Where fields are that are read together, and what is in them, as they stand in the frame. */
enum {
    LANE_TYPE = 12, /* ethertype, version and header length, service, total length, id */
    LANE_FRAGMENT = 20, /* fragment, time to live, protocol */
    LANE_ADDRESSES = 26,
    LANE_PORTS = 34,
    LANE_UDP_PAYLOAD = 42,
    LANE_TCP_OFFSET = 46,
    LANE_NEEDED = 48,
};
enum { LANE_IPV4 = 0x450008, LANE_FRAGMENTED = 0xff3f, LANE_VXLAN = 0xb512 };

/* First byte of an address that is neither loopback nor a group's. */
static __always_inline bool lane_is_odd(__u32 first)
{
    return first == 127 || first >= 224;
}

/* PVM's daemons have no port by which they are known. What is not at hand is looked at the long
 * way. */
static __always_inline bool lane_may_be_pvmd(const __u8 *data, const __u8 *end, __u32 total)
{
    return total >= 28 + PVMD_BYTES &&
           (data + LANE_UDP_PAYLOAD + PVMD_BYTES > end || pvmd_may_be(data + LANE_UDP_PAYLOAD));
}

/* IP and transport headers, or 0 if that is not for the lane. */
static __always_inline __u32 lane_headers(const __u8 *data, __u32 protocol)
{
    __u32 tcp = 20 + (data[LANE_TCP_OFFSET] >> 4) * 4;
    return protocol == UDP ? 28 : protocol == TCP && tcp >= 40 ? tcp : 0;
}

/* Ports as they stand in the frame: in network order, the sender's first. */
static __always_inline bool lane_is_service(__u32 ports)
{
    __u32 from = (ports >> 2 & 0x3f), to = (ports >> 18 & 0x3f); /* of each the upper 6 bits */
    return (service_near >> from | service_near >> to) & 1;
}

/* A packet whose pair has its slot: counted here, and nothing is called. */
static __always_inline bool lane_take(struct __sk_buff *skb, __u32 place)
{
    const __u8 *data = (const __u8 *)(long)skb->data, *end = (const __u8 *)(long)skb->data_end;
    if (data + LANE_NEEDED > end || skb->vlan_present)
        return false;
    __u64 type = raw64(data + LANE_TYPE), addresses = raw64(data + LANE_ADDRESSES);
    __u32 fragment = raw32(data + LANE_FRAGMENT), ports = raw32(data + LANE_PORTS);
    if ((type & 0xffffff) != LANE_IPV4 || fragment & LANE_FRAGMENTED || data[0] & 1 ||
        lane_is_service(ports))
        return false;
    __u32 headers = lane_headers(data, fragment >> 24);
    __u32 total = __builtin_bswap16(type >> 32 & 0xffff);
    if (headers == 0 || total < headers || total > skb->len)
        return false;
    if (fragment >> 24 == UDP && lane_may_be_pvmd(data, end, total))
        return false;
    if ((vxlan || skb->gso_size) && fragment >> 24 == UDP && ports >> 16 == LANE_VXLAN)
        return false;
    __u64 more_addresses = 0;
    if (key_mode == KEY_MAC) { /* where the IP addresses have not been judged with the slot */
        if (lane_is_odd(addresses & 0xff) || lane_is_odd(addresses >> 32 & 0xff))
            return false;
        addresses = raw64(data);
        more_addresses = raw32(data + 8);
    }
    __u64 tag = tag_of(key_mode == KEY_PORT ? ports : 0,
                       key_mode == KEY_MAC ? ADDRESS_MAC : ADDRESS_IPV4, place);
    __u32 at = bpf_get_smp_processor_id();
    struct cpu *cpu = bpf_map_lookup_elem(&cpus, &at);
    if (!cpu)
        return false;
    struct kern_slot *slot = &cpu->cache.slots[slot_of(tag, addresses, more_addresses, 0, 0)];
    if (slot->tag != (tag | cpu->cache.generation) || slot->addresses[0] != addresses ||
        (key_mode == KEY_MAC && slot->addresses[1] != more_addresses))
        return false;
    struct kern_sum sum = {
        .frame_bytes = skb->len,
        .ip_bytes = total,
        .payload_bytes = total - headers,
        .packets = 1,
    };
    add_segments(&sum, segments(total - headers, skb->gso_size) - 1, headers, 0);
    count_slot(cpu, slot, &sum);
    return true;
}

#endif
