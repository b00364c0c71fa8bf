// SPDX-License-Identifier: Apache-2.0
/* Whose capture it is. */
#ifndef TALLY_OWNER_H
#define TALLY_OWNER_H

#include "tally/tally.h"

/* The addresses of the host at which a capture was made; none for a mirror port. */
struct owner {
    const struct vttif_address *addresses;
    size_t n_addresses;
    struct vttif_address found; /* what addresses points at if it was found from the frames */
};

/*
 * Fills *owner: what the capture says, else the address that at least OWNER_SHARE of its frames
 * have in common, with all addresses of its host if hosts is given and knows it. O(pairs).
 */
#define OWNER_SHARE 0.95
void owner_find(const struct vttif_capture *capture, const struct vttif_hosts *hosts,
                struct owner *owner);

/* Whether the address, whatever its port, is the owner's. */
bool owner_has(const struct owner *owner, const struct vttif_address *address);
/* Whether two captures were made at the same place: by two mirrors too. */
bool owner_same(const struct owner *a, const struct owner *b);

#endif
