// SPDX-License-Identifier: Apache-2.0
/* Programs of a few endpoints, where everything that can be drawn is tried. */
#include <math.h>
#include <vttif/recognition.h>

#include "infer/small.h"
#include "shuffled.h"

/* Bytes from each of n to each, in kB. */
static struct vttif_matrix *matrix_of(unsigned n, const double *cells)
{
    struct vttif_matrix *matrix = vttif_matrix_new(n, NULL);
    for (unsigned u = 0; u < n; u++)
        for (unsigned v = 0; v < n; v++)
            if (cells[u * n + v] > 0)
                vttif_matrix_add(matrix, u, v, 1000 * cells[u * n + v]);
    return matrix;
}

/* The two beside each other in the ring, in any order. */
static bool are_neighbours(const struct vttif_name *ring, unsigned u, unsigned v)
{
    size_t apart = (ring->position[u] + ring->n_members - ring->position[v]) % ring->n_members;
    return apart == 1 || apart == ring->n_members - 1;
}

/*  0 ======= 1        0 is the master, too: it exchanges some 600 with everyone,
 *  ||  \     ||       so that all pairs but one have bytes
 *  3 ======= 2 */
static void a_ring_of_four_is_told_from_its_master(void)
{
    const double cells[] = {
        0,    1610, 640,  1580, //
        1590, 0,    1000, 0, //
        610,  1000, 0,    1000, //
        1640, 0,    1000, 0, //
    };
    g_autoptr(vttif_matrix) matrix = matrix_of(4, cells);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    const struct vttif_name *ring = find(recognition, "ring 4");
    g_assert_nonnull(ring);
    g_assert_true(are_neighbours(ring, 0, 1) && are_neighbours(ring, 1, 2));
    g_assert_true(are_neighbours(ring, 2, 3) && are_neighbours(ring, 3, 0));
}

/*  1   2          0 gets from all; 5 does job control at half of that and has no edge
 *   \ /           of its own but the one to 0
 *    0 --- 5
 *   / \
 *  3   4 */
static void the_star_and_the_masters_star_are_not_exchanged(void)
{
    const double cells[] = {
        0,    0,   0,   0,   0,   510, //
        900,  0,   0,   0,   0,   480, //
        1400, 0,   0,   0,   0,   530, //
        700,  0,   0,   0,   0,   500, //
        1100, 0,   0,   0,   0,   470, //
        1520, 520, 490, 470, 540, 0,
    };
    g_autoptr(vttif_matrix) matrix = matrix_of(6, cells);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    g_assert_cmpuint(n_names, >, 0);
    g_assert_cmpstr(names[0].shape.archetype, ==, "star");
    g_assert_cmpint(names[0].centre, ==, 0);
    g_assert_cmpuint(names[0].n_members, ==, 6);
}

static void more_endpoints_are_not_searched(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(SMALL_DRAWN + 1, NULL);
    for (unsigned u = 0; u < SMALL_DRAWN; u++)
        vttif_matrix_add(matrix, u, u + 1, 1e6);
    struct graph *graph = graph_new(matrix, 0);
    g_assert_null(small_find(graph));
    graph_free(graph);
}

/* 3 to 6 of 12: those without traffic do not count. */
static void endpoints_without_traffic_do_not_count(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(12, NULL);
    for (unsigned u = 3; u < 6; u++)
        vttif_matrix_add(matrix, u, u + 1, 1e6 + 1e5 * u);
    struct graph *graph = graph_new(matrix, 0);
    g_autoptr(GArray) drawings = small_find(graph);
    g_assert_nonnull(drawings);
    g_assert_cmpuint(drawings->len, >, 0);
    const struct small_drawing *line = &g_array_index(drawings, struct small_drawing, 0);
    g_autoptr(vttif_matrix) drawn = small_matrix(graph, line);
    for (unsigned u = 0; u < 12; u++)
        for (unsigned v = 0; v < 12; v++)
            g_assert_true((vttif_matrix_get(drawn, u, v) > 0) == (u >= 3 && u < 6 && v == u + 1));
    graph_free(graph);
}

