// SPDX-License-Identifier: Apache-2.0
/*
 * The geometry of a picture of a topology: how large it must be so that circles and names do not
 * touch, how wide its lines are, and which way a line takes that would run through another host.
 * Lengths are in points (1/72 inch).
 */
#ifndef VIEW_DRAWING_H
#define VIEW_DRAWING_H

#include "view/graph.h"

#include <vttif/view.h>

struct drawing {
    const struct vttif_matrix *matrix;
    size_t n;
    GArray *pairs; /* of struct graph_pair */
    double widest; /* bytes of the widest edge */
    struct vttif_point *places; /* NULL if the layout engine decides */
    bool on_circle; /* all places are equally far from the middle */
    bool inside; /* names stand in their circles, else beside them */
    struct vttif_point
        *name_places; /* the middle of each name that is beside its circle, or NULL */
    double radius; /* of a host's circle */
    double font; /* size of the names */
    double line; /* width of the widest edge */
    double alpha; /* of the lines: many must let each other through */
    bool crowded; /* so many lines that arrows would only cover each other */
};

/* A cubic Bezier curve from circle to circle; with an arrow it ends where the arrow begins. */
struct curve {
    struct vttif_point point[4];
    struct vttif_point tip; /* of the arrow */
};

/* points as in vttif_view_dot. */
void drawing_init(struct drawing *drawing, const struct vttif_topology *topology,
                  const struct vttif_point *points);
void drawing_clear(struct drawing *drawing);
/* Names are cut to this many columns. */
#define DRAWING_NAME_COLUMNS 24
/* Width of endpoint i's name. */
double drawing_name_width(const struct drawing *drawing, size_t i);
/* Line width of an edge: the square root of its share, so that its area tells its bytes' order
 * without the small ones vanishing. */
double drawing_line_width(const struct drawing *drawing, double bytes);
/* How far the line from a to b must swing out, to its left, to pass the other hosts; 0 where the
 * straight one is free. */
double drawing_bend(const struct drawing *drawing, size_t a, size_t b);
/* How far two arrows between a and b must swing out to part from each other. */
double drawing_apart(const struct drawing *drawing, size_t a, size_t b);
/* The line from one host to another that swings out by bend. arrow is the arrow's length or 0. */
struct curve drawing_curve(const struct drawing *drawing, size_t from, size_t to, double bend,
                           double arrow);
/* The drawing's lower left and upper right corner, names included. */
void drawing_box(const struct drawing *drawing, struct vttif_point *low, struct vttif_point *high);

#endif
