// SPDX-License-Identifier: Apache-2.0
/*
 * NAS MG: four V-cycles of multigrid for the Poisson equation A u = v in a periodic cube, whose
 * right side is +1 at the ten points where a random field is largest, -1 at the ten where it is
 * smallest, and 0 elsewhere.
 *
 *     one iteration:  r = v - A u,  u = u + M r
 *
 *     r ──P──┐                               ┌──Q── u + ..., r = v - A u, u + S r
 *            r ──P──┐                 ┌──Q── z, r - A z, z + S r
 *                   r ──P── ... ──Q── z, r - A z, z + S r
 *                       z = S r at the coarsest, which is 2 x 2 x 2
 *
 * Each process has a box of every level. Where the next level would have less than a point for each
 * process, all get the whole of this one and do what is below it for themselves: the same work in
 * all, on 64 points, in place of messages with nothing in them.
 *
 * One iteration is done before the clock starts, as in the reference.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mg_grid.h"
#include "mg_stencil.h"
#include "nas.h"
#include "random.h"

#define SEED       UINT64_C(314159265)
#define ITERATIONS 4
#define CHARGES    10 /* of each sign */
#define LEVELS_MAX 8
#define TOLERANCE  1e-8
#define OPERATIONS 58 /* for each point and iteration, as the reference counts */

struct official {
    int levels; /* the cube has 2^levels points in each direction */
    double norm; /* of the last residual */
};

static const struct official officials[NAS_CLASSES] = {
    [NAS_CLASS_S] = {5, 0.5307707005734e-04},
    [NAS_CLASS_W] = {7, 0.6467329375339e-05},
    [NAS_CLASS_A] = {8, 0.2433365309069e-05},
};

struct level {
    struct mg_box u, r;
};

/* Level k has 2^k points in each direction. */
struct multigrid {
    struct mg_grid grid;
    int top, bottom;
    struct level levels[LEVELS_MAX + 1];
    struct mg_box v; /* of the top */
    struct multigrid *whole; /* goes on from the bottom in each process; NULL if that is level 1 */
};

static struct mg_box box_new(const size_t n[3])
{
    return (struct mg_box){{n[0], n[1], n[2]}, nas_allocate(mg_box_size(n), sizeof(double))};
}

/* Whether each process has a point of level k at least, in each direction. */
static bool is_shared(const struct mg_grid *grid, int k)
{
    return 1 << k >= grid->processes[0] && 1 << k >= grid->processes[1] &&
           1 << k >= grid->processes[2];
}

static struct multigrid *multigrid_new(int processes, int rank, int top)
{
    struct multigrid *mg = nas_allocate(1, sizeof *mg);
    mg->grid = mg_grid_of(processes, rank);
    mg->top = top;
    for (mg->bottom = top; mg->bottom > 1 && is_shared(&mg->grid, mg->bottom - 1);)
        mg->bottom--;
    for (int k = mg->bottom; k <= top; k++) {
        size_t n[3];
        for (int axis = 0; axis < 3; axis++)
            n[axis] = ((size_t)1 << k) / (size_t)mg->grid.processes[axis];
        mg->levels[k] = (struct level){box_new(n), box_new(n)};
    }
    mg->v = box_new(mg->levels[top].u.n);
    if (mg->bottom > 1)
        mg->whole = multigrid_new(1, 0, mg->bottom);
    return mg;
}

static void multigrid_free(struct multigrid *mg)
{
    if (!mg)
        return;
    for (int k = mg->bottom; k <= mg->top; k++) {
        free(mg->levels[k].u.values);
        free(mg->levels[k].r.values);
    }
    free(mg->v.values);
    mg_grid_clear(&mg->grid);
    multigrid_free(mg->whole);
    free(mg);
}

static void clear(const struct mg_box *box)
{
    memset(box->values, 0, mg_box_size(box->n) * sizeof *box->values);
}

static void residual(struct multigrid *mg, int k, const struct mg_box *v)
{
    mg_residual(&mg->levels[k].u, v, &mg->levels[k].r);
    mg_exchange_halo(&mg->grid, &mg->levels[k].r);
}

static void smooth(struct multigrid *mg, int k)
{
    mg_smooth(&mg->levels[k].r, &mg->levels[k].u);
    mg_exchange_halo(&mg->grid, &mg->levels[k].u);
}

/* u of level k becomes M r. */
static void solve(struct multigrid *mg, int k)
{
    struct level *level = &mg->levels[k];
    if (k == mg->bottom && mg->whole) {
        mg_gather_whole(&mg->grid, &level->r, &mg->whole->levels[k].r);
        solve(mg->whole, k);
        mg_take_part(&mg->grid, &mg->whole->levels[k].u, &level->u);
        return;
    }
    clear(&level->u);
    if (k > 1) {
        mg_restrict(&level->r, &mg->levels[k - 1].r);
        mg_exchange_halo(&mg->grid, &mg->levels[k - 1].r);
        solve(mg, k - 1);
        mg_interpolate(&mg->levels[k - 1].u, &level->u);
        residual(mg, k, &level->r);
    }
    smooth(mg, k);
}

/* One iteration. The residual of the last one is there, and that of this one is at its end. */
static void iterate(struct multigrid *mg)
{
    int k = mg->top;
    mg_restrict(&mg->levels[k].r, &mg->levels[k - 1].r);
    mg_exchange_halo(&mg->grid, &mg->levels[k - 1].r);
    solve(mg, k - 1);
    mg_interpolate(&mg->levels[k - 1].u, &mg->levels[k].u);
    residual(mg, k, &mg->v);
    smooth(mg, k);
    residual(mg, k, &mg->v);
}

