// SPDX-License-Identifier: Apache-2.0
/*
 * Drawings of archetypes: each sets the points of the endpoints that have a place, at any scale, y
 * upwards. Names may have holes (places where no endpoint sits).
 */
#ifndef VIEW_PLACE_H
#define VIEW_PLACE_H

#include <vttif/view.h>

typedef void place_func(const struct vttif_name *name, struct vttif_point *points);

place_func place_grid, place_line, place_ring; /* place_grid.c */
place_func place_tree; /* place_tree.c */
place_func place_circle, place_star, place_bipartite, place_clustered, place_butterfly;

/* Coordinates of an endpoint that has a place. */
static inline const int32_t *place_of(const struct vttif_name *name, size_t endpoint)
{
    return name->place + endpoint * name->width;
}

static inline bool place_is_set(const struct vttif_name *name, size_t endpoint)
{
    return name->position[endpoint] != VTTIF_NOWHERE;
}

/* Of two, the step on and the step back are the same edge. */
static inline bool place_goes_around(const struct vttif_shape *shape, unsigned d)
{
    return d < shape->n_dims && shape->periodic[d] && shape->dims[d] > 2;
}

/* The endpoints that have a place, by position or, where places are all alike, by index within what
 * is alike; *n gets their number. g_free it. */
uint32_t *place_order(const struct vttif_name *name, size_t *n);

/*
 * The names that are shown beside each other: the best one, and of the other parts those all of
 * whose endpoints have no place yet, as of other programs. *n gets their number; g_free the list,
 * whose names are the recognition's. There is at least the best name, unless there is none at all.
 */
const struct vttif_name **place_names(const struct vttif_recognition *recognition, size_t *n);

#endif
