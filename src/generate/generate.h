// SPDX-License-Identifier: Apache-2.0
/*
 * Capture files in, one matrix out (paper, section 2, Generate). Files are read in parallel, one
 * thread a file at a time, a tally each; vttif_merge joins them.
 *
 * Whose capture a file is: from its sidecar (HOST-DATE-TIME.json, which `vttif monitor` writes),
 * else from the hosts file and the file's name (HOST-..., HOST....), else from its frames.
 */
#ifndef GENERATE_GENERATE_H
#define GENERATE_GENERATE_H

#include <vttif/tally.h>

struct generate_options {
    const struct vttif_hosts *hosts; /* NULL: from the sidecars if every file has one, else the
                                        endpoints are the addresses seen */
    enum vttif_count count;
    const enum vttif_key *key; /* NULL: what the addresses of the hosts are */
    uint32_t mtu, keep; /* as in vttif_tally_options */
    struct vttif_ports launcher; /* beside those that sidecars name */
    size_t max_pairs; /* a file; 0 for the default */
    const char *expression; /* pcap-filter, or NULL */
    unsigned jobs; /* threads; 0: one a processor */
    /* Called in the caller's thread about ten times a second; NULL for none. */
    void (*progress)(void *context, uint64_t done_bytes, uint64_t all_bytes);
    void *progress_context;
};

/*
 * The matrix of n > 0 capture files ("-" is standard input). A file that ends early or is damaged
 * in the middle is used up to there: the account says truncated, and a message is added to problems
 * (of char *, freed with it). notes gets what each file was taken for. Fails if a file cannot be
 * opened, is no capture, or the expression is wrong. Memory depends on pairs, not on file sizes.
 */
struct vttif_matrix *generate_matrix(const char *const *files, size_t n,
                                     const struct generate_options *options, GPtrArray *problems,
                                     GString *notes, GError **error);

#endif
