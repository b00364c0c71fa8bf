// SPDX-License-Identifier: Apache-2.0
/*
 * NAS FT: a heat equation in a periodic box, solved by three-dimensional Fourier transforms. A
 * random complex field is transformed once; for each of six times its modes are damped by
 * exp(-4 alpha pi^2 |k|^2 t) and transformed back, and 1024 values of the result are added up.
 *
 * A process has planes of constant z in space and planes of constant y in the spectrum, so that
 * each transform has two directions at hand and reaches the third by one transpose, an all-to-all
 * of equal blocks:
 *
 *     in space   [process q][own z][y of q][x]     x and y are complete
 *                     │ block q to process q, its place there is the sender's
 *     spectrum   [process q][z of q][own y][x]     x and z are complete
 *
 * Laid out like this, blocks are sent from where they were computed and received where they are
 * used; nothing is packed. Everything is done once before the clock starts, as in the reference,
 * which makes eight transposes in all.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fft.h"
#include "nas.h"
#include "random.h"

#define SEED       UINT64_C(314159265)
#define ALPHA      1e-6
#define ITERATIONS 6
#define SAMPLES    1024
#define TOLERANCE  1e-12

struct official {
    size_t nx, ny, nz;
    struct complex_value checksums[ITERATIONS];
};

static const struct official officials[NAS_CLASSES] = {
    [NAS_CLASS_S] = {64,
                     64,
                     64,
                     {{554.6087004964, 484.5363331978},
                      {554.6385409189, 486.5304269511},
                      {554.6148406171, 488.3910722336},
                      {554.5423607415, 490.1273169046},
                      {554.4255039624, 491.7475857993},
                      {554.2683411902, 493.2597244941}}},
    [NAS_CLASS_W] = {128,
                     128,
                     32,
                     {{567.3612178944, 529.3246849175},
                      {563.1436885271, 528.2149986629},
                      {559.4024089970, 527.0996558037},
                      {556.0698047020, 526.0027904925},
                      {553.0898991250, 524.9400845633},
                      {550.4159734538, 523.9212247086}}},
    [NAS_CLASS_A] = {256,
                     256,
                     128,
                     {{504.6735008193, 511.4047905510},
                      {505.9412319734, 509.8809666433},
                      {506.9376896287, 509.8144042213},
                      {507.7892868474, 510.1336130759},
                      {508.5233095391, 510.4914655194},
                      {509.1487099959, 510.7917842803}}},
};

struct slab {
    size_t nx, ny, nz;
    size_t own_z, own_y; /* planes of this process */
    struct complex_value *space;
    struct complex_value *spectrum;
    struct complex_value *damped; /* as the spectrum; is the space if there is one process */
    struct fft *along_x, *along_y, *along_z;
    struct complex_value **rows; /* of the plane at hand */
    double *damping_x, *damping_y, *damping_z; /* of the time at hand, each for its k */
    double *row_damping;
};

static struct fft *transform_of(size_t n)
{
    struct fft *fft = fft_new(n);
    if (!fft)
        mp_abort("rank %d has no memory for transforms of %zu values", mp_rank(), n);
    return fft;
}

static struct slab slab_new(const struct official *size, size_t processes)
{
    size_t nx = size->nx, ny = size->ny, nz = size->nz;
    size_t own = nx * ny * nz / processes;
    struct slab slab = {
        .nx = nx,
        .ny = ny,
        .nz = nz,
        .own_z = nz / processes,
        .own_y = ny / processes,
        .space = nas_allocate(own, sizeof *slab.space),
        .spectrum = nas_allocate(own, sizeof *slab.spectrum),
        .along_x = transform_of(nx),
        .along_y = transform_of(ny),
        .along_z = transform_of(nz),
        .rows = nas_allocate(MAX(ny, nz), sizeof *slab.rows),
        .damping_x = nas_allocate(nx, sizeof(double)),
        .damping_y = nas_allocate(ny, sizeof(double)),
        .damping_z = nas_allocate(nz, sizeof(double)),
        .row_damping = nas_allocate(nz, sizeof(double)),
    };
    slab.damped = processes > 1 ? nas_allocate(own, sizeof *slab.damped) : slab.space;
    return slab;
}

