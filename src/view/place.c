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

static bool is_beside(const struct vttif_name *name, const bool *placed)
{
    for (size_t i = 0; i < name->n_endpoints; i++)
        if (placed[i] && place_is_set(name, i))
            return false;
    return true;
}

static void mark_placed(const struct vttif_name *name, bool *placed)
{
    for (size_t i = 0; i < name->n_endpoints; i++)
        placed[i] |= place_is_set(name, i);
}

const struct vttif_name **place_names(const struct vttif_recognition *recognition, size_t *n)
{
    size_t n_names, n_parts;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    const struct vttif_name **shown = g_new(const struct vttif_name *, n_parts + 1);
    *n = 0;
    if (n_names == 0)
        return shown;
    g_autofree bool *placed = g_new0(bool, MAX(names->n_endpoints, 1));
    shown[(*n)++] = names;
    mark_placed(names, placed);
    for (size_t k = 1; k < n_parts; k++) {
        if (!is_beside(&parts[k].name, placed))
            continue;
        shown[(*n)++] = &parts[k].name;
        mark_placed(&parts[k].name, placed);
    }
    return shown;
}

/* --- drawings beside each other --------------------------------------------------------------- */

struct box {
    struct vttif_point low, high;
};

static struct box box_of(const bool *inside, size_t n, const struct vttif_point *points)
{
    struct box box = {{G_MAXDOUBLE, G_MAXDOUBLE}, {-G_MAXDOUBLE, -G_MAXDOUBLE}};
    for (size_t i = 0; i < n; i++) {
        if (!inside[i])
            continue;
        box.low = (struct vttif_point){MIN(box.low.x, points[i].x), MIN(box.low.y, points[i].y)};
        box.high = (struct vttif_point){MAX(box.high.x, points[i].x), MAX(box.high.y, points[i].y)};
    }
    return box;
}

/* Draws a name with its upper left corner at a point, endpoints about one apart; returns its box.
 */
static struct box place_at(const struct vttif_name *name, struct vttif_point corner,
                           struct vttif_point *points)
{
    size_t n = name->n_endpoints;
    g_autofree bool *inside = g_new0(bool, MAX(n, 1));
    mark_placed(name, inside);
    drawn_as(name)->place(name, points);
    struct box box = box_of(inside, n, points);
    double size = MAX(box.high.x - box.low.x, box.high.y - box.low.y);
    double scale = size > 0 ? sqrt((double)name->n_members) / size : 1;
    for (size_t i = 0; i < n; i++) {
        if (!inside[i])
            continue;
        points[i].x = corner.x + scale * (points[i].x - box.low.x);
        points[i].y = corner.y + scale * (points[i].y - box.high.y);
    }
    return box_of(inside, n, points);
}

/* In rows, from the upper left. */
static void place_beside(const struct vttif_name *const *names, size_t n, bool *placed,
                         struct vttif_point *points)
{
    struct vttif_point corner = {0, 0};
    double all = 0, gap = 0, bottom = 0;
    for (size_t k = 0; k < n; k++) {
        all += (double)names[k]->n_members;
        gap = MAX(gap, 0.3 * sqrt((double)names[k]->n_members));
    }
    for (size_t k = 0; k < n; k++) {
        struct box box = place_at(names[k], corner, points);
        mark_placed(names[k], placed);
        bottom = MIN(bottom, box.low.y);
        corner.x = box.high.x + gap;
        if (corner.x > 1.5 * sqrt(all))
            corner = (struct vttif_point){0, bottom - gap};
    }
}

/* Rows below the drawing for those that have no place in it. */
static void place_strangers(const bool *placed, size_t n, struct vttif_point *points)
{
    size_t members = 0, k = 0;
    for (size_t i = 0; i < n; i++)
        members += placed[i];
    size_t strangers = n - members;
    if (strangers == 0)
        return;
    struct box box = box_of(placed, n, points);
    double width = MAX(box.high.x - box.low.x, box.high.y - box.low.y);
    double usual = width / MAX(1, sqrt((double)members));
    size_t columns = (size_t)MAX(1, MIN((double)strangers, floor(width / usual) + 1));
    double step = columns > 1 ? width / (double)(columns - 1) : 0;
    double left = (box.low.x + box.high.x - step * (double)(columns - 1)) / 2;
    for (size_t i = 0; i < n; i++) {
        if (placed[i])
            continue;
        size_t row = k / columns;
        points[i].x = left + step * (double)(k % columns);
        points[i].y = box.low.y - usual * (1.5 + (double)row);
        k++;
    }
}

static void place_all(const struct vttif_name *const *names, size_t n, struct vttif_point *points)
{
    size_t n_endpoints = names[0]->n_endpoints;
    g_autofree bool *placed = g_new0(bool, MAX(n_endpoints, 1));
    place_beside(names, n, placed, points);
    place_strangers(placed, n_endpoints, points);
    vttif_layout_fit(n_endpoints, points);
}

void vttif_layout_place(const struct vttif_name *name, struct vttif_point *points)
{
    place_all(&name, 1, points);
}

bool vttif_layout_recognition(const struct vttif_recognition *recognition,
                              struct vttif_point *points)
{
    size_t n;
    g_autofree const struct vttif_name **names = place_names(recognition, &n);
    if (n > 0)
        place_all(names, n, points);
    return n > 0;
}
