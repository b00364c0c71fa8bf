// SPDX-License-Identifier: Apache-2.0
/* The matrix readers: whatever they take must be written and read back as the same matrix, and must
 * not upset any view. */
#include <stdlib.h>
#include <vttif/view.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct vttif_matrix *a, const struct vttif_matrix *b)
{
    g_assert_cmpuint(vttif_matrix_size(a), ==, vttif_matrix_size(b));
    for (size_t i = 0; i < vttif_matrix_size(a); i++) {
        size_t na, nb;
        const struct vttif_cell *ca = vttif_matrix_row(a, i, &na);
        const struct vttif_cell *cb = vttif_matrix_row(b, i, &nb);
        g_assert_cmpstr(vttif_matrix_name(a, i), ==, vttif_matrix_name(b, i));
        g_assert_cmpuint(na, ==, nb);
        for (size_t k = 0; k < na; k++)
            g_assert_true(ca[k].to == cb[k].to && ca[k].bytes == cb[k].bytes);
    }
}

static void check_round_trip(const struct vttif_matrix *matrix,
                             void (*write)(const struct vttif_matrix *, GString *))
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    write(matrix, text);
    g_autoptr(vttif_matrix) back =
        vttif_view_read(text->str, text->len, "written", 1, NULL, &error);
    g_assert_no_error(error);
    check_same(matrix, back);
}

/* Every view of a matrix that is small enough for it to be worth the time. */
static void draw(struct vttif_matrix *matrix)
{
    size_t n = vttif_matrix_size(matrix);
    if (n > 64)
        return;
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, VTTIF_BMIN_DEFAULT, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree struct vttif_point *points = g_new0(struct vttif_point, n + 1);
    vttif_view_table(matrix, 60, out);
    vttif_view_heatmap(matrix, 60, true, out);
    vttif_view_topology(topology, 60, out);
    vttif_view_account(matrix, out);
    vttif_view_dot(topology, NULL, out);
    vttif_layout_circle(n, points);
    vttif_view_dot(topology, points, out);
    vttif_layout_grid(n, points);
    vttif_view_dot(topology, points, out);
    vttif_view_samba(topology, points, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    double bmin;
    g_autoptr(vttif_matrix) matrix =
        vttif_view_read((const char *)data, size, "fuzz", 1, &bmin, &error);
    if (!matrix) {
        g_assert_nonnull(error);
        return 0;
    }
    check_round_trip(matrix, vttif_view_csv);
    check_round_trip(matrix, vttif_view_json_matrix);
    draw(matrix);
    return 0;
}