static void slab_clear(struct slab *slab)
{
    if (slab->damped != slab->space)
        free(slab->damped);
    free(slab->space);
    free(slab->spectrum);
    fft_free(slab->along_x);
    fft_free(slab->along_y);
    fft_free(slab->along_z);
    free(slab->rows);
    free(slab->damping_x);
    free(slab->damping_y);
    free(slab->damping_z);
    free(slab->row_damping);
}

/* Row y of own plane z. */
static struct complex_value *row_in_space(const struct slab *slab, size_t y, size_t z)
{
    size_t process = y / slab->own_y;
    size_t row = (process * slab->own_z + z) * slab->own_y + y % slab->own_y;
    return slab->space + row * slab->nx;
}

/* Real and imaginary parts take turns in the sequence; x is fastest. */
static void fill_space(struct slab *slab)
{
    uint64_t plane = 2 * slab->nx * slab->ny;
    uint64_t state = nas_random_jump(SEED, (uint64_t)mp_rank() * slab->own_z * plane);
    for (size_t z = 0; z < slab->own_z; z++)
        for (size_t y = 0; y < slab->ny; y++)
            nas_random_fill(&state, (double *)row_in_space(slab, y, z), 2 * slab->nx);
}

/* Own planes of constant z, in both their directions while they are in the cache. */
static void transform_planes(struct slab *slab, enum fft_direction direction)
{
    for (size_t z = 0; z < slab->own_z; z++) {
        for (size_t y = 0; y < slab->ny; y++)
            slab->rows[y] = row_in_space(slab, y, z);
        for (size_t x = 0; x < slab->nx; x += FFT_LINES) {
            fft_load_across(slab->along_y, slab->rows, x);
            fft_transform(slab->along_y, direction);
            fft_store_across(slab->along_y, slab->rows, x);
        }
        for (size_t y = 0; y < slab->ny; y += FFT_LINES) {
            fft_load_along(slab->along_x, slab->rows + y);
            fft_transform(slab->along_x, direction);
            fft_store_along(slab->along_x, slab->rows + y);
        }
    }
}

static void transpose(const struct slab *slab, const struct complex_value *from,
                      struct complex_value *to)
{
    if (from != to)
        mp_alltoall(from, to, slab->own_z * slab->own_y * slab->nx * sizeof *from);
}

static void set_rows_of_constant_y(struct slab *slab, struct complex_value *base, size_t y)
{
    for (size_t z = 0; z < slab->nz; z++)
        slab->rows[z] = base + (z * slab->own_y + y) * slab->nx;
}

static void transform_forward(struct slab *slab)
{
    transform_planes(slab, FFT_FORWARD);
    transpose(slab, slab->space, slab->damped);
    for (size_t y = 0; y < slab->own_y; y++) {
        for (size_t x = 0; x < slab->nx; x += FFT_LINES) {
            set_rows_of_constant_y(slab, slab->damped, y);
            fft_load_across(slab->along_z, slab->rows, x);
            fft_transform(slab->along_z, FFT_FORWARD);
            set_rows_of_constant_y(slab, slab->spectrum, y);
            fft_store_across(slab->along_z, slab->rows, x);
        }
    }
}

/* One factor of exp(-4 alpha pi^2 |k|^2 t), which is a product over the axes; the upper half of the
 * indices stands for negative k. */
static void set_damping(double *damping, size_t n, int time)
{
    for (size_t index = 0; index < n; index++) {
        double k = (double)index - (index < n / 2 ? 0 : (double)n);
        damping[index] = exp(-4 * ALPHA * M_PI * M_PI * k * k * time);
    }
}

static void set_row_damping(struct slab *slab, size_t y)
{
    size_t global_y = (size_t)mp_rank() * slab->own_y + y;
    for (size_t z = 0; z < slab->nz; z++)
        slab->row_damping[z] = slab->damping_z[z] * slab->damping_y[global_y];
}

