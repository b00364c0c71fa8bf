// SPDX-License-Identifier: Apache-2.0
/* Large programs under noise, where votes and odds are all there is to go by. */
#include "infer/chain_flow.h"
#include "infer/flow_odds.h"
#include "shuffled.h"

#include <math.h>

/* Log-normal, as edges are. */
static double some_bytes(GRand *rand)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += g_rand_double(rand);
    return 1e6 * exp(0.4 * sum);
}

/* One edge in twenty is not there. */
static void send_most(struct shuffled *shuffled, GRand *rand, size_t from, size_t to)
{
    if (g_rand_double(rand) >= 0.05)
        send(shuffled, from, to, some_bytes(rand));
}

/* Of other pairs that share exchange up to so many bytes each way. */
static void add_background(struct shuffled *shuffled, GRand *rand, double share, double most)
{
    for (size_t a = 0; a < shuffled->n; a++) {
        for (size_t b = 0; b < a; b++) {
            if (vttif_matrix_get(shuffled->matrix, shuffled->order[a], shuffled->order[b]) > 0 ||
                vttif_matrix_get(shuffled->matrix, shuffled->order[b], shuffled->order[a]) > 0 ||
                g_rand_double(rand) >= share)
                continue;
            send(shuffled, a, b, g_rand_double_range(rand, 0, most));
            send(shuffled, b, a, g_rand_double_range(rand, 0, most));
        }
    }
}

static size_t place_at(const struct vttif_name *name, const struct shuffled *shuffled, size_t i)
{
    return name->position[shuffled->order[i]];
}

/*
 *     level 0   o   o   o   o
 *               | X |   | X |
 *     level 1   o   o   o   o   ...   7 levels of 64: edges are missing, and strangers are heavy
 */
static void a_butterfly_is_outvoting_its_noise(void)
{
    const size_t rows = 64, levels = 7;
    for (guint32 seed = 0; seed < 4; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        struct shuffled butterfly = shuffled_new(rows * levels, seed);
        for (size_t level = 0; level + 1 < levels; level++) {
            for (size_t row = 0; row < rows; row++) {
                size_t from = level * rows + row, to = from + rows;
                send_most(&butterfly, rand, from, to);
                send_most(&butterfly, rand, from, (to / rows) * rows + (row ^ (1u << level)));
            }
        }
        add_background(&butterfly, rand, 0.2, 1e5);
        for (size_t i = 0; i < 40; i++) /* as heavy as edges */
            send(&butterfly, (37 * i + seed) % butterfly.n, (101 * i + 7) % butterfly.n, 1e6);
        g_autoptr(vttif_recognition) recognition = recognize(butterfly.matrix);
        const struct vttif_name *name = find(recognition, "butterfly 7x64");
        g_assert_nonnull(name);
        g_assert_cmpuint(name->flow, ==, VTTIF_FLOW_FORWARD);
        size_t right = 0;
        for (size_t i = 0; i < butterfly.n; i++)
            right += place_at(name, &butterfly, i) / rows == i / rows;
        g_assert_cmpuint(right, >=, butterfly.n - 4);
        shuffled_clear(&butterfly);
    }
}

/* Twenty groups of 20: what is left over of a group at some cut comes to it again. */
static void groups_do_not_fall_into_pieces(void)
{
    const size_t size = 20, n_groups = 20;
    for (guint32 seed = 0; seed < 4; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        struct shuffled groups = shuffled_new(size * n_groups + 8, seed);
        for (size_t a = 0; a < size * n_groups; a++)
            for (size_t b = 0; b < size * n_groups; b++)
                if (a != b && a / size == b / size && g_rand_double(rand) >= 0.25)
                    send(&groups, a, b, some_bytes(rand));
        add_background(&groups, rand, 0.5, 5e4);
        g_autoptr(vttif_recognition) recognition = recognize(groups.matrix);
        const struct vttif_name *name = find(recognition, "clustered 20x20");
        g_assert_nonnull(name);
        for (size_t i = 0; i < groups.n; i++)
            g_assert_cmpuint(place_at(name, &groups, i) == VTTIF_NOWHERE, ==, i >= size * n_groups);
        for (size_t i = 0; i < size * n_groups; i++)
            g_assert_cmpuint(place_at(name, &groups, i) / size, ==,
                             place_at(name, &groups, i / size * size) / size);
        shuffled_clear(&groups);
    }
}

/* A ring that sends one way; a hundredth of each edge comes back, half of a stranger's bytes do. */
static struct shuffled one_way_ring(size_t n, size_t strangers, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    struct shuffled ring = shuffled_new(n + strangers, seed);
    for (size_t i = 0; i < n; i++) {
        double bytes = i % 20 == 0 ? 7e4 : some_bytes(rand); /* some weigh as little as strangers */
        send(&ring, i, (i + 1) % n, bytes);
        send(&ring, (i + 1) % n, i, bytes / 100);
    }
    add_background(&ring, rand, 0.2, 1e5);
    return ring;
}

/* Twenties in the wrong order, and one endpoint is left out. */
static void append_pieces(const struct shuffled *ring, GArray *chain)
{
    static const size_t twenties[] = {2, 0, 4, 1, 5, 3};
    for (size_t k = 0; k < G_N_ELEMENTS(twenties); k++) {
        for (size_t i = 20 * twenties[k]; i < 20 * (twenties[k] + 1); i++) {
            uint32_t u = ring->order[i];
            if (i != 59)
                g_array_append_val(chain, u);
        }
    }
}

