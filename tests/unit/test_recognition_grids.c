// SPDX-License-Identifier: Apache-2.0
/* Names of grids that lack edges or have faint ones, and which of several names comes first. */
#include <math.h>

#include "shuffled.h"

#define OPEN ((bool[]){false, false, false})

static void assert_first(const struct shuffled *shuffled, const char *text)
{
    g_autoptr(vttif_recognition) recognition = recognize(shuffled->matrix);
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    g_autoptr(GString) first = g_string_new(vttif_recognition_reason(recognition));
    if (n_names > 0)
        vttif_shape_describe(&names[0].shape, g_string_assign(first, ""));
    g_assert_cmpstr(first->str, ==, text);
}

/* Nothing between a and b any more. */
static void cut(struct shuffled *shuffled, size_t a, size_t b)
{
    struct vttif_matrix *whole = shuffled->matrix;
    guint32 u = shuffled->order[a], v = shuffled->order[b];
    shuffled->matrix = vttif_matrix_new(shuffled->n, NULL);
    for (guint32 i = 0; i < shuffled->n; i++)
        for (guint32 j = 0; j < shuffled->n; j++)
            if (!(i == u && j == v) && !(i == v && j == u))
                vttif_matrix_add(shuffled->matrix, i, j, vttif_matrix_get(whole, i, j));
    vttif_matrix_unref(whole);
}

static void assert_found_lacking_one(const struct shuffled *shuffled, const char *text)
{
    g_autoptr(vttif_recognition) recognition = recognize(shuffled->matrix);
    const struct vttif_name *name = find(recognition, text);
    if (!name)
        g_error("no %s: %s", text, vttif_recognition_reason(recognition));
    g_assert_cmpuint(name->n_missing, ==, 1);
    g_assert_cmpuint(name->n_extra, ==, 0);
    g_assert_cmpuint(name->n_members, ==, shuffled->n);
}

/* A ladder of eleven rungs without that edge. */
static void assert_ladder_lacking(size_t a, size_t b, guint32 seed)
{
    struct shuffled ladder = shuffled_new(22, seed);
    add_grid(&ladder, 2, (unsigned[]){2, 11}, OPEN, false);
    cut(&ladder, a, b);
    assert_found_lacking_one(&ladder, "mesh 11x2");
    shuffled_clear(&ladder);
}

/*  o - o - o - o - o - o   o - o - o - o - o
 *  |   |   |   |   |   |   |   |   |   |   |
 *  o - o - o - o - o - o - o - o - o - o - o */
static void a_ladder_is_one_wherever_a_rail_is_missing(void)
{
    for (size_t at = 0; at < 10; at++)
        assert_ladder_lacking(at, at + 1, (guint32)at);
}

/*  o - o - o - o - o - o - o - o - o - o - o
 *  |   |   |   |   |       |   |   |   |   |
 *  o - o - o - o - o - o - o - o - o - o - o */
static void a_ladder_is_one_wherever_a_rung_is_missing(void)
{
    for (size_t at = 1; at < 10; at++)
        assert_ladder_lacking(at, at + 11, (guint32)at);
}

/* One of the two edges that close it is gone. */
static void a_thin_torus_is_closed_by_what_is_left(void)
{
    struct shuffled torus = shuffled_new(24, 5);
    add_grid(&torus, 2, (unsigned[]){2, 12}, (bool[]){false, true}, false);
    cut(&torus, 0, 11);
    assert_found_lacking_one(&torus, "torus 12x2 (periodic in dimension 1)");
    shuffled_clear(&torus);
}

/* All within one step in each dimension; a step in s dimensions has weight[s]. */
static void add_stencil(struct shuffled *shuffled, const unsigned dims[3], const double weight[4],
                        double sigma, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (size_t a = 0; a < shuffled->n; a++) {
        for (size_t b = 0; b < a; b++) {
            size_t p = a, q = b;
            unsigned steps = 0, furthest = 0;
            for (unsigned d = 3; d-- > 0; p /= dims[d], q /= dims[d]) {
                unsigned apart = (unsigned)ABS((int)(p % dims[d]) - (int)(q % dims[d]));
                steps += apart;
                furthest = MAX(furthest, apart);
            }
            if (furthest == 1)
                exchange(shuffled, a, b,
                         1e6 * weight[steps] * exp(g_rand_double_range(rand, -sigma, sigma)));
        }
    }
}

static void a_stencil_of_few_layers_and_equal_weights_is_named(void)
{
    struct shuffled stencil = shuffled_new(60, 1);
    add_stencil(&stencil, (unsigned[]){3, 4, 5}, (double[]){0, 1, 1, 1}, 0, 1);
    assert_first(&stencil, "stencil-27 5x4x3");
    shuffled_clear(&stencil);
}