/* The field at this time, into the space. */
static void transform_back(struct slab *slab, int time)
{
    set_damping(slab->damping_x, slab->nx, time);
    set_damping(slab->damping_y, slab->ny, time);
    set_damping(slab->damping_z, slab->nz, time);
    for (size_t y = 0; y < slab->own_y; y++) {
        set_row_damping(slab, y);
        for (size_t x = 0; x < slab->nx; x += FFT_LINES) {
            set_rows_of_constant_y(slab, slab->spectrum, y);
            fft_load_across_scaled(slab->along_z, slab->rows, x, slab->row_damping,
                                   slab->damping_x);
            fft_transform(slab->along_z, FFT_INVERSE);
            set_rows_of_constant_y(slab, slab->damped, y);
            fft_store_across(slab->along_z, slab->rows, x);
        }
    }
    transpose(slab, slab->damped, slab->space);
    transform_planes(slab, FFT_INVERSE);
}

/* In rank 0. */
static struct complex_value checksum(const struct slab *slab)
{
    double sums[2] = {0, 0};
    size_t first_z = (size_t)mp_rank() * slab->own_z;
    for (size_t j = 1; j <= SAMPLES; j++) {
        size_t z = 5 * j % slab->nz;
        if (z < first_z || z >= first_z + slab->own_z)
            continue;
        const struct complex_value *row = row_in_space(slab, 3 * j % slab->ny, z - first_z);
        sums[0] += row[j % slab->nx].re;
        sums[1] += row[j % slab->nx].im;
    }
    mp_reduce_doubles(0, MP_SUM, sums, 2);
    double values = (double)(slab->nx * slab->ny * slab->nz);
    return (struct complex_value){sums[0] / values, sums[1] / values};
}

static void solve(struct slab *slab, struct complex_value *checksums)
{
    fill_space(slab);
    transform_forward(slab);
    for (int time = 1; time <= ITERATIONS; time++) {
        transform_back(slab, time);
        checksums[time - 1] = checksum(slab);
    }
}

static bool is_official(const struct complex_value *checksums, const struct official *official)
{
    for (int k = 0; k < ITERATIONS; k++) {
        const struct complex_value *right = &official->checksums[k];
        double error = hypot(checksums[k].re - right->re, checksums[k].im - right->im);
        if (!(error <= TOLERANCE * hypot(right->re, right->im)))
            return false;
    }
    return true;
}

static char *describe(const struct complex_value *checksums)
{
    GString *text = g_string_new(NULL);
    for (int k = 0; k < ITERATIONS; k++)
        g_string_append_printf(text, "checksum %d  %.10f %.10f\n", k + 1, checksums[k].re,
                               checksums[k].im);
    return g_string_free(text, FALSE);
}

/* As the reference counts, which adds up what its own transforms and steps need. */
static double operations(const struct official *size)
{
    double values = (double)(size->nx * size->ny * size->nz), logarithm = log(values);
    return values * (14.8157 + 7.19641 * logarithm + ITERATIONS * (5.23518 + 7.21113 * logarithm));
}

int main(int argc, char **argv)
{
    static const struct nas_kernel kernel = {.name = "FT",
                                             .summary = "three-dimensional Fourier transforms"};
    struct nas_run run;
    nas_start(&run, &kernel, &argc, &argv);
    const struct official *official = &officials[run.class];
    struct slab slab = slab_new(official, (size_t)run.processes);
    struct complex_value checksums[ITERATIONS];

    fill_space(&slab);
    transform_forward(&slab);
    nas_clock_start(&run);
    solve(&slab, checksums);
    nas_clock_stop(&run);
    slab_clear(&slab);

    g_autofree char *details = describe(checksums);
    struct nas_result result = {
        .iterations = ITERATIONS,
        .operations = operations(official),
        .verified = is_official(checksums, official),
        .details = details,
    };
    g_snprintf(result.size, sizeof result.size, "%zu x %zu x %zu", official->nx, official->ny,
               official->nz);
    return nas_finish(&run, &result);
}
