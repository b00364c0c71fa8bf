// SPDX-License-Identifier: Apache-2.0
/*
 * Where live counts come from: bytes and packets per ordered pair of endpoints, counted while they
 * pass, by the kernel (live_bpf_open), from an AF_PACKET ring (live_packet_open), or from a capture
 * file that is played with its own clock (live_replay_open). All stand behind one table of calls.
 *
 * A live source watches interfaces, and keeps cumulative counters: they only ever grow, and pair i
 * is the same pair as long as the counters live. The reader takes differences. Counters of the
 * eBPF source can outlive the process (pinned), so a reader that starts again finds what passed
 * meanwhile; `epoch` says whether these are still the same counters.
 *
 * Counted once: a frame is counted at the first watched place that it passes on this host. At the
 * place where its sender sits that is SENT; where it comes in from a sender that is not watched
 * here, RECEIVED. The local matrix is the sum of both; who joins several hosts takes a pair from
 * the sender's host if it is watched there.
 *
 *     side PORT: the endpoint is beyond the interface        side HOST: it is behind, on this host
 *
 *        VM ──► tap0 ──► bridge        ingress = SENT           program ──► eth0 ──► wire
 *        VM ◄── tap0 ◄── bridge        egress  = RECEIVED       egress = SENT, ingress = RECEIVED
 *
 * Crossings (paper, 5.2 and Fig. 7): per pair, the time is stamped whenever its bytes (of the
 * configured count) reach or pass an integral multiple of byte_threshold; one packet makes at most
 * one stamp. When two successive stamps are closer than time_bound, the source tells of a crossing.
 */
#ifndef SOURCE_LIVE_H
#define SOURCE_LIVE_H

#include <vttif/endpoint.h>
#include <vttif/error.h>
#include <vttif/filter.h>
#include <vttif/matrix.h>
#include <vttif/tally.h>

#define LIVE_PAIRS_DEFAULT 65536u
#define LIVE_PAIRS_MAX     (1u << 22)

/* Pairs that have sent fewer do not push out those that have sent as many. */
#define LIVE_MANY_PACKETS 8

/* --- what is counted ------------------------------------------------------------------------ */

enum live_place {
    LIVE_SENT, /* at the interface where the sender sits */
    LIVE_RECEIVED /* at the receiver's; the sender is not watched here */
};

/* All three counts are always kept. */
struct live_sum {
    uint64_t frame_bytes, ip_bytes, payload_bytes;
    uint64_t packets; /* on the wire: a super-packet is as many as it becomes */
};

struct live_pair {
    struct vttif_address from, to; /* as the key says; a host of the hosts file is known by the
                                      address that was in the frame */
    uint8_t place; /* enum live_place */
    /* Another one: this is another pair, whose sums began at 0. One that has left the table is
     * followed by nobody, from.kind NONE, and then maybe by a new one. */
    uint32_t life;
};

/* The counters at one moment. Begin with one of zeros; live_read fills it, again and again. */
struct live_snapshot {
    int64_t time_ns; /* on the source's clock */
    uint64_t epoch; /* another number: the counters began at 0 again, and pairs are others */
    size_t n_pairs; /* grows only, within an epoch */
    struct live_pair *pairs; /* pairs[n_pairs]: one stays what it is while its life is the same */
    struct live_sum *sums; /* sums[n_pairs] */
    struct live_sum other; /* packets of pairs that no longer fitted the table */
    struct live_sum forgotten; /* of pairs that have left: a snapshot had them as long as they were
                                  there, so this is for who comes later */
    struct live_sum filtered[VTTIF_REASONS]; /* by reason; what is no IP counts frame_bytes only */
    uint64_t undecodable; /* frames too short or malformed to say who sent them */
    uint64_t kernel_drops; /* frames that passed uncounted: a full ring (AF_PACKET only) */
    uint64_t lost_crossings; /* crossings that found their ring full */
    int64_t last_crossing_ns; /* when two stamps of any pair were last closer than time_bound; 0:
                                 never. Not rate-limited, unlike the events */
};

void live_snapshot_clear(struct live_snapshot *snapshot);

