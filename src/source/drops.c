// SPDX-License-Identifier: Apache-2.0
#include "source/drops.h"

#include "base/cursor.h"

#include <glib.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
    BLOCK_STATISTICS = 5,
    HEADER_BYTES = 8, /* type, length */
    SECTION_BYTES = 12, /* and the byte-order magic */
    TRAILER_BYTES = 4, /* the length again */
    BLOCK_MIN_BYTES = HEADER_BYTES + TRAILER_BYTES,
    STATISTICS_BYTES = 20, /* header, interface, time */
    OPTION_IFDROP = 5, /* lost by the interface: for dumpcap, what libpcap says was dropped */
    OPTION_OSDROP = 7, /* lost by the operating system */
};
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

static uint64_t number(const struct drops *drops, const uint8_t *at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | at[drops->big_endian ? i : n - 1 - i];
    return value;
}

static uint32_t block_type(const struct drops *drops)
{
    return (uint32_t)number(drops, drops->block, 4);
}

static uint32_t block_length(const struct drops *drops)
{
    return (uint32_t)number(drops, drops->block + 4, 4);
}

/* How many bytes of the block at hand have to be there. */
static size_t bytes_needed(const struct drops *drops)
{
    if (drops->have < HEADER_BYTES)
        return HEADER_BYTES;
    if (block_type(drops) == BLOCK_SECTION)
        return SECTION_BYTES;
    return block_type(drops) == BLOCK_STATISTICS
               ? CLAMP(block_length(drops), HEADER_BYTES, DROPS_BLOCK)
               : HEADER_BYTES;
}

static void begin_section(struct drops *drops)
{
    drops->before = drops_sum(drops);
    memset(drops->current, 0, sizeof drops->current);
    drops->big_endian = be32(drops->block + HEADER_BYTES) == BYTE_ORDER_MAGIC;
    drops->in_section =
        drops->big_endian || number(drops, drops->block + HEADER_BYTES, 4) == BYTE_ORDER_MAGIC;
}

static uint64_t sum_options(const struct drops *drops, struct cursor options)
{
    uint64_t sum = 0;
    const uint8_t *header;
    while ((header = cursor_take(&options, 4)) != NULL) {
        uint64_t code = number(drops, header, 2), length = number(drops, header + 2, 2);
        const uint8_t *value = cursor_take(&options, (length + 3) & ~(uint64_t)3);
        if (!value)
            break;
        if ((code == OPTION_IFDROP || code == OPTION_OSDROP) && length == 8)
            sum += number(drops, value, 8);
    }
    return sum;
}

static void take_statistics(struct drops *drops)
{
    size_t end = MIN((size_t)block_length(drops) - TRAILER_BYTES, drops->have);
    struct cursor cursor = {drops->block, drops->block + end};
    if (!cursor_take(&cursor, STATISTICS_BYTES))
        return;
    uint64_t interface = number(drops, drops->block + HEADER_BYTES, 4);
    uint64_t lost = sum_options(drops, cursor);
    if (interface < DROPS_INTERFACES)
        drops->current[interface] = lost;
    else
        drops->before += lost;
}

static void take_block(struct drops *drops)
{
    if (block_type(drops) == BLOCK_SECTION)
        begin_section(drops);
    uint64_t length = ((uint64_t)block_length(drops) + 3) & ~(uint64_t)3;
    if (!drops->in_section || length < BLOCK_MIN_BYTES || length < drops->have) {
        drops->lost = true;
        return;
    }
    if (block_type(drops) == BLOCK_STATISTICS)
        take_statistics(drops);
    drops->skip = length - drops->have;
    drops->have = 0;
}

void drops_feed(struct drops *drops, const uint8_t *bytes, size_t n)
{
    while (n > 0 && !drops->lost) {
        uint64_t step =
            drops->skip ? MIN(drops->skip, n) : MIN(bytes_needed(drops) - drops->have, n);
        if (drops->skip) {
            drops->skip -= step;
        } else {
            memcpy(drops->block + drops->have, bytes, step);
            drops->have += step;
            if (drops->have == bytes_needed(drops))
                take_block(drops);
        }
        bytes += step;
        n -= step;
    }
}

uint64_t drops_sum(const struct drops *drops)
{
    uint64_t sum = drops->before;
    for (size_t i = 0; i < DROPS_INTERFACES; i++)
        sum += drops->current[i];
    return sum;
}
