// SPDX-License-Identifier: Apache-2.0
/*
 * The frames of one interface from an AF_PACKET ring (TPACKET_V3, packet(7)): the head of each, in
 * both directions, with what it takes to count super-packets right.
 */
#ifndef SOURCE_PACKET_RING_H
#define SOURCE_PACKET_RING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What is looked at of a frame, as in bpf/decode.h. */
#define PACKET_HEAD 256

struct packet_frame {
    const uint8_t *bytes; /* a VLAN tag that the kernel took off is in its place again */
    uint32_t captured, wire; /* wire: of the super-packet, if it is one */
    uint32_t gso_size; /* payload of its segments; 0: it is none */
    bool outgoing;
    int64_t time_ns; /* since 1970 */
};

typedef void packet_frame_func(void *context, const struct packet_frame *frame);

struct packet_ring;
/* Fails with VTTIF_ERROR_PERMISSION (CAP_NET_RAW) or VTTIF_ERROR_IO. */
struct packet_ring *packet_ring_open(int interface, const char *name, GError **error);
void packet_ring_close(struct packet_ring *ring);
int packet_ring_fd(const struct packet_ring *ring);
/* Hands over all frames that are there. A frame waits in the ring for PACKET_RING_DELAY_MS at most.
 */
void packet_ring_read(struct packet_ring *ring, packet_frame_func *call, void *context);
/* Frames that the ring had no place for, since it was opened. */
uint64_t packet_ring_drops(struct packet_ring *ring);

#define PACKET_RING_DELAY_MS 10

#endif
