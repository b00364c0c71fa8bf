// SPDX-License-Identifier: Apache-2.0
/*
 * The arithmetic of multigrid on boxes of points: what MG does between its messages.
 *
 * A box is n[0] x n[1] x n[2] points and a halo, one more layer on every side, which holds what the
 * neighbours have there (or, in a direction without neighbours, the other end of the box itself).
 * Indices go from -1 to n; x is fastest.
 *
 * Stencils of 27 points have one weight for each distance: the point itself, its 6 faces, 12 edges
 * and 8 corners.
 *
 *                    point   faces   edges   corners
 *     A  residual    -8/3    0       1/6     1/12      discrete Poisson
 *     S  smoother    -3/8    1/32    -1/64   0
 *     P  restriction 1/2     1/4     1/8     1/16
 *     Q  interpolation is trilinear: 1, 1/2, 1/4, 1/8
 *
 * Point c of a coarse box is point 2c + 1 of the fine one:
 *
 *     fine    -1   0   1   2   3   4 = n
 *     coarse  -1       0       1       2 = n
 */
#ifndef NAS_MG_STENCIL_H
#define NAS_MG_STENCIL_H

#include <stddef.h>

/* The most points of a row. */
#define MG_ROW_MAX 512

struct mg_box {
    size_t n[3];
    double *values; /* with the halo */
};

/* How many values a box has in memory. */
static inline size_t mg_box_size(const size_t n[3])
{
    return (n[0] + 2) * (n[1] + 2) * (n[2] + 2);
}

/* Where a point is; arguments from -1 to n. */
static inline double *mg_box_at(const struct mg_box *box, ptrdiff_t x, ptrdiff_t y, ptrdiff_t z)
{
    ptrdiff_t row = (ptrdiff_t)box->n[0] + 2, plane = row * ((ptrdiff_t)box->n[1] + 2);
    return box->values + (x + 1) + (y + 1) * row + (z + 1) * plane;
}

/* r = v - A u in the box. Needs u with its halo; v and r may be one. */
void mg_residual(const struct mg_box *u, const struct mg_box *v, const struct mg_box *r);

/* u = u + S r in the box. Needs r with its halo. */
void mg_smooth(const struct mg_box *r, const struct mg_box *u);

/* coarse = P fine in the coarse box, half as large in each direction. Needs fine with its halo. */
void mg_restrict(const struct mg_box *fine, const struct mg_box *coarse);

/* fine = fine + Q coarse in the fine box and its halo. Needs coarse with its halo. */
void mg_interpolate(const struct mg_box *coarse, const struct mg_box *fine);

/* Of all points of the box. */
double mg_sum_of_squares(const struct mg_box *box);

#endif
