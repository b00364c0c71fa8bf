// SPDX-License-Identifier: Apache-2.0
/*
 * From frames to bytes between addresses, and from many captures to one matrix.
 *
 * A tally is fed with the frames of one capture. It decodes each frame, decides whether it may be
 * the program's, and adds its bytes to the pair of its addresses; filtered bytes are added to their
 * pair and reason. Memory does not grow with the capture but with the number of pairs, up to a
 * stated maximum.
 *
 * vttif_merge then joins captures that saw the same traffic from different places. Counted once:
 * a pair is taken from the capture at its sender; only when no capture is the sender's, from the
 * one at its receiver; when neither is watched (a mirror port), from the one that saw the most of
 * it. Captures of the same place that do not overlap in time are pieces of one, and are added up;
 * of those that do overlap, the one that saw more counts.
 *
 * Whose capture it is: the caller says so (from a hosts file, a file's name, a sidecar), else it is
 * the address that nearly all of its frames have in common; if there is none, it is a mirror's.
 */
#ifndef VTTIF_TALLY_H
#define VTTIF_TALLY_H

#include <vttif/endpoint.h>
#include <vttif/filter.h>
#include <vttif/frame.h>
#include <vttif/matrix.h>

G_BEGIN_DECLS

/* What tells one endpoint from another. */
enum vttif_key {
    VTTIF_KEY_IP, /* IP address */
    VTTIF_KEY_MAC, /* MAC address: only links that have them */
    VTTIF_KEY_PORT /* IP address and TCP, UDP or SCTP port: a process */
};

/* Whether a frame is wanted: captured bytes of a frame that was wire long. */
typedef bool vttif_match_func(void *context, const uint8_t *bytes, uint32_t captured,
                              uint32_t wire);

struct vttif_tally_options {
    enum vttif_count count; /* FRAME, IP or PAYLOAD */
    enum vttif_key key;
    uint32_t mtu; /* largest IP packet of the links, in bytes; 0: from TCP's
                     announcements, else VTTIF_MTU_DEFAULT */
    uint32_t keep; /* bit 1 << reason: that noise counts as the program's */
    struct vttif_ports launcher; /* what has one of these ports is job control */
    size_t max_pairs; /* 0: VTTIF_PAIRS_MAX */
    uint64_t seed; /* any number, best a random one: makes the tables' order unforeseeable */
    vttif_match_func *match; /* the user's filter, or NULL */
    void *match_context;
};

#define VTTIF_PAIRS_MAX (1u << 20)

struct vttif_tally;
typedef struct vttif_tally vttif_tally; /* the name that g_autoptr wants */

struct vttif_tally *vttif_tally_new(const struct vttif_tally_options *options);
void vttif_tally_free(struct vttif_tally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_tally, vttif_tally_free)

/* Takes in one frame, seen at time_ns (since any epoch, the same for all captures). O(1). */
void vttif_tally_add(struct vttif_tally *tally, enum vttif_link link, const uint8_t *bytes,
                     uint32_t captured, uint32_t wire, int64_t time_ns);
/* Says that no frame follows: fragments that waited for their first one are counted by their
 * addresses alone. Gives up all memory but the pairs. */
void vttif_tally_finish(struct vttif_tally *tally);

/* A capture as it goes into vttif_merge. */
struct vttif_capture {
    const char *name; /* of the file, for notes */
    const struct vttif_tally *tally; /* finished */
    const struct vttif_address *addresses; /* of the host whose capture it is; NULL: find out */
    size_t n_addresses;
    uint64_t kernel_drops; /* frames that the kernel lost */
    bool truncated; /* the capture ended early */
};

/*
 * Joins n > 0 captures, all of the same count and key, to a matrix with its account. With hosts,
 * the endpoints are the hosts, in their order; without, the addresses of all frames that were kept,
 * in their order. What each capture was taken for is appended to notes (may be NULL), a line each.
 * Fails with VTTIF_ERROR_LIMIT if there are more than VTTIF_MATRIX_MAX endpoints.
 * O(p log p), p the number of pairs. Returns a new reference.
 */
struct vttif_matrix *vttif_merge(const struct vttif_capture *captures, size_t n,
                                 const struct vttif_hosts *hosts, GString *notes, GError **error);

G_END_DECLS

#endif
