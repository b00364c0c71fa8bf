// SPDX-License-Identifier: Apache-2.0
/* Names for topologies (paper, section 2, "pattern detection"): what a matrix in unknown order is.
 */
#include <math.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/recognition.h>

#include "shuffled.h"

/* Every edge of the archetype is one of the matrix, and every endpoint has a place of its own. */
static void assert_valid(const struct vttif_matrix *matrix, const struct vttif_name *name)
{
    size_t n_pairs;
    g_autofree struct vttif_pair *pairs = vttif_name_edges(name, &n_pairs);
    g_assert_cmpuint(n_pairs, ==, name->n_edges);
    for (size_t i = 0; i < n_pairs; i++)
        g_assert_cmpfloat(vttif_matrix_get(matrix, pairs[i].from, pairs[i].to) +
                              vttif_matrix_get(matrix, pairs[i].to, pairs[i].from),
                          >, 0);
    for (size_t u = 0; u < name->n_endpoints; u++)
        for (size_t v = 0; v < u; v++)
            g_assert_true(name->position[u] == VTTIF_NOWHERE ||
                          name->position[u] != name->position[v]);
}

/* The names are among those found, and nothing else fits as well as the first. */
static void assert_names(struct shuffled *shuffled, const char *const *names)
{
    g_autoptr(vttif_recognition) recognition = recognize(shuffled->matrix);
    for (; *names; names++) {
        const struct vttif_name *name = find(recognition, *names);
        if (!name)
            g_error("no %s: %s", *names, vttif_recognition_reason(recognition));
        g_assert_cmpfloat(name->score, ==, 1);
        g_assert_cmpuint(name->n_missing + name->n_extra, ==, 0);
        assert_valid(shuffled->matrix, name);
    }
    shuffled_clear(shuffled);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/*  o - o - o - o
 *  |   |   |   |
 *  o - o - o - o
 *  |   |   |   |
 *  o - o - o - o */
static void a_mesh_is_named_with_its_extents(void)
{
    struct shuffled mesh = shuffled_new(12, 1);
    add_grid(&mesh, 2, (unsigned[]){3, 4}, (bool[]){false, false}, false);
    assert_names(&mesh, NAMES("mesh 4x3"));
}

static void a_mesh_of_three_different_primes_is_named(void)
{
    struct shuffled mesh = shuffled_new(105, 2);
    add_grid(&mesh, 3, (unsigned[]){3, 5, 7}, (bool[]){false, false, false}, false);
    assert_names(&mesh, NAMES("mesh 7x5x3"));
}

/*  - o - o - o -        (and so on downwards, closed too) */
static void a_torus_is_named_with_its_extents(void)
{
    struct shuffled torus = shuffled_new(35, 3);
    add_grid(&torus, 2, (unsigned[]){5, 7}, (bool[]){true, true}, false);
    assert_names(&torus, NAMES("torus 7x5"));
}

static void a_torus_says_which_dimensions_are_closed(void)
{
    struct shuffled torus = shuffled_new(40, 4);
    add_grid(&torus, 2, (unsigned[]){5, 8}, (bool[]){true, false}, false);
    assert_names(&torus, NAMES("torus 8x5 (periodic in dimension 2)"));
}

/*  o > o > o
 *  v   v   v
 *  o > o > o   */
static void a_mesh_in_which_bytes_only_go_on_is_a_wavefront(void)
{
    struct shuffled mesh = shuffled_new(16, 5);
    add_grid(&mesh, 2, (unsigned[]){4, 4}, (bool[]){false, false}, true);
    g_autoptr(vttif_recognition) recognition = recognize(mesh.matrix);
    const struct vttif_name *name = find(recognition, "wavefront 4x4");
    g_assert_nonnull(name);
    g_assert_cmpint(name->flow, ==, VTTIF_FLOW_FORWARD);
    for (size_t u = 0; u < 16; u++) { /* who only sends sits in the corner that comes first */
        size_t n_cells;
        vttif_matrix_row(mesh.matrix, u, &n_cells);
        if (name->position[u] == 15)
            g_assert_cmpuint(n_cells, ==, 0);
    }
    shuffled_clear(&mesh);
}

/* Many names, one graph. */
static void a_torus_of_fours_is_a_hypercube_too(void)
{
    struct shuffled torus = shuffled_new(64, 6);
    add_grid(&torus, 3, (unsigned[]){4, 4, 4}, (bool[]){true, true, true}, false);
    assert_names(&torus, NAMES("torus 4x4x4", "hypercube 2x2x2x2x2x2", "mesh 2x2x2x2x2x2"));
}

/*  o - o
 *  |   |
 *  o - o   */
static void a_cycle_of_four_has_all_of_its_names(void)
{
    struct shuffled ring = shuffled_new(4, 7);
    add_grid(&ring, 1, (unsigned[]){4}, (bool[]){true}, false);
    assert_names(&ring, NAMES("ring 4", "torus 4", "hypercube 2x2", "mesh 2x2", "bipartite 2x2",
                              "butterfly 2x2"));
}

/*  o = o    the pairs that are joined twice carry both directions of a closed dimension of two
 *  |   |
 *  o = o    */
static void double_bytes_tell_a_closed_dimension_of_two(void)
{
    struct shuffled torus = shuffled_new(8, 8);
    add_grid(&torus, 2, (unsigned[]){4, 2}, (bool[]){true, true}, false);
    g_autoptr(vttif_recognition) recognition = recognize(torus.matrix);
    const struct vttif_name *name = find(recognition, "torus 4x2");
    g_assert_nonnull(name);
    g_assert_true(name->by_weight);
    g_assert_nonnull(find(recognition, "hypercube 2x2x2"));
    shuffled_clear(&torus);
}

static void rings_and_lines_are_named_at_any_size(void)
{
    for (unsigned n = 5; n < 40; n++) {
        g_autofree char *ring_name = g_strdup_printf("ring %u", n);
        g_autofree char *line_name = g_strdup_printf("line %u", n);
        g_autofree char *mesh_name = g_strdup_printf("mesh %u", n);
        struct shuffled ring = shuffled_new(n, n), line = shuffled_new(n, n);
        add_grid(&ring, 1, &n, (bool[]){true}, false);
        add_grid(&line, 1, &n, (bool[]){false}, false);
        assert_names(&ring, NAMES(ring_name));
        assert_names(&line, NAMES(line_name, mesh_name));
    }
}

static void a_ring_in_which_bytes_go_one_way_is_an_all_reduce(void)
{
    struct shuffled ring = shuffled_new(12, 9);
    add_grid(&ring, 1, (unsigned[]){12}, (bool[]){true}, true);
    assert_names(&ring, NAMES("ring-allreduce 12", "ring 12"));
}

static void add_tree(struct shuffled *shuffled, size_t arity, bool down)
{
    for (size_t i = 1; i < shuffled->n; i++) {
        size_t parent = arity == 0 ? i & (i - 1) : (i - 1) / arity;
        send(shuffled, i, parent, 1e6);
        if (down)
            send(shuffled, parent, i, 1e6);
    }
}

/*        0
 *       / \
 *      1   2     (12 of them, filled level by level)
 *     / \  /     */
static void trees_are_named_with_their_root(void)
{
    static const struct {
        size_t arity, n;
        const char *name;
    } trees[] = {{2, 12, "binary-tree 12"},   {2, 31, "binary-tree 31"},
                 {3, 40, "3-ary tree 40"},    {5, 100, "5-ary tree 100"},
                 {0, 32, "binomial-tree 32"}, {0, 100, "binomial-tree 100"}};
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
        struct shuffled tree = shuffled_new(trees[i].n, 10);
        add_tree(&tree, trees[i].arity, false);
        g_autoptr(vttif_recognition) recognition = recognize(tree.matrix);
        const struct vttif_name *name = find(recognition, trees[i].name);
        g_assert_nonnull(name);
        g_assert_cmpfloat(name->score, ==, 1);
        g_assert_cmpint(name->centre, ==, tree.order[0]);
        g_assert_cmpint(name->flow, ==, VTTIF_FLOW_BACKWARD);
        g_assert_null(find(recognition, "tree-allreduce 12"));
        assert_valid(tree.matrix, name);
        shuffled_clear(&tree);
    }
}