/* A point of the cube and the random number there. */
struct extreme {
    double value;
    int64_t index; /* x fastest */
};

/* The most extreme points so far, the most extreme first; `sign` is -1 for the smallest. */
struct extremes {
    int sign, n;
    struct extreme points[CHARGES];
};

static void consider(struct extremes *extremes, struct extreme point)
{
    int at = extremes->n;
    if (at == CHARGES && extremes->sign * (point.value - extremes->points[at - 1].value) <= 0)
        return;
    if (at == CHARGES)
        at--;
    else
        extremes->n++;
    for (; at > 0 && extremes->sign * (point.value - extremes->points[at - 1].value) > 0; at--)
        extremes->points[at] = extremes->points[at - 1];
    extremes->points[at] = point;
}

static int64_t first_index(const struct multigrid *mg, size_t y, size_t z)
{
    const size_t *n = mg->v.n;
    const int *place = mg->grid.place;
    int64_t whole_y = (int64_t)((size_t)place[1] * n[1] + y);
    int64_t whole_z = (int64_t)((size_t)place[2] * n[2] + z);
    return (int64_t)((size_t)place[0] * n[0]) + ((whole_y + (whole_z << mg->top)) << mg->top);
}

/* Number i of the random sequence belongs to point i of the cube. */
static void find_own_extremes(const struct multigrid *mg, struct extremes *largest,
                              struct extremes *smallest)
{
    double row[MG_ROW_MAX];
    for (size_t z = 0; z < mg->v.n[2]; z++) {
        for (size_t y = 0; y < mg->v.n[1]; y++) {
            int64_t first = first_index(mg, y, z);
            uint64_t state = nas_random_jump(SEED, (uint64_t)first);
            nas_random_fill(&state, row, mg->v.n[0]);
            for (size_t x = 0; x < mg->v.n[0]; x++) {
                consider(largest, (struct extreme){row[x], first + (int64_t)x});
                consider(smallest, (struct extreme){row[x], first + (int64_t)x});
            }
        }
    }
}

/* Those of all processes become those of each. */
static void join(struct extremes *extremes)
{
    struct extremes all[NAS_PROCESSES_MAX];
    mp_gather(0, extremes, sizeof *extremes, all);
    if (mp_rank() == 0)
        for (int rank = 1; rank < mp_size(); rank++)
            for (int k = 0; k < all[rank].n; k++)
                consider(extremes, all[rank].points[k]);
    mp_broadcast(0, extremes, sizeof *extremes);
}

static void charge(const struct multigrid *mg, const struct extremes *extremes)
{
    const int64_t mask = (INT64_C(1) << mg->top) - 1;
    for (int k = 0; k < extremes->n; k++) {
        int64_t index = extremes->points[k].index;
        ptrdiff_t at[3];
        bool own = true;
        for (int axis = 0; axis < 3; axis++) {
            ptrdiff_t n = (ptrdiff_t)mg->v.n[axis];
            at[axis] = (index & mask) - mg->grid.place[axis] * n;
            own = own && at[axis] >= 0 && at[axis] < n;
            index >>= mg->top;
        }
        if (own)
            *mg_box_at(&mg->v, at[0], at[1], at[2]) = extremes->sign;
    }
}

/* The state before the first iteration: right side, u = 0 and its residual. */
static void set_right_side(struct multigrid *mg)
{
    struct extremes largest = {.sign = 1}, smallest = {.sign = -1};
    find_own_extremes(mg, &largest, &smallest);
    join(&largest);
    join(&smallest);
    clear(&mg->v);
    charge(mg, &largest);
    charge(mg, &smallest);
    mg_exchange_halo(&mg->grid, &mg->v);
    clear(&mg->levels[mg->top].u);
}

/* Of the residual, in rank 0. */
static double norm(const struct multigrid *mg)
{
    double sum = mg_sum_of_squares(&mg->levels[mg->top].r);
    mp_reduce_doubles(0, MP_SUM, &sum, 1);
    return sqrt(sum / exp2(3 * mg->top));
}

int main(int argc, char **argv)
{
    static const struct nas_kernel kernel = {.name = "MG",
                                             .summary = "multigrid for the Poisson equation"};
    struct nas_run run;
    nas_start(&run, &kernel, &argc, &argv);
    const struct official *official = &officials[run.class];
    struct multigrid *mg = multigrid_new(run.processes, mp_rank(), official->levels);

    set_right_side(mg);
    residual(mg, mg->top, &mg->v);
    iterate(mg);
    set_right_side(mg);
    nas_clock_start(&run);
    residual(mg, mg->top, &mg->v);
    for (int k = 0; k < ITERATIONS; k++)
        iterate(mg);
    double last = norm(mg);
    nas_clock_stop(&run);
    multigrid_free(mg);

    g_autofree char *details = g_strdup_printf("norm        %.13e\n", last);
    struct nas_result result = {
        .iterations = ITERATIONS,
        .operations = OPERATIONS * ITERATIONS * exp2(3 * official->levels),
        .verified = nas_is_close(last, official->norm, TOLERANCE),
        .details = details,
    };
    int n = 1 << official->levels;
    g_snprintf(result.size, sizeof result.size, "%d x %d x %d", n, n, n);
    return nas_finish(&run, &result);
}
