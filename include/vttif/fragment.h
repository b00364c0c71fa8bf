// SPDX-License-Identifier: Apache-2.0
/*
 * Joins IP fragments to their flow. Only the first fragment of a datagram has ports (RFC 791,
 * 8200); the later ones are known by sender, receiver, protocol and identification. Here the first
 * one's ports and the verdict on it are remembered for them.
 *
 * A fixed table of VTTIF_FRAGMENTS datagrams, no allocation per packet: where it is full, the
 * newest datagram takes the place of the one that was learned first, as a receiver that gives up
 * waiting would. Half as many datagrams at once are next to never forgotten.
 */
#ifndef VTTIF_FRAGMENT_H
#define VTTIF_FRAGMENT_H

#include <vttif/frame.h>

G_BEGIN_DECLS

#define VTTIF_FRAGMENTS 4096

/* What a datagram's first fragment said. */
struct vttif_flow {
    uint16_t src_port, dst_port;
    uint8_t verdict; /* the caller's */
};

struct vttif_fragments;
struct vttif_fragments *vttif_fragments_new(void);
void vttif_fragments_free(struct vttif_fragments *fragments);

/* Remembers the flow of a first fragment. O(1). */
void vttif_fragments_learn(struct vttif_fragments *fragments, const struct vttif_frame *first,
                           struct vttif_flow flow);
/* The flow of a later fragment; false if its first one was not seen or is forgotten. O(1). */
bool vttif_fragments_find(const struct vttif_fragments *fragments, const struct vttif_frame *later,
                          struct vttif_flow *flow);
/* Whether two fragments are of one datagram. */
bool vttif_fragments_same(const struct vttif_frame *a, const struct vttif_frame *b);

G_END_DECLS

#endif
