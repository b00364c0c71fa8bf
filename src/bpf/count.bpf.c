// SPDX-License-Identifier: Apache-2.0
/*
 * The programs that count at an interface's hooks. They change nothing and never end a chain:
 * whatever else is attached there goes on as without them.
 *
 * A frame is counted at the first hook that it passes: ingress counts all of them, egress leaves
 * out what came in through a watched interface.
 */
#include "decode.h"
#include "lane.h"
#include "table.h"
#include "verdict.h"

enum { NEXT = -1 }; /* TCX_NEXT, and TC_ACT_UNSPEC of direct-action */
enum { SENT, RECEIVED };

static __always_inline void set_key(struct packet *p, const struct decoded *d)
{
    bool mac = key_mode == KEY_MAC, port = key_mode == KEY_PORT;
    p->key.from_high = mac ? 0 : d->from_high;
    p->key.from_low = mac ? d->from_mac : d->from_low;
    p->key.to_high = mac ? 0 : d->to_high;
    p->key.to_low = mac ? d->to_mac : d->to_low;
    p->key.from_port = port ? d->from_port : 0;
    p->key.to_port = port ? d->to_port : 0;
    p->key.kind = mac ? ADDRESS_MAC : d->kind;
}

/* Decodes and judges; returns the row that the packet belongs to. */
static __noinline __u32 read_long(struct __sk_buff *skb, struct cpu *cpu, struct packet *p,
                                  __u32 rejected)
{
    struct decoded *d = &cpu->frame_is;
    if (decode_packet(skb, cpu) == MALFORMED) {
        p->sum.packets = 1;
        p->sum.frame_bytes = skb->len;
        return KERN_UNDECODABLE;
    }
    split(d, skb->gso_size, &p->sum);
    __u32 reason = classify(d);
    if (rejected && reason == KERN_KEEP)
        reason = KERN_EXPRESSION;
    if (d->fragment != FRAGMENT_NONE)
        reason = join_fragment(d, reason);
    set_key(p, d);
    return reason;
}

/* Whether the packet came in at a hook where it was counted. */
static __always_inline bool is_counted(struct __sk_buff *skb)
{
    __u32 interface = skb->ingress_ifindex;
    return interface && bpf_map_lookup_elem(&watched, &interface);
}

/* What the lane does not take. */
__noinline int count_long(struct __sk_buff *skb, __u32 place, __u32 rejected)
{
    struct packet p = {};
    __u32 at = bpf_get_smp_processor_id();
    struct cpu *cpu = bpf_map_lookup_elem(&cpus, &at);
    if (!cpu)
        return 0;
    p.key.place = place;
    __u32 reason = read_long(skb, cpu, &p, rejected);
    if (reason == KERN_KEEP)
        count_key(cpu, &p);
    else
        count_row(cpu, reason & (KERN_ROWS - 1), &p.sum);
    return 0;
}

static __always_inline int count(struct __sk_buff *skb, __u32 hook, bool rejected)
{
    __u32 place = hook == KERN_IN_PORT || hook == KERN_OUT_HOST ? SENT : RECEIVED;
    if ((hook == KERN_OUT_PORT || hook == KERN_OUT_HOST) && is_counted(skb))
        return NEXT;
    if (rejected || !lane_take(skb, place))
        count_long(skb, place, rejected);
    return NEXT;
}

#define HOOK(name, hook)                                                                           \
    SEC("tc") int name(struct __sk_buff *skb)                                                      \
    {                                                                                              \
        return count(skb, hook, false);                                                            \
    }                                                                                              \
    SEC("tc") int name##_rejected(struct __sk_buff *skb)                                           \
    {                                                                                              \
        return count(skb, hook, true);                                                             \
    }

HOOK(in_port, KERN_IN_PORT)
HOOK(in_host, KERN_IN_HOST)
HOOK(out_port, KERN_OUT_PORT)
HOOK(out_host, KERN_OUT_HOST)

char LICENSE[] SEC("license") = "Apache-2.0";
