// SPDX-License-Identifier: Apache-2.0
/* From a key to its counters: cache, known pairs and new ones; and the threshold (paper, 5.2). */
#ifndef BPF_TABLE_H
#define BPF_TABLE_H

#include "packet.h"

/* --- threshold ---------------------------------------------------------------------------- */

static __always_inline void tell(struct kern_pair *pair, __u32 at, __u64 previous, __u64 now,
                                 const struct kern_config *conf, struct kern_state *shared)
{
    shared->last_crossing_ns = now;
    if (pair->told && now - pair->told < conf->gap_ns)
        return;
    struct kern_crossing *crossing = bpf_ringbuf_reserve(&crossings, sizeof *crossing, 0);
    if (!crossing) {
        __sync_fetch_and_add(&shared->lost_crossings, 1);
        return;
    }
    *crossing = (struct kern_crossing){.previous_ns = previous, .time_ns = now, .pair = at};
    bpf_ringbuf_submit(crossing, 0);
    pair->told = now;
}

/* A multiple of the threshold was reached: stamp it, and tell if the last stamp is close. */
static __always_inline void stamp(struct kern_pair *pair, __u32 at, const struct kern_config *conf)
{
    __u32 zero = 0;
    struct kern_state *shared = bpf_map_lookup_elem(&state, &zero);
    __u64 now = bpf_ktime_get_ns();
    __u64 previous = __sync_lock_test_and_set(&pair->stamp, now);
    if (shared && previous && now > previous && now - previous < conf->time_bound_ns)
        tell(pair, at, previous, now, conf, shared);
}

/* Reports to the pair what this CPU has counted of it since it last did, and grants anew. */
static __noinline int report(struct kern_slot *slot)
{
    __u32 zero = 0;
    const struct kern_config *conf = bpf_map_lookup_elem(&config, &zero);
    if (!conf)
        return 0;
    __u64 bytes = slot->granted - slot->credit, threshold = conf->byte_threshold;
    __u32 target = slot->target;
    slot->granted = conf->quantum;
    slot->credit = conf->quantum;
    struct kern_pair *pair = bpf_map_lookup_elem(&pairs, &target);
    if (threshold == 0 || !pair || (__u32)slot->life != pair->life)
        return 0; /* none, or another pair has the place by now */
    __u64 before = __sync_fetch_and_add(&pair->total, bytes), after = before + bytes;
    __u64 rest = after % threshold;
    if (after - before > rest) /* a multiple lies between */
        stamp(pair, target, conf);
    if (threshold - rest < slot->granted) {
        slot->granted = threshold - rest;
        slot->credit = slot->granted;
    }
    return 0;
}

/* --- pairs -------------------------------------------------------------------------------- */

/* So often a CPU tries to be the one that takes the next place. */
enum { TAKE_TRIES = 16 };

/* A place that nobody uses, or n_slots if there is none. */
static __always_inline __u32 take_free(const struct cpu *cpu, struct kern_state *shared)
{
    if (cpu->cache.spare)
        return cpu->cache.spare - 1;
    for (int i = 0; i < TAKE_TRIES; i++) {
        __u64 next = *(volatile __u64 *)&shared->next;
        if (next == *(volatile __u64 *)&shared->limit)
            break;
        __u32 cell = next % n_slots;
        const struct kern_pair *ring = bpf_map_lookup_elem(&pairs, &cell);
        __u32 vacant = ring ? ring->vacant : n_slots;
        if (__sync_val_compare_and_swap(&shared->next, next, next + 1) == next)
            return vacant;
    }
    return n_slots;
}

static __always_inline __u32 row(__u32 which)
{
    return n_slots + which;
}

enum { EXISTS = -17, TOO_BIG = -7 }; /* errno(3) */

/* Two CPUs may try this with the same key: one of them keeps its pair as a spare. */
static __always_inline __u32 insert(const struct kern_key *key, struct cpu *cpu)
{
    __u32 zero = 0, none = row(KERN_OTHER);
    struct kern_state *shared = bpf_map_lookup_elem(&state, &zero);
    if (!shared || shared->full)
        return none;
    __u32 at = take_free(cpu, shared);
    struct kern_pair *pair = bpf_map_lookup_elem(&pairs, &at);
    if (!pair) {
        shared->full = shared->next == shared->limit;
        return none;
    }
    cpu->cache.spare = at + 1;
    pair->key = *key;
    long failed = bpf_map_update_elem(&known, key, &at, BPF_NOEXIST);
    if (failed == EXISTS) {
        const __u32 *found = bpf_map_lookup_elem(&known, key);
        if (found)
            return *found;
        failed = bpf_map_update_elem(&known, key, &at, BPF_NOEXIST); /* has left meanwhile */
    }
    if (failed) {
        shared->full = failed == TOO_BIG;
        return none;
    }
    *(volatile __u64 *)&pair->used = KERN_USED;
    cpu->cache.spare = 0;
    return at;
}

/* Replaces a port by 0 where the hosts file has the address without. -1: a stranger. */
static __always_inline long find_host(__u64 high, __u64 low, __u16 *port, __u8 kind)
{
    struct kern_address address = {.high = high, .low = low, .port = *port, .kind = kind};
    const __u32 *found = bpf_map_lookup_elem(&hosts, &address);
    if (!found && *port) {
        address.port = *port = 0;
        found = bpf_map_lookup_elem(&hosts, &address);
    }
    return found ? (long)*found : -1;
}

