// SPDX-License-Identifier: Apache-2.0
/*
 * What MG of workloads/nas is made of: stencils on boxes, and the grid of processes. Ranks are
 * threads here, and messages go through a queue for each pair of them.
 */
#include <glib.h>
#include <string.h>

#include "nas/mg_grid.h"
#include "nas/nas.h"

enum { X, Y, Z };

#define RANKS_MAX 32

/* --- the little of mp.h that the grid needs ------------------------------------------------------
 */

static int ranks;
static _Thread_local int this_rank;
static GAsyncQueue *queues[RANKS_MAX][RANKS_MAX]; /* from, to */

int mp_size(void)
{
    return ranks;
}

void mp_exchange(int to, const void *data, int from, void *into, size_t n, int tag)
{
    g_async_queue_push(queues[this_rank][to], g_bytes_new(data, n));
    g_autoptr(GBytes) message = g_async_queue_pop(queues[from][this_rank]);
    g_assert_cmpuint(g_bytes_get_size(message), ==, n);
    memcpy(into, g_bytes_get_data(message, NULL), n);
}

void mp_gather(int root, const void *mine, size_t n, void *all)
{
    g_async_queue_push(queues[this_rank][root], g_bytes_new(mine, n));
    for (int rank = 0; this_rank == root && rank < ranks; rank++) {
        g_autoptr(GBytes) message = g_async_queue_pop(queues[rank][root]);
        memcpy((char *)all + (size_t)rank * n, g_bytes_get_data(message, NULL), n);
    }
}

void mp_broadcast(int root, void *data, size_t n)
{
    for (int rank = 0; this_rank == root && rank < ranks; rank++)
        g_async_queue_push(queues[root][rank], g_bytes_new(data, n));
    g_autoptr(GBytes) message = g_async_queue_pop(queues[root][this_rank]);
    memcpy(data, g_bytes_get_data(message, NULL), n);
}

void *nas_allocate(size_t n, size_t size)
{
    return g_malloc0_n(n, size);
}

typedef void (*rank_main)(void *context);

struct rank {
    int number;
    rank_main main;
    void *context;
};

static void *rank_run(void *data)
{
    struct rank *rank = data;
    this_rank = rank->number;
    rank->main(rank->context);
    return NULL;
}

/* Runs it as so many ranks and waits for all. */
static void run(int n, rank_main main, void *context)
{
    struct rank all[RANKS_MAX];
    GThread *threads[RANKS_MAX];
    ranks = n;
    for (int from = 0; from < n; from++)
        for (int to = 0; to < n; to++)
            queues[from][to] = g_async_queue_new_full((GDestroyNotify)g_bytes_unref);
    for (int k = 0; k < n; k++) {
        all[k] = (struct rank){k, main, context};
        threads[k] = g_thread_new(NULL, rank_run, &all[k]);
    }
    for (int k = 0; k < n; k++)
        g_thread_join(threads[k]);
    for (int from = 0; from < n; from++) {
        for (int to = 0; to < n; to++) {
            g_assert_cmpint(g_async_queue_length(queues[from][to]), ==, 0);
            g_async_queue_unref(queues[from][to]);
        }
    }
}

/* --- boxes --------------------------------------------------------------------------------------
 */

static struct mg_box box_of(size_t x, size_t y, size_t z)
{
    struct mg_box box = {{x, y, z}, NULL};
    box.values = g_new0(double, mg_box_size(box.n));
    return box;
}

static void fill_with_noise(const struct mg_box *box)
{
    for (size_t k = 0; k < mg_box_size(box->n); k++)
        box->values[k] = g_test_rand_double_range(-1, 1);
}

/* The halo of a box without neighbours. */
static void go_around(const struct mg_box *box)
{
    struct mg_grid alone = mg_grid_of(1, 0);
    mg_exchange_halo(&alone, box);
    mg_grid_clear(&alone);
}

static double product(const struct mg_box *a, const struct mg_box *b)
{
    double sum = 0;
    for (ptrdiff_t z = 0; z < (ptrdiff_t)a->n[Z]; z++)
        for (ptrdiff_t y = 0; y < (ptrdiff_t)a->n[Y]; y++)
            for (ptrdiff_t x = 0; x < (ptrdiff_t)a->n[X]; x++)
                sum += *mg_box_at(a, x, y, z) * *mg_box_at(b, x, y, z);
    return sum;
}