static void a_tree_with_bytes_both_ways_is_an_all_reduce(void)
{
    struct shuffled tree = shuffled_new(15, 11);
    add_tree(&tree, 2, true);
    assert_names(&tree, NAMES("tree-allreduce 15", "binary-tree 15"));
}

/*    1 - 0 - 3   */
static void a_star_is_named_with_its_centre(void)
{
    struct shuffled star = shuffled_new(9, 12);
    for (size_t i = 1; i < 9; i++)
        exchange(&star, 0, i, 1e5);
    g_autoptr(vttif_recognition) recognition = recognize(star.matrix);
    const struct vttif_name *name = find(recognition, "star 9");
    g_assert_nonnull(name);
    g_assert_cmpint(name->centre, ==, star.order[0]);
    shuffled_clear(&star);
}

static void groups_are_named(void)
{
    struct shuffled all = shuffled_new(7, 13), sides = shuffled_new(9, 14);
    struct shuffled clusters = shuffled_new(12, 15);
    for (size_t i = 0; i < 12; i++) {
        for (size_t j = 0; j < i; j++) {
            if (i < 7)
                exchange(&all, i, j, 1e5);
            if (i < 9 && i >= 4 && j < 4)
                exchange(&sides, i, j, 1e5);
            exchange(&clusters, i, j, i / 4 == j / 4 ? 1e5 : 1e3);
        }
    }
    assert_names(&all, NAMES("all-to-all 7"));
    assert_names(&sides, NAMES("bipartite 4x5"));
    assert_names(&clusters, NAMES("clustered 3x4"));
}

