// SPDX-License-Identifier: Apache-2.0
/* The maps and the constants that are set before the programs are loaded. See shared.h. Sizes that
 * hang on the machine or the configuration are set by the loader, too. */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include <linux/bpf.h>
/* in this order */
#include <bpf/bpf_helpers.h>

#include "shared.h"

typedef __u8 bool;
#define true 1
#define false 0

/* An array that user space maps; the loader sets how many. */
#define MAPPED_ARRAY(of)                                                                           \
    struct {                                                                                       \
        __uint(type, BPF_MAP_TYPE_ARRAY);                                                          \
        __uint(map_flags, BPF_F_MMAPABLE);                                                         \
        __uint(max_entries, 1);                                                                    \
        __type(key, __u32);                                                                        \
        __type(value, of);                                                                         \
    }

MAPPED_ARRAY(struct kern_meta) meta SEC(".maps");

MAPPED_ARRAY(struct kern_config) config SEC(".maps");

MAPPED_ARRAY(struct kern_state) state SEC(".maps");

MAPPED_ARRAY(struct kern_pair) pairs SEC(".maps");

/* shards times (slots of pairs, then rows) */
MAPPED_ARRAY(struct kern_sum) sums SEC(".maps");

/* What decode.h finds out of a frame. */
struct decoded {
    __u64 from_high, from_low, to_high, to_low;
    __u64 from_mac, to_mac;
    __u32 frame_bytes, ip_bytes, payload_bytes;
    __u32 headers; /* IP and transport */
    __u32 split_bytes; /* what a super-packet is cut up into segments of, */
    __u32 repeated; /* and what of the payload, but for that, is in each: a tunnel's headers */
    __u32 at, end; /* in the scratch: what comes next, and where the packet ends */
    __u32 fragment_id;
    __u16 from_port, to_port;
    __u16 ethertype;
    __u8 kind; /* ADDRESS_IPV4, ADDRESS_IPV6; 0: not IP */
    __u8 protocol;
    __u8 fragment;
    __u8 has_ports;
    __u8 pvmd; /* between PVM's daemons, or from or to one */
};

/* One CPU's own. */
#define SCRATCH 512
struct cpu {
    struct kern_cpu cache; /* first: user space maps it */
    __u8 frame[SCRATCH + 64]; /* the head of a frame that is read the long way */
    struct decoded frame_is, outer_is;
} __attribute__((aligned(64)));

/* a CPU each */
MAPPED_ARRAY(struct cpu) cpus SEC(".maps");

/* key to pair; all its memory is taken at the start */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, struct kern_key);
    __type(value, __u32);
} known SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, KERN_FRAGMENTS);
    __type(key, struct kern_datagram);
    __type(value, struct kern_flow);
} fragments SEC(".maps");

/* interfaces whose ingress is counted */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, KERN_WATCHED_MAX);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u32);
    __type(value, __u32);
} watched SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, KERN_HOSTS_MAX);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct kern_address);
    __type(value, __u32);
} hosts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, KERN_RING_BYTES);
} crossings SEC(".maps");

/* where a user's filter goes on to */
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, KERN_STAGES);
    __type(key, __u32);
    __type(value, __u32);
} stages SEC(".maps");

/* Set before loading: the verifier then takes out what is never reached. */
const volatile __u32 key_mode; /* enum vttif_key */
const volatile __u32 count_mode; /* enum vttif_count: what thresholds are measured in */
const volatile __u32 keep; /* bit 1 << reason: counted as the program's */
const volatile __u32 vxlan; /* 1: frames inside VXLAN */
const volatile __u32 n_slots; /* pairs in one shard */
const volatile __u32 atomically; /* 1: CPUs share shards */
/* bit i: among the 1024 ports from 1024 * i is one of a service */
const volatile __u64 service_near;
/* enum vttif_reason of a frame from or to that port; UDP's after TCP's */
const volatile __u8 service_reason[2 * 65536];

/* The values of enum vttif_key, vttif_count and vttif_address_kind; the loader asserts them. */
enum { KEY_IP, KEY_MAC, KEY_PORT };
enum { COUNT_FRAME = 1, COUNT_IP = 2, COUNT_PAYLOAD = 3 };
enum { ADDRESS_MAC = 1, ADDRESS_IPV4 = 2, ADDRESS_IPV6 = 3 };

#endif