/* In how many directions two points differ: 1 for faces, 2 for edges, 3 for corners. */
static int distance(ptrdiff_t x, ptrdiff_t y, ptrdiff_t z, ptrdiff_t from)
{
    return (x != from) + (y != from) + (z != from);
}

/* --- stencils -----------------------------------------------------------------------------------
 */

/* Every point of a box of 5 that is 1 in the middle has the weight of its distance, times `times`;
 * what is more than one away has none. */
static void assert_weights(const struct mg_box *box, const double weights[4], double times)
{
    for (ptrdiff_t z = 0; z < 5; z++) {
        for (ptrdiff_t y = 0; y < 5; y++) {
            for (ptrdiff_t x = 0; x < 5; x++) {
                bool near = ABS(x - 2) <= 1 && ABS(y - 2) <= 1 && ABS(z - 2) <= 1;
                double weight = near ? times * weights[distance(x, y, z, 2)] : 0;
                g_assert_cmpfloat_with_epsilon(*mg_box_at(box, x, y, z), weight, 1e-15);
            }
        }
    }
}

static void a_stencil_has_one_weight_for_each_distance(void)
{
    struct mg_box point = box_of(5, 5, 5), result = box_of(5, 5, 5);
    *mg_box_at(&point, 2, 2, 2) = 1;
    mg_residual(&point, &result, &result);
    assert_weights(&result, (const double[]){-8.0 / 3, 0, 1.0 / 6, 1.0 / 12}, -1);

    memset(result.values, 0, mg_box_size(result.n) * sizeof(double));
    mg_smooth(&point, &result);
    assert_weights(&result, (const double[]){-3.0 / 8, 1.0 / 32, -1.0 / 64, 0}, 1);
    g_free(point.values);
    g_free(result.values);
}

static void the_residual_is_of_the_laplacian(void)
{
    struct mg_box u = box_of(6, 4, 3), v = box_of(6, 4, 3), r = box_of(6, 4, 3);
    fill_with_noise(&v);
    for (ptrdiff_t z = -1; z <= 3; z++)
        for (ptrdiff_t y = -1; y <= 4; y++)
            for (ptrdiff_t x = -1; x <= 6; x++)
                *mg_box_at(&u, x, y, z) = (double)(x * x + 2 * y * y + 3 * z * z + 4 * x - y + 5);
    mg_residual(&u, &v, &r);
    for (ptrdiff_t z = 0; z < 3; z++)
        for (ptrdiff_t y = 0; y < 4; y++)
            for (ptrdiff_t x = 0; x < 6; x++)
                g_assert_cmpfloat_with_epsilon(*mg_box_at(&r, x, y, z),
                                               *mg_box_at(&v, x, y, z) - 12, 1e-12);
    g_free(u.values);
    g_free(v.values);
    g_free(r.values);
}

/* <P fine, coarse> = 1/2 <fine, Q coarse> */
static void restriction_is_half_the_adjoint_of_interpolation(void)
{
    struct mg_box fine = box_of(8, 4, 2), raised = box_of(8, 4, 2);
    struct mg_box coarse = box_of(4, 2, 1), lowered = box_of(4, 2, 1);
    fill_with_noise(&fine);
    fill_with_noise(&coarse);
    go_around(&fine);
    go_around(&coarse);
    mg_restrict(&fine, &lowered);
    mg_interpolate(&coarse, &raised);
    g_assert_cmpfloat_with_epsilon(product(&lowered, &coarse), product(&fine, &raised) / 2, 1e-13);
    g_free(fine.values);
    g_free(raised.values);
    g_free(coarse.values);
    g_free(lowered.values);
}

static void interpolation_is_linear_between_points_and_adds_to_what_is_there(void)
{
    struct mg_box coarse = box_of(2, 3, 4), fine = box_of(4, 6, 8);
    for (ptrdiff_t z = -1; z <= 4; z++)
        for (ptrdiff_t y = -1; y <= 3; y++)
            for (ptrdiff_t x = -1; x <= 2; x++)
                *mg_box_at(&coarse, x, y, z) = (double)(2 * x + 20 * y + 200 * z);
    for (size_t k = 0; k < mg_box_size(fine.n); k++)
        fine.values[k] = 1000;
    mg_interpolate(&coarse, &fine);
    for (ptrdiff_t z = -1; z <= 8; z++)
        for (ptrdiff_t y = -1; y <= 6; y++)
            for (ptrdiff_t x = -1; x <= 4; x++)
                g_assert_cmpfloat_with_epsilon(
                    *mg_box_at(&fine, x, y, z),
                    (double)(1000 + (x - 1) + 10 * (y - 1) + 100 * (z - 1)), 1e-10);
    g_free(coarse.values);
    g_free(fine.values);
}