/*  o - o - o      all pairs of the same weight: whom they share tells faces from diagonals
 *  | X | X |
 *  o - o - o   */
static void a_stencil_of_equal_weights_is_named(void)
{
    static const unsigned dims[][3] = {{1, 7, 9}, {1, 3, 12}, {4, 5, 6}, {4, 4, 4}, {8, 5, 4}};
    const char *names[] = {"stencil-9 9x7", "stencil-9 12x3", "stencil-27 6x5x4",
                           "stencil-27 4x4x4", "stencil-27 8x5x4"};
    for (size_t k = 0; k < G_N_ELEMENTS(dims); k++) {
        const unsigned *d = dims[k];
        struct shuffled stencil = shuffled_new(d[0] * d[1] * d[2], (guint32)k);
        for (unsigned i = 0; i < stencil.n; i++)
            for (unsigned j = 0; j < i; j++)
                if (abs((int)(i % d[2]) - (int)(j % d[2])) <= 1 &&
                    abs((int)(i / d[2] % d[1]) - (int)(j / d[2] % d[1])) <= 1 &&
                    abs((int)(i / d[2] / d[1]) - (int)(j / d[2] / d[1])) <= 1)
                    exchange(&stencil, i, j, 1e6);
        g_autoptr(vttif_recognition) recognition = recognize(stencil.matrix);
        const struct vttif_name *name = find(recognition, names[k]);
        if (!name)
            g_error("no %s: %s", names[k], vttif_recognition_reason(recognition));
        g_assert_cmpfloat(name->score, ==, 1);
        g_assert_cmpfloat(name->explained, ==, 1);
        g_assert_cmpuint(name->n_missing + name->n_extra, ==, 0);
        shuffled_clear(&stencil);
    }
}

/*  o   o   o   o
 *  | X |   | X |
 *  o   o   o   o   */