static void light_edges_are_known_by_what_comes_back(void)
{
    for (guint32 seed = 0; seed < 4; seed++) {
        const size_t n = 120, strangers = 12;
        struct shuffled ring = one_way_ring(n, strangers, seed);
        struct graph *graph = graph_new(ring.matrix, 0);
        g_autoptr(GArray) chain = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g_autoptr(GArray) breaks = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        append_pieces(&ring, chain);
        g_assert_true(chain_flow(graph, VTTIF_NOWHERE, chain, breaks));
        g_assert_cmpuint(chain->len, ==, n);
        size_t right = 0;
        for (guint i = 0; i + 1 < chain->len; i++)
            for (size_t k = 0; k < n; k++)
                right += g_array_index(chain, uint32_t, i) == ring.order[k] &&
                         g_array_index(chain, uint32_t, i + 1) == ring.order[(k + 1) % n];
        g_assert_cmpuint(right, >=, n - 2);
        graph_free(graph);
        shuffled_clear(&ring);
    }
}

static void a_chain_too_short_to_learn_from_is_left_alone(void)
{
    struct shuffled ring = one_way_ring(10, 2, 1);
    struct graph *graph = graph_new(ring.matrix, 0);
    g_autoptr(GArray) chain = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) breaks = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_vals(chain, ring.order, 10);
    g_assert_false(chain_flow(graph, VTTIF_NOWHERE, chain, breaks));
    g_assert_cmpuint(chain->len, ==, 10);
    graph_free(graph);
    shuffled_clear(&ring);
}

static void the_heavier_and_the_less_that_comes_back_the_likelier(void)
{
    const size_t n = 200;
    struct shuffled ring = one_way_ring(n, 20, 3);
    struct graph *graph = graph_new(ring.matrix, 0);
    g_autofree uint32_t *after = g_new(uint32_t, ring.n);
    memset(after, 0xff, ring.n * sizeof *after);
    for (size_t i = 0; i < n; i++)
        after[ring.order[i]] = ring.order[(i + 1) % n];
    struct flow_odds *odds = flow_odds_new(graph, VTTIF_NOWHERE, after, false);
    uint32_t u = ring.order[0], v = ring.order[2];
    float byte = (float)(1 / graph->unit);
    struct arc heavy = {.to = v, .out = 1e6F * byte, .in = 1e4F * byte};
    struct arc light = {.to = v, .out = 5e4F * byte, .in = 5e2F * byte};
    struct arc both_ways = {.to = v, .out = 5e4F * byte, .in = 4e4F * byte};
    struct arc nothing = {.to = v, .in = 4e4F * byte};
    g_assert_cmpfloat(flow_gain(odds, u, &heavy), >, flow_gain(odds, u, &light));
    g_assert_cmpfloat(flow_gain(odds, u, &light), >, flow_gain(odds, u, &both_ways));
    g_assert_cmpfloat(flow_gain(odds, u, &heavy), >, 5);
    g_assert_cmpfloat(flow_gain(odds, u, &both_ways), <, 0);
    g_assert_cmpfloat_with_epsilon(flow_gain(odds, u, &nothing), flow_missing, 1e-6);
    flow_odds_free(odds);
    graph_free(graph);
    shuffled_clear(&ring);
}

#define TEST(function) g_test_add_func("/large/" #function, function)

/*
 *               o
 *             /   \
 *            o     o      ...  511, in pieces,
 *           / \   / \          as every twentieth edge is missing
 */
static void a_large_tree_in_pieces_is_put_together(void)
{
    for (guint32 seed = 0; seed < 3; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        struct shuffled tree = shuffled_new(511 + 20, seed);
        for (size_t child = 1; child < 511; child++)
            send_most(&tree, rand, child, (child - 1) / 2);
        add_background(&tree, rand, 0.2, 2e5);
        g_autoptr(vttif_recognition) recognition = recognize(tree.matrix);
        size_t n_names, right = 0;
        const struct vttif_name *name = vttif_recognition_names(recognition, &n_names);
        g_assert_cmpuint(n_names, >=, 1);
        g_assert_cmpstr(name->shape.archetype, ==, "binary-tree");
        g_assert_cmpuint(name->shape.dims[0], >=, 500);
        for (size_t child = 1; child < 511; child++) {
            size_t p = place_at(name, &tree, child), up = place_at(name, &tree, (child - 1) / 2);
            right += p != VTTIF_NOWHERE && p > 0 && (p - 1) / 2 == up;
        }
        g_assert_cmpuint(right, >=, 460); /* some 25 are not there, and may be anybody's */
        shuffled_clear(&tree);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_butterfly_is_outvoting_its_noise);
    TEST(a_large_tree_in_pieces_is_put_together);
    TEST(groups_do_not_fall_into_pieces);
    TEST(light_edges_are_known_by_what_comes_back);
    TEST(a_chain_too_short_to_learn_from_is_left_alone);
    TEST(the_heavier_and_the_less_that_comes_back_the_likelier);
    return g_test_run();
}
