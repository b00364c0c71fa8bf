// SPDX-License-Identifier: Apache-2.0
#include <vttif/matrix.h>

static void a_cell_is_the_sum_of_what_was_added(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(3, NULL);
    vttif_matrix_add(matrix, 0, 2, 5);
    vttif_matrix_add(matrix, 0, 2, 7);
    vttif_matrix_add(matrix, 2, 0, 1);
    g_assert_cmpfloat(vttif_matrix_get(matrix, 0, 2), ==, 12);
    g_assert_cmpfloat(vttif_matrix_get(matrix, 2, 0), ==, 1);
    g_assert_cmpfloat(vttif_matrix_get(matrix, 1, 0), ==, 0);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 13);
    g_assert_cmpuint(vttif_matrix_cells(matrix), ==, 2);
}

static void the_maximum_leaves_out_the_diagonal(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, NULL);
    g_assert_cmpfloat(vttif_matrix_max(matrix), ==, 0);
    vttif_matrix_add(matrix, 0, 0, 100);
    vttif_matrix_add(matrix, 0, 1, 3);
    g_assert_cmpfloat(vttif_matrix_max(matrix), ==, 3);
}

static void names_are_given_or_counted_from_1(void)
{
    g_autoptr(vttif_matrix) named = vttif_matrix_new(2, (const char *[]){"east", "west"});
    g_autoptr(vttif_matrix) counted = vttif_matrix_new(2, NULL);
    g_assert_cmpstr(vttif_matrix_name(named, 1), ==, "west");
    g_assert_cmpint(vttif_matrix_find(named, "west"), ==, 1);
    g_assert_cmpint(vttif_matrix_find(named, "north"), ==, -1);
    g_assert_cmpstr(vttif_matrix_name(counted, 1), ==, "2");
}

/* In whatever order cells are added: the same as a dense array, and rows in ascending order. */
static void a_sparse_matrix_equals_a_dense_one(void)
{
    for (int round = 0; round < 100; round++) {
        size_t n = (size_t)g_test_rand_int_range(1, 40);
        g_autofree double *dense = g_new0(double, n *n);
        g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, NULL);
        for (int k = g_test_rand_int_range(0, 400); k > 0; k--) {
            size_t i = (size_t)g_test_rand_int_range(0, (gint32)n);
            size_t j = (size_t)g_test_rand_int_range(0, (gint32)n);
            double bytes = g_test_rand_int_range(0, 1 << 20);
            dense[i * n + j] += bytes;
            vttif_matrix_add(matrix, i, j, bytes);
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++)
                g_assert_cmpfloat(vttif_matrix_get(matrix, i, j), ==, dense[i * n + j]);
            size_t n_cells;
            const struct vttif_cell *row = vttif_matrix_row(matrix, i, &n_cells);
            for (size_t k = 1; k < n_cells; k++)
                g_assert_cmpuint(row[k - 1].to, <, row[k].to);
        }
    }
}

static void a_row_can_be_set_as_a_whole(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(4, NULL);
    vttif_matrix_add(matrix, 1, 0, 5);
    vttif_matrix_set_row(matrix, 1, (const struct vttif_cell[]){{2, 7}, {3, 8}}, 2);
    g_assert_cmpfloat(vttif_matrix_get(matrix, 1, 0), ==, 0);
    g_assert_cmpfloat(vttif_matrix_get(matrix, 1, 2), ==, 7);
    vttif_matrix_add(matrix, 1, 3, 1);
    vttif_matrix_add(matrix, 1, 1, 1);
    g_assert_cmpfloat(vttif_matrix_get(matrix, 1, 3), ==, 9);
    g_assert_cmpuint(vttif_matrix_cells(matrix), ==, 3);
    vttif_matrix_set_row(matrix, 1, NULL, 0);
    g_assert_cmpuint(vttif_matrix_cells(matrix), ==, 0);
}

static void counts_have_names_both_ways(void)
{
    enum vttif_count count;
    g_assert_true(vttif_count_parse("payload", &count));
    g_assert_cmpint(count, ==, VTTIF_COUNT_PAYLOAD);
    g_assert_cmpstr(vttif_count_name(VTTIF_COUNT_IP), ==, "ip");
    g_assert_false(vttif_count_parse("Bytes", &count));
}

static void whatever_is_missing_makes_a_lower_bound_and_filtering_does_not(void)
{
    struct vttif_account account = {.frames = 10};
    account.filtered[1] = (struct vttif_dropped){84, 2};
    g_assert_false(vttif_account_is_lower_bound(&account));
    account.kernel_drops = 1;
    g_assert_true(vttif_account_is_lower_bound(&account));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/matrix/a cell is the sum of what was added",
                    a_cell_is_the_sum_of_what_was_added);
    g_test_add_func("/matrix/the maximum leaves out the diagonal",
                    the_maximum_leaves_out_the_diagonal);
    g_test_add_func("/matrix/names are given or counted from 1", names_are_given_or_counted_from_1);
    g_test_add_func("/matrix/a sparse matrix equals a dense one",
                    a_sparse_matrix_equals_a_dense_one);
    g_test_add_func("/matrix/a row can be set as a whole", a_row_can_be_set_as_a_whole);
    g_test_add_func("/matrix/counts have names both ways", counts_have_names_both_ways);
    g_test_add_func("/matrix/whatever is missing makes a lower bound, filtering does not",
                    whatever_is_missing_makes_a_lower_bound_and_filtering_does_not);
    return g_test_run();
}
