// SPDX-License-Identifier: Apache-2.0
/*
 * Fast Fourier transforms of FFT_LINES lines at a time, for fields that are larger than the caches.
 *
 * A line is n complex values, anywhere in memory; FFT_LINES of them are brought into a block that
 * fits the first caches, transformed there, and written back:
 *
 *     fft_load_...   ──   fft_transform   ──   fft_store_...
 *
 * In the block the lines lie side by side, real and imaginary parts apart, so every step of the
 * transform is the same arithmetic on neighbouring numbers, whatever the direction of the lines was
 * in memory. The transform is Stockham's (radix 4, and one step of radix 2 where n is no power of
 * four): it needs no bit reversal and goes from one half of the block to the other at each step.
 *
 * Memory is given by rows: pointers to runs of neighbouring values.
 *
 *     across rows: line l is the column `column + l` of n rows    (y and z of a field x fastest)
 *     along rows:  line l is row l, which has n values            (x)
 */
#ifndef NAS_FFT_H
#define NAS_FFT_H

#include <stddef.h>

/* Lines of a block: two vectors of 256 bits, and whole cache lines of memory on both sides. */
#define FFT_LINES 8
/* The longest line. */
#define FFT_LENGTH_MAX 4096

struct complex_value {
    double re, im;
};

enum fft_direction {
    FFT_FORWARD, /* X[k] = sum x[j] exp(-2 pi i j k / n) */
    FFT_INVERSE, /* X[k] = sum x[j] exp(+2 pi i j k / n): n times the inverse */
};

/* Roots of unity of one length, and a block. */
struct fft;

/* n is a power of two, 2 to FFT_LENGTH_MAX. NULL if there is no memory. */
struct fft *fft_new(size_t n);
void fft_free(struct fft *fft);

/* The values at (row j, column + l) become those of line l, element j. */
void fft_load_across(struct fft *fft, struct complex_value *const *rows, size_t column);

/* The same with each value multiplied by row_scale[j] * column_scale[column + l]. */
void fft_load_across_scaled(struct fft *fft, struct complex_value *const *rows, size_t column,
                            const double *row_scale, const double *column_scale);

/* The values of FFT_LINES rows. */
void fft_load_along(struct fft *fft, struct complex_value *const *rows);

/* Transforms the lines of the block, in natural order on both sides. */
void fft_transform(struct fft *fft, enum fft_direction direction);

/* Back to memory. */
void fft_store_across(const struct fft *fft, struct complex_value *const *rows, size_t column);
void fft_store_along(const struct fft *fft, struct complex_value *const *rows);

#endif
