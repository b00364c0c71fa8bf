// SPDX-License-Identifier: Apache-2.0
/*
 * PVM's job control: start this program, it has ended, connect to me here, I have got your
 * datagram. Its daemons (pvmds) do so on any UDP port, but each of their datagrams begins with a
 * header that says from whom to whom it is, and the first one of a message goes on with the
 * message's header:
 *
 *     0         4         8     10     12     13        16        20
 *     receiver  sender    number  ack  flags  0  0  0   encoding  tag
 *
 * An identifier is a daemon's, which has the highest bit and nothing besides but its host's number
 * (bits 18 to 29), or a task's, which has the task's number (bits 0 to 17). A program's messages go
 * from task to task, also when they go by the daemons, and their tags are not negative: those of
 * libpvm's own messages are.
 */
#ifndef FRAME_PVMD_H
#define FRAME_PVMD_H

#include "base/cursor.h"

enum { PVMD_BYTES = 16, PVMD_FROM = 4, PVMD_FLAGS = 12, PVMD_TAG = 20, PVMD_TAG_END = 24 };
enum { PVMD_FLAG_BEGINS = 0x01, PVMD_FLAGS_MAX = 0x1f };
#define PVMD_DAEMON    0x80000000u
#define PVMD_NO_DAEMON 0x4003ffffu
#define PVMD_TASK      0x0003ffffu
/* Tags of libpvm and pvmd have these upper halves. */
#define PVMD_TAG_FIRST 0x8001u
#define PVMD_TAG_LAST  0x8003u

static inline bool pvmd_is_identifier(uint32_t id)
{
    return id & PVMD_DAEMON ? (id & PVMD_NO_DAEMON) == 0 : (id & PVMD_TASK) != 0;
}

/* Whether a UDP payload begins as a pvmd's datagram; PVMD_BYTES of it are there. */
static inline bool pvmd_may_be(const uint8_t *payload)
{
    uint32_t flags = be32(payload + PVMD_FLAGS); /* and three bytes that are 0 */
    if ((flags & 0xffffff) != 0 || flags == 0 || flags >> 24 > PVMD_FLAGS_MAX)
        return false;
    return pvmd_is_identifier(be32(payload)) && pvmd_is_identifier(be32(payload + PVMD_FROM));
}

/* Whether a UDP payload, of which so many bytes are there, is PVM's and not its program's. */
static inline bool pvmd_is_own(const uint8_t *payload, size_t bytes)
{
    if (bytes < PVMD_BYTES || !pvmd_may_be(payload))
        return false;
    if ((be32(payload) | be32(payload + PVMD_FROM)) & PVMD_DAEMON)
        return true;
    uint32_t kind = bytes < PVMD_TAG_END ? 0 : be32(payload + PVMD_TAG) >> 16;
    return (payload[PVMD_FLAGS] & PVMD_FLAG_BEGINS) && kind >= PVMD_TAG_FIRST &&
           kind <= PVMD_TAG_LAST;
}

#endif
