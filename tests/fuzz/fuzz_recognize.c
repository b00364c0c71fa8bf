// SPDX-License-Identifier: Apache-2.0
/*
 * Recognition of any matrix: a small program draws an archetype and spoils it, and the answer must
 * keep the rules of recognition.h, be the same when asked again and
 * when endpoints are renumbered, and upset no view.
 *
 *     byte 0      bits 0-2 parts_max, 3-4 what is counted, 5 a fixed bmin, 6 a least of bytes,
 *                 7 asks again, and with endpoints renumbered
 *     byte 1      that bmin, in 255ths
 *     then steps of four bytes: what, a, b, value. The first ones usually draw (DRAW: archetype,
 *     extents), the others change cells, rows and the order; steps[] says how.
 *
 * Endpoints are counted modulo their number, so that most mutations of a program are programs.
 */
#include "rules.h"

#include <float.h>
#include <json-glib/json-glib.h>
#include <vttif/error.h>
#include <vttif/topology.h>
#include <vttif/view.h>

#define ENDPOINTS_MAX 40
#define STEPS_MAX     256
#define READABLE_MOST 18446744073709551615.0 /* what readers of matrices take */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

/* The archetype's edges between its first endpoints, over what is there; order <= ENDPOINTS_MAX. */
static void draw_shape(struct canvas *canvas, const struct vttif_shape *shape, double bytes,
                       bool one_way)
{
    size_t order = rules_order(shape), n_pairs;
    uint32_t position[ENDPOINTS_MAX];
    for (uint32_t p = 0; p < order; p++)
        position[p] = p;
    struct vttif_name name = {
        .shape = *shape, .n_endpoints = order, .n_members = order, .position = position};
    g_autofree struct vttif_pair *pairs = vttif_name_edges(&name, &n_pairs);
    canvas->n = MAX(canvas->n, order);
    for (size_t i = 0; i < n_pairs; i++) {
        canvas->cell[pairs[i].from][pairs[i].to] = bytes;
        if (!one_way)
            canvas->cell[pairs[i].to][pairs[i].from] = bytes;
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

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int falling(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* a: which, and one way or both; b: extents. */
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
    draw_shape(canvas, &shape, value_of(step->value), step->a >= 128);
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

/* With its largest cell. */
static struct vttif_matrix *matrix_of(const struct canvas *canvas, double *largest)
{
    struct vttif_matrix *matrix = vttif_matrix_new(canvas->n, NULL);
    *largest = 0;
    for (size_t u = 0; u < canvas->n; u++) {
        for (size_t v = 0; v < canvas->n; v++) {
            double bytes = MIN(canvas->cell[u][v], DBL_MAX); /* steps may have gone beyond */
            vttif_matrix_add(matrix, u, v, bytes);
            *largest = MAX(*largest, bytes);
        }
    }
    return matrix;
}

/* --- views ------------------------------------------------------------------------------------ */

static void check_json(const struct vttif_topology *topology,
                       const struct vttif_recognition *recognition, GString *out)
{
    g_autoptr(GError) error = NULL;
    vttif_view_json_topology(topology, recognition, out);
    g_autoptr(JsonNode) root = json_from_string(out->str, &error);
    g_assert_no_error(error);
    g_assert_nonnull(root);
    g_autoptr(vttif_matrix) back = vttif_view_read(out->str, out->len, "written", 1, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(vttif_matrix_size(back), ==,
                     vttif_matrix_size(vttif_topology_matrix(topology)));
}

/* A picture has its places inside. */
static void check_layout(const struct vttif_name *name, struct vttif_point *points)
{
    vttif_layout_place(name, points);
    for (size_t i = 0; i < name->n_endpoints; i++) {
        g_assert_true(points[i].x > -0.01 && points[i].x < 1.01);
        g_assert_true(points[i].y > -0.01 && points[i].y < 1.01);
    }
}

static void check_text(const GString *text)
{
    g_assert_true(g_utf8_validate(text->str, (gssize)text->len, NULL));
    g_assert_null(strstr(text->str, "nan"));
    g_assert_null(strstr(text->str, "inf"));
}

static void check_views(struct vttif_matrix *matrix, const struct vttif_recognition *recognition)
{
    g_autoptr(vttif_topology) topology = vttif_topology_of_recognition(matrix, recognition);
    g_autoptr(vttif_matrix) sorted = vttif_view_by_place(matrix, recognition);
    g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);
    struct vttif_point points[ENDPOINTS_MAX + 1];
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    g_assert_cmpuint(vttif_matrix_cells(sorted), ==, vttif_matrix_cells(matrix));
    vttif_view_names(recognition, matrix, 80, text);
    vttif_view_topology(topology, 80, text);
    vttif_view_table(sorted, 80, text);
    vttif_view_heatmap(sorted, 80, false, text);
    check_json(topology, recognition, json);
    for (size_t i = 0; i < n_names; i++)
        check_layout(&names[i], points);
    if (n_names > 0) {
        vttif_view_dot(topology, points, text);
        vttif_view_samba(topology, points, text);
    }
    check_text(text);
}

/* --- recognition ------------------------------------------------------------------------------ */

static struct vttif_recognize_options options_of(uint8_t first, uint8_t second)
{
    return (struct vttif_recognize_options){
        .bmin = first & 32 ? second / 255.0 : 0,
        .least_bytes = first & 64 ? 1e6 : 0,
        .parts_max = first & 7,
    };
}

/* Everything in the answer, to be compared; who has which place where wanted. */
static char *describe(const struct vttif_recognition *recognition, bool places)
{
    GString *text = g_string_new(vttif_recognition_reason(recognition));
    size_t n_names, n_parts;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    for (size_t i = 0; i < n_names + n_parts; i++) {
        const struct vttif_name *name = i < n_names ? &names[i] : &parts[i - n_names].name;
        g_string_append_printf(text, "\n%.9g %.9g %.9g %zu %zu %zu %d ", name->score, name->bmin,
                               name->explained, name->n_edges, name->n_missing, name->n_extra,
                               name->flow);
        vttif_shape_describe(&name->shape, text);
        for (size_t u = 0; places && u < name->n_endpoints; u++)
            g_string_append_printf(text, " %u", name->position[u]);
    }
    return g_string_free(text, FALSE);
}

/* What each endpoint sends and gets, ascending; of those with traffic. g_free it. */
static double *bytes_of_each(const struct vttif_matrix *matrix, size_t *n_active)
{
    size_t n = vttif_matrix_size(matrix), n_cells;
    double *bytes = g_new0(double, n + 1);
    *n_active = 0;
    for (size_t u = 0; u < n; u++) {
        const struct vttif_cell *cells = vttif_matrix_row(matrix, u, &n_cells);
        for (size_t k = 0; k < n_cells; k++) {
            bytes[u] += cells[k].to == u ? 0 : cells[k].bytes;
            bytes[cells[k].to] += cells[k].to == u ? 0 : cells[k].bytes;
        }
    }
    qsort(bytes, n, sizeof *bytes, ascending);
    for (size_t u = 0; u < n; u++)
        if (bytes[u] > 0)
            bytes[(*n_active)++] = bytes[u];
    return bytes;
}

/* Endpoints that nothing tells apart may change the answer by their order. */
static bool all_differ(const struct vttif_matrix *matrix)
{
    size_t n;
    g_autofree double *bytes = bytes_of_each(matrix, &n);
    bool differ = n == 0 || bytes[0] > 1e-30 * bytes[n - 1];
    for (size_t i = 1; i < n; i++)
        differ = differ && bytes[i] - bytes[i - 1] > 1e-5 * bytes[i];
    return differ;
}

/* The last endpoint comes first. */
static struct vttif_matrix *reversed(const struct vttif_matrix *matrix)
{
    size_t n = vttif_matrix_size(matrix), n_cells;
    struct vttif_matrix *other = vttif_matrix_new(n, NULL);
    *vttif_matrix_account(other) = *vttif_matrix_account_const(matrix);
    for (size_t u = 0; u < n; u++) {
        const struct vttif_cell *cells = vttif_matrix_row(matrix, u, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            vttif_matrix_add(other, n - 1 - u, n - 1 - cells[k].to, cells[k].bytes);
    }
    return other;
}

static void check_again(const struct vttif_matrix *matrix,
                        const struct vttif_recognize_options *options,
                        const struct vttif_recognition *recognition)
{
    g_autoptr(vttif_matrix) turned = reversed(matrix);
    g_autoptr(vttif_recognition) again = vttif_recognize(matrix, options, NULL);
    g_autoptr(vttif_recognition) other = vttif_recognize(turned, options, NULL);
    g_autofree char *places = describe(recognition, true), *places_again = describe(again, true);
    g_autofree char *text = describe(recognition, false), *text_other = describe(other, false);
    g_assert_cmpstr(places, ==, places_again);
    if (all_differ(matrix))
        g_assert_cmpstr(text, ==, text_other);
}

static void check(struct vttif_matrix *matrix, const struct vttif_recognize_options *options,
                  bool again, bool readable)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, options, &error);
    g_assert_no_error(error);
    if (again)
        check_again(matrix, options, recognition);
    rules_hold_for_names(recognition, matrix);
    rules_hold_for_parts(recognition, matrix, options->parts_max > 0 ? options->parts_max : 4);
    if (options->bmin > 0)
        g_assert_cmpfloat_with_epsilon(vttif_recognition_bmin(recognition), options->bmin, 1e-6);
    if (readable)
        check_views(matrix, recognition);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct vttif_recognize_options options = options_of(data[0], data[1]);
    struct canvas *canvas = canvas_of(data + 2, size - 2);
    double largest;
    g_autoptr(vttif_matrix) matrix = matrix_of(canvas, &largest);
    vttif_matrix_account(matrix)->count = (enum vttif_count)(data[0] >> 3 & 3);
    check(matrix, &options, data[0] & 128, largest < READABLE_MOST / ENDPOINTS_MAX / ENDPOINTS_MAX);
    g_free(canvas);
    return 0;
}
