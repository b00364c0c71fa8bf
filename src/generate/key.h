// SPDX-License-Identifier: Apache-2.0
/* What tells endpoints apart: from what the addresses of the hosts are, or as the user says. */
#ifndef GENERATE_KEY_H
#define GENERATE_KEY_H

#include <vttif/tally.h>

/* Whether frames that are told apart by that key can be those of the address. */
bool key_suits(enum vttif_key key, const struct vttif_address *address);

/*
 * *key is *wanted, or, if wanted is NULL, by port if a host has a port, by MAC address if no host
 * has anything else, and else by IP address (hosts NULL: by IP address). Fails with
 * VTTIF_ERROR_ARGUMENT if a host has no address that suits it: its row would be of zeros.
 */
bool key_choose(const struct vttif_hosts *hosts, const enum vttif_key *wanted, enum vttif_key *key,
                GError **error);

#endif
