// SPDX-License-Identifier: Apache-2.0
#include "matrix/column.h"

#include <glib.h>
#include <malloc.h>
#include <stdbool.h>
#include <string.h>

#define BLOCK     64
#define WIDTH_MAX 56 /* with 7 bits of a byte before it, a value is within 8 bytes */
#define SKIP      0x3f
#define BITMAP    0x40
#define EXTRAS    0x80
#define WIDTH     0x3f
#define SKIP_MAX  0xffff
/* More exceptions than this cost more than one bit of width for all. */
#define EXTRAS_MAX 16
#define PADDING    8 /* values are read 8 bytes at a time */
#define BLOCK_MAX  (1 + 8 + BLOCK * WIDTH_MAX / 8 + 1 + BLOCK * 3 + 3)

struct column {
    uint32_t n; /* values */
    uint32_t length; /* of bytes, without padding */
    uint8_t bytes[];
};

static uint64_t load64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return GUINT64_FROM_LE(value);
}

static void store64(uint8_t *bytes, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(bytes, &value, sizeof value);
}

static unsigned bits_of(uint64_t value)
{
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

static size_t packed_bytes(size_t n, unsigned width)
{
    return (n * width + 7) / 8;
}

/* --- pack ----------------------------------------------------------------------------------- */

/* How a block is written. */
struct plan {
    unsigned width, extras;
    size_t bytes;
};

/* What the exceptions take at a width; *extras gets their number. */
static size_t extras_bytes(const unsigned counts[65], unsigned width, unsigned most,
                           unsigned *extras)
{
    size_t bytes = 0;
    *extras = 0;
    for (unsigned bits = width + 1; bits <= most; bits++) {
        bytes += counts[bits] * (1 + (size_t)(bits - width + 6) / 7);
        *extras += counts[bits];
    }
    return bytes + (*extras > 0);
}

/* The cheapest width for n values, counted by their bits. */
static struct plan plan_width(const unsigned counts[65], size_t n, unsigned most)
{
    struct plan best = {.bytes = SIZE_MAX};
    unsigned extras = 0;
    for (unsigned width = MIN(most, WIDTH_MAX);; width--) {
        size_t bytes = packed_bytes(n, width) + extras_bytes(counts, width, most, &extras);
        if (bytes < best.bytes)
            best = (struct plan){width, extras, bytes};
        if (width == 0 || extras > EXTRAS_MAX)
            return best;
    }
}

static uint8_t *write_extras(uint8_t *out, const uint64_t *values, size_t n, struct plan plan)
{
    if (!plan.extras)
        return out;
    *out++ = (uint8_t)plan.extras;
    for (size_t i = 0; i < n; i++) {
        uint64_t upper = values[i] >> plan.width;
        if (!upper)
            continue;
        *out++ = (uint8_t)i;
        for (; upper >= 0x80; upper >>= 7)
            *out++ = (uint8_t)(upper | 0x80);
        *out++ = (uint8_t)upper;
    }
    return out;
}

static uint8_t *write_values(uint8_t *out, const uint64_t *values, size_t n, struct plan plan)
{
    size_t bytes = packed_bytes(n, plan.width);
    uint64_t mask = ((uint64_t)1 << plan.width) - 1;
    memset(out, 0, bytes + PADDING);
    for (size_t i = 0; i < n; i++) {
        size_t bit = i * plan.width;
        uint8_t *at = out + bit / 8;
        store64(at, load64(at) | (values[i] & mask) << bit % 8);
    }
    return write_extras(out + bytes, values, n, plan);
}

static uint8_t *write_block(uint8_t *out, const uint64_t *values, size_t n)
{
    unsigned counts[65] = {0}, most = 0;
    uint64_t bitmap = 0, used[BLOCK];
    size_t n_used = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned bits = bits_of(values[i]);
        counts[bits]++;
        most = MAX(most, bits);
        if (bits) {
            bitmap |= (uint64_t)1 << i;
            used[n_used++] = values[i];
        }
    }
    struct plan dense = plan_width(counts, n, most);
    counts[0] = 0;
    struct plan sparse = plan_width(counts, n_used, most);
    bool is_sparse = sparse.bytes + sizeof bitmap < dense.bytes;
    struct plan plan = is_sparse ? sparse : dense;
    *out++ = (uint8_t)(plan.width | (is_sparse ? BITMAP : 0) | (plan.extras ? EXTRAS : 0));
    if (!is_sparse)
        return write_values(out, values, n, plan);
    store64(out, bitmap);
    return write_values(out + sizeof bitmap, used, n_used, plan);
}

static bool all_zero(const uint64_t *values, size_t n)
{
    uint64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= values[i];
    return any == 0;
}

