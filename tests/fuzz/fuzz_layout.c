// SPDX-License-Identifier: Apache-2.0
/* Files of places: whatever is taken lies in the drawing. The text is cut at its first NUL. */
#include <vttif/view.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a", "b", "h 3"};
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(G_N_ELEMENTS(names), names);
    g_autofree char *text = g_strndup((const char *)data, size);
    struct vttif_point points[G_N_ELEMENTS(names)];
    g_autoptr(GError) error = NULL;
    if (!vttif_layout_parse(text, "fuzz", matrix, points, &error)) {
        g_assert_nonnull(error);
        return 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        g_assert_true(points[i].x > -0.01 && points[i].x < 1.01);
        g_assert_true(points[i].y > -0.01 && points[i].y < 1.01);
    }
    return 0;
}
