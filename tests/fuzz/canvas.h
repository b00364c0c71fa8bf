// SPDX-License-Identifier: Apache-2.0
/* A matrix that a program of steps draws and spoils: fuzz_recognize.c says what its bytes are. */
#ifndef FUZZ_CANVAS_H
#define FUZZ_CANVAS_H

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <vttif/recognition.h>

#include "rules.h"

#define ENDPOINTS_MAX 40
#define STEPS_MAX     256
#define READABLE_MOST 18446744073709551615.0 /* what readers of matrices take */

struct canvas {
    size_t n;
    double cell[ENDPOINTS_MAX][ENDPOINTS_MAX];
};

struct step {
    uint8_t what, a, b, value;
};

/* From what a matrix can hold at all to what programs send, and steps of little or nothing. */
static double value_of(uint8_t byte)
{
    static const double extremes[] = {
        0,       4.9406564584124654e-324, DBL_MIN,       FLT_MIN, 1e-30, 1e-9, 0.1, FLT_MAX, 1e300,
        DBL_MAX, 9007199254740993.0,      READABLE_MOST, 1,       64,    8191, 8193};
    if (byte < 16)
        return extremes[byte];
    if (byte < 128) /* 2^-8 to 2^48 in half octaves */
        return exp2((byte - 16) * 0.5 - 8);
    return 1e6 * (1 + (byte - 192) / 64.0 * 0.99); /* alike */
}

/* --- drawing ---------------------------------------------------------------------------------- */

/* The archetype's edges between its endpoints from the first on, over what is there; first and
 * order are ENDPOINTS_MAX together at most. */
static void draw_shape(struct canvas *canvas, const struct vttif_shape *shape, size_t first,
                       double bytes, bool one_way)
{
    size_t order = rules_order(shape), n_pairs;
    uint32_t position[ENDPOINTS_MAX];
    for (uint32_t p = 0; p < order; p++)
        position[p] = p;
    struct vttif_name name = {
        .shape = *shape, .n_endpoints = order, .n_members = order, .position = position};
    g_autofree struct vttif_pair *pairs = vttif_name_edges(&name, &n_pairs);
    canvas->n = MAX(canvas->n, first + order);
    for (size_t i = 0; i < n_pairs; i++) {
        canvas->cell[first + pairs[i].from][first + pairs[i].to] = bytes;
        if (!one_way)
            canvas->cell[first + pairs[i].to][first + pairs[i].from] = bytes;
    }
}

struct pen {
    const char *archetype;
    unsigned n_dims; /* 0: those of a grid of any kind */
    bool periodic; /* a bit of b may say so, or it always is */
    unsigned arity;
};

static const struct pen pens[] = {
    {"mesh", 2, false, 0},           {"mesh", 3, false, 0},
    {"torus", 2, true, 0},           {"torus", 3, true, 0},
    {"hypercube", 0, false, 0},      {"all-to-all", 1, false, 0},
    {"binary-tree", 1, false, 2},    {"binomial-tree", 1, false, 0},
    {"k-ary-tree", 1, false, 3},     {"ring", 1, true, 0},
    {"line", 1, false, 0},           {"star", 1, false, 0},
    {"bipartite", 2, false, 0},      {"butterfly", 0, false, 0},
    {"stencil-9", 2, false, 0},      {"stencil-27", 3, false, 0},
    {"wavefront", 2, false, 0},      {"ring-allreduce", 1, true, 0},
    {"tree-allreduce", 1, false, 2}, {"clustered", 2, false, 0},
};

