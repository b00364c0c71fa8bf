// SPDX-License-Identifier: Apache-2.0
/* Trees by likelihood: the assignment solver, placements, and the search for the likeliest. */
#include "infer/assign.h"
#include "infer/tree.h"
#include "infer/tree_chance.h"
#include "infer/tree_settle.h"
#include "infer/tree_variants.h"

#include <math.h>
#include <string.h>

#define TEST(f) g_test_add_func("/trees/" #f, f)

/* --- assignment ------------------------------------------------------------------------------- */

#define ROWS_MOST 5

/* The best of all ways to give rows columns of their own. */
static double best_of_all(const double *value, unsigned rows, unsigned columns, unsigned row,
                          unsigned taken)
{
    double best = row == rows ? 0 : -INFINITY;
    for (unsigned column = 0; row < rows && column < columns; column++)
        if (!(taken & 1u << column))
            best = fmax(best, value[row * columns + column] +
                                  best_of_all(value, rows, columns, row + 1, taken | 1u << column));
    return best;
}

/* The sum of an assignment, of which no column is given twice. */
static double assigned(const double *value, unsigned rows, unsigned columns)
{
    uint32_t column_of[ROWS_MOST];
    unsigned taken = 0;
    double sum = 0;
    assign(value, rows, columns, column_of);
    for (unsigned i = 0; i < rows; i++) {
        g_assert_cmpuint(column_of[i], <, columns);
        g_assert_false(taken & 1u << column_of[i]);
        taken |= 1u << column_of[i];
        sum += value[i * columns + column_of[i]];
    }
    return sum;
}

static void an_assignment_is_as_good_as_the_best_of_all(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int round = 0; round < 300; round++) {
        unsigned rows = 1 + (unsigned)round % ROWS_MOST, columns = rows + (unsigned)round % 3;
        double value[ROWS_MOST * (ROWS_MOST + 2)] = {0};
        for (unsigned i = 0; i < rows * columns; i++)
            value[i] = round % 2 ? g_rand_int_range(rand, -3, 4) : g_rand_double(rand);
        g_assert_cmpfloat_with_epsilon(assigned(value, rows, columns),
                                       best_of_all(value, rows, columns, 0, 0), 1e-9);
    }
}

/* --- trees in noise --------------------------------------------------------------------------- */

struct grove {
    unsigned arity;
    uint32_t order, n;
    uint32_t *position; /* of the truth */
    struct graph *graph;
};

/* A reduction whose edges weigh 0.5 to 1.5; every fifth other pair exchanges up to 0.1; some more
 * endpoints take no part. Endpoint i sits at place (i * step) mod n. */
static struct grove grove_new(unsigned arity, uint32_t order, uint32_t n, uint32_t step)
{
    struct grove grove = {arity, order, n, g_new(uint32_t, n), NULL};
    g_autoptr(GRand) rand = g_rand_new_with_seed(order + arity);
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, NULL);
    g_autofree uint32_t *at = g_new(uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t p = i * step % n;
        at[p] = i;
        grove.position[i] = p < order ? p : VTTIF_NOWHERE;
    }
    for (uint32_t p = 0; p < n; p++) {
        for (uint32_t q = 0; q < p; q++) {
            if (p < order && tree_parent(arity, p) == q)
                vttif_matrix_add(matrix, at[p], at[q], 1e6 * g_rand_double_range(rand, 0.5, 1.5));
            else if (g_rand_int_range(rand, 0, 5) == 0)
                vttif_matrix_add(matrix, at[p], at[q], 1e5 * g_rand_double(rand));
        }
    }
    grove.graph = graph_new(matrix, 0);
    return grove;
}

static void grove_clear(struct grove *grove)
{
    g_free(grove->position);
    graph_free(grove->graph);
}

/* The true tree, with the odds that it teaches. */
static struct tree_nest *true_nest(const struct grove *grove, struct tree_odds **odds)
{
    static struct budget enough;
    enough = (struct budget){G_MAXSIZE};
    struct tree_nest *nest =
        tree_nest_new(grove->graph, grove->arity, grove->order, grove->position, &enough);
    g_autofree uint32_t *parent = tree_nest_parents(nest);
    nest->odds = *odds = tree_odds_new(grove->graph, VTTIF_NOWHERE, parent);
    return nest;
}

