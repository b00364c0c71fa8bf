// SPDX-License-Identifier: Apache-2.0
#include "fft.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "nas.h"

/* Real and imaginary parts of all lines: element j of line l is at j * FFT_LINES + l. */
struct half {
    double *re, *im;
};

/* The compiler makes of it what the processor has. */
enum { VECTOR = 4 };
typedef double vector __attribute__((vector_size(VECTOR * sizeof(double))));

struct fft {
    size_t n;
    struct complex_value *roots; /* exp(-2 pi i k / n) */
    double *memory; /* of the halves */
    struct half now; /* what has been loaded or transformed */
    struct half next;
};

static double *place(struct fft *fft, int part)
{
    /* The parts begin at different cache sets: they are walked side by side. */
    return fft->memory + (size_t)part * (fft->n * FFT_LINES + 64);
}

static bool allocate(struct fft *fft)
{
    size_t doubles = 4 * (fft->n * FFT_LINES + 64);
    fft->roots = malloc(fft->n * sizeof *fft->roots);
    fft->memory = aligned_alloc(64, doubles * sizeof *fft->memory);
    return fft->roots && fft->memory;
}

struct fft *fft_new(size_t n)
{
    assert(n >= 2 && n <= FFT_LENGTH_MAX && (n & (n - 1)) == 0);
    struct fft *fft = calloc(1, sizeof *fft);
    if (!fft)
        return NULL;
    fft->n = n;
    if (!allocate(fft)) {
        fft_free(fft);
        return NULL;
    }
    for (size_t k = 0; k < n; k++) {
        double angle = -2 * M_PI * (double)k / (double)n;
        fft->roots[k] = (struct complex_value){cos(angle), sin(angle)};
    }
    fft->now = (struct half){place(fft, 0), place(fft, 1)};
    fft->next = (struct half){place(fft, 2), place(fft, 3)};
    return fft;
}

void fft_free(struct fft *fft)
{
    if (!fft)
        return;
    free(fft->roots);
    free(fft->memory);
    free(fft);
}

NAS_HOT
void fft_load_across(struct fft *fft, struct complex_value *const *rows, size_t column)
{
    double *restrict re = fft->now.re, *restrict im = fft->now.im;
    for (size_t j = 0; j < fft->n; j++) {
        const struct complex_value *row = rows[j] + column;
        for (size_t l = 0; l < FFT_LINES; l++) {
            re[j * FFT_LINES + l] = row[l].re;
            im[j * FFT_LINES + l] = row[l].im;
        }
    }
}

NAS_HOT
void fft_load_across_scaled(struct fft *fft, struct complex_value *const *rows, size_t column,
                            const double *row_scale, const double *column_scale)
{
    double *restrict re = fft->now.re, *restrict im = fft->now.im;
    for (size_t j = 0; j < fft->n; j++) {
        const struct complex_value *row = rows[j] + column;
        for (size_t l = 0; l < FFT_LINES; l++) {
            double scale = row_scale[j] * column_scale[column + l];
            re[j * FFT_LINES + l] = scale * row[l].re;
            im[j * FFT_LINES + l] = scale * row[l].im;
        }
    }
}

NAS_HOT
void fft_load_along(struct fft *fft, struct complex_value *const *rows)
{
    double *restrict re = fft->now.re, *restrict im = fft->now.im;
    for (size_t j = 0; j < fft->n; j++) {
        for (size_t l = 0; l < FFT_LINES; l++) {
            re[j * FFT_LINES + l] = rows[l][j].re;
            im[j * FFT_LINES + l] = rows[l][j].im;
        }
    }
}

NAS_HOT
void fft_store_across(const struct fft *fft, struct complex_value *const *rows, size_t column)
{
    const double *restrict re = fft->now.re, *restrict im = fft->now.im;
    for (size_t j = 0; j < fft->n; j++) {
        struct complex_value *row = rows[j] + column;
        for (size_t l = 0; l < FFT_LINES; l++)
            row[l] = (struct complex_value){re[j * FFT_LINES + l], im[j * FFT_LINES + l]};
    }
}

