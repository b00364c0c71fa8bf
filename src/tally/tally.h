// SPDX-License-Identifier: Apache-2.0
/* What a tally holds; merge.c and owner.c read it. */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include "tally/lane.h"
#include <vttif/fragment.h>
#include <vttif/tally.h>

/* Later fragments that wait for their first one. */
#define PENDING_MAX 256

struct pending {
    struct vttif_frame frame;
    uint8_t macs[12]; /* frame.macs is in memory of the caller, which is gone by now */
    bool has_macs;
    uint8_t verdict; /* on the fragment by itself */
};

/* Is given each frame as it is counted, with what became of its lengths and the pair and reason. */
typedef void tally_watch(void *context, const struct pair_key *key,
                         const struct vttif_frame *frame);

struct vttif_tally {
    struct vttif_tally_options options;
    struct pairs pairs;
    struct lane *lane; /* this and the next two: NULL once it is finished */
    struct vttif_fragments *fragments;
    struct pending *pending; /* PENDING_MAX of them */
    size_t n_pending;
    struct times *times; /* NULL once it is finished */
    struct span seen, kept; /* all frames; those that may be the program's */
    struct span window; /* once it is finished: when most were seen, see times.h */
    uint64_t estimated, undecodable;
    struct vttif_dropped overflow;
    tally_watch *watch; /* NULL: nobody */
    void *watch_context;
};

/* For a source that counts on by itself. All frames go the long way then. Before the first frame.
 */
void tally_set_watch(struct vttif_tally *tally, tally_watch *watch, void *context);

#endif
