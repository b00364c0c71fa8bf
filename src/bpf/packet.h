// SPDX-License-Identifier: Apache-2.0
/*
 * A packet on its way through a hook: what is counted of it, for whom, or why not.
 *
 * lane.h reads the usual packet from fixed places; decode.h reads every other, the long way, as
 * src/frame does for captures. Tests hold all three together.
 */
#ifndef BPF_PACKET_H
#define BPF_PACKET_H

#include "maps.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error                                                                                             \
    "addresses are compared as they stand in the frame, in words that are taken for little-endian"
#endif

enum { TCP = 6, UDP = 17, SCTP = 132 };
enum { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_LATER };
enum { TAG_BYTES = 4 };

struct packet {
    struct kern_key key;
    struct kern_sum sum;
};

static __always_inline __u16 be16(const __u8 *at)
{
    return __builtin_bswap16(*(const __u16 *)at);
}

static __always_inline __u32 be32(const __u8 *at)
{
    return __builtin_bswap32(*(const __u32 *)at);
}

static __always_inline __u64 be64(const __u8 *at)
{
    return __builtin_bswap64(*(const __u64 *)at);
}

static __always_inline __u32 raw32(const __u8 *at)
{
    return *(const __u32 *)at;
}

static __always_inline __u64 raw64(const __u8 *at)
{
    return *(const __u64 *)at;
}

static __always_inline __u64 be48(const __u8 *at)
{
    return (__u64)be16(at) << 32 | be32(at + 2);
}

/* A datagram of PVM's daemons begins so: src/frame/pvmd.h says how. */
enum { PVMD_BYTES = 16, PVMD_TAG_END = 24 };

static __always_inline bool pvmd_is_identifier(__u32 id)
{
    return id >> 31 ? (id & 0x4003ffff) == 0 : (id & 0x0003ffff) != 0;
}

static __always_inline bool pvmd_may_be(const __u8 *payload)
{
    __u32 flags = raw32(payload + 12); /* the flags come first, then zeros */
    return flags != 0 && flags <= 0x1f && pvmd_is_identifier(be32(payload)) &&
           pvmd_is_identifier(be32(payload + 4));
}

/* How many packets on the wire a super-packet becomes. */
static __always_inline __u32 segments(__u32 payload, __u32 gso_size)
{
    return gso_size && payload > gso_size ? (payload + gso_size - 1) / gso_size : 1;
}

/* Adds what `more` segments of a super-packet weigh beside the first: all headers once more, and of
 * the payload what is in each (repeated). */
static __always_inline void add_segments(struct kern_sum *sum, __u64 more, __u32 headers,
                                         __u32 repeated)
{
    __u64 link = sum->frame_bytes > sum->ip_bytes ? sum->frame_bytes - sum->ip_bytes : 0;
    sum->packets += more;
    sum->payload_bytes += more * repeated;
    sum->ip_bytes += more * (headers + repeated);
    sum->frame_bytes += more * (headers + repeated + link);
}

#endif
