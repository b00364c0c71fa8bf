// SPDX-License-Identifier: Apache-2.0
/* Drawings of those archetypes that are told by who belongs together. */
#include <math.h>

#include "view/place.h"

/* Point k of n on a circle, clockwise from the top. */
static struct vttif_point on_circle(double k, double n, double radius)
{
    double angle = 2 * G_PI * k / n;
    return (struct vttif_point){radius * sin(angle), radius * cos(angle)};
}

void place_circle(const struct vttif_name *name, struct vttif_point *points)
{
    size_t n;
    g_autofree uint32_t *order = place_order(name, &n);
    for (size_t k = 0; k < n; k++)
        points[order[k]] = on_circle((double)k, (double)n, 0.5);
}

void place_star(const struct vttif_name *name, struct vttif_point *points)
{
    size_t n;
    g_autofree uint32_t *order = place_order(name, &n);
    for (size_t k = 0; k < n; k++)
        points[order[k]] = k == 0 && place_of(name, order[k])[0] == 0
                               ? (struct vttif_point){0, 0}
                               : on_circle((double)k, (double)n - 1, 0.5);
}

/* How many members have that first coordinate. */
static size_t count_first(const struct vttif_name *name, int32_t first)
{
    size_t count = 0;
    for (size_t i = 0; i < name->n_endpoints; i++)
        count += place_is_set(name, i) && place_of(name, i)[0] == first;
    return count;
}

/* Two rows: the smaller side above, spread over the width of the other. */
void place_bipartite(const struct vttif_name *name, struct vttif_point *points)
{
    size_t n, seen[2] = {0, 0};
    const size_t sides[2] = {count_first(name, 0), count_first(name, 1)};
    double width = (double)MAX(sides[0], sides[1]);
    g_autofree uint32_t *order = place_order(name, &n);
    for (size_t k = 0; k < n; k++) {
        int side = place_of(name, order[k])[0] != 0;
        double part = ((double)seen[side]++ + 0.5) / (double)sides[side];
        points[order[k]] = (struct vttif_point){width * part, side ? 0 : 0.4 * width};
    }
}

/* A circle of circles. */
void place_clustered(const struct vttif_name *name, struct vttif_point *points)
{
    size_t n;
    uint32_t groups = name->shape.dims[0], largest = name->shape.dims[1];
    double own = MAX(1, largest / (2 * G_PI)); /* of a group's circle */
    double all = groups > 1 ? 1.35 * own / sin(G_PI / MAX(2, groups)) : 0;
    g_autofree uint32_t *order = place_order(name, &n);
    g_autofree size_t *seen = g_new0(size_t, groups);
    g_autofree size_t *size = g_new0(size_t, groups);
    for (size_t k = 0; k < n; k++)
        size[place_of(name, order[k])[0]]++;
    for (size_t k = 0; k < n; k++) {
        int32_t group = place_of(name, order[k])[0];
        struct vttif_point middle = on_circle(group, groups, all);
        struct vttif_point at = on_circle((double)seen[group]++, (double)size[group], own);
        points[order[k]] = (struct vttif_point){middle.x + at.x, middle.y + at.y};
    }
}

/* Ranks from top to bottom, as wide as the picture is high. */
void place_butterfly(const struct vttif_name *name, struct vttif_point *points)
{
    double columns = name->shape.dims[1], ranks = name->shape.dims[0];
    double height = MAX(1, 0.6 * (columns - 1) / MAX(1, ranks - 1));
    for (size_t i = 0; i < name->n_endpoints; i++)
        if (place_is_set(name, i))
            points[i] = (struct vttif_point){place_of(name, i)[1], -height * place_of(name, i)[0]};
}
