// SPDX-License-Identifier: Apache-2.0
/* Frames within VXLAN (RFC 7348), in frames whose head is in this process. */
#ifndef SOURCE_VXLAN_H
#define SOURCE_VXLAN_H

#include <stdbool.h>
#include <vttif/frame.h>

/* Bytes of a frame: captured of wire. */
struct frame_bytes {
    const uint8_t *bytes;
    uint32_t captured, wire;
};

/* The Ethernet frame within, if that frame is VXLAN with an identifier; outer is the frame decoded.
 */
bool vxlan_enter(enum vttif_link link, const struct frame_bytes *frame,
                 const struct vttif_frame *outer, struct frame_bytes *inner);

/* Makes a VXLAN super-packet, of which each segment repeats the headers within, too, into the
 * segments of gso_size bytes that it is on the wire. False, and nothing is changed, if it is no
 * VXLAN of an IP packet. */
bool vxlan_split(const struct frame_bytes *frame, uint32_t gso_size, struct vttif_frame *outer);

#endif
