// SPDX-License-Identifier: Apache-2.0
/*
 * What a pcapng file says that was lost while it was captured, which libpcap does not tell: the
 * Interface Statistics Blocks (draft-ietf-opsawg-pcapng, 4.6) that dumpcap and Wireshark write.
 * The bytes of the file are fed in pieces of any size, as they are read.
 */
#ifndef SOURCE_DROPS_H
#define SOURCE_DROPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DROPS_INTERFACES 64
#define DROPS_BLOCK      512

struct drops {
    uint8_t block[DROPS_BLOCK]; /* the beginning of the block at hand */
    size_t have; /* bytes of it */
    uint64_t skip; /* bytes of the file before the next block */
    bool big_endian; /* the section */
    bool in_section, lost; /* lost: no pcapng, or damaged; nothing more is read */
    uint64_t current[DROPS_INTERFACES]; /* of the section's interfaces */
    uint64_t before; /* of earlier sections, and of interfaces beyond DROPS_INTERFACES */
};

/* Takes the next n bytes of the file; begin with a struct drops of zeros. */
void drops_feed(struct drops *drops, const uint8_t *bytes, size_t n);
/* The frames lost as far as the file was fed. A later block of an interface replaces an earlier
 * one: they count from the beginning of the capture. */
uint64_t drops_sum(const struct drops *drops);

#endif
