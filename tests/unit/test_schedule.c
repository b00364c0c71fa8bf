// SPDX-License-Identifier: Apache-2.0
/* The schedules of workloads/patterns. */
#include "schedule.h"

#include <string.h>

static struct schedule *schedule_of(const char *pattern, int n, const char *dims)
{
    struct shape shape;
    GError *error = NULL;
    shape_parse(&shape, pattern, n, dims, &error);
    g_assert_no_error(error);
    return schedule_new(&shape);
}

/* "0>1 1>0 | 1>2 2>1": the transfers of each round in ascending order. */
static char *in_words(const struct schedule *schedule)
{
    GString *words = g_string_new(NULL);
    for (int round = 0; round < schedule->rounds; round++) {
        if (round > 0)
            g_string_append(words, "| ");
        for (int from = 0; from < schedule->processes; from++) {
            g_autofree struct step *steps = schedule_steps(schedule, from);
            if (steps[round].to >= 0)
                g_string_append_printf(words, "%d>%d ", from, steps[round].to);
        }
    }
    return g_strchomp(g_string_free(words, FALSE));
}

static void assert_schedule(const char *pattern, int n, const char *dims, const char *expected)
{
    struct schedule *schedule = schedule_of(pattern, n, dims);
    g_autofree char *words = in_words(schedule);
    g_assert_cmpstr(words, ==, expected);
    schedule_free(schedule);
}

/* 0 ─ 1 ─ 2 */
static void a_line_alternates_two_rounds(void)
{
    assert_schedule("mesh", 3, "3", "0>1 1>0 | 1>2 2>1");
    assert_schedule("mesh", 2, "2", "0>1 1>0");
}

/* 0 ─ 1
 * │   │
 * 2 ─ 3 */
static void a_square_mesh_takes_a_round_for_each_dimension(void)
{
    assert_schedule("mesh", 4, "2x2", "0>2 1>3 2>0 3>1 | 0>1 1>0 2>3 3>2");
}

/* ┌─ 0 ─ 1 ─ 2 ─┐
 * └─────────────┘ */
static void a_ring_of_three_takes_three_rounds(void)
{
    assert_schedule("torus", 3, "3", "0>2 2>0 | 0>1 1>0 | 1>2 2>1");
}

/* 0 ═ 1 */
static void a_torus_dimension_of_two_exchanges_twice_with_one_partner(void)
{
    assert_schedule("torus", 2, "2", "0>1 1>0 | 0>1 1>0");
}

/* 0 ─ 1
 * │   │
 * 2 ─ 3 */
static void a_hypercube_crosses_one_bit_a_round(void)
{
    assert_schedule("hypercube", 4, NULL, "0>1 1>0 2>3 3>2 | 0>2 1>3 2>0 3>1");
}

/*          0
 *       ┌──┴──┐
 *       1     2
 *      ┌┴┐   ┌┴┐
 *      3 4   5 6
 *      │
 *      7            only upwards */
static void a_tree_sends_when_all_below_has_been_received(void)
{
    assert_schedule("tree", 8, NULL, "4>1 5>2 7>3 | 3>1 6>2 | 1>0 | 2>0");
}

/* 0 ─ 1
 * │ ╳ │
 * 2 ─ 3 */
static void four_exchange_with_all_in_three_rounds(void)
{
    assert_schedule("all-to-all", 4, NULL, "0>3 1>2 2>1 3>0 | 0>1 1>0 2>3 3>2 | 0>2 1>3 2>0 3>1");
}

/* How often each ordered pair should be sent over, worked out from the definition alone. */
static int expected_sends(const struct shape *shape, int from, int to)
{
    int differing = 0, sends = 0, a = from, b = to;
    switch (shape->pattern) {
    case PATTERN_HYPERCUBE:
        return __builtin_popcount((unsigned)(from ^ to)) == 1;
    case PATTERN_TREE:
        return from > 0 && (from - 1) / 2 == to;
    case PATTERN_ALL_TO_ALL:
        return from != to;
    case PATTERN_MESH:
    case PATTERN_TORUS:
        break;
    }
    for (int d = shape->n_dims - 1; d >= 0; d--) {
        int size = shape->dims[d];
        int x = a % size, y = b % size;
        a /= size;
        b /= size;
        if (x == y)
            continue;
        differing++;
        if (shape->pattern == PATTERN_MESH)
            sends = ABS(x - y) == 1;
        else
            sends = ((x + 1) % size == y) + ((y + 1) % size == x);
    }
    return differing == 1 ? sends : 0;
}

static void check_sends(const struct shape *shape, const struct schedule *schedule)
{
    int n = shape->processes;
    g_autofree int *sends = g_new0(int, (gsize)n *(gsize)n);
    for (size_t k = 0; k < schedule->n_transfers; k++)
        sends[schedule->transfers[k].from * n + schedule->transfers[k].to]++;
    for (int from = 0; from < n; from++)
        for (int to = 0; to < n; to++)
            g_assert_cmpint(sends[from * n + to], ==, expected_sends(shape, from, to));
}