/* Any of the pairs with a probability of a half, and weights of a factor of two: chance. */
static void graphs_of_chance_are_hardly_ever_drawn(void)
{
    unsigned n_drawn = 0, n_graphs = 50;
    g_autoptr(GRand) random = g_rand_new_with_seed(8);
    for (unsigned i = 0; i < n_graphs; i++) {
        g_autoptr(vttif_matrix) matrix = vttif_matrix_new(7, NULL);
        for (unsigned u = 0; u < 7; u++) {
            for (unsigned v = 0; v < u; v++) {
                if (g_rand_boolean(random))
                    continue;
                vttif_matrix_add(matrix, u, v, 1e6 * exp2(g_rand_double(random)));
                vttif_matrix_add(matrix, v, u, 1e6 * exp2(g_rand_double(random)));
            }
        }
        struct graph *graph = graph_new(matrix, 0);
        g_autoptr(GArray) drawings = small_find(graph);
        n_drawn += drawings && drawings->len > 0;
        graph_free(graph);
    }
    g_test_message("%u of %u", n_drawn, n_graphs);
    g_assert_cmpuint(n_drawn, <=, 5);
}

/* The same of 8 to 20 endpoints, a third of the pairs of which exchange, and beside them
 * background: all of it is asked for a name. */
static void larger_graphs_of_chance_are_hardly_ever_named(void)
{
    unsigned n_named = 0, n_graphs = 52;
    g_autoptr(GRand) random = g_rand_new_with_seed(9);
    for (unsigned i = 0; i < n_graphs; i++) {
        unsigned n = 8 + i % 13;
        g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, NULL);
        for (unsigned u = 0; u < n; u++) {
            for (unsigned v = 0; v < u; v++) {
                int draw = g_rand_int_range(random, 0, 9); /* 3 of 9, and one of background */
                double level = draw < 3 ? 1e6 : draw < 4 ? 2e4 : 0;
                if (level == 0)
                    continue;
                vttif_matrix_add(matrix, u, v, level * exp2(g_rand_double(random)));
                vttif_matrix_add(matrix, v, u, level * exp2(g_rand_double(random)));
            }
        }
        g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
        n_named += vttif_recognition_verdict(recognition) == VTTIF_VERDICT_NAMED;
    }
    g_test_message("%u of %u", n_named, n_graphs);
    g_assert_cmpuint(n_named, <=, 2);
}

/*      0          a tree of four children each, of which the last level has one: the root has
 *   / / \ \       four, and nobody else as many
 *  1 2   3 4
 *  |
 *  5 */
static void a_tree_whose_root_alone_has_all_its_children_is_found(void)
{
    const double cells[] = {
        0,    0,    0, 0, 0, 0, //
        1000, 0,    0, 0, 0, 0, //
        1000, 0,    0, 0, 0, 0, //
        1000, 0,    0, 0, 0, 0, //
        1000, 0,    0, 0, 0, 0, //
        0,    1000, 0, 0, 0, 0,
    };
    g_autoptr(vttif_matrix) matrix = matrix_of(6, cells);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_assert_nonnull(find(recognition, "4-ary tree 6"));
}

/*  0 - 1 - 2       each way a megabyte, and 5 sends some 3 % of that to two of them: it takes no
 *      |   |       part, and the square and its tail are no archetype
 *      3 - 4 */
static void what_is_no_archetype_is_not_made_one_by_a_faint_edge(void)
{
    const double cells[] = {
        0, 1000, 0, 0, 0,    0,  1000, 0, 1000, 1000, 0, 0, 0,  1000, 0, 0, 1000, 30,
        0, 1000, 0, 0, 1000, 20, 0,    0, 1000, 1000, 0, 0, 10, 0,    0, 0, 0,    0,
    };
    g_autoptr(vttif_matrix) matrix = matrix_of(6, cells);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_assert_cmpint(vttif_recognition_verdict(recognition), ==, VTTIF_VERDICT_NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/small/a ring of four is told from its master",
                    a_ring_of_four_is_told_from_its_master);
    g_test_add_func("/small/the star and the master's star are not exchanged",
                    the_star_and_the_masters_star_are_not_exchanged);
    g_test_add_func("/small/a tree whose root alone has all its children is found",
                    a_tree_whose_root_alone_has_all_its_children_is_found);
    g_test_add_func("/small/what is no archetype is not made one by a faint edge",
                    what_is_no_archetype_is_not_made_one_by_a_faint_edge);
    g_test_add_func("/small/more endpoints are not searched", more_endpoints_are_not_searched);
    g_test_add_func("/small/endpoints without traffic do not count",
                    endpoints_without_traffic_do_not_count);
    g_test_add_func("/small/graphs of chance are hardly ever drawn",
                    graphs_of_chance_are_hardly_ever_drawn);
    g_test_add_func("/small/larger graphs of chance are hardly ever named",
                    larger_graphs_of_chance_are_hardly_ever_named);
    return g_test_run();
}