static void squares_are_those_of_the_points_without_the_halo(void)
{
    struct mg_box box = box_of(3, 2, 2);
    for (size_t k = 0; k < mg_box_size(box.n); k++)
        box.values[k] = 2;
    g_assert_cmpfloat(mg_sum_of_squares(&box), ==, 48);
    g_free(box.values);
}

/* --- the grid -----------------------------------------------------------------------------------
 */

static void processes_halve_the_cube_along_z_then_y_then_x(void)
{
    const int grids[][3] = {{1, 1, 1}, {1, 1, 2}, {1, 2, 2}, {2, 2, 2}, {2, 2, 4}, {2, 4, 4}};
    for (int k = 0; k < (int)G_N_ELEMENTS(grids); k++) {
        struct mg_grid grid = mg_grid_of(1 << k, 0);
        g_assert_cmpmem(grid.processes, sizeof grid.processes, grids[k], sizeof grids[k]);
    }
}

/*     2 ── 3
 *     │    │      z up, y to the right; x has one process
 *     0 ── 1                                              */
static void an_axis_of_two_has_the_same_neighbour_twice_and_one_of_one_itself(void)
{
    struct mg_grid grid = mg_grid_of(4, 1);
    g_assert_cmpint(grid.lower[X], ==, 1);
    g_assert_cmpint(grid.upper[X], ==, 1);
    g_assert_cmpint(grid.lower[Y], ==, 0);
    g_assert_cmpint(grid.upper[Y], ==, 0);
    g_assert_cmpint(grid.lower[Z], ==, 3);
    g_assert_cmpint(grid.upper[Z], ==, 3);
}

static void neighbours_of_all_sizes_see_each_other(void)
{
    for (int processes = 1; processes <= RANKS_MAX; processes *= 2) {
        for (int rank = 0; rank < processes; rank++) {
            struct mg_grid grid = mg_grid_of(processes, rank);
            for (int axis = X; axis <= Z; axis++) {
                g_assert_cmpint(mg_grid_of(processes, grid.lower[axis]).upper[axis], ==, rank);
                g_assert_cmpint(mg_grid_of(processes, grid.upper[axis]).lower[axis], ==, rank);
            }
        }
    }
}

/* What one process computes for all. */
struct whole {
    struct mg_box u, v, residual, smoothed, restricted, interpolated;
};

static struct whole whole_new(size_t n)
{
    struct whole whole = {box_of(n, n, n),
                          box_of(n, n, n),
                          box_of(n, n, n),
                          box_of(n, n, n),
                          box_of(n / 2, n / 2, n / 2),
                          box_of(n, n, n)};
    fill_with_noise(&whole.u);
    fill_with_noise(&whole.v);
    go_around(&whole.u);
    go_around(&whole.v);
    mg_residual(&whole.u, &whole.v, &whole.residual);
    mg_smooth(&whole.u, &whole.smoothed);
    mg_restrict(&whole.u, &whole.restricted);
    go_around(&whole.residual);
    go_around(&whole.smoothed);
    go_around(&whole.restricted);
    mg_interpolate(&whole.restricted, &whole.interpolated);
    return whole;
}

static void whole_clear(struct whole *whole)
{
    g_free(whole->u.values);
    g_free(whole->v.values);
    g_free(whole->residual.values);
    g_free(whole->smoothed.values);
    g_free(whole->restricted.values);
    g_free(whole->interpolated.values);
}

/* To the last bit. */
static void assert_part(struct mg_grid *grid, const struct mg_box *part, const struct mg_box *whole)
{
    struct mg_box right = box_of(part->n[X], part->n[Y], part->n[Z]);
    int bytes = (int)(mg_box_size(part->n) * sizeof(double));
    mg_take_part(grid, whole, &right);
    g_assert_cmpmem(part->values, bytes, right.values, bytes);
    g_free(right.values);
}

static struct mg_box part_box(const struct mg_grid *grid, const struct mg_box *whole)
{
    return box_of(whole->n[X] / (size_t)grid->processes[X],
                  whole->n[Y] / (size_t)grid->processes[Y],
                  whole->n[Z] / (size_t)grid->processes[Z]);
}

