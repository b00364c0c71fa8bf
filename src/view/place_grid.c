// SPDX-License-Identifier: Apache-2.0
/*
 * Grids of any number of dimensions. Two dimensions stand upright; the third goes away to the upper
 * right, so near that its endpoints do not meet those of the next column:
 *
 *             o───o
 *            /   /│           three more dimensions arrange such drawings
 *           o───o o           as these arrange endpoints, and so on
 *           │   │/
 *           o───o
 *
 * A torus of two dimensions that both go around is bent round twice, one with one such dimension
 * once; of more dimensions those that go around are drawn like the others, and their closing edges
 * swing out.
 */
#include <math.h>
#include <string.h>

#include "view/place.h"

/* A line longer than this is laid in rows. */
#define LONGEST_LINE 16
/* Between drawings of three dimensions, as a share of their size. */
#define GAP 0.3

/* --- lines and rings ------------------------------------------------------------------------ */

void place_ring(const struct vttif_name *name, struct vttif_point *points)
{
    double n = name->shape.dims[0];
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        double angle = 2 * G_PI * name->position[i] / n;
        points[i] = (struct vttif_point){0.5 * sin(angle), 0.5 * cos(angle)};
    }
}

/* In rows that turn, so that who is next is near. */
void place_line(const struct vttif_name *name, struct vttif_point *points)
{
    uint32_t n = name->shape.dims[0];
    uint32_t columns = n <= LONGEST_LINE ? n : (uint32_t)ceil(sqrt(1.6 * n));
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        uint32_t row = name->position[i] / columns, column = name->position[i] % columns;
        points[i].x = row % 2 == 0 ? column : columns - 1 - column;
        points[i].y = -(double)row;
    }
}

/* --- one or two dimensions that go around ------------------------------------------------------
 */

/* Circles around each other: the dimension that goes around is the angle, the other the radius. */
static void place_rings(const struct vttif_name *name, unsigned round, struct vttif_point *points)
{
    const struct vttif_shape *shape = &name->shape;
    double around = shape->dims[round];
    double inner = MAX(1, around / (2 * G_PI) * 0.75);
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        const int32_t *at = place_of(name, i);
        double angle = 2 * G_PI * at[round] / around, radius = inner + at[1 - round];
        points[i] = (struct vttif_point){radius * sin(angle), radius * cos(angle)};
    }
}

/* A doughnut seen from above at a slant: the longer dimension goes along it, the other around it.
 */
static void place_doughnut(const struct vttif_name *name, struct vttif_point *points)
{
    const double large = 1, small = 0.46, slant = 0.62;
    double along = name->shape.dims[0], around = name->shape.dims[1];
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        const int32_t *at = place_of(name, i);
        double u = 2 * G_PI * (at[0] + 0.25) / along, v = 2 * G_PI * (at[1] + 0.3) / around;
        double radius = large + small * cos(v);
        points[i].x = radius * sin(u);
        points[i].y = slant * radius * cos(u) + sqrt(1 - slant * slant) * small * sin(v);
    }
}

/* --- any number of dimensions --------------------------------------------------------------- */

/* Where one step in each dimension leads. */
static void find_steps(const struct vttif_shape *shape, struct vttif_point *steps)
{
    struct vttif_point size = {1, 1}; /* of what the dimensions before have become */
    for (unsigned d = 0; d < shape->n_dims; d++) {
        if (d % 3 == 0) {
            steps[d] = (struct vttif_point){size.x, 0};
            size.x *= shape->dims[d];
        } else if (d % 3 == 1) {
            steps[d] = (struct vttif_point){0, -size.y};
            size.y *= shape->dims[d];
        } else {
            double part = MIN(0.36, 0.78 / MAX(1, shape->dims[d] - 1.0));
            steps[d] = (struct vttif_point){part * steps[d - 2].x, -0.72 * part * steps[d - 1].y};
            size = (struct vttif_point){size.x * (1 + GAP), size.y * (1 + GAP)};
        }
    }
}

static void place_steps(const struct vttif_name *name, struct vttif_point *points)
{
    struct vttif_point steps[VTTIF_DIMS_MAX];
    find_steps(&name->shape, steps);
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        points[i] = (struct vttif_point){0, 0};
        for (unsigned d = 0; d < name->shape.n_dims; d++) {
            points[i].x += place_of(name, i)[d] * steps[d].x;
            points[i].y += place_of(name, i)[d] * steps[d].y;
        }
    }
}

void place_grid(const struct vttif_name *name, struct vttif_point *points)
{
    const struct vttif_shape *shape = &name->shape;
    bool two = shape->n_dims == 2;
    if (shape->n_dims == 1 && place_goes_around(shape, 0))
        place_ring(name, points);
    else if (shape->n_dims == 1)
        place_line(name, points);
    else if (two && place_goes_around(shape, 0) && place_goes_around(shape, 1))
        place_doughnut(name, points);
    else if (two && (place_goes_around(shape, 0) || place_goes_around(shape, 1)))
        place_rings(name, place_goes_around(shape, 0) ? 0 : 1, points);
    else
        place_steps(name, points);
}