/* At most one partner in a round; an exchange is with one partner both ways. */
static void check_rounds(const struct shape *shape, const struct schedule *schedule)
{
    int n = shape->processes;
    g_autofree int *partner = g_new(int, (gsize)n *(gsize)schedule->rounds);
    memset(partner, -1, sizeof *partner * (gsize)n * (gsize)schedule->rounds);
    for (size_t k = 0; k < schedule->n_transfers; k++) {
        const struct transfer *t = &schedule->transfers[k];
        g_assert_cmpint(t->round, >=, k == 0 ? 0 : schedule->transfers[k - 1].round);
        g_assert_cmpint(t->round, <, schedule->rounds);
        int *of_from = &partner[t->round * n + t->from];
        int *of_to = &partner[t->round * n + t->to];
        g_assert_true(*of_from == -1 || *of_from == t->to);
        g_assert_true(*of_to == -1 || *of_to == t->from);
        *of_from = t->to;
        *of_to = t->from;
    }
    for (int rank = 0; rank < n; rank++) {
        g_autofree struct step *steps = schedule_steps(schedule, rank);
        for (int round = 0; round < schedule->rounds; round++)
            if (shape->pattern != PATTERN_TREE)
                g_assert_cmpint(steps[round].to, ==, steps[round].from);
    }
}

static int largest_degree(const struct shape *shape)
{
    int largest = 0;
    for (int from = 0; from < shape->processes; from++) {
        int degree = 0;
        for (int to = 0; to < shape->processes; to++)
            degree += expected_sends(shape, from, to);
        largest = MAX(largest, degree);
    }
    return largest;
}

/* The fewest rounds of exchanges: the largest degree; one more where every process has that degree
 * and their number is odd, because then each round leaves one of them out. */
static int fewest_rounds(const struct shape *shape, const struct schedule *schedule)
{
    int degree = largest_degree(shape);
    int in_a_round = shape->processes / 2;
    int pairs = (int)schedule->n_transfers / 2;
    return pairs > degree * in_a_round ? degree + 1 : degree;
}

static void check_all(const char *pattern, int n, const char *dims)
{
    struct shape shape;
    GError *error = NULL;
    shape_parse(&shape, pattern, n, dims, &error);
    g_assert_no_error(error);
    struct schedule *schedule = schedule_new(&shape);
    check_sends(&shape, schedule);
    check_rounds(&shape, schedule);
    if (shape.pattern != PATTERN_TREE)
        g_assert_cmpint(schedule->rounds, ==, fewest_rounds(&shape, schedule));
    schedule_free(schedule);
}

static void every_edge_once_one_partner_a_round_and_the_fewest_rounds(void)
{
    for (int n = 2; n <= 40; n++) {
        check_all("mesh", n, NULL);
        check_all("torus", n, NULL);
        check_all("tree", n, NULL);
        check_all("all-to-all", n, NULL);
    }
    for (int n = 2; n <= 64; n *= 2)
        check_all("hypercube", n, NULL);
}

static void the_same_holds_for_random_grids(void)
{
    for (int k = 0; k < 400; k++) {
        g_autoptr(GString) dims = g_string_new(NULL);
        int n = 1;
        for (int d = g_test_rand_int_range(1, 6); d > 0; d--) {
            int size = g_test_rand_int_range(1, 7);
            if (n * size > 200)
                break;
            n *= size;
            g_string_append_printf(dims, "%s%d", dims->len ? "x" : "", size);
        }
        if (n < 2)
            continue;
        check_all("mesh", n, dims->str);
        check_all("torus", n, dims->str);
    }
}

/* Complete trees of 2^(d+1) - 1: the two children of each level cannot be received from at once. */
static void a_complete_tree_takes_two_rounds_a_level(void)
{
    for (int depth = 1; depth <= 9; depth++) {
        struct schedule *schedule = schedule_of("tree", (2 << depth) - 1, NULL);
        g_assert_cmpint(schedule->rounds, ==, 2 * depth);
        schedule_free(schedule);
    }
}

static void a_process_of_a_tree_sends_last(void)
{
    for (int n = 2; n <= 200; n++) {
        struct schedule *schedule = schedule_of("tree", n, NULL);
        for (int rank = 0; rank < n; rank++) {
            g_autofree struct step *steps = schedule_steps(schedule, rank);
            bool sent = false;
            for (int round = 0; round < schedule->rounds; round++) {
                g_assert_false(sent && steps[round].from >= 0);
                sent = sent || steps[round].to >= 0;
            }
        }
        schedule_free(schedule);
    }
}

static void assert_shape(const char *pattern, int n, const char *dims, const char *expected)
{
    struct shape shape;
    GError *error = NULL;
    shape_parse(&shape, pattern, n, dims, &error);
    g_assert_no_error(error);
    g_autofree char *words = shape_describe(&shape);
    g_assert_cmpstr(words, ==, expected);
}

