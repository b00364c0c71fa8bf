// SPDX-License-Identifier: Apache-2.0
/*
 * What the kernel's programs and the process that loads them both know: the maps and their structs.
 * The only header that both sides include. Whoever changes a struct or a map here raises
 * KERN_LAYOUT: pinned maps of another layout are then refused instead of misread.
 *
 * The way of a packet through the maps:
 *
 *     packet ──► key ──► slot (this CPU's cache) ─────► sums   (this CPU's, bytes and packets)
 *                          │ miss                 ▲
 *                          └──► known: key ► pair ┘ new: pairs[next]; full: row OTHER
 *
 * Every map but known, fragments, hosts and watched is an array that user space has mapped: it is
 * read without a system call. What each CPU writes for itself stands apart, so nothing is locked.
 */
#ifndef BPF_SHARED_H
#define BPF_SHARED_H

#include <linux/types.h>

#define KERN_LAYOUT 3
#define KERN_MAGIC  0x76747469666b6e31ull /* "vttifkn1" */

/* Who to whom. Addresses as numbers: a MAC's 48 bits or an IPv4's 32 in low. */
struct kern_key {
    __u64 from_high, from_low, to_high, to_low;
    __u16 from_port, to_port;
    __u8 kind; /* enum vttif_address_kind */
    __u8 place; /* enum live_place */
    __u16 unused;
};

struct kern_sum {
    __u64 frame_bytes, ip_bytes, payload_bytes, packets;
};

/*
 * The place of a pair. Programs only ever add to its sums, and give places away; only the process
 * takes pairs out (source/kern_forget.c), and only when no program can count for them any more:
 *
 *     FREE ── a program: new pair ──► USED ── the process: idle ──► LEAVING ── grace ──► FREE
 */
enum kern_use { KERN_FREE, KERN_USED, KERN_LEAVING };

struct kern_pair {
    struct kern_key key;
    __u64 used; /* enum kern_use; but for FREE, key is valid */
    __u64 total; /* bytes towards the threshold that the CPUs have reported */
    __u64 stamp; /* when total last reached a multiple of byte_threshold; 0: never */
    __u64 told; /* when a crossing was last put into the ring */
    struct kern_sum before; /* of its sums, what belongs to pairs that were here before */
    __u32 life; /* how many those were */
    __u32 vacant; /* nothing of this pair's: a cell of the ring of free places, see kern_state */
};

/*
 * A CPU's way from a key to its pair, direct-mapped. Bytes towards the threshold are first counted
 * here: a CPU may count `granted` bytes before it reports them to the pair, and is granted no more
 * than what is left to the next multiple. So a pair whose packets pass on one CPU is stamped at the
 * very packet that reaches the multiple; of one that passes on several, all but one together hold
 * back less than 1/KERN_QUANTUM_SHARE of byte_threshold.
 */
struct kern_slot {
    __u64 tag; /* ports as in the frame, kind << 32, place << 40, generation << 48; 0: free */
    __u64 addresses[4]; /* as in the frame for IPv4 (both in the first) and MACs (in two) */
    __u32 target; /* a pair, or slots of pairs + row */
    __u32 granted;
    __s64 credit; /* what is left of it */
    __u64 life; /* of the target; a cache line each */
};

#define KERN_QUANTUM_SHARE 16
#define KERN_CACHE_BITS    10

/* The beginning of a CPU's own part of the map cpus; what follows is the programs' business. */
struct kern_cpu {
    __u64 generation; /* << 48, as in a tag; another one: everything cached is resolved again */
    __u32 first; /* of sums: where this CPU's copy begins */
    __u32 spare; /* 1 + a place that was taken but is unused; 0: none */
    __u32 unused[12];
    struct kern_slot slots[1 << KERN_CACHE_BITS];
};

/* What is no pair's: rows behind the pairs in each copy of sums. The first are those of enum
 * vttif_reason; these are the ones that the kernel decides itself. */
enum kern_row {
    KERN_KEEP = 0,
    KERN_ARP = 1,
    KERN_NON_IP = 2,
    KERN_ICMP = 3,
    KERN_GROUP = 4,
    KERN_LOOPBACK = 5,
    KERN_LAUNCHER = 14,
    KERN_EXPRESSION = 15,
    KERN_STRANGER = 16,
    KERN_SELF = 17,
    KERN_OTHER = 30, /* the table of pairs is full */
    KERN_UNDECODABLE = 31,
    KERN_ROWS = 32
};

/* What may change while programs run; one writer, the process. */
struct kern_config {
    __u64 byte_threshold; /* 0: no crossings */
    __u64 time_bound_ns;
    __u64 gap_ns; /* between two tellings of one pair */
    __u32 quantum; /* the most bytes granted at once */
    __u32 only_hosts; /* addresses that are not in hosts are strangers */
};

/* What programs share. */
struct kern_state {
    __u64 next, limit; /* pairs[i % slots].vacant, next <= i < limit, are free places */
    __u32 full; /* 1: no further pair fits */
    __u32 unused;
    __u64 last_crossing_ns;
    __u64 lost_crossings; /* the ring was full */
};

struct kern_crossing {
    __u64 previous_ns, time_ns;
    __u32 pair;
    __u32 unused;
};

/* An address of the hosts file and whose it is. */
struct kern_address {
    __u64 high, low;
    __u16 port;
    __u8 kind;
    __u8 unused[5];
};
#define KERN_HOSTS_MAX 262144

/* A datagram whose first fragment has passed, and what is known from it. */
struct kern_datagram {
    __u64 from_high, from_low, to_high, to_low;
    __u32 id;
    __u32 protocol; /* 0 for IPv6 */
};
struct kern_flow {
    __u16 from_port, to_port;
    __u32 reason;
};
#define KERN_FRAGMENTS 4096

#define KERN_WATCHED_MAX 16384
#define KERN_RING_BYTES  262144

/* What the pinned maps were made for. */
struct kern_meta {
    __u64 magic;
    __u64 epoch; /* a random number: these counters and no others */
    __u32 layout;
    __u32 key; /* enum vttif_key */
    __u32 max_pairs;
    __u32 slots; /* max_pairs and one spare for each CPU */
    __u32 cpus;
    __u32 shards; /* copies of sums; fewer than cpus: added to atomically */
    __u32 vxlan;
    __u32 unused;
};

/* Programs in the stages map, reached from the user's filter: accepted and rejected for each of the
 * hooks. */
enum kern_hook { KERN_IN_PORT, KERN_IN_HOST, KERN_OUT_PORT, KERN_OUT_HOST, KERN_HOOKS };
#define KERN_STAGES (2 * KERN_HOOKS) /* hook, KERN_HOOKS + hook for what was rejected */

#ifndef __cplusplus
_Static_assert(sizeof(struct kern_key) == 40, "keys are hashed as they stand, without padding");
_Static_assert(sizeof(struct kern_sum) == 32, "a sum fills half a cache line");
_Static_assert(sizeof(struct kern_pair) == 112, "no hidden padding");
_Static_assert(sizeof(struct kern_slot) == 64 && sizeof(struct kern_cpu) % 64 == 0,
               "a slot is a cache line");
_Static_assert(sizeof(struct kern_config) == 32, "no hidden padding");
_Static_assert(sizeof(struct kern_datagram) == 40, "no hidden padding");
_Static_assert(sizeof(struct kern_address) == 24, "no hidden padding");
#endif

#endif
