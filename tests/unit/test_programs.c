// SPDX-License-Identifier: Apache-2.0
/* More than one thing in a matrix: programs beside each other, and one laid over another. */
#include <math.h>
#include <vttif/recognition.h>

#include "shuffled.h"

static void add_ring(struct shuffled *matrix, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        exchange(matrix, first + i, first + (i + 1) % n, 1e6);
}

static void add_torus(struct shuffled *matrix, size_t first, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows * columns; i++) {
        size_t row = i / columns, column = i % columns;
        exchange(matrix, first + i, first + row * columns + (column + 1) % columns, 1e6);
        exchange(matrix, first + i, first + (row + 1) % rows * columns + column, 1e6);
    }
}

static void add_tree(struct shuffled *matrix, size_t first, size_t n)
{
    for (size_t i = 1; i < n; i++)
        send(matrix, first + i, first + (i - 1) / 2, 1e6);
}

/* Bytes of every pair times one to four, and a tenth of the other pairs
 * exchange up to a tenth of an edge. */
static void add_noise(struct shuffled *matrix, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < matrix->n; i++) {
        for (size_t j = 0; j < i; j++) {
            size_t a = matrix->order[i], b = matrix->order[j];
            double there = vttif_matrix_get(matrix->matrix, a, b);
            double back = vttif_matrix_get(matrix->matrix, b, a);
            vttif_matrix_add(matrix->matrix, a, b,
                             there * (exp2(g_rand_double_range(rand, 0, 2)) - 1));
            vttif_matrix_add(matrix->matrix, b, a,
                             back * (exp2(g_rand_double_range(rand, 0, 2)) - 1));
            if (there + back == 0 && g_rand_double(rand) < 0.1)
                exchange(matrix, i, j, g_rand_double_range(rand, 0, 1e5));
        }
    }
}

/* "ring 9, binary-tree 15" */
static char *describe_parts(const struct vttif_recognition *recognition)
{
    GString *text = g_string_new(NULL);
    size_t n;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n);
    for (size_t i = 0; i < n; i++) {
        g_string_append(text, i > 0 ? ", " : "");
        vttif_shape_describe(&parts[i].name.shape, text);
    }
    return g_string_free(text, FALSE);
}

/* The parts are these, and together the program's endpoints have a place once each. */
static void assert_parts(const struct shuffled *matrix, const char *expected, size_t n_placed)
{
    g_autoptr(vttif_recognition) recognition = recognize(matrix->matrix);
    g_autofree char *text = describe_parts(recognition);
    g_assert_cmpstr(text, ==, expected);
    size_t n, placed = 0;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n);
    double shares = vttif_recognition_other(recognition);
    for (size_t u = 0; u < matrix->n; u++) {
        size_t times = 0;
        for (size_t i = 0; i < n; i++)
            times += parts[i].name.position[u] != VTTIF_NOWHERE;
        g_assert_cmpuint(times, <=, 1);
        placed += times;
    }
    for (size_t i = 0; i < n; i++)
        shares += parts[i].share;
    g_assert_cmpuint(placed, ==, n_placed);
    g_assert_cmpfloat_with_epsilon(shares, 1, 1e-6);
}

/* --- beside each other -------------------------------------------------------------------------
 */

/*
 *     o─o─o─o      o─o─o        o
 *     │ │ │ │      │    \      / \
 *     o─o─o─o ..   o─o─o─o    o   o ..
 */
static struct shuffled three_programs(guint32 seed)
{
    struct shuffled three = shuffled_new(60, seed);
    add_torus(&three, 0, 8, 4);
    add_ring(&three, 32, 9);
    add_tree(&three, 41, 15);
    return three;
}

static void programs_beside_each_other_have_a_name_each(void)
{
    for (guint32 seed = 0; seed < 5; seed++) {
        struct shuffled three = three_programs(seed);
        assert_parts(&three, "torus 8x4, ring 9, binary-tree 15", 32 + 9 + 15);
        shuffled_clear(&three);
    }
}

static void programs_are_told_apart_in_noise(void)
{
    for (guint32 seed = 0; seed < 10; seed++) {
        struct shuffled three = three_programs(seed);
        add_noise(&three, seed);
        g_autoptr(vttif_recognition) recognition = recognize(three.matrix);
        g_autofree char *text = describe_parts(recognition);
        g_assert_nonnull(strstr(text, "torus 8x4"));
        g_assert_nonnull(strstr(text, "ring 9"));
        g_assert_nonnull(strstr(text, "binary-tree 15"));
        shuffled_clear(&three);
    }
}

static void a_light_program_beside_a_heavy_one_is_a_part(void)
{
    struct shuffled two = shuffled_new(40, 1);
    add_torus(&two, 0, 5, 5);
    for (size_t i = 0; i < 12; i++)
        exchange(&two, 25 + i, 25 + (i + 1) % 12, 5e4); /* a twentieth of the torus's */
    assert_parts(&two, "torus 5x5, ring 12", 37);
    g_autoptr(vttif_recognition) recognition = recognize(two.matrix);
    size_t n;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n);
    g_assert_cmpfloat(parts[1].name.bmin, <=, 0.05);
    g_assert_cmpfloat_with_epsilon(parts[1].share, 12 * 5e4 / (12 * 5e4 + 50 * 1e6), 0.001);
    g_assert_cmpfloat_with_epsilon(parts[1].name.explained, parts[1].share, 0.001);
    shuffled_clear(&two);
}