static uint8_t *write_skip(uint8_t *out, size_t blocks)
{
    for (; blocks > 0; blocks -= MIN(blocks, SKIP_MAX)) {
        *out++ = SKIP;
        *out++ = (uint8_t)(MIN(blocks, SKIP_MAX) & 0xff);
        *out++ = (uint8_t)(MIN(blocks, SKIP_MAX) >> 8);
    }
    return out;
}

size_t column_scratch(size_t n)
{
    return (n / BLOCK + 1) * BLOCK_MAX + PADDING;
}

struct column *column_pack(const uint64_t *values, size_t n, uint8_t *scratch)
{
    uint8_t *out = scratch;
    size_t skipped = 0, end = 0;
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t here = MIN(BLOCK, n - i);
        if (all_zero(values + i, here)) {
            skipped++;
            continue;
        }
        out = write_block(write_skip(out, skipped), values + i, here);
        skipped = 0;
        end = i + here;
    }
    if (out == scratch)
        return NULL;
    size_t length = (size_t)(out - scratch);
    struct column *column = g_malloc(sizeof *column + length + PADDING);
    *column = (struct column){.n = (uint32_t)end, .length = (uint32_t)length};
    memcpy(column->bytes, scratch, length);
    memset(column->bytes + length, 0, PADDING);
    return column;
}

size_t column_memory(const struct column *column)
{
    /* malloc_usable_size leaves out the word before the block. */
    return column ? malloc_usable_size((void *)(uintptr_t)column) + sizeof(size_t) : 0;
}

/* --- add up --------------------------------------------------------------------------------- */

/* sign is 1 or -1, known where this is inlined. */
static inline __attribute__((always_inline)) void add_dense(const uint8_t *in, uint64_t *sums,
                                                            size_t n, unsigned width, uint64_t sign)
{
    uint64_t mask = ((uint64_t)1 << width) - 1;
    for (size_t i = 0, bit = 0; i < n; i++, bit += width)
        sums[i] += sign * (load64(in + bit / 8) >> bit % 8 & mask);
}

static inline __attribute__((always_inline)) void
add_sparse(const uint8_t *in, uint64_t *sums, uint64_t bitmap, unsigned width, uint64_t sign)
{
    uint64_t mask = ((uint64_t)1 << width) - 1;
    for (size_t bit = 0; bitmap; bitmap &= bitmap - 1, bit += width)
        sums[__builtin_ctzll(bitmap)] += sign * (load64(in + bit / 8) >> bit % 8 & mask);
}

/* The place of the k-th bit that is set. */
static unsigned nth_set(uint64_t bitmap, unsigned k)
{
    for (; k > 0; k--)
        bitmap &= bitmap - 1;
    return (unsigned)__builtin_ctzll(bitmap);
}

static const uint8_t *add_extras(const uint8_t *in, uint64_t *sums, bool is_sparse, uint64_t bitmap,
                                 unsigned width, uint64_t sign)
{
    for (unsigned left = *in++; left > 0; left--) {
        unsigned place = is_sparse ? nth_set(bitmap, *in) : *in;
        uint64_t upper = 0;
        in++;
        for (unsigned shift = 0;; shift += 7) {
            upper |= (uint64_t)(*in & 0x7f) << shift;
            if (!(*in++ & 0x80))
                break;
        }
        sums[place] += sign * (upper << width);
    }
    return in;
}

static inline __attribute__((always_inline)) void add_column(const struct column *column,
                                                             uint64_t *sums, uint64_t sign)
{
    const uint8_t *in = column->bytes, *end = in + column->length;
    for (size_t at = 0; in < end; at += BLOCK) {
        uint8_t header = *in++;
        if (header == SKIP) {
            at += (size_t)(in[0] | in[1] << 8) * BLOCK - BLOCK;
            in += 2;
            continue;
        }
        unsigned width = header & WIDTH;
        uint64_t bitmap = 0;
        size_t n = MIN(BLOCK, column->n - at);
        if (header & BITMAP) {
            bitmap = load64(in);
            in += sizeof bitmap;
            n = (size_t)__builtin_popcountll(bitmap);
            add_sparse(in, sums + at, bitmap, width, sign);
        } else if (n == BLOCK) {
            add_dense(in, sums + at, BLOCK, width, sign);
        } else {
            add_dense(in, sums + at, n, width, sign);
        }
        in += packed_bytes(n, width);
        if (header & EXTRAS)
            in = add_extras(in, sums + at, header & BITMAP, bitmap, width, sign);
    }
}

void column_add(const struct column *column, uint64_t *sums)
{
    if (column)
        add_column(column, sums, 1);
}

void column_subtract(const struct column *column, uint64_t *sums)
{
    if (column)
        add_column(column, sums, (uint64_t)-1);
}
