// SPDX-License-Identifier: Apache-2.0
/*
 * Names and numbers: which endpoint an address belongs to, which pair two endpoints make. Endpoint
 * 0 is "other", pair 0 is from it to itself: what finds the tables full. Numbers and names do not
 * change until directory_forget takes them away; then they may be given to others.
 */
#ifndef MONITOR_DIRECTORY_H
#define MONITOR_DIRECTORY_H

#include <stdbool.h>
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

/* Whether the tables are nearly full. */
bool directory_is_short(const struct directory *directory);
/* Takes away pairs[n], none of which is 0, and the endpoints that are then in no pair and no hosts
 * file. O(all). Their numbers are given to others only after directory_reuse. */
void directory_forget(struct directory *directory, const uint32_t *pairs, size_t n);
void directory_reuse(struct directory *directory, const uint32_t *pairs, size_t n);

/* Numbers of endpoints are below this; how many have a name. */
size_t directory_endpoints(const struct directory *directory);
size_t directory_named(const struct directory *directory);
/* NULL: nobody has the number. */
const char *directory_name(const struct directory *directory, uint32_t endpoint);
gssize directory_find(const struct directory *directory, const char *name);
/* Numbers of pairs are below this; how many are taken; whether a number is one's. */
size_t directory_pairs(const struct directory *directory);
size_t directory_used_pairs(const struct directory *directory);
bool directory_is_pair(const struct directory *directory, uint32_t pair);
/* All pairs by their numbers; valid until one is added. */
const struct directory_pair *directory_all_pairs(const struct directory *directory);
struct directory_pair directory_get_pair(const struct directory *directory, uint32_t pair);

/* All endpoints in the order in which people want to see them: the hosts in that of their file,
 * then addresses in theirs, "other" last; and all pairs in the order of their senders, then their
 * receivers. *n gets how many. Valid until something is added or taken away. */
const uint32_t *directory_endpoint_order(struct directory *directory, size_t *n);
const uint32_t *directory_pair_order(struct directory *directory, size_t *n);

#endif