static void two_rings_are_no_line(void)
{
    struct shuffled two = shuffled_new(32, 2);
    add_ring(&two, 0, 16);
    add_ring(&two, 16, 16);
    assert_parts(&two, "ring 16, ring 16", 32);
    shuffled_clear(&two);
}

/* What is missing of one is no reason to see two. */
static void a_ring_that_lacks_two_edges_is_one_program(void)
{
    struct shuffled ring = shuffled_new(40, 3);
    for (size_t i = 0; i < 40; i++)
        if (i != 7 && i != 29)
            exchange(&ring, i, (i + 1) % 40, 1e6);
    g_autoptr(vttif_recognition) recognition = recognize(ring.matrix);
    size_t n_parts;
    vttif_recognition_parts(recognition, &n_parts);
    g_assert_cmpuint(n_parts, ==, 1);
    g_assert_nonnull(find(recognition, "ring 40"));
    shuffled_clear(&ring);
}

/* Pieces of a random graph are small, and look like something: five endpoints may be a star. */
static void pieces_of_a_random_graph_are_no_programs(void)
{
    for (guint32 seed = 0; seed < 40; seed++) {
        struct shuffled random = shuffled_new(30, seed);
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        for (int edge = 0; edge < 30; edge++) {
            size_t a = (size_t)g_rand_int_range(rand, 0, 30);
            size_t b = (size_t)g_rand_int_range(rand, 0, 30);
            if (a != b)
                exchange(&random, a, b, g_rand_double_range(rand, 1e5, 1e6));
        }
        g_autoptr(vttif_recognition) recognition = recognize(random.matrix);
        g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_NONE);
        shuffled_clear(&random);
    }
}

static void more_programs_than_there_may_be_have_no_name(void)
{
    struct shuffled many = shuffled_new(17 * 6, 4);
    for (size_t i = 0; i < 17; i++)
        add_ring(&many, 6 * i, 6);
    g_autoptr(vttif_recognition) recognition = recognize(many.matrix);
    g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_NONE);
    shuffled_clear(&many);
}

static void renumbering_programs_changes_nothing(void)
{
    g_autofree char *first = NULL;
    for (guint32 seed = 0; seed < 20; seed++) {
        struct shuffled three = three_programs(seed);
        g_autoptr(vttif_recognition) recognition = recognize(three.matrix);
        g_autofree char *text = describe_all(recognition);
        if (!first)
            first = g_steal_pointer(&text);
        else
            g_assert_cmpstr(text, ==, first);
        shuffled_clear(&three);
    }
}

/* --- over each other ---------------------------------------------------------------------------
 */

static struct shuffled all_to_all(size_t n, guint32 seed)
{
    struct shuffled all = shuffled_new(n, seed);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            exchange(&all, i, j, 1e5);
    return all;
}

/* The torus has 56 % of the bytes, and comes first. */
static void a_torus_over_an_all_to_all_is_told_from_it(void)
{
    struct shuffled both = all_to_all(32, 5);
    add_torus(&both, 0, 8, 4);
    g_autoptr(vttif_recognition) recognition = recognize(both.matrix);
    g_autofree char *text = describe_parts(recognition);
    g_assert_cmpstr(text, ==, "torus 8x4, all-to-all 32");
    size_t n;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n);
    const struct vttif_name *names = vttif_recognition_names(recognition, &n);
    g_assert_cmpstr(names[0].shape.archetype, ==, "torus");
    g_assert_cmpfloat(vttif_recognition_bmin(recognition), ==, names[0].bmin);
    g_assert_cmpfloat_with_epsilon(parts[0].share, 128e6 / (128e6 + 99.2e6), 0.001);
    shuffled_clear(&both);
}

/* A ring has less than the all-to-all below it. */
static void a_ring_over_an_all_to_all_comes_second(void)
{
    struct shuffled both = all_to_all(24, 6);
    for (size_t i = 0; i < 24; i++)
        exchange(&both, i, (i + 1) % 24, 4e5);
    g_autoptr(vttif_recognition) recognition = recognize(both.matrix);
    g_autofree char *text = describe_parts(recognition);
    g_assert_cmpstr(text, ==, "all-to-all 24, ring 24");
    shuffled_clear(&both);
}

/* What some pairs have above the others need not be a program. */
static void an_uneven_all_to_all_is_one(void)
{
    struct shuffled all = all_to_all(20, 7);
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int edge = 0; edge < 40; edge++) {
        size_t a = (size_t)g_rand_int_range(rand, 0, 20), b = (size_t)g_rand_int_range(rand, 0, 20);
        if (a != b)
            exchange(&all, a, b, 3e5);
    }
    g_autoptr(vttif_recognition) recognition = recognize(all.matrix);
    g_autofree char *text = describe_parts(recognition);
    g_assert_cmpstr(text, ==, "all-to-all 20");
    shuffled_clear(&all);
}

#define TEST(function) g_test_add_func("/programs/" #function, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(programs_beside_each_other_have_a_name_each);
    TEST(programs_are_told_apart_in_noise);
    TEST(a_light_program_beside_a_heavy_one_is_a_part);
    TEST(two_rings_are_no_line);
    TEST(a_ring_that_lacks_two_edges_is_one_program);
    TEST(pieces_of_a_random_graph_are_no_programs);
    TEST(more_programs_than_there_may_be_have_no_name);
    TEST(renumbering_programs_changes_nothing);
    TEST(a_torus_over_an_all_to_all_is_told_from_it);
    TEST(a_ring_over_an_all_to_all_comes_second);
    TEST(an_uneven_all_to_all_is_one);
    return g_test_run();
}