/* The pair of a key, new if it has to be, or the row. */
static __noinline __u32 resolve(struct kern_key *key, struct cpu *cpu, __u32 only_hosts)
{
    if (only_hosts) {
        long from = find_host(key->from_high, key->from_low, &key->from_port, key->kind);
        long to = find_host(key->to_high, key->to_low, &key->to_port, key->kind);
        if (from < 0 || to < 0)
            return row(KERN_STRANGER);
        if (from == to)
            return row(KERN_SELF);
    }
    if (key->from_low == key->to_low && key->from_high == key->to_high &&
        key->from_port == key->to_port)
        return row(KERN_SELF);
    const __u32 *found = bpf_map_lookup_elem(&known, key);
    return found ? *found : insert(key, cpu);
}

/* --- cache -------------------------------------------------------------------------------- */

/* What a slot is compared with, but for the generation. ports: as they stand in the frame. */
static __always_inline __u64 tag_of(__u32 ports, __u8 kind, __u32 place)
{
    return ports | (__u64)kind << 32 | (__u64)place << 40;
}

static __always_inline __u32 slot_of(__u64 tag, __u64 a, __u64 b, __u64 c, __u64 d)
{
    __u64 mixed = a ^ tag << 17 ^ b << 5 ^ (c << 23 | c >> 41) ^ (d << 41 | d >> 23);
    return (mixed * 0x9e3779b97f4a7c15ull) >> (64 - KERN_CACHE_BITS);
}

/* The key as the lane reads it. */
static __always_inline __u64 slot_key(const struct kern_key *key, __u64 addresses[4])
{
    __u32 ports = __builtin_bswap16(key->from_port) | (__u32)__builtin_bswap16(key->to_port) << 16;
    addresses[0] = key->from_high;
    addresses[1] = key->from_low;
    addresses[2] = key->to_high;
    addresses[3] = key->to_low;
    if (key->kind == ADDRESS_MAC) {
        addresses[0] = __builtin_bswap64(key->to_low << 16 | key->from_low >> 32);
        addresses[1] = __builtin_bswap32((__u32)key->from_low);
        addresses[2] = addresses[3] = 0;
    } else if (key->kind == ADDRESS_IPV4) {
        addresses[0] = __builtin_bswap32((__u32)key->from_low) |
                       (__u64)__builtin_bswap32((__u32)key->to_low) << 32;
        addresses[1] = addresses[2] = addresses[3] = 0;
    }
    return tag_of(ports, key->kind, key->place);
}

/* Gives the slot to another key. */
static __noinline int refill(struct kern_slot *slot, struct cpu *cpu, const struct kern_key *key)
{
    __u32 zero = 0;
    const struct kern_config *conf = bpf_map_lookup_elem(&config, &zero);
    struct kern_key resolved = *key;
    if (slot->tag)
        report(slot);
    if (!conf)
        return -1;
    slot->tag = 0;
    slot->target = resolve(&resolved, cpu, conf->only_hosts);
    slot->granted = 0;
    slot->credit = 0;
    const struct kern_pair *pair = bpf_map_lookup_elem(&pairs, &slot->target);
    slot->life = pair ? pair->life : 0;
    return 0;
}

/* --- counting ----------------------------------------------------------------------------- */

static __always_inline void add(struct kern_sum *sum, const struct kern_sum *more, bool shared)
{
    if (shared) {
        __sync_fetch_and_add(&sum->frame_bytes, more->frame_bytes);
        __sync_fetch_and_add(&sum->ip_bytes, more->ip_bytes);
        __sync_fetch_and_add(&sum->payload_bytes, more->payload_bytes);
        __sync_fetch_and_add(&sum->packets, more->packets);
        return;
    }
    sum->frame_bytes += more->frame_bytes;
    sum->ip_bytes += more->ip_bytes;
    sum->payload_bytes += more->payload_bytes;
    sum->packets += more->packets;
}

static __always_inline void count_row(const struct cpu *cpu, __u32 which,
                                      const struct kern_sum *sum)
{
    __u32 at = cpu->cache.first + row(which);
    struct kern_sum *total = bpf_map_lookup_elem(&sums, &at);
    if (total)
        add(total, sum, atomically);
}

static __always_inline void count_slot(const struct cpu *cpu, struct kern_slot *slot,
                                       const struct kern_sum *more)
{
    __u32 at = cpu->cache.first + slot->target;
    struct kern_sum *sum = bpf_map_lookup_elem(&sums, &at);
    if (!sum)
        return;
    add(sum, more, atomically);
    slot->credit -= count_mode == COUNT_PAYLOAD ? more->payload_bytes
                    : count_mode == COUNT_IP    ? more->ip_bytes
                                                : more->frame_bytes;
    if (slot->credit <= 0)
        report(slot);
}

/* Counts for a key that has no slot yet, or is not as the lane wants it. */
static __always_inline void count_key(struct cpu *cpu, const struct packet *p)
{
    __u64 a[4];
    __u64 tag = slot_key(&p->key, a);
    struct kern_slot *slot = &cpu->cache.slots[slot_of(tag, a[0], a[1], a[2], a[3])];
    tag |= cpu->cache.generation;
    if (slot->tag != tag || slot->addresses[0] != a[0] || slot->addresses[1] != a[1] ||
        slot->addresses[2] != a[2] || slot->addresses[3] != a[3]) {
        if (refill(slot, cpu, &p->key) < 0)
            return;
        slot->tag = tag;
        __builtin_memcpy(slot->addresses, a, sizeof slot->addresses);
    }
    count_slot(cpu, slot, &p->sum);
}

#endif