static int falling(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* a: which, one way or both, over or beside what is there; b: extents. */
static struct vttif_shape shape_of(const struct pen *pen, uint8_t b)
{
    struct vttif_shape shape = {.archetype = pen->archetype, .arity = pen->arity};
    if (strcmp(pen->archetype, "hypercube") == 0) {
        shape.n_dims = 2 + b % 4;
        for (unsigned d = 0; d < shape.n_dims; d++)
            shape.dims[d] = 2;
        return shape;
    }
    if (strcmp(pen->archetype, "butterfly") == 0) {
        shape.n_dims = 2;
        shape.dims[0] = 2 + b % 3;
        shape.dims[1] = 1u << (shape.dims[0] - 1);
        return shape;
    }
    shape.n_dims = pen->n_dims;
    uint32_t left = b;
    for (unsigned d = 0; d < pen->n_dims; d++) {
        uint32_t most = pen->n_dims == 1 ? 38 : pen->n_dims == 2 ? 5 : 2; /* 40, 36, 27 */
        shape.dims[d] = 2 + left % (most - (pen->n_dims != 1) + 1);
        shape.periodic[d] = pen->periodic && shape.dims[d] > (pen->n_dims > 1 ? 1 : 2);
        left /= most;
    }
    if (strcmp(pen->archetype, "bipartite") == 0 || shape.n_dims > 1)
        qsort(shape.dims, shape.n_dims, sizeof shape.dims[0], falling);
    if (strcmp(pen->archetype, "bipartite") == 0) {
        uint32_t larger = shape.dims[0];
        shape.dims[0] = shape.dims[1];
        shape.dims[1] = larger;
    }
    return shape;
}

static void draw(struct canvas *canvas, const struct step *step)
{
    struct vttif_shape shape = shape_of(&pens[step->a % G_N_ELEMENTS(pens)], step->b);
    bool beside = step->a & 64 && canvas->n + rules_order(&shape) <= ENDPOINTS_MAX;
    draw_shape(canvas, &shape, beside ? canvas->n : 0, value_of(step->value), step->a >= 128);
}

/* --- spoiling --------------------------------------------------------------------------------- */

static double *cell_of(struct canvas *canvas, const struct step *step)
{
    return &canvas->cell[step->a % canvas->n][step->b % canvas->n];
}

static void set_cell(struct canvas *canvas, const struct step *step)
{
    *cell_of(canvas, step) = value_of(step->value);
}

static void set_pair(struct canvas *canvas, const struct step *step)
{
    size_t a = step->a % canvas->n, b = step->b % canvas->n;
    canvas->cell[a][b] = canvas->cell[b][a] = value_of(step->value);
}

static void scale_cell(struct canvas *canvas, const struct step *step)
{
    *cell_of(canvas, step) *= exp2((step->value - 128) / 4.0);
}

static void set_row(struct canvas *canvas, const struct step *step)
{
    for (size_t v = 0; v < canvas->n; v++)
        canvas->cell[step->a % canvas->n][v] = value_of(step->value);
}

/* A master: b's bit 0 says whether it is answered. */
static void set_star(struct canvas *canvas, const struct step *step)
{
    size_t a = step->a % canvas->n;
    for (size_t v = 0; v < canvas->n; v++) {
        canvas->cell[a][v] += v == a ? 0 : value_of(step->value);
        canvas->cell[v][a] += v == a || step->b % 2 ? 0 : value_of(step->value);
    }
}

static void swap_endpoints(struct canvas *canvas, const struct step *step)
{
    size_t a = step->a % canvas->n, b = step->b % canvas->n;
    for (size_t v = 0; v < canvas->n; v++) {
        double cell = canvas->cell[a][v];
        canvas->cell[a][v] = canvas->cell[b][v];
        canvas->cell[b][v] = cell;
    }
    for (size_t v = 0; v < canvas->n; v++) {
        double cell = canvas->cell[v][a];
        canvas->cell[v][a] = canvas->cell[v][b];
        canvas->cell[v][b] = cell;
    }
}

static void add_endpoint(struct canvas *canvas, const struct step *step)
{
    if (canvas->n == ENDPOINTS_MAX)
        return;
    size_t u = canvas->n++;
    canvas->cell[u][step->a % canvas->n] = canvas->cell[step->b % canvas->n][u] =
        value_of(step->value);
    canvas->cell[u][u] = 0;
}

/* As one who leaves: its traffic is gone, its line is not. */
static void silence_endpoint(struct canvas *canvas, const struct step *step)
{
    size_t a = step->a % canvas->n;
    for (size_t v = 0; v < canvas->n; v++)
        canvas->cell[a][v] = canvas->cell[v][a] = 0;
}

/* xorshift64* */
static double random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)(*state * 2685821657736338717u >> 11) * 0x1p-53;
}

/* Every cell times something: a is the seed, b how much. */
static void shake(struct canvas *canvas, const struct step *step)
{
    uint64_t state = step->a + 1;
    for (size_t u = 0; u < canvas->n; u++) {
        for (size_t v = 0; v < canvas->n; v++) {
            canvas->cell[u][v] *= exp2((random_next(&state) - 0.5) * step->b / 16.0);
        }
    }
}

/* Some of the pairs without traffic get some: a is the seed, b how many. */
static void add_background(struct canvas *canvas, const struct step *step)
{
    uint64_t state = step->a + 1;
    for (size_t u = 0; u < canvas->n; u++)
        for (size_t v = 0; v < canvas->n; v++)
            if (random_next(&state) * 256 < step->b && canvas->cell[u][v] == 0)
                canvas->cell[u][v] = value_of(step->value) * random_next(&state);
}

static void drop_cells(struct canvas *canvas, const struct step *step)
{
    uint64_t state = step->a + 1;
    for (size_t u = 0; u < canvas->n; u++)
        for (size_t v = 0; v < canvas->n; v++)
            if (random_next(&state) * 256 < step->b)
                canvas->cell[u][v] = 0;
}

static void answer_all(struct canvas *canvas, const struct step *step)
{
    for (size_t u = 0; u < canvas->n; u++)
        for (size_t v = 0; v < canvas->n; v++)
            canvas->cell[u][v] = MAX(canvas->cell[u][v], canvas->cell[v][u] / 255 * step->value);
}

static void copy_row(struct canvas *canvas, const struct step *step)
{
    memcpy(canvas->cell[step->a % canvas->n], canvas->cell[step->b % canvas->n],
           sizeof canvas->cell[0]);
}

typedef void step_func(struct canvas *canvas, const struct step *step);

static step_func *const steps[] = {
    draw,           set_cell,       set_pair,     scale_cell,       set_row,
    set_star,       swap_endpoints, add_endpoint, silence_endpoint, shake,
    add_background, drop_cells,     answer_all,   copy_row,
};

static struct canvas *canvas_of(const uint8_t *data, size_t size)
{
    struct canvas *canvas = g_new0(struct canvas, 1);
    for (size_t i = 0; i + 4 <= size && i < 4 * STEPS_MAX; i += 4) {
        struct step step = {data[i], data[i + 1], data[i + 2], data[i + 3]};
        step_func *func = steps[step.what % G_N_ELEMENTS(steps)];
        if (canvas->n > 0 || func == draw || func == add_endpoint)
            func(canvas, &step);
    }
    return canvas;
}

#endif