/* 0 ── 1 ── ... ── 11, and every other pair; cells of 1 to 2^40 bytes, one way or both. */
static struct graph *graph_of_any_weights(GRand *rand)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(12, NULL);
    for (uint32_t u = 0; u < 12; u++)
        for (uint32_t v = 0; v < 12; v++)
            if (u != v && g_rand_boolean(rand))
                vttif_matrix_add(matrix, u, v, exp2(g_rand_int_range(rand, 0, 41)));
    return graph_new(matrix, 0);
}

static void no_weight_is_infinitely_likely(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    for (int round = 0; round < 300; round++) {
        struct graph *graph = graph_of_any_weights(rand);
        uint32_t parent[12] = {VTTIF_NOWHERE}, hub = round % 2 ? 5 : VTTIF_NOWHERE;
        for (uint32_t u = 1; u < 12; u++)
            parent[u] = u - 1;
        struct tree_odds *odds = tree_odds_new(graph, hub, parent);
        for (size_t i = 0; i < odds->n * odds->n; i++) {
            g_assert_cmpfloat(odds->gain[i], >=, tree_missing - 1e-3);
            g_assert_cmpfloat(odds->gain[i], <=, 100);
        }
        tree_odds_free(odds);
        graph_free(graph);
    }
}

/* The same tree, up to its symmetry. */
static void assert_parents(const struct tree_nest *nest, const uint32_t *wanted)
{
    g_autofree uint32_t *parent = tree_nest_parents(nest);
    g_assert_true(memcmp(parent, wanted, nest->n * sizeof *wanted) == 0);
}

static const struct {
    unsigned arity;
    uint32_t order, n, step;
} trees[] = {{2, 31, 34, 3}, {2, 40, 44, 5}, {0, 32, 36, 7}, {0, 50, 55, 7}, {3, 40, 44, 3}};

/*          0                     0
 *        /   \                 /   \
 *       1     2      <-       2     1     (and two leaves exchanged, and one without a place)
 *      / \   / \             / \   / \
 *     3   4 5   6           5   4 3       6
 */
static void what_was_exchanged_goes_back(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
        struct grove grove = grove_new(trees[i].arity, trees[i].order, trees[i].n, trees[i].step);
        struct tree_odds *odds;
        struct tree_nest *nest = true_nest(&grove, &odds);
        g_autofree uint32_t *truth = tree_nest_parents(nest);
        g_autofree uint32_t *moved = g_memdup2(nest->endpoint, nest->room * sizeof *moved);
        double worth = tree_nest_worth(nest);
        for (uint32_t p = 1; p + 2 < grove.order; p += 6) {
            uint32_t u = moved[p];
            moved[p] = moved[p + 2];
            moved[p + 2] = u;
        }
        moved[grove.order - 1] = VTTIF_NOWHERE;
        tree_nest_set(nest, moved);
        g_assert_cmpfloat(tree_nest_worth(nest), <, worth);
        g_assert_cmpfloat_with_epsilon(tree_settle(nest, 40), worth, 0.5);
        assert_parents(nest, truth);
        tree_nest_free(nest);
        tree_odds_free(odds);
        grove_clear(&grove);
    }
}

/* Numbers of endpoints mean nothing. */
static void a_tree_is_worth_the_same_however_endpoints_are_numbered(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
        double worth[2];
        for (int k = 0; k < 2; k++) {
            struct grove grove =
                grove_new(trees[i].arity, trees[i].order, trees[i].n, k ? trees[i].step : 1);
            struct tree_odds *odds;
            struct tree_nest *nest = true_nest(&grove, &odds);
            worth[k] = tree_nest_worth(nest);
            tree_nest_free(nest);
            tree_odds_free(odds);
            grove_clear(&grove);
        }
        g_assert_cmpfloat_with_epsilon(worth[0], worth[1], 1e-6);
    }
}

/* Siblings may change places with all that is below them: nothing is gained or lost, but the order
 * is the smallest there is.
 *
 *        0                0
 *      /   \            /   \
 *     1     2    ->    2     1
 *          /          /
 *         5          3
 */
