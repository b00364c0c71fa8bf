// SPDX-License-Identifier: Apache-2.0
/*
 * What several captures say of one pair. A capture claims each pair that it saw; the sender's claim
 * is better than the receiver's, which is better than a bystander's. A claim is void beside a
 * better one that overlaps it in time, or whose owner was given to us and not found from the frames
 * (a guess can be wrong in one piece of a rotated capture; what is given holds even if the hosts'
 * clocks do not agree). Of the claims that are left, those that overlap in time saw the same
 * frames, and the larger counts; those that do not are pieces, and are added up: the heaviest set
 * of which no two overlap.
 */
#ifndef TALLY_CLAIM_H
#define TALLY_CLAIM_H

#include "tally/times.h"
#include <vttif/matrix.h>

enum rank { BYSTANDER, RECEIVER, SENDER };

struct claim {
    struct vttif_dropped sum;
    enum rank rank;
    bool given; /* the owner, on which the rank hangs */
    struct span window;
};

static inline bool span_overlap(const struct span *a, const struct span *b)
{
    return a->first_ns <= b->last_ns && b->first_ns <= a->last_ns;
}

/* What n > 0 claims come to, given in the order in which their windows end; their order is lost.
 * *arrived gets what the receiver's come to, void or not. O(n log n). */
struct vttif_dropped claims_settle(struct claim *claims, size_t n, struct vttif_dropped *arrived);

#endif
