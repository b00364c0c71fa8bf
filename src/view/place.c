// SPDX-License-Identifier: Apache-2.0
/* Where a name puts the endpoints: which drawing serves which archetype, and their order. */
#include "view/place.h"

#include <math.h>
#include <string.h>

/* How endpoints with nothing to tell them apart are ordered. */
enum alike {
    ALL_DIFFER, /* by position */
    ALL_ALIKE, /* by index */
    ALIKE_BY_FIRST /* by the first coordinate, then by index; of a star the centre, then the rest */
};

static const struct drawn {
    const char *archetype;
    place_func *place;
    enum alike alike;
} drawn[] = {
    {"mesh", place_grid, ALL_DIFFER},
    {"torus", place_grid, ALL_DIFFER},
    {"hypercube", place_grid, ALL_DIFFER},
    {"wavefront", place_grid, ALL_DIFFER},
    {"stencil-9", place_grid, ALL_DIFFER},
    {"stencil-27", place_grid, ALL_DIFFER},
    {"line", place_line, ALL_DIFFER},
    {"ring", place_ring, ALL_DIFFER},
    {"ring-allreduce", place_ring, ALL_DIFFER},
    {"binary-tree", place_tree, ALL_DIFFER},
    {"k-ary-tree", place_tree, ALL_DIFFER},
    {"binomial-tree", place_tree, ALL_DIFFER},
    {"tree-allreduce", place_tree, ALL_DIFFER},
    {"butterfly", place_butterfly, ALL_DIFFER},
    {"all-to-all", place_circle, ALL_ALIKE},
    {"star", place_star, ALIKE_BY_FIRST},
    {"bipartite", place_bipartite, ALIKE_BY_FIRST},
    {"clustered", place_clustered, ALIKE_BY_FIRST},
};

static const struct drawn *drawn_as(const struct vttif_name *name)
{
    static const struct drawn other = {"", place_circle, ALL_DIFFER};
    for (size_t i = 0; i < G_N_ELEMENTS(drawn); i++)
        if (strcmp(drawn[i].archetype, name->shape.archetype) == 0)
            return &drawn[i];
    return &other;
}

struct sorted {
    uint32_t key;
    uint32_t endpoint;
};

static int by_key(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->endpoint < y->endpoint ? -1 : x->endpoint > y->endpoint;
}

static uint32_t key_of(const struct vttif_name *name, enum alike alike, size_t endpoint)
{
    if (alike == ALL_DIFFER)
        return name->position[endpoint];
    if (alike == ALL_ALIKE)
        return 0;
    uint32_t first = (uint32_t)place_of(name, endpoint)[0];
    return strcmp(name->shape.archetype, "star") == 0 ? MIN(first, 1) : first;
}

uint32_t *place_order(const struct vttif_name *name, size_t *n)
{
    enum alike alike = drawn_as(name)->alike;
    g_autofree struct sorted *sorted = g_new(struct sorted, MAX(name->n_endpoints, 1));
    *n = 0;
    for (uint32_t i = 0; i < name->n_endpoints; i++)
        if (place_is_set(name, i))
            sorted[(*n)++] = (struct sorted){key_of(name, alike, i), i};
    qsort(sorted, *n, sizeof *sorted, by_key);
    uint32_t *order = g_new(uint32_t, MAX(*n, 1));
    for (size_t k = 0; k < *n; k++)
        order[k] = sorted[k].endpoint;
    return order;
}

/* Rows below the drawing for those that have no place in it. */
static void place_strangers(const struct vttif_name *name, struct vttif_point *points)
{
    size_t strangers = name->n_endpoints - name->n_members, k = 0;
    if (strangers == 0)
        return;
    struct vttif_point low = {G_MAXDOUBLE, G_MAXDOUBLE}, high = {-G_MAXDOUBLE, -G_MAXDOUBLE};
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        low = (struct vttif_point){MIN(low.x, points[i].x), MIN(low.y, points[i].y)};
        high = (struct vttif_point){MAX(high.x, points[i].x), MAX(high.y, points[i].y)};
    }
    double width = MAX(high.x - low.x, high.y - low.y);
    double usual = width / MAX(1, sqrt((double)name->n_members));
    size_t columns = (size_t)MAX(1, MIN((double)strangers, floor(width / usual) + 1));
    double step = columns > 1 ? width / (double)(columns - 1) : 0;
    double left = (low.x + high.x - step * (double)(columns - 1)) / 2;
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (place_is_set(name, i))
            continue;
        size_t row = k / columns;
        points[i].x = left + step * (double)(k % columns);
        points[i].y = low.y - usual * (1.5 + (double)row);
        k++;
    }
}

void vttif_layout_place(const struct vttif_name *name, struct vttif_point *points)
{
    drawn_as(name)->place(name, points);
    place_strangers(name, points);
    vttif_layout_fit(name->n_endpoints, points);
}