NAS_HOT
void fft_store_along(const struct fft *fft, struct complex_value *const *rows)
{
    const double *restrict re = fft->now.re, *restrict im = fft->now.im;
    for (size_t j = 0; j < fft->n; j++)
        for (size_t l = 0; l < FFT_LINES; l++)
            rows[l][j] = (struct complex_value){re[j * FFT_LINES + l], im[j * FFT_LINES + l]};
}

/*
 * A step of radix 4 on transforms of length 4 * quarter, of which `width` lie side by side (lines
 * times what earlier steps have split off). Element p of every quarter makes element p of each of
 * the four transforms of a quarter of the length that are left; those lie side by side afterwards.
 */
NAS_HOT
static void step_4(const struct half *from, const struct half *to, size_t quarter, size_t width,
                   const struct complex_value *roots, size_t root_step)
{
    const size_t w = width / VECTOR, q = quarter * w;
    for (size_t p = 0; p < quarter; p++) {
        const vector *xr = (const vector *)from->re + p * w, *xi = (const vector *)from->im + p * w;
        vector *yr = (vector *)to->re + 4 * p * w, *yi = (vector *)to->im + 4 * p * w;
        const struct complex_value w1 = roots[p * root_step], w2 = roots[2 * p * root_step],
                                   w3 = roots[3 * p * root_step];
        for (size_t l = 0; l < w; l++) {
            vector even_r = xr[l] + xr[l + 2 * q], even_i = xi[l] + xi[l + 2 * q];
            vector gap_r = xr[l] - xr[l + 2 * q], gap_i = xi[l] - xi[l + 2 * q];
            vector odd_r = xr[l + q] + xr[l + 3 * q], odd_i = xi[l + q] + xi[l + 3 * q];
            vector turn_r = xi[l + q] - xi[l + 3 * q], turn_i = xr[l + 3 * q] - xr[l + q];
            vector b_r = gap_r + turn_r, b_i = gap_i + turn_i;
            vector c_r = even_r - odd_r, c_i = even_i - odd_i;
            vector d_r = gap_r - turn_r, d_i = gap_i - turn_i;
            yr[l] = even_r + odd_r;
            yi[l] = even_i + odd_i;
            yr[l + w] = b_r * w1.re - b_i * w1.im;
            yi[l + w] = b_r * w1.im + b_i * w1.re;
            yr[l + 2 * w] = c_r * w2.re - c_i * w2.im;
            yi[l + 2 * w] = c_r * w2.im + c_i * w2.re;
            yr[l + 3 * w] = d_r * w3.re - d_i * w3.im;
            yi[l + 3 * w] = d_r * w3.im + d_i * w3.re;
        }
    }
}

/* The last step where n is no power of four: transforms of length 2. */
NAS_HOT
static void step_2(const struct half *from, const struct half *to, size_t width)
{
    const double *restrict xr = from->re, *restrict xi = from->im;
    double *restrict yr = to->re, *restrict yi = to->im;
    for (size_t l = 0; l < width; l++) {
        yr[l] = xr[l] + xr[l + width];
        yi[l] = xi[l] + xi[l + width];
        yr[l + width] = xr[l] - xr[l + width];
        yi[l + width] = xi[l] - xi[l + width];
    }
}

static struct half swapped(struct half half)
{
    return (struct half){half.im, half.re};
}

/* The inverse is the forward transform with real and imaginary parts exchanged on both sides. */
static void exchange_parts(struct fft *fft, enum fft_direction direction)
{
    if (direction == FFT_FORWARD)
        return;
    fft->now = swapped(fft->now);
    fft->next = swapped(fft->next);
}

void fft_transform(struct fft *fft, enum fft_direction direction)
{
    exchange_parts(fft, direction);
    size_t width = FFT_LINES;
    for (size_t length = fft->n; length > 1;) {
        if (length >= 4)
            step_4(&fft->now, &fft->next, length / 4, width, fft->roots, fft->n / length);
        else
            step_2(&fft->now, &fft->next, width);
        size_t radix = length >= 4 ? 4 : 2;
        length /= radix;
        width *= radix;
        struct half done = fft->next;
        fft->next = fft->now;
        fft->now = done;
    }
    exchange_parts(fft, direction);
}
