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
static __noinline int report(struct kern_slot *slot, const struct kern_config *conf)
{
    __u64 bytes = slot->granted - slot->credit, threshold = conf->byte_threshold;
    __u32 target = slot->target;
    slot->granted = conf->quantum;
    slot->credit = conf->quantum;
    struct kern_pair *pair = bpf_map_lookup_elem(&pairs, &target);
    if (threshold == 0 || !pair)
        return 0;
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

/* A pair that nobody uses, or n_slots if there is none. */
static __always_inline __u32 take_free(struct cpu *cpu, struct kern_state *shared)
{
    __u32 at = cpu->spare;
    if (at)
        return at - 1;
    if (shared->next >= n_slots)
        return n_slots;
    at = __sync_fetch_and_add(&shared->next, 1);
    return at < n_slots ? at : n_slots;
}

static __always_inline __u32 find_pair(const struct kern_key *key)
{
    const __u32 *found = bpf_map_lookup_elem(&known, key);
    return found ? *found : KERN_ROW | KERN_OTHER;
}

/* Two CPUs may try this with the same key: one of them keeps its pair as a spare. */
static __always_inline __u32 insert(const struct kern_key *key, struct cpu *cpu)
{
    __u32 zero = 0, none = KERN_ROW | KERN_OTHER;
    struct kern_state *shared = bpf_map_lookup_elem(&state, &zero);
    if (!shared || shared->full)
        return none;
    __u32 at = take_free(cpu, shared);
    struct kern_pair *pair = bpf_map_lookup_elem(&pairs, &at);
    if (!pair) {
        shared->full = 1;
        return none;
    }
    pair->key = *key;
    cpu->spare = at + 1;
    long failed = bpf_map_update_elem(&known, key, &at, BPF_NOEXIST);
    if (failed == -17) /* EEXIST */
        return find_pair(key);
    if (failed) {
        shared->full = failed == -7; /* E2BIG */
        return none;
    }
    cpu->spare = 0;
    pair->used = 1;
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

/* The pair of a key, new if it has to be, or the row of account. */
static __noinline __u32 resolve(struct kern_key *key, struct cpu *cpu, __u32 only_hosts)
{
    key->generation = 0;
    if (only_hosts) {
        long from = find_host(key->from_high, key->from_low, &key->from_port, key->kind);
        long to = find_host(key->to_high, key->to_low, &key->to_port, key->kind);
        if (from < 0 || to < 0)
            return KERN_ROW | KERN_STRANGER;
        if (from == to)
            return KERN_ROW | KERN_SELF;
    }
    if (key->from_low == key->to_low && key->from_high == key->to_high &&
        key->from_port == key->to_port)
        return KERN_ROW | KERN_SELF;
    const __u32 *found = bpf_map_lookup_elem(&known, key);
    return found ? *found : insert(key, cpu);
}

/* --- cache -------------------------------------------------------------------------------- */

static __always_inline __u32 slot_of(const struct kern_key *key)
{
    __u64 mixed = key->from_low ^ key->from_high ^ (key->to_low << 29 | key->to_low >> 35) ^
                  (key->to_high << 17 | key->to_high >> 47) ^ (__u64)key->from_port << 47 ^
                  (__u64)key->to_port << 13;
    return (mixed * 0x9e3779b97f4a7c15ull) >> (64 - KERN_CACHE_BITS);
}

static __always_inline bool key_equal(const struct kern_key *a, const struct kern_key *b)
{
    const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;
    return x[1] == y[1] && x[3] == y[3] && x[4] == y[4] && x[0] == y[0] && x[2] == y[2];
}

/* Gives the slot to another key. */
static __noinline int refill(struct kern_slot *slot, const struct kern_key *key,
                             const struct kern_config *conf)
{
    __u32 cpu_at = bpf_get_smp_processor_id();
    struct cpu *cpu = bpf_map_lookup_elem(&cpus, &cpu_at);
    struct kern_key resolved = *key;
    if (slot->key.kind && !(slot->target & KERN_ROW))
        report(slot, conf);
    if (!cpu)
        return -1;
    slot->key.kind = 0;
    slot->target = resolve(&resolved, cpu, conf->only_hosts);
    slot->key = *key;
    slot->granted = 0;
    slot->credit = 0;
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

static __always_inline void count_row(__u32 cpu, __u32 row, const struct kern_sum *sum)
{
    __u32 at = cpu * KERN_ROWS + (row & (KERN_ROWS - 1));
    struct kern_sum *total = bpf_map_lookup_elem(&account, &at);
    if (total)
        add(total, sum, false);
}

static __always_inline void count_pair(struct packet *p)
{
    __u32 zero = 0, cpu = bpf_get_smp_processor_id();
    const struct kern_config *conf = bpf_map_lookup_elem(&config, &zero);
    if (!conf)
        return;
    p->key.generation = conf->generation;
    __u32 at = cpu * KERN_CACHE_SLOTS + slot_of(&p->key);
    struct kern_slot *slot = bpf_map_lookup_elem(&cache, &at);
    if (!slot || (!key_equal(&slot->key, &p->key) && refill(slot, &p->key, conf) < 0))
        return;
    if (slot->target & KERN_ROW) {
        count_row(cpu, slot->target, &p->sum);
        return;
    }
    __u32 shard = atomically ? cpu % n_shards : cpu;
    at = shard * n_slots + slot->target;
    struct kern_sum *sum = bpf_map_lookup_elem(&sums, &at);
    if (!sum)
        return;
    add(sum, &p->sum, atomically);
    slot->credit -= count_mode == COUNT_PAYLOAD ? p->sum.payload_bytes
                    : count_mode == COUNT_IP    ? p->sum.ip_bytes
                                                : p->sum.frame_bytes;
    if (slot->credit <= 0)
        report(slot, conf);
}

#endif