/* The bytes of a sum by a count. */
static inline uint64_t live_bytes(const struct live_sum *sum, enum vttif_count count)
{
    return count == VTTIF_COUNT_PAYLOAD ? sum->payload_bytes
           : count == VTTIF_COUNT_IP    ? sum->ip_bytes
                                        : sum->frame_bytes;
}

/* --- what happens --------------------------------------------------------------------------- */

/* Two successive stamps of a pair were closer than time_bound. A pair that goes on like this is
 * told of at most once in live_config.crossing_gap_ns. */
struct live_crossing {
    size_t pair; /* index as in a snapshot; the next live_read has it */
    int64_t previous_ns, time_ns; /* the two stamps */
};

enum live_side { LIVE_SIDE_AUTO, LIVE_SIDE_PORT, LIVE_SIDE_HOST };

struct live_interface {
    char name[16];
    int index;
    enum live_side side;
    bool attached; /* false: could not be, or is gone */
    const char *how; /* "tcx", "clsact", "af_packet", "replay" */
};

struct live_events {
    void (*crossing)(void *context, const struct live_crossing *crossing);
    /* An interface came (attached) or went; failure says why a matching one could not be watched,
     * else NULL. */
    void (*interface)(void *context, const struct live_interface *interface, const GError *failure);
    void (*ended)(void *context); /* a replay has come to its end */
    void *context;
};

/* --- opening -------------------------------------------------------------------------------- */

/* Interfaces by name, with * and ?: `tap*`. The first rule that fits a name says its side; AUTO
 * takes taps, ports of a bridge and veths without an address for PORT, everything else for HOST. */
struct live_rule {
    const char *glob;
    enum live_side side;
};

struct live_config {
    enum vttif_key key;
    enum vttif_count count; /* what thresholds are measured in */
    uint32_t keep; /* bit 1 << reason: that noise counts as the program's */
    struct vttif_ports launcher; /* what has one of these ports is job control */
    const char *filter; /* pcap-filter(7) expression for Ethernet frames, or NULL */
    bool vxlan; /* count the frames inside VXLAN (UDP 4789) in place of those around them */
    size_t max_pairs; /* 0: LIVE_PAIRS_DEFAULT */
    int64_t idle_ns; /* pairs that were silent for so long leave the table while it is over half
                        full, in one of the next live_reads; those of LIVE_MANY_PACKETS only while
                        such alone are over half of it. 0: they stay. A replay keeps all */
    const struct vttif_hosts *hosts; /* only these are endpoints; NULL: learn addresses */
    const struct live_rule *rules; /* which interfaces; may be none, with attach calls to follow */
    size_t n_rules;
    bool sent_only; /* only where the sender sits: half the hooks, blind for unwatched senders */
    uint64_t byte_threshold; /* 0: no crossings */
    int64_t time_bound_ns;
    int64_t crossing_gap_ns; /* 0: LIVE_CROSSING_GAP_NS */
    const char *pin; /* eBPF: directory in a bpffs where counters and programs stay when the
                        process ends, or NULL: they go with it */
    bool discard; /* eBPF: counters pinned by another version or for other settings are thrown
                     away; without it they are refused, with VTTIF_ERROR_FORMAT */
    bool no_tcx; /* eBPF: clsact even where the kernel has tcx (6.6) */
    struct live_events events; /* each may be NULL; called from live_dispatch only */
};

#define LIVE_CROSSING_GAP_NS 50000000 /* 20 a second and pair are enough to follow it */

struct live;
typedef struct live live_handle; /* the name that g_autoptr wants */

/* Each copies what it needs of the config (hosts too). They fail with VTTIF_ERROR_PERMISSION (needs
 * CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN; CAP_NET_RAW), VTTIF_ERROR_UNAVAILABLE (the kernel has no
 * such thing, no bpffs at pin), VTTIF_ERROR_ARGUMENT (filter), VTTIF_ERROR_FORMAT (see discard). A
 * rule without a glob for an interface that is not there is an error: HOST; one with a glob waits
 * for it. */
struct live *live_bpf_open(const struct live_config *config, GError **error);
struct live *live_packet_open(const struct live_config *config, GError **error);

