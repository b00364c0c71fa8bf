// SPDX-License-Identifier: Apache-2.0
/*
 * A column: many counters at one moment, most of them zero or small, packed without loss.
 *
 * Values are taken in blocks of 64. A block is written with one width of bits for all of its
 * values, the one that makes it shortest; the few values that do not fit are exceptions, which add
 * their upper bits. A block with many zeros is written with a bitmap of what is not zero; blocks of
 * zeros are skipped.
 *
 *     skip    0x3f, number of blocks (2 bytes)
 *     block   header (bits 0-5: width, bit 6: bitmap, bit 7: exceptions), [bitmap, 8 bytes],
 *             values (n * width bits, rounded up to bytes),
 *             [number of exceptions, each: place, upper bits in groups of 7]
 *
 * It is read by adding it up, which is what it is there for: 1 ns a value.
 */
#ifndef MATRIX_COLUMN_H
#define MATRIX_COLUMN_H

#include <stddef.h>
#include <stdint.h>

struct column;

/* Bytes of scratch memory that column_pack wants for n values. */
size_t column_scratch(size_t n);
/* Packs values[n], n < 2^24; free with g_free. NULL if all are zero. */
struct column *column_pack(const uint64_t *values, size_t n, uint8_t *scratch);
/* Adds the column to sums, or subtracts it, modulo 2^64. NULL is a column of zeros. */
void column_add(const struct column *column, uint64_t *sums);
void column_subtract(const struct column *column, uint64_t *sums);
/* Bytes of memory, with what malloc adds; 0 for NULL. */
size_t column_memory(const struct column *column);

#endif