static void a_butterfly_is_named(void)
{
    struct shuffled butterfly = shuffled_new(32, 16);
    for (size_t level = 0; level < 3; level++) {
        for (size_t row = 0; row < 8; row++) {
            send(&butterfly, level * 8 + row, (level + 1) * 8 + row, 1e5);
            send(&butterfly, level * 8 + row, (level + 1) * 8 + (row ^ ((size_t)1 << level)), 1e5);
        }
    }
    assert_names(&butterfly, NAMES("butterfly 4x8"));
}

/*  o - o - o
 *  | X | X |
 *  o - o - o   */
static void a_mesh_with_faint_diagonals_is_a_stencil_too(void)
{
    struct shuffled stencil = shuffled_new(30, 17);
    add_grid(&stencil, 2, (unsigned[]){5, 6}, (bool[]){false, false}, false);
    for (size_t i = 0; i + 6 < 30; i++) {
        if (i % 6 < 5)
            exchange(&stencil, i, i + 7, 1e5);
        if (i % 6 > 0)
            exchange(&stencil, i, i + 5, 1e5);
    }
    g_autoptr(vttif_recognition) recognition = recognize(stencil.matrix);
    g_assert_nonnull(find(recognition, "stencil-9 6x5"));
    g_assert_nonnull(find(recognition, "mesh 6x5"));
    shuffled_clear(&stencil);
}

/* --- no name --------------------------------------------------------------------------------- */

static void a_random_graph_has_no_name(void)
{
    for (guint32 seed = 0; seed < 50; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        struct shuffled random = shuffled_new(40, seed);
        for (int edge = 0; edge < 100; edge++) {
            size_t a = (size_t)g_rand_int_range(rand, 0, 40),
                   b = (size_t)g_rand_int_range(rand, 0, 40);
            if (a != b)
                exchange(&random, a, b, g_rand_double_range(rand, 1e5, 1e6));
        }
        g_autoptr(vttif_recognition) recognition = recognize(random.matrix);
        g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_NONE);
        g_assert_cmpstr(vttif_recognition_reason(recognition), !=, "");
        g_assert_cmpfloat(vttif_recognition_other(recognition), ==, 1);
        shuffled_clear(&random);
    }
}

static void a_silent_matrix_is_too_little(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(5, NULL);
    vttif_matrix_add(matrix, 2, 2, 1e9); /* to itself: nobody else hears it */
    g_autoptr(vttif_recognition) recognition = recognize(matrix);
    g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_TOO_LITTLE);
    g_assert_cmpstr(vttif_recognition_reason(recognition), ==,
                    "no endpoint sent anything to another");
}

static void a_few_bytes_of_start_up_are_too_little(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(5, NULL);
    vttif_matrix_account(matrix)->count = VTTIF_COUNT_PAYLOAD;
    for (size_t i = 1; i < 5; i++)
        vttif_matrix_add(matrix, 0, i, 25);
    g_autoptr(vttif_recognition) recognition = recognize(matrix);
    g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_TOO_LITTLE);
    struct vttif_recognize_options options = {.least_bytes = 10};
    g_autoptr(vttif_recognition) asked = vttif_recognize(matrix, &options, NULL);
    g_assert_cmpint(vttif_recognition_verdict(asked), ==, VTTIF_VERDICT_NAMED);
}

static void options_out_of_range_are_refused(void)
{
    static const struct vttif_recognize_options bad[] = {
        {.bmin = -0.1}, {.bmin = 1.1}, {.bmin = NAN}, {.least_bytes = -1}};
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(vttif_recognize(matrix, &bad[i], &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    }
}

/* --- parts ------------------------------------------------------------------------------------ */

/* The paper's Fig. 4: everyone to everyone, and more of it to and from h1. */
static void a_master_in_an_all_to_all_is_a_part_of_its_own(void)
{
    struct shuffled all = shuffled_new(8, 18);
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < i; j++)
            exchange(&all, i, j, j == 0 ? 2e6 : 1e6);
    g_autoptr(vttif_recognition) recognition = recognize(all.matrix);
    size_t n_parts;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    g_assert_cmpuint(n_parts, ==, 2);
    g_assert_cmpstr(parts[0].name.shape.archetype, ==, "all-to-all");
    g_assert_cmpfloat_with_epsilon(parts[0].share, 28.0 / 35, 0.01);
    g_assert_cmpstr(parts[1].name.shape.archetype, ==, "star");
    g_assert_cmpint(parts[1].name.centre, ==, all.order[0]);
    g_assert_cmpfloat_with_epsilon(parts[1].share, 7.0 / 35, 0.01);
    g_assert_cmpfloat_with_epsilon(vttif_recognition_other(recognition), 0, 0.001);
    shuffled_clear(&all);
}

