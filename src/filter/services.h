// SPDX-License-Identifier: Apache-2.0
/* A question asked of every frame: can one of its ports be a service's? */
#ifndef FILTER_SERVICES_H
#define FILTER_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a service of filter.c's table is among the 64 ports of a bucket: one byte each, 1 KB in
 * all, nearly always "no", and no branch. A test holds this against the table. */
#define SERVICE_BUCKET(port) ((port) >> 6)
extern const uint8_t service_buckets[SERVICE_BUCKET(65536)];

/* False: the port is no service's. True: it may be. */
static inline bool service_is_near(uint16_t port)
{
    return service_buckets[SERVICE_BUCKET(port)];
}

#endif
