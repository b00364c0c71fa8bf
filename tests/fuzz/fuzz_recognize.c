// SPDX-License-Identifier: Apache-2.0
/*
 * Recognition of any matrix: a small program draws an archetype and spoils it, and the answer must
 * keep the rules of recognition.h, be the same when asked again and when endpoints are renumbered,
 * and upset no view.
 *
 *     byte 0      bits 0-2 parts_max, 3-4 what is counted, 5 a fixed bmin, 6 a least of bytes,
 *                 7 asks again, and with endpoints renumbered
 *     byte 1      that bmin, in 255ths
 *     then steps of four bytes: what, a, b, value. The first ones usually draw (DRAW: archetype,
 *     extents), the others change cells, rows and the order; steps[] of canvas.h says how.
 *
 * Endpoints are counted modulo their number, so that most mutations of a program are programs.
 */
#include "canvas.h"
#include "rules.h"

#include <json-glib/json-glib.h>
#include <vttif/error.h>
#include <vttif/topology.h>
#include <vttif/view.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
static void check_points(const struct vttif_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
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
    for (size_t i = 0; i < n_names; i++) {
        vttif_layout_place(&names[i], points);
        check_points(points, names[i].n_endpoints);
    }
    if (vttif_layout_recognition(recognition, points))
        check_points(points, vttif_matrix_size(matrix));
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

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
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
    rules_hold_for_parts(recognition, matrix,
                         VTTIF_PROGRAMS_MAX * (options->parts_max > 0 ? options->parts_max : 4));
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
