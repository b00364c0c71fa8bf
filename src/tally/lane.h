// SPDX-License-Identifier: Apache-2.0
/*
 * The fast lane: what nearly every frame of a parallel program is (Ethernet, IPv4 without options,
 * TCP or UDP, whole, no longer than a link carries, no service's port) is counted in a few
 * nanoseconds, from fields at fixed places. A frame that is anything else is not taken and goes the
 * long way through decoder and filter. The lane decides nothing by itself: for a frame that it
 * takes, the long way gives the same bytes to the same pair (a property test holds the two
 * together).
 *
 * The counts are kept in a small direct-mapped cache by sender and receiver; a pair that needs
 * another one's place sends that one's sums to the table of pairs.
 */
#ifndef TALLY_LANE_H
#define TALLY_LANE_H

#include "tally/pairs.h"
#include <vttif/tally.h>

#define LANE_SLOTS 4096

struct lane_slot {
    uint64_t addresses; /* sender and receiver as in the frame; 0: free */
    uint64_t bytes;
    uint64_t frames;
};

struct span {
    int64_t first_ns, last_ns; /* first > last: none */
};

static inline void span_extend(struct span *span, int64_t time_ns)
{
    span->first_ns = MIN(span->first_ns, time_ns);
    span->last_ns = MAX(span->last_ns, time_ns);
}

struct lane {
    bool open; /* whether the tally's options allow it */
    enum vttif_count count;
    uint32_t longest; /* IP packets above are super-packets */
    struct span span;
    struct lane_slot slots[LANE_SLOTS];
};

void lane_init(struct lane *lane, const struct vttif_tally_options *options);

/* Counts the Ethernet frame and returns true, or leaves it. *evicted gets the pair that lost its
 * place to this one (addresses 0 for none), which the caller has to add to its table. */
bool lane_take(struct lane *lane, const uint8_t *bytes, uint32_t captured, uint32_t wire,
               int64_t time_ns, struct lane_slot *evicted);

/* The key of a slot in the table of pairs. */
struct pair_key lane_key(const struct lane_slot *slot);

#endif
