// SPDX-License-Identifier: Apache-2.0
/* Recognition of what no program sends, but what a matrix can hold: found by tests/fuzz. */
#include <vttif/recognition.h>

#include "shuffled.h"

/* A pair of 1 byte among 22 endpoints that exchange 1e12 each is one of theirs; the threshold is
 * below it, and above nothing. */
static void a_threshold_is_above_zero(void)
{
    struct shuffled crowd = shuffled_new(22, 1);
    for (size_t i = 0; i < 22; i++)
        for (size_t j = 0; j < i; j++)
            exchange(&crowd, i, j, i == 1 && j == 0 ? 1 : 1e12);
    g_autoptr(vttif_recognition) recognition = recognize(crowd.matrix);
    const struct vttif_name *name = find(recognition, "all-to-all 22");
    g_assert_nonnull(name);
    g_assert_cmpuint(name->n_missing + name->n_extra, ==, 0);
    g_assert_cmpfloat(name->bmin, >, 0);
    g_assert_cmpfloat(name->bmin, <=, 1e-12);
    shuffled_clear(&crowd);
}

/*  o - o - o     the pair at the left carries all but a billionth of the bytes: nothing that a mesh
 *  #   |   |     would explain, although all of its edges are there and no others
 *  o - o - o   */
static void what_has_its_bytes_on_one_edge_is_no_archetype(void)
{
    struct shuffled mesh = shuffled_new(6, 2);
    add_grid(&mesh, 2, (unsigned[]){2, 3}, (bool[]){false, false}, false);
    exchange(&mesh, 0, 3, 1e16);
    g_autoptr(vttif_recognition) recognition = recognize(mesh.matrix);
    g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_NONE);
    shuffled_clear(&mesh);
}

#define TEST(function) g_test_add_func("/extremes/" #function, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_threshold_is_above_zero);
    TEST(what_has_its_bytes_on_one_edge_is_no_archetype);
    return g_test_run();
}