/* u without a halo, which the neighbours have to supply. */
static void take_points(struct mg_grid *grid, const struct mg_box *whole, const struct mg_box *part)
{
    struct mg_box with_halo = part_box(grid, whole);
    mg_take_part(grid, whole, &with_halo);
    for (ptrdiff_t z = 0; z < (ptrdiff_t)part->n[Z]; z++)
        for (ptrdiff_t y = 0; y < (ptrdiff_t)part->n[Y]; y++)
            for (ptrdiff_t x = 0; x < (ptrdiff_t)part->n[X]; x++)
                *mg_box_at(part, x, y, z) = *mg_box_at(&with_halo, x, y, z);
    g_free(with_halo.values);
}

static void work_as_a_part(void *context)
{
    const struct whole *whole = context;
    struct mg_grid grid = mg_grid_of(ranks, this_rank);
    struct mg_box u = part_box(&grid, &whole->u), v = part_box(&grid, &whole->v);
    struct mg_box coarse = part_box(&grid, &whole->restricted), sum = part_box(&grid, &whole->u);
    take_points(&grid, &whole->u, &u);
    mg_exchange_halo(&grid, &u);
    assert_part(&grid, &u, &whole->u);

    mg_smooth(&u, &sum);
    mg_exchange_halo(&grid, &sum);
    assert_part(&grid, &sum, &whole->smoothed);

    mg_restrict(&u, &coarse);
    mg_exchange_halo(&grid, &coarse);
    assert_part(&grid, &coarse, &whole->restricted);

    memset(sum.values, 0, mg_box_size(sum.n) * sizeof(double));
    mg_interpolate(&coarse, &sum);
    assert_part(&grid, &sum, &whole->interpolated);

    take_points(&grid, &whole->v, &v);
    mg_residual(&u, &v, &v);
    mg_exchange_halo(&grid, &v);
    assert_part(&grid, &v, &whole->residual);
    g_free(u.values);
    g_free(v.values);
    g_free(coarse.values);
    g_free(sum.values);
    mg_grid_clear(&grid);
}

static void parts_come_to_what_the_whole_does_to_the_last_bit(void)
{
    struct whole whole = whole_new(16);
    for (int processes = 1; processes <= RANKS_MAX; processes *= 2)
        run(processes, work_as_a_part, &whole);
    whole_clear(&whole);
}

static void gather(void *context)
{
    const struct mg_box *whole = context;
    struct mg_grid grid = mg_grid_of(ranks, this_rank);
    struct mg_box part = part_box(&grid, whole);
    struct mg_box gathered = box_of(whole->n[X], whole->n[Y], whole->n[Z]);
    int bytes = (int)(mg_box_size(whole->n) * sizeof(double));
    take_points(&grid, whole, &part);
    mg_gather_whole(&grid, &part, &gathered);
    g_assert_cmpmem(gathered.values, bytes, whole->values, bytes);
    g_free(part.values);
    g_free(gathered.values);
    mg_grid_clear(&grid);
}

static void parts_are_gathered_to_the_whole_in_every_process(void)
{
    struct mg_box whole = box_of(4, 4, 4);
    fill_with_noise(&whole);
    go_around(&whole);
    for (int processes = 1; processes <= RANKS_MAX; processes *= 2)
        run(processes, gather, &whole);
    g_free(whole.values);
}

#define TEST(function, sentence) g_test_add_func("/multigrid/" sentence, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_stencil_has_one_weight_for_each_distance, "a stencil has one weight for each distance");
    TEST(the_residual_is_of_the_laplacian, "the residual is of the Laplacian");
    TEST(restriction_is_half_the_adjoint_of_interpolation,
         "restriction is half the adjoint of interpolation");
    TEST(interpolation_is_linear_between_points_and_adds_to_what_is_there,
         "interpolation is linear between points, and adds to what is there");
    TEST(squares_are_those_of_the_points_without_the_halo,
         "squares are those of the points, without the halo");
    TEST(processes_halve_the_cube_along_z_then_y_then_x,
         "processes halve the cube along z, then y, then x");
    TEST(an_axis_of_two_has_the_same_neighbour_twice_and_one_of_one_itself,
         "an axis of two has the same neighbour twice, and one of one itself");
    TEST(neighbours_of_all_sizes_see_each_other, "neighbours of all sizes see each other");
    TEST(parts_come_to_what_the_whole_does_to_the_last_bit,
         "parts come to what the whole does, to the last bit");
    TEST(parts_are_gathered_to_the_whole_in_every_process,
         "parts are gathered to the whole in every process");
    return g_test_run();
}