/*
 * Plays a capture file ("-": standard input) as if its frames passed now. Its clock is the
 * capture's: it begins with the first frame and runs `speed` times as fast as the time; with speed
 * 0 it waits for nobody and is always at the end of the second in which the next frame lies. All
 * frames count as SENT. Fails as source_open does, and with VTTIF_ERROR_ARGUMENT for a wrong
 * filter.
 */
struct live *live_replay_open(const char *path, const struct live_config *config, double speed,
                              GError **error);
/* Whether live_play can be called: a replay. */
bool live_is_played(const struct live *live);
/* Plays all frames before until_ns, or up to and including the first that makes a crossing. Returns
 * the time up to which was played: until_ns, or that of the crossing. */
int64_t live_play(struct live *live, int64_t until_ns);
/* The time of the next frame, INT64_MAX at the end. */
int64_t live_next_ns(const struct live *live);

/* --- use ------------------------------------------------------------------------------------ */

/* Readable when there is something for live_dispatch; for a main loop (g_unix_fd_source_new). */
int live_fd(const struct live *live);
/* Calls config.events for what has happened, without waiting. */
void live_dispatch(struct live *live);
/* The source's clock: CLOCK_MONOTONIC, or the capture's own. */
int64_t live_now_ns(const struct live *live);
/* Reads all counters. O(pairs), no locks, the counting goes on. With idle_ns, one snapshot is to be
 * read into again and again: a pair that leaves is in the last one before complete. */
bool live_read(struct live *live, struct live_snapshot *snapshot, GError **error);
/* From now on these thresholds hold; the stamps start anew. */
bool live_set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                        GError **error);
/* From now on these are the endpoints (NULL: learn). Counts of those that are none any longer stay
 * in their pairs. */
bool live_set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error);
/* Watches one interface more, or again with another side; or one less. */
bool live_attach(struct live *live, const char *name, enum live_side side, GError **error);
bool live_detach(struct live *live, const char *name, GError **error);
/* The interfaces that are watched, in *n; valid until the next call or dispatch. */
const struct live_interface *live_interfaces(const struct live *live, size_t *n);
/* Ends the reading. Pinned counters go on counting. */
void live_close(struct live *live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(live_handle, live_close)
/* Takes away all that is pinned in that directory: programs, counters, the directory. */
bool live_bpf_remove(const char *pin, GError **error);

/* --- for sources ---------------------------------------------------------------------------- */

struct live_ops {
    const char *name; /* "ebpf", "af_packet", "replay" */
    int (*fd)(const struct live *live);
    void (*dispatch)(struct live *live);
    int64_t (*now_ns)(const struct live *live);
    bool (*read)(struct live *live, struct live_snapshot *snapshot, GError **error);
    bool (*set_threshold)(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                          GError **error);
    bool (*set_hosts)(struct live *live, const struct vttif_hosts *hosts, GError **error);
    /* NULL where interfaces make no sense */
    bool (*watch)(struct live *live, const struct live_interface *interface, GError **error);
    void (*unwatch)(struct live *live, int index); /* of one that is watched */
    const struct live_interface *(*interfaces)(const struct live *live, size_t *n);
    void (*close)(struct live *live); /* frees the source itself */
    /* NULL where frames come by themselves */
    int64_t (*play)(struct live *live, int64_t until_ns);
    int64_t (*next_ns)(const struct live *live);
};

/* The first member of each source's own struct. */
struct live {
    const struct live_ops *ops;
};

/* Whether a time bound is one: it cannot be negative. */
bool live_check_time_bound(int64_t time_bound_ns, GError **error);
/* Calls events->interface, if there is one. */
void live_tell_interface(const struct live_events *events, const struct live_interface *interface,
                         const GError *failure);
/* Makes room for pair n_pairs - 1 in a snapshot. */
void live_snapshot_reserve(struct live_snapshot *snapshot, size_t n_pairs);
/* What a decoded frame adds: what is no IP has no IP length and no payload. */
struct live_sum live_sum_of(const struct vttif_frame *frame);
void live_sum_add(struct live_sum *sum, const struct live_sum *more);

#endif
