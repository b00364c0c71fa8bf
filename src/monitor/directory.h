// SPDX-License-Identifier: Apache-2.0
/*
 * Names and numbers: which endpoint an address belongs to, which pair two endpoints make. Endpoint
 * 0 is "other", pair 0 is from it to itself: what finds the tables full. Numbers and names do not
 * change and are never given away again.
 */
#ifndef MONITOR_DIRECTORY_H
#define MONITOR_DIRECTORY_H

#include <vttif/endpoint.h>

struct directory;

struct directory_pair {
    uint32_t from, to;
};

struct directory *directory_new(size_t max_pairs, const struct vttif_hosts *hosts);
void directory_free(struct directory *directory);
/* From now on these hosts' names hold. All of them become endpoints. */
void directory_set_hosts(struct directory *directory, const struct vttif_hosts *hosts);

/* The endpoint of an address, made if it is new. */
uint32_t directory_endpoint(struct directory *directory, const struct vttif_address *address);
/* The pair, made if it is new. */
uint32_t directory_pair(struct directory *directory, uint32_t from, uint32_t to);

size_t directory_endpoints(const struct directory *directory);
const char *directory_name(const struct directory *directory, uint32_t endpoint);
gssize directory_find(const struct directory *directory, const char *name);
size_t directory_pairs(const struct directory *directory);
/* All pairs by their numbers; valid until one is added. */
const struct directory_pair *directory_all_pairs(const struct directory *directory);
struct directory_pair directory_get_pair(const struct directory *directory, uint32_t pair);

/* All endpoints in the order in which people want to see them: the hosts in that of their file,
 * then addresses in theirs, "other" last; and all pairs in the order of their senders, then their
 * receivers. Valid until something is added. */
const uint32_t *directory_endpoint_order(struct directory *directory);
const uint32_t *directory_pair_order(struct directory *directory);

#endif
