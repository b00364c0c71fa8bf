// SPDX-License-Identifier: Apache-2.0
/* What tests of live sources ask of their counters. */
#ifndef TESTS_COUNTED_H
#define TESTS_COUNTED_H

#include "source/live.h"

static inline void assert_sum(const struct live_sum *sum, uint64_t frame, uint64_t ip,
                              uint64_t payload, uint64_t packets)
{
    g_assert_cmpuint(sum->frame_bytes, ==, frame);
    g_assert_cmpuint(sum->ip_bytes, ==, ip);
    g_assert_cmpuint(sum->payload_bytes, ==, payload);
    g_assert_cmpuint(sum->packets, ==, packets);
}

static inline void assert_address(const struct vttif_address *address, const char *text)
{
    char is[VTTIF_ADDRESS_TEXT_MAX];
    vttif_address_format(address, is);
    g_assert_cmpstr(is, ==, text);
}

#endif
