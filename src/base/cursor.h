// SPDX-License-Identifier: Apache-2.0
/*
 * The one way to bytes from outside. A cursor stands somewhere in a piece of memory and hands out
 * spans that are known to be inside of it; numbers are read big-endian from a span by its field's
 * offset. Nothing here allocates, and nothing can read past the end.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

static inline size_t cursor_left(const struct cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* The next n bytes, and the cursor behind them; NULL, and the cursor where it was, if there are
 * fewer. */
static inline const uint8_t *cursor_take(struct cursor *cursor, size_t n)
{
    const uint8_t *span = cursor->at;
    if (cursor_left(cursor) < n)
        return NULL;
    cursor->at += n;
    return span;
}

/* The next n bytes without moving; NULL if there are fewer. */
static inline const uint8_t *cursor_peek(const struct cursor *cursor, size_t n)
{
    return cursor_left(cursor) < n ? NULL : cursor->at;
}

static inline uint16_t be16(const uint8_t *span)
{
    uint16_t value;
    memcpy(&value, span, sizeof value);
    return be16toh(value);
}

static inline uint32_t be32(const uint8_t *span)
{
    uint32_t value;
    memcpy(&value, span, sizeof value);
    return be32toh(value);
}

static inline uint64_t be64(const uint8_t *span)
{
    uint64_t value;
    memcpy(&value, span, sizeof value);
    return be64toh(value);
}

#endif