static void packing_turns_large_branches_to_the_left(void)
{
    struct grove grove = grove_new(2, 15, 18, 5);
    struct tree_odds *odds;
    struct tree_nest *nest = true_nest(&grove, &odds);
    static const uint32_t left[] = {3, 4, 6, 7, 8, 9, 10, 12, 13, 14};
    for (size_t i = 0; i < G_N_ELEMENTS(left); i++)
        tree_nest_put(nest, left[i], VTTIF_NOWHERE);
    tree_nest_put(nest, 11, VTTIF_NOWHERE);
    g_assert_cmpuint(nest->order, ==, 6);
    g_autofree uint32_t *parent = tree_nest_parents(nest);
    tree_nest_pack(nest);
    g_assert_cmpuint(nest->order, ==, 4);
    g_assert_cmpuint(nest->n_placed, ==, 4);
    assert_parents(nest, parent);
    tree_nest_free(nest);
    tree_odds_free(odds);
    grove_clear(&grove);
}

static void a_name_without_a_rival_has_no_variants(void)
{
    struct grove grove = grove_new(2, 31, 31, 3);
    struct tree_odds *odds;
    struct tree_nest *nest = true_nest(&grove, &odds);
    g_autoptr(GArray) variants = tree_variants_new();
    tree_variants_near(variants, nest, tree_nest_worth(nest) - 2);
    g_assert_cmpuint(variants->len, ==, 1);
    tree_nest_free(nest);
    tree_odds_free(odds);
    grove_clear(&grove);
}

/* --- chance ----------------------------------------------------------------------------------- */

/* With the same odds for every pair no tree is likelier than the mean of all forests, and has to
 * pay for being just one of them. */
static void odds_that_say_nothing_make_no_tree(void)
{
    struct grove grove = grove_new(2, 15, 17, 5);
    struct tree_odds *odds;
    struct tree_nest *nest = true_nest(&grove, &odds);
    for (size_t i = 0; i < odds->n * odds->n; i++)
        odds->gain[i] = 0;
    struct tree_chance chance = tree_chance_of(nest, grove.graph);
    g_assert_cmpfloat(chance.bits, <, 0);
    g_assert_false(tree_chance_stands(&chance));
    tree_nest_free(nest);
    tree_odds_free(odds);
    grove_clear(&grove);
}

/* As the grove's positions say. */
static bool is_no_chance(const struct grove *grove)
{
    struct tree_odds *odds;
    struct tree_nest *nest = true_nest(grove, &odds);
    struct tree_chance chance = tree_chance_of(nest, grove->graph);
    tree_nest_free(nest);
    tree_odds_free(odds);
    return tree_chance_stands(&chance);
}

static void a_tree_in_noise_is_no_chance(void)
{
    const unsigned arities[] = {0, 2, 3};
    for (size_t i = 0; i < G_N_ELEMENTS(arities); i++) {
        struct grove grove = grove_new(arities[i], 16, 18, 5);
        g_assert_true(is_no_chance(&grove));
        grove_clear(&grove);
    }
}

/* The same edges, of which each leads elsewhere: other trees are likelier. */
static void a_tree_that_is_not_there_is_chance(void)
{
    struct grove grove = grove_new(0, 16, 18, 5);
    for (uint32_t u = 0; u < grove.n; u++)
        if (grove.position[u] != VTTIF_NOWHERE)
            grove.position[u] = (grove.position[u] * 7 + 3) % 16;
    g_assert_false(is_no_chance(&grove));
    grove_clear(&grove);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(an_assignment_is_as_good_as_the_best_of_all);
    TEST(no_weight_is_infinitely_likely);
    TEST(what_was_exchanged_goes_back);
    TEST(a_tree_is_worth_the_same_however_endpoints_are_numbered);
    TEST(packing_turns_large_branches_to_the_left);
    TEST(a_name_without_a_rival_has_no_variants);
    TEST(odds_that_say_nothing_make_no_tree);
    TEST(a_tree_in_noise_is_no_chance);
    TEST(a_tree_that_is_not_there_is_chance);
    return g_test_run();
}
