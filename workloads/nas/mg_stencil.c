// SPDX-License-Identifier: Apache-2.0
/*
 * The 27 points of a stencil are nine rows. Their sums over the four sides and over the four
 * diagonals of a row are the same for the three x next to each other that need them, so they are
 * made once for a whole row; what is left is along the row.
 *
 *     diag  side  diag
 *     side  row   side      z up, y to the right, x towards you
 *     diag  side  diag
 */
#include "mg_stencil.h"

#include <assert.h>

#include "nas.h"

/* One row with its halo: element x is at x + 1. */
#define ROW_VALUES (MG_ROW_MAX + 2)

struct around {
    double side[ROW_VALUES];
    double diag[ROW_VALUES];
};

/* Distances in memory. */
struct steps {
    ptrdiff_t row, plane;
};

static struct steps steps_of(const struct mg_box *box)
{
    assert(box->n[0] <= MG_ROW_MAX);
    ptrdiff_t row = (ptrdiff_t)box->n[0] + 2;
    return (struct steps){row, row * ((ptrdiff_t)box->n[1] + 2)};
}

/* Its callers have clones for processors, which it has to become a part of. */
__attribute__((always_inline)) static inline void
add_around(struct around *restrict sums, const double *restrict row, struct steps step)
{
    const double *down = row - step.plane, *up = row + step.plane;
    for (ptrdiff_t x = 0; x < step.row; x++) {
        sums->side[x] = row[x - step.row] + row[x + step.row] + down[x] + up[x];
        sums->diag[x] =
            down[x - step.row] + down[x + step.row] + up[x - step.row] + up[x + step.row];
    }
}

NAS_HOT
void mg_residual(const struct mg_box *u, const struct mg_box *v, const struct mg_box *r)
{
    const struct steps step = steps_of(u);
    const ptrdiff_t n = (ptrdiff_t)u->n[0];
    struct around sums;
    for (ptrdiff_t z = 0; z < (ptrdiff_t)u->n[2]; z++) {
        for (ptrdiff_t y = 0; y < (ptrdiff_t)u->n[1]; y++) {
            const double *u_row = mg_box_at(u, -1, y, z), *v_row = mg_box_at(v, -1, y, z);
            double *r_row = mg_box_at(r, -1, y, z);
            add_around(&sums, u_row, step);
#pragma GCC ivdep
            for (ptrdiff_t x = 1; x <= n; x++)
                r_row[x] = v_row[x] + 8.0 / 3 * u_row[x] -
                           1.0 / 6 * (sums.diag[x] + sums.side[x - 1] + sums.side[x + 1]) -
                           1.0 / 12 * (sums.diag[x - 1] + sums.diag[x + 1]);
        }
    }
}

NAS_HOT
void mg_smooth(const struct mg_box *r, const struct mg_box *u)
{
    const struct steps step = steps_of(r);
    const ptrdiff_t n = (ptrdiff_t)r->n[0];
    struct around sums;
    for (ptrdiff_t z = 0; z < (ptrdiff_t)r->n[2]; z++) {
        for (ptrdiff_t y = 0; y < (ptrdiff_t)r->n[1]; y++) {
            const double *restrict r_row = mg_box_at(r, -1, y, z);
            double *restrict u_row = mg_box_at(u, -1, y, z);
            add_around(&sums, r_row, step);
            for (ptrdiff_t x = 1; x <= n; x++)
                u_row[x] += -3.0 / 8 * r_row[x] +
                            1.0 / 32 * (r_row[x - 1] + r_row[x + 1] + sums.side[x]) -
                            1.0 / 64 * (sums.diag[x] + sums.side[x - 1] + sums.side[x + 1]);
        }
    }
}

NAS_HOT
void mg_restrict(const struct mg_box *fine, const struct mg_box *coarse)
{
    const struct steps step = steps_of(fine);
    const ptrdiff_t n = (ptrdiff_t)coarse->n[0];
    struct around sums = {0}; /* for clang-tidy, which cannot see that all that are used are made */
    for (ptrdiff_t z = 0; z < (ptrdiff_t)coarse->n[2]; z++) {
        for (ptrdiff_t y = 0; y < (ptrdiff_t)coarse->n[1]; y++) {
            const double *restrict from = mg_box_at(fine, -1, 2 * y + 1, 2 * z + 1);
            double *restrict to = mg_box_at(coarse, 0, y, z);
            add_around(&sums, from, step);
            for (ptrdiff_t c = 0; c < n; c++) {
                ptrdiff_t x = 2 * c + 2;
                to[c] = 1.0 / 2 * from[x] + 1.0 / 4 * (from[x - 1] + from[x + 1] + sums.side[x]) +
                        1.0 / 8 * (sums.side[x - 1] + sums.side[x + 1] + sums.diag[x]) +
                        1.0 / 16 * (sums.diag[x - 1] + sums.diag[x + 1]);
            }
        }
    }
}

/* Adds a coarse row times the weight to a fine one, both with their halos. */
__attribute__((always_inline)) static inline void
interpolate_row(double *restrict fine, const double *restrict coarse, ptrdiff_t n, double weight)
{
    const double half = weight / 2;
    for (ptrdiff_t c = 0; c <= n; c++) {
        fine[2 * c] += weight * coarse[c];
        fine[2 * c + 1] += half * (coarse[c] + coarse[c + 1]);
    }
}

/* The coarse rows at the corners of a square, and the fine rows on and between them that belong to
 * its first corner:
 *
 *     c   .   d
 *     z   yz  .       z up, y to the right
 *     a   y   b                                  */
NAS_HOT
void mg_interpolate(const struct mg_box *coarse, const struct mg_box *fine)
{
    const struct steps step = steps_of(coarse);
    const ptrdiff_t n = (ptrdiff_t)coarse->n[0];
    double on_y[ROW_VALUES], on_z[ROW_VALUES], on_both[ROW_VALUES];
    for (ptrdiff_t z = -1; z < (ptrdiff_t)coarse->n[2]; z++) {
        for (ptrdiff_t y = -1; y < (ptrdiff_t)coarse->n[1]; y++) {
            const double *restrict a = mg_box_at(coarse, -1, y, z);
            const double *b = a + step.row, *c = a + step.plane, *d = c + step.row;
            for (ptrdiff_t x = 0; x < n + 2; x++) {
                on_y[x] = a[x] + b[x];
                on_z[x] = a[x] + c[x];
                on_both[x] = on_y[x] + c[x] + d[x];
            }
            interpolate_row(mg_box_at(fine, -1, 2 * y + 1, 2 * z + 1), a, n, 1.0);
            interpolate_row(mg_box_at(fine, -1, 2 * y + 2, 2 * z + 1), on_y, n, 1.0 / 2);
            interpolate_row(mg_box_at(fine, -1, 2 * y + 1, 2 * z + 2), on_z, n, 1.0 / 2);
            interpolate_row(mg_box_at(fine, -1, 2 * y + 2, 2 * z + 2), on_both, n, 1.0 / 4);
        }
    }
}

double mg_sum_of_squares(const struct mg_box *box)
{
    double total = 0;
    for (ptrdiff_t z = 0; z < (ptrdiff_t)box->n[2]; z++) {
        for (ptrdiff_t y = 0; y < (ptrdiff_t)box->n[1]; y++) {
            const double *row = mg_box_at(box, 0, y, z);
            double sum = 0;
            for (size_t x = 0; x < box->n[0]; x++)
                sum += row[x] * row[x];
            total += sum;
        }
    }
    return total;
}