static void job_control_beside_a_mesh_is_a_star_beside_a_mesh(void)
{
    struct shuffled mesh = shuffled_new(36, 19);
    add_grid(&mesh, 2, (unsigned[]){6, 6}, (bool[]){false, false}, false);
    for (size_t i = 0; i < 36; i++)
        if (i != 14)
            exchange(&mesh, 14, i, 8e5);
    g_autoptr(vttif_recognition) recognition = recognize(mesh.matrix);
    size_t n_parts;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    g_assert_nonnull(find(recognition, "mesh 6x6"));
    g_assert_cmpuint(n_parts, >=, 2);
    g_assert_cmpstr(parts[1].name.shape.archetype, ==, "star");
    g_assert_cmpint(parts[1].name.centre, ==, mesh.order[14]);
    shuffled_clear(&mesh);
}

/* --- noise and invariance -----------------------------------------------------------------------
 */

/* A torus 8x8x4 without 2 % of its edges, weights spread over a factor of ten, and on every fifth
 * other pair something that is none of its. */
static struct shuffled noisy_torus(guint32 seed)
{
    struct shuffled torus = shuffled_new(256, seed), clean = shuffled_new(256, seed);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    add_grid(&clean, 3, (unsigned[]){8, 8, 4}, (bool[]){true, true, true}, false);
    for (size_t i = 0; i < 256; i++) {
        for (size_t j = 0; j < i; j++) {
            double there = vttif_matrix_get(clean.matrix, clean.order[i], clean.order[j]);
            double draw = g_rand_double(rand);
            if (there > 0 && draw >= 0.02)
                exchange(&torus, i, j, 1e6 * exp(g_rand_double_range(rand, -1.15, 1.15)));
            else if (there == 0 && draw < 0.2)
                exchange(&torus, i, j, 1e5 * draw * 5);
        }
    }
    shuffled_clear(&clean);
    return torus;
}

static void a_torus_in_noise_is_named_and_placed(void)
{
    for (guint32 seed = 0; seed < 5; seed++) {
        struct shuffled torus = noisy_torus(seed);
        g_autoptr(vttif_recognition) recognition = recognize(torus.matrix);
        const struct vttif_name *name = find(recognition, "torus 8x8x4");
        g_assert_nonnull(name);
        g_assert_cmpfloat(name->score, >, 0.9);
        size_t n_pairs, right = 0;
        g_autofree struct vttif_pair *pairs = vttif_name_edges(name, &n_pairs);
        for (size_t i = 0; i < n_pairs; i++)
            right += vttif_matrix_get(torus.matrix, pairs[i].from, pairs[i].to) > 3e5;
        g_assert_cmpuint(100 * right, >=, 95 * n_pairs);
        shuffled_clear(&torus);
    }
}

