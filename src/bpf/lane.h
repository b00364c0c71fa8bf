// SPDX-License-Identifier: Apache-2.0
/*
 * The fast lane, as tally/lane.h has it for captures: Ethernet, IPv4 without options, TCP or UDP,
 * whole, of no service and no group, read in place. What it takes it would keep the long way, too,
 * with the same bytes.
 */
#ifndef BPF_LANE_H
#define BPF_LANE_H

#include "packet.h"

enum {
    LANE_ETHERTYPE = 12,
    LANE_IP_LENGTH = 16,
    LANE_FRAGMENT = 20,
    LANE_PROTOCOL = 23,
    LANE_FROM = 26,
    LANE_TO = 30,
    LANE_PORTS = 34,
    LANE_TCP_OFFSET = 46,
    LANE_UDP_NEEDED = 42,
    LANE_TCP_NEEDED = 48,
    LANE_LINK = 14,
};

static __always_inline bool lane_take(struct __sk_buff *skb, struct packet *p)
{
    const __u8 *data = (const __u8 *)(long)skb->data, *end = (const __u8 *)(long)skb->data_end;
    if (data + LANE_TCP_NEEDED > end || skb->vlan_present)
        return false;
    __u8 protocol = data[LANE_PROTOCOL];
    __u32 ports = be32(data + LANE_PORTS);
    __u32 from = be32(data + LANE_FROM), to = be32(data + LANE_TO);
    if (be32(data + LANE_ETHERTYPE) >> 8 != 0x080045 || be16(data + LANE_FRAGMENT) & 0x3fff ||
        (protocol != TCP && protocol != UDP) || data[0] & 1)
        return false;
    if (from >> 24 == 127 || to >> 24 == 127 || to >> 29 == 7)
        return false;
    if (service_near[ports >> 22] || service_near[(ports & 0xffff) >> 6])
        return false;
    if (vxlan && protocol == UDP && (ports & 0xffff) == 4789)
        return false;
    __u32 total = be16(data + LANE_IP_LENGTH);
    __u32 headers = 28;
    if (protocol == TCP) {
        headers = 20 + (data[LANE_TCP_OFFSET] >> 4) * 4;
        if (headers < 40)
            return false;
    }
    if (total < headers)
        return false;
    __u32 more = 0; /* segments beyond the first */
    if (skb->gso_size) {
        if (protocol == UDP) /* of a tunnel, perhaps */
            return false;
        more = segments(total - headers, skb->gso_size) - 1;
    }
    p->sum.packets = 1 + more;
    p->sum.payload_bytes = total - headers;
    p->sum.ip_bytes = total + (__u64)more * headers;
    p->sum.frame_bytes = skb->len + (__u64)more * (headers + skb->len - total);
    p->key.from_high = p->key.to_high = 0;
    if (key_mode == KEY_MAC) {
        p->key.to_low = be48(data);
        p->key.from_low = be48(data + 6);
        p->key.kind = ADDRESS_MAC;
    } else {
        p->key.from_low = from;
        p->key.to_low = to;
        p->key.kind = ADDRESS_IPV4;
    }
    p->key.from_port = key_mode == KEY_PORT ? ports >> 16 : 0;
    p->key.to_port = key_mode == KEY_PORT ? ports & 0xffff : 0;
    return true;
}

#endif
