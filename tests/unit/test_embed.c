// SPDX-License-Identifier: Apache-2.0
/* Trees laid on a pattern by their largest common part. */
#include "infer/embed.h"
#include "infer/tree.h"

#include <string.h>

/* The binomial tree of so many positions without the subtree of one:
 *
 *          0                    0
 *        / | \                / | \
 *       4  2  1    without   4  2  1
 *      /|  |         6:      |  |
 *     6 5  3                 5  3
 *     |
 *     7
 */
static struct forest *tree_without(uint32_t order, unsigned arity, uint32_t lost)
{
    uint32_t *parent = g_new(uint32_t, order), n = 0;
    g_autofree uint32_t *number = g_new(uint32_t, order);
    for (uint32_t p = 0; p < order; p++) {
        uint32_t up = p == 0 ? VTTIF_NOWHERE : number[tree_parent(arity, p)];
        number[p] = VTTIF_NOWHERE;
        if (p == lost || (p > 0 && up == VTTIF_NOWHERE))
            continue;
        parent[n] = up;
        number[p] = n++;
    }
    return forest_new(n, parent, NULL);
}

static void check_laid(const struct forest *tree, const struct pattern *pattern,
                       const uint32_t *place)
{
    g_autofree bool *taken = g_new0(bool, pattern->forest->n);
    for (uint32_t u = 0; u < tree->n; u++) {
        g_assert_cmpuint(place[u], <, pattern->forest->n);
        g_assert_false(taken[place[u]]);
        taken[place[u]] = true;
        if (u > 0)
            g_assert_cmpuint(pattern->forest->parent[place[u]], ==, place[tree->parent[u]]);
    }
}

static void check_without(uint32_t order, unsigned arity, uint32_t lost)
{
    struct pattern *pattern = pattern_new(order, arity);
    struct forest *tree = tree_without(order, arity, lost);
    struct embedding *embedding = embedding_new(tree, pattern);
    g_autofree uint32_t *place = g_new(uint32_t, order);
    memset(place, 0xff, order * sizeof *place);
    g_assert_cmpuint(embedding_gain(embedding, 0, pattern->kind[0]), ==, tree->n - 1);
    g_assert_cmpuint(embedding_gaps(embedding, 0, pattern->kind[0]), ==, lost < order);
    embedding_lay(embedding, 0, 0, place);
    check_laid(tree, pattern, place);
    embedding_free(embedding);
    forest_free(tree);
    pattern_free(pattern);
}

static void a_tree_that_lost_a_subtree_keeps_all_other_edges_and_leaves_one_gap(void)
{
    static const struct {
        uint32_t order;
        unsigned arity;
    } trees[] = {{16, 0}, {32, 0}, {100, 0}, {15, 2}, {40, 2}, {100, 2}, {40, 3}, {73, 8}};
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++)
        for (uint32_t lost = 1; lost <= trees[i].order; lost++)
            check_without(trees[i].order, trees[i].arity, lost);
}

/* Two endpoints hang on the last leaf of a full binary tree: the pattern has no room for them. */
static void branches_that_do_not_belong_come_off(void)
{
    struct pattern *pattern = pattern_new(15, 2);
    uint32_t *parent = g_new(uint32_t, 17);
    for (uint32_t p = 0; p < 17; p++)
        parent[p] = p == 0 ? VTTIF_NOWHERE : p < 15 ? (p - 1) / 2 : p - 1;
    struct forest *tree = forest_new(17, parent, NULL);
    struct embedding *embedding = embedding_new(tree, pattern);
    uint32_t place[17];
    memset(place, 0xff, sizeof place);
    g_assert_cmpuint(embedding_gain(embedding, 0, pattern->kind[0]), ==, 14);
    embedding_lay(embedding, 0, 0, place);
    g_assert_cmpuint(place[14], !=, VTTIF_NOWHERE);
    g_assert_cmpuint(place[15], ==, VTTIF_NOWHERE);
    g_assert_cmpuint(place[16], ==, VTTIF_NOWHERE);
    embedding_free(embedding);
    forest_free(tree);
    pattern_free(pattern);
}

/* A root with three leaves where a pattern has two: the lightest stays outside. */
static void of_leaves_without_room_the_lightest_is_left(void)
{
    struct pattern *pattern = pattern_new(3, 2);
    uint32_t *parent = g_new0(uint32_t, 4);
    parent[0] = VTTIF_NOWHERE;
    const double weight[] = {0, 5, 1, 3};
    struct forest *tree = forest_new(4, parent, weight);
    struct embedding *embedding = embedding_new(tree, pattern);
    uint32_t place[4];
    memset(place, 0xff, sizeof place);
    embedding_lay(embedding, 0, 0, place);
    g_assert_cmpuint(place[1], !=, VTTIF_NOWHERE);
    g_assert_cmpuint(place[2], ==, VTTIF_NOWHERE);
    g_assert_cmpuint(place[3], !=, VTTIF_NOWHERE);
    embedding_free(embedding);
    forest_free(tree);
    pattern_free(pattern);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/embed/a tree that lost a subtree keeps all other edges and leaves one gap",
                    a_tree_that_lost_a_subtree_keeps_all_other_edges_and_leaves_one_gap);
    g_test_add_func("/embed/branches that do not belong come off",
                    branches_that_do_not_belong_come_off);
    g_test_add_func("/embed/of leaves without room the lightest is left",
                    of_leaves_without_room_the_lightest_is_left);
    return g_test_run();
}
