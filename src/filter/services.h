// SPDX-License-Identifier: Apache-2.0
/* A question asked of every frame: can one of its ports be a service's? */
#ifndef FILTER_SERVICES_H
#define FILTER_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

/* One bit for each 64 ports in which the table of filter.c has a service: two words answer, nearly
 * always with "no". A test holds this against the table. */
#define SERVICE_BUCKET(port) ((port) >> 6)
#define SERVICE_BIT(port)    (UINT64_C(1) << (SERVICE_BUCKET(port) & 63))
#define SERVICE_WORD_0                                                                             \
    (SERVICE_BIT(22) | SERVICE_BIT(67) | SERVICE_BIT(512) | SERVICE_BIT(546) | SERVICE_BIT(853) |  \
     SERVICE_BIT(2049))
#define SERVICE_WORD_1 (SERVICE_BIT(5353) | SERVICE_BIT(6000) | SERVICE_BIT(6063))

/* False: the port is no service's. True: it may be. */
static inline bool service_is_near(uint16_t port)
{
    if (port >= 2 * 64 * 64)
        return false;
    uint64_t word = port < 64 * 64 ? SERVICE_WORD_0 : SERVICE_WORD_1;
    return word & SERVICE_BIT(port);
}

#endif