static void a_grid_without_dimensions_is_as_square_as_can_be(void)
{
    assert_shape("mesh", 9, NULL, "mesh 3x3");
    assert_shape("mesh", 8, NULL, "mesh 2x4");
    assert_shape("torus", 18, NULL, "torus 3x6");
    assert_shape("mesh", 7, NULL, "mesh 7");
    assert_shape("torus", 1024, NULL, "torus 32x32");
}

static void patterns_have_more_names_than_one(void)
{
    assert_shape("toroid", 18, "3x2x3", "torus 3x2x3");
    assert_shape("reduction-tree", 8, NULL, "tree of 8");
    assert_shape("binary-tree", 8, NULL, "tree of 8");
    assert_shape("alltoall", 6, NULL, "all-to-all of 6");
}

static void what_does_not_fit_is_refused_with_the_reason(void)
{
    static const struct {
        const char *pattern;
        int n;
        const char *dims;
        const char *reason;
    } bad[] = {
        {"ring", 4, NULL, "--pattern is mesh, torus, hypercube, tree or all-to-all, not \"ring\""},
        {"mesh", 1, NULL, "--numprocs is 2 to 1024, not 1"},
        {"mesh", -3, NULL, "--numprocs is 2 to 1024, not -3"},
        {"tree", 1025, NULL, "--numprocs is 2 to 1024, not 1025"},
        {"hypercube", 6, NULL, "a hypercube has 2, 4, 8, 16 ... processes, not 6"},
        {"hypercube", 8, "2x2x2", "--dims is for mesh and torus, not for hypercube"},
        {"mesh", 9, "3x2", "--dims 3x2 is 6 processes, but --numprocs is 9"},
        {"mesh", 9, "", "--dims has 1 to 10 dimensions, \"\" has 0"},
        {"mesh", 2, "1x1x1x1x1x1x1x1x1x1x2",
         "--dims has 1 to 10 dimensions, \"1x1x1x1x1x1x1x1x1x1x2\" has 11"},
        {"mesh", 9, "3x", "--dims is sizes from 1 to 1024 joined by x, as 3x2x3, not \"3x\""},
        {"mesh", 9, "3x-3", "--dims is sizes from 1 to 1024 joined by x, as 3x2x3, not \"3x-3\""},
        {"mesh", 9, "3x0", "--dims is sizes from 1 to 1024 joined by x, as 3x2x3, not \"3x0\""},
        {"mesh", 9, "3 x3", "--dims is sizes from 1 to 1024 joined by x, as 3x2x3, not \"3 x3\""},
        {"mesh", 9, "3,3", "--dims is sizes from 1 to 1024 joined by x, as 3x2x3, not \"3,3\""},
        {"torus", 4, "99999999999999999999",
         "--dims is sizes from 1 to 1024 joined by x, as 3x2x3, not \"99999999999999999999\""},
        {"torus", 4, "1024x1024x1024x1024x1024x1024x1024",
         "--dims 1024x1024x1024x1024x1024x1024x1024 is more than 1024 processes"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct shape shape;
        g_autoptr(GError) error = NULL;
        g_assert_false(shape_parse(&shape, bad[i].pattern, bad[i].n, bad[i].dims, &error));
        g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
        g_assert_cmpstr(error->message, ==, bad[i].reason);
    }
}

#define TEST(function, sentence) g_test_add_func("/schedule/" sentence, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_line_alternates_two_rounds, "a line alternates two rounds");
    TEST(a_square_mesh_takes_a_round_for_each_dimension,
         "a square mesh takes a round for each dimension");
    TEST(a_ring_of_three_takes_three_rounds, "a ring of three takes three rounds");
    TEST(a_torus_dimension_of_two_exchanges_twice_with_one_partner,
         "a torus dimension of two exchanges twice with one partner");
    TEST(a_hypercube_crosses_one_bit_a_round, "a hypercube crosses one bit a round");
    TEST(a_tree_sends_when_all_below_has_been_received,
         "a tree sends when all below has been received");
    TEST(four_exchange_with_all_in_three_rounds, "four exchange with all in three rounds");
    TEST(every_edge_once_one_partner_a_round_and_the_fewest_rounds,
         "every edge once, one partner a round, and the fewest rounds");
    TEST(the_same_holds_for_random_grids, "the same holds for random grids");
    TEST(a_complete_tree_takes_two_rounds_a_level, "a complete tree takes two rounds a level");
    TEST(a_process_of_a_tree_sends_last, "a process of a tree sends last");
    TEST(a_grid_without_dimensions_is_as_square_as_can_be,
         "a grid without dimensions is as square as can be");
    TEST(patterns_have_more_names_than_one, "patterns have more names than one");
    TEST(what_does_not_fit_is_refused_with_the_reason,
         "what does not fit is refused with the reason");
    return g_test_run();
}