/* Faces from 0.45 to 2.2, diagonals from 0.17 to 0.83: no threshold parts them. */
static void a_stencil_is_named_where_diagonals_weigh_as_much_as_faces(void)
{
    for (guint32 seed = 0; seed < 5; seed++) {
        struct shuffled stencil = shuffled_new(80, seed);
        add_stencil(&stencil, (unsigned[]){1, 8, 10}, (double[]){0, 1, 0.375, 0}, 0.8, seed);
        g_autoptr(vttif_recognition) recognition = recognize(stencil.matrix);
        g_assert_nonnull(find(recognition, "stencil-9 10x8"));
        shuffled_clear(&stencil);
    }
}

/* --- which name comes first ---------------------------------------------------------------------
 */

static void a_pair_without_double_bytes_is_open(void)
{
    struct shuffled thin = shuffled_new(24, 2), small = shuffled_new(6, 3);
    add_grid(&thin, 3, (unsigned[]){3, 4, 2}, OPEN, false);
    assert_first(&thin, "mesh 4x3x2");
    add_grid(&small, 2, (unsigned[]){2, 3}, OPEN, false);
    assert_first(&small, "mesh 3x2");
    shuffled_clear(&thin);
    shuffled_clear(&small);
}

/* It lacks but one edge of a thousand to be a ring. */
static void a_long_pipeline_is_a_line(void)
{
    struct shuffled line = shuffled_new(1000, 4);
    add_grid(&line, 1, (unsigned[]){1000}, OPEN, true);
    assert_first(&line, "line 1000");
    shuffled_clear(&line);
}

/*  o > o > root < o   is a line, but one in which bytes meet */
static void a_tree_of_four_is_a_tree_when_bytes_go_to_its_root(void)
{
    struct shuffled tree = shuffled_new(4, 5);
    send(&tree, 3, 1, 1e6);
    send(&tree, 1, 0, 1e6);
    send(&tree, 2, 0, 1e6);
    assert_first(&tree, "binary-tree 4");
    shuffled_clear(&tree);
}

static void two_endpoints_are_no_pattern(void)
{
    struct shuffled two = shuffled_new(2, 6);
    exchange(&two, 0, 1, 1e6);
    assert_first(&two, "two endpoints that exchange are one edge, and every archetype has more: it "
                       "takes three endpoints to tell any");
    shuffled_clear(&two);
}

/* --- none ----------------------------------------------------------------------------------------
 */

/* Three partners each: pairs of stubs are drawn until no two are alike. */
static void add_cubic(struct shuffled *graph, GRand *rand)
{
    g_autofree size_t *stub = g_new(size_t, 3 * graph->n);
    for (bool simple = false; !simple;) {
        g_autofree bool *drawn = g_new0(bool, graph->n * graph->n);
        for (size_t i = 0; i < 3 * graph->n; i++) {
            size_t other = (size_t)g_rand_int_range(rand, 0, (gint32)i + 1);
            stub[i] = stub[other];
            stub[other] = i / 3;
        }
        simple = true;
        for (size_t i = 0; i < 3 * graph->n; i += 2) {
            size_t at = MIN(stub[i], stub[i + 1]) * graph->n + MAX(stub[i], stub[i + 1]);
            simple = simple && !drawn[at] && stub[i] != stub[i + 1];
            drawn[at] = true;
        }
    }
    for (size_t i = 0; i < 3 * graph->n; i += 2)
        exchange(graph, stub[i], stub[i + 1], 1e6);
}

static void graphs_in_which_all_have_three_partners_are_no_ladders(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    unsigned named = 0;
    for (guint32 i = 0; i < 100; i++) {
        struct shuffled graph = shuffled_new(12, i);
        add_cubic(&graph, rand);
        g_autoptr(vttif_recognition) recognition = recognize(graph.matrix);
        named += vttif_recognition_verdict(recognition) == VTTIF_VERDICT_NAMED;
        shuffled_clear(&graph);
    }
    g_assert_cmpuint(named, <=, 1);
}

#define TEST(function) g_test_add_func("/recognition-grids/" #function, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_ladder_is_one_wherever_a_rail_is_missing);
    TEST(a_ladder_is_one_wherever_a_rung_is_missing);
    TEST(a_thin_torus_is_closed_by_what_is_left);
    TEST(a_stencil_of_few_layers_and_equal_weights_is_named);
    TEST(a_stencil_is_named_where_diagonals_weigh_as_much_as_faces);
    TEST(a_pair_without_double_bytes_is_open);
    TEST(a_long_pipeline_is_a_line);
    TEST(a_tree_of_four_is_a_tree_when_bytes_go_to_its_root);
    TEST(two_endpoints_are_no_pattern);
    TEST(graphs_in_which_all_have_three_partners_are_no_ladders);
    return g_test_run();
}
