// SPDX-License-Identifier: Apache-2.0
/* The paper's InferTopology (section 2). */
#include <vttif/error.h>
#include <vttif/topology.h>

static size_t edges_at(struct vttif_matrix *matrix, double bmin)
{
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, bmin, NULL);
    size_t n_edges;
    vttif_topology_edges(topology, &n_edges);
    return n_edges;
}

/* h1 --100--> h2 --10--> h3 --9.9--> h1 */
static struct vttif_matrix *chain(void)
{
    struct vttif_matrix *matrix = vttif_matrix_new(3, (const char *[]){"h1", "h2", "h3"});
    vttif_matrix_add(matrix, 0, 1, 100);
    vttif_matrix_add(matrix, 1, 2, 10);
    vttif_matrix_add(matrix, 2, 0, 9.9);
    return matrix;
}

static void an_edge_is_a_pair_with_at_least_bmin_of_the_maximum(void)
{
    g_autoptr(vttif_matrix) matrix = chain();
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.1, NULL);
    size_t n_edges;
    const struct vttif_edge *edges = vttif_topology_edges(topology, &n_edges);

    g_assert_cmpuint(n_edges, ==, 2);
    g_assert_cmpuint(edges[0].from, ==, 0);
    g_assert_cmpuint(edges[0].to, ==, 1);
    g_assert_cmpfloat(edges[0].ratio, ==, 1);
    g_assert_cmpuint(edges[1].from, ==, 1);
    g_assert_cmpuint(edges[1].to, ==, 2);
    g_assert_cmpfloat(edges[1].bytes, ==, 10);
    g_assert_cmpfloat(edges[1].ratio, ==, 0.1);
}

static void the_diagonal_neither_sets_the_maximum_nor_makes_an_edge(void)
{
    g_autoptr(vttif_matrix) matrix = chain();
    vttif_matrix_add(matrix, 1, 1, 1e6);
    g_assert_cmpuint(edges_at(matrix, 0.1), ==, 2);
}

static void a_silent_matrix_has_no_edges(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(4, NULL);
    g_assert_cmpuint(edges_at(matrix, 0.1), ==, 0);
}

static void a_bmin_outside_of_0_to_1_is_refused(void)
{
    const double bad[] = {0, -0.1, 1.01, G_MAXDOUBLE, 0.0 / 0.0};
    g_autoptr(vttif_matrix) matrix = chain();
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(vttif_topology_infer(matrix, bad[i], &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    }
}

/* Raising the threshold only takes edges away; scaling all traffic changes nothing. */
static void pruning_is_monotonic_and_free_of_scale(void)
{
    for (int round = 0; round < 200; round++) {
        size_t n = (size_t)g_test_rand_int_range(2, 12);
        g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, NULL);
        g_autoptr(vttif_matrix) scaled = vttif_matrix_new(n, NULL);
        for (int k = g_test_rand_int_range(1, 60); k > 0; k--) {
            size_t from = (size_t)g_test_rand_int_range(0, (gint32)n);
            size_t to = (size_t)g_test_rand_int_range(0, (gint32)n);
            double bytes = g_test_rand_int_range(1, 1000);
            vttif_matrix_add(matrix, from, to, bytes);
            vttif_matrix_add(scaled, from, to, bytes * 1024);
        }
        size_t last = G_MAXSIZE;
        for (double bmin = 0.05; bmin <= 1; bmin += 0.05) {
            size_t now = edges_at(matrix, bmin);
            g_assert_cmpuint(now, <=, last);
            g_assert_cmpuint(now, ==, edges_at(scaled, bmin));
            last = now;
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/infer/an edge is a pair with at least bmin of the maximum",
                    an_edge_is_a_pair_with_at_least_bmin_of_the_maximum);
    g_test_add_func("/infer/the diagonal neither sets the maximum nor makes an edge",
                    the_diagonal_neither_sets_the_maximum_nor_makes_an_edge);
    g_test_add_func("/infer/a silent matrix has no edges", a_silent_matrix_has_no_edges);
    g_test_add_func("/infer/a bmin outside of 0 to 1 is refused",
                    a_bmin_outside_of_0_to_1_is_refused);
    g_test_add_func("/infer/pruning is monotonic and free of scale",
                    pruning_is_monotonic_and_free_of_scale);
    return g_test_run();
}