/* The same traffic between endpoints of other numbers gives the same names and scores. */
static void renumbering_changes_nothing(void)
{
    static const unsigned dims[][3] = {{2, 3, 4}, {3, 3, 3}, {4, 4, 1}, {5, 2, 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(dims); i++) {
        g_autofree char *first = NULL;
        for (guint32 seed = 0; seed < 20; seed++) {
            unsigned n_dims = dims[i][2] > 1 ? 3 : 2;
            struct shuffled grid = shuffled_new(dims[i][0] * dims[i][1] * dims[i][2], seed);
            add_grid(&grid, n_dims, dims[i], (bool[]){i % 2, false, i % 3 == 0}, false);
            g_autoptr(vttif_recognition) recognition = recognize(grid.matrix);
            g_autofree char *text = describe_all(recognition);
            if (!first)
                first = g_steal_pointer(&text);
            else
                g_assert_cmpstr(text, ==, first);
            shuffled_clear(&grid);
        }
    }
}

/* Names do not depend on the unit. */
static void scaling_changes_nothing(void)
{
    struct shuffled torus = noisy_torus(3);
    g_autoptr(vttif_matrix) scaled = vttif_matrix_new(256, NULL);
    for (size_t i = 0; i < 256; i++)
        for (size_t j = 0; j < 256; j++)
            vttif_matrix_add(scaled, i, j, 1024 * vttif_matrix_get(torus.matrix, i, j));
    g_autoptr(vttif_recognition) a = recognize(torus.matrix), b = recognize(scaled);
    g_autofree char *text_a = describe_all(a), *text_b = describe_all(b);
    g_assert_cmpstr(text_a, ==, text_b);
    shuffled_clear(&torus);
}

static void a_fixed_threshold_is_the_only_one(void)
{
    struct shuffled mesh = shuffled_new(30, 20);
    struct vttif_recognize_options options = {.bmin = 0.05};
    add_grid(&mesh, 2, (unsigned[]){5, 6}, (bool[]){false, false}, false);
    for (size_t i = 0; i < 30; i++)
        for (size_t j = 0; j < i; j++)
            exchange(&mesh, i, j, 1e4); /* 1 % of the mesh's */
    g_autoptr(vttif_recognition) above = vttif_recognize(mesh.matrix, &options, NULL);
    g_assert_nonnull(find(above, "mesh 6x5"));
    g_assert_cmpfloat(vttif_recognition_bmin(above), ==, 0.05);
    options.bmin = 0.005;
    g_autoptr(vttif_recognition) below = vttif_recognize(mesh.matrix, &options, NULL);
    g_assert_null(find(below, "mesh 6x5"));
    shuffled_clear(&mesh);
}

#define TEST(function) g_test_add_func("/recognition/" #function, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_mesh_is_named_with_its_extents);
    TEST(a_mesh_of_three_different_primes_is_named);
    TEST(a_torus_is_named_with_its_extents);
    TEST(a_torus_says_which_dimensions_are_closed);
    TEST(a_mesh_in_which_bytes_only_go_on_is_a_wavefront);
    TEST(a_torus_of_fours_is_a_hypercube_too);
    TEST(a_cycle_of_four_has_all_of_its_names);
    TEST(double_bytes_tell_a_closed_dimension_of_two);
    TEST(rings_and_lines_are_named_at_any_size);
    TEST(a_ring_in_which_bytes_go_one_way_is_an_all_reduce);
    TEST(trees_are_named_with_their_root);
    TEST(a_tree_with_bytes_both_ways_is_an_all_reduce);
    TEST(a_star_is_named_with_its_centre);
    TEST(groups_are_named);
    TEST(a_butterfly_is_named);
    TEST(a_mesh_with_faint_diagonals_is_a_stencil_too);
    TEST(a_random_graph_has_no_name);
    TEST(a_silent_matrix_is_too_little);
    TEST(a_few_bytes_of_start_up_are_too_little);
    TEST(options_out_of_range_are_refused);
    TEST(a_master_in_an_all_to_all_is_a_part_of_its_own);
    TEST(job_control_beside_a_mesh_is_a_star_beside_a_mesh);
    TEST(a_torus_in_noise_is_named_and_placed);
    TEST(a_stencil_of_equal_weights_is_named);
    TEST(renumbering_changes_nothing);
    TEST(scaling_changes_nothing);
    TEST(a_fixed_threshold_is_the_only_one);
    return g_test_run();
}
