// SPDX-License-Identifier: Apache-2.0
/*
 * What bpf/ does in the kernel, for frames that come from AF_PACKET rings.
 *
 * There, nobody says whether a frame that goes out has come in through another watched interface.
 * So all places that a pair passes are counted apart, by rank, and what is shown of a pair is its
 * best rank only: where its sender sits, if that is watched.
 *
 *     rank 3   in at a PORT    the sender is beyond it            SENT
 *     rank 2   out at a HOST   this host sends, or passes on      SENT
 *     rank 1   in at a HOST    from outside                       RECEIVED
 *     rank 0   out at a PORT   to a receiver beyond it            RECEIVED
 *
 * A better rank may begin later, when an interface is added: packet_count_begin then closes the
 * books, so that what was shown stays.
 */
#ifndef SOURCE_PACKET_COUNT_H
#define SOURCE_PACKET_COUNT_H

#include "source/live.h"
#include "source/packet_ring.h"

enum packet_rank { RANK_OUT_PORT, RANK_IN_HOST, RANK_OUT_HOST, RANK_IN_PORT, RANKS };

struct packet_count;
/* Takes what it needs of the config; NULL with VTTIF_ERROR_ARGUMENT for a bad filter. Crossings
 * go to config->events, with pairs as in a snapshot. */
struct packet_count *packet_count_new(const struct live_config *config, GError **error);
void packet_count_free(struct packet_count *count);

/* Counts a frame; time_ns is on the source's clock. own: the interface's MAC address. */
void packet_count_add(struct packet_count *count, const struct packet_frame *frame,
                      enum packet_rank rank, uint64_t own, int64_t time_ns);
void packet_count_begin(struct packet_count *count);
/* Fills all but time, epoch and drops. Pairs that have been idle for config->idle_ns may leave the
 * table then: what is read is their last. */
void packet_count_read(struct packet_count *count, int64_t now_ns, struct live_snapshot *snapshot);
void packet_count_set_threshold(struct packet_count *count, uint64_t byte_threshold,
                                int64_t time_bound_ns);
void packet_count_set_hosts(struct packet_count *count, const struct vttif_hosts *hosts);

#endif
