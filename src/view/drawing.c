// SPDX-License-Identifier: Apache-2.0
#include "view/drawing.h"

#include "view/terminal.h"

#include <math.h>

/* A name up to this wide goes into its circle. */
#define INSIDE_WIDTH 46
/* On a circle with more hosts than this names stand around it. */
#define INSIDE_MAX 72
/* The least and the largest width of a picture (3 and 60 inches). */
#define SIDE_MIN 216
#define SIDE_MAX 4320
/* Room that is kept between a line and a circle that it passes. */
#define CLEARANCE 4
/* With more lines than this no arrows are drawn between two hosts that both send. */
#define CROWDED 150
/* With more lines than this nobody could follow one that bends, and finding its way takes long. */
#define BENT_MAX 1500
/* Names around a circle stand on at most so many levels. */
#define LEVELS 5

static struct vttif_point add(struct vttif_point a, struct vttif_point b, double scale)
{
    return (struct vttif_point){a.x + scale * b.x, a.y + scale * b.y};
}

static struct vttif_point subtract(struct vttif_point a, struct vttif_point b)
{
    return add(a, b, -1);
}

static double length(struct vttif_point v)
{
    return hypot(v.x, v.y);
}

static struct vttif_point unit_vector(struct vttif_point v)
{
    double size = length(v);
    return size > 0 ? (struct vttif_point){v.x / size, v.y / size} : (struct vttif_point){1, 0};
}

/* --- sizes ---------------------------------------------------------------------------------- */

static bool are_on_circle(size_t n, const struct vttif_point *points)
{
    for (size_t i = 0; i < n; i++)
        if (fabs(length(subtract(points[i], (struct vttif_point){0.5, 0.5})) - 0.5) > 0.001)
            return false;
    return true;
}

static int compare_by_x(const void *a, const void *b)
{
    const struct vttif_point *left = a, *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

static int compare_numbers(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* The distance from sorted[i] to the nearest point that is not the same; 1 if there is none nearer.
 * In order of x only those points count that are less than that to its left or right. */
static double nearest_distance(size_t n, const struct vttif_point *sorted, size_t i)
{
    double nearest = 1;
    for (int step = -1; step <= 1; step += 2)
        for (size_t j = i + (size_t)step; j < n; j += (size_t)step) { /* wraps below 0 */
            if (fabs(sorted[j].x - sorted[i].x) >= nearest)
                break;
            double distance = length(subtract(sorted[i], sorted[j]));
            if (distance > 1e-6)
                nearest = MIN(nearest, distance);
        }
    return nearest;
}

/* How far the points are from their nearest neighbours: the least of all, and the usual. */
static void measure_distances(size_t n, const struct vttif_point *points, double *least,
                              double *usual)
{
    *least = *usual = 1;
    if (n == 0)
        return;
    g_autofree struct vttif_point *sorted = g_memdup2(points, n * sizeof *points);
    g_autofree double *nearest = g_new(double, n);
    qsort(sorted, n, sizeof *sorted, compare_by_x);
    for (size_t i = 0; i < n; i++)
        nearest[i] = nearest_distance(n, sorted, i);
    qsort(nearest, n, sizeof *nearest, compare_numbers);
    *least = nearest[0];
    *usual = nearest[n / 2];
}

double drawing_name_width(const struct drawing *drawing, size_t i)
{
    size_t columns = terminal_width(vttif_matrix_name(drawing->matrix, i));
    /* Two thirds of the size a column: letters are a bit narrower, digits about that. */
    return 0.62 * drawing->font * (double)MIN(columns, DRAWING_NAME_COLUMNS);
}

static double widest_name(const struct drawing *drawing)
{
    double widest = 0;
    for (size_t i = 0; i < drawing->n; i++)
        widest = MAX(widest, drawing_name_width(drawing, i));
    return widest;
}

/* Names go into the circles where they are short, and where there are few hosts or much room. */
static void choose_sizes(struct drawing *drawing)
{
    drawing->font = 12;
    double widest = widest_name(drawing);
    drawing->inside = widest <= INSIDE_WIDTH && (!drawing->on_circle || drawing->n <= INSIDE_MAX);
    if (drawing->inside) {
        drawing->radius = MAX(15, widest / 2 + 5);
    } else {
        drawing->font = drawing->n <= INSIDE_MAX ? 12 : 10;
        drawing->radius = drawing->n <= INSIDE_MAX ? 9 : 5.5;
    }
}

static void choose_lines(struct drawing *drawing)
{
    double m = MAX(1, (double)drawing->pairs->len);
    drawing->line = MIN(CLAMP(6 * pow(16 / m, 0.4), 0.8, 6), drawing->radius / 3);
    drawing->alpha = CLAMP(sqrt(250 / m), 0.13, 0.9);
    drawing->crowded = m > CROWDED;
}

/* Distance that two neighbours should have, and the least that they must. */
static double usual_spacing(const struct drawing *drawing)
{
    if (drawing->on_circle && drawing->inside)
        return drawing->radius * (drawing->n <= 36 ? 3.4 : 2.7);
    if (drawing->on_circle)
        return MAX(3 * drawing->radius, 1.4 * drawing->font);
    if (drawing->inside)
        return 4.6 * drawing->radius;
    return MAX(4.6 * drawing->radius + 1.5 * drawing->font, widest_name(drawing) + 8);
}

static void place(struct drawing *drawing, const struct vttif_point *points)
{
    double least, usual, wanted = SIDE_MIN + 12 * sqrt((double)drawing->n);
    measure_distances(drawing->n, points, &least, &usual);
    double side = MAX(usual_spacing(drawing) / usual, 2.4 * drawing->radius / least);
    side = CLAMP(side, wanted, SIDE_MAX);
    drawing->places = g_new(struct vttif_point, drawing->n);
    for (size_t i = 0; i < drawing->n; i++)
        drawing->places[i] = (struct vttif_point){side * points[i].x, side * points[i].y};
}

double drawing_line_width(const struct drawing *drawing, double bytes)
{
    return MAX(0.4, drawing->line * sqrt(bytes / drawing->widest));
}

/* --- lines ---------------------------------------------------------------------------------- */

static struct vttif_point bezier(const struct vttif_point p[4], double t)
{
    double s = 1 - t, a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
    return (struct vttif_point){a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
                                a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y};
}

/* From middle to middle. A strong bend has its control points near the ends, so that the line
 * swings out early and passes also the first host in its way. */
static void swing(struct vttif_point from, struct vttif_point to, double bend,
                  struct vttif_point p[4])
{
    struct vttif_point way = subtract(to, from);
    double part = 1.0 / 3, strong = length(way) > 0 ? fabs(bend) / length(way) : 0;
    if (strong > 0)
        part = MAX(0.08, 1.0 / 3 - strong);
    struct vttif_point left = unit_vector((struct vttif_point){-way.y, way.x});
    p[0] = from;
    p[1] = add(add(from, way, part), left, bend);
    p[2] = add(add(from, way, 1 - part), left, bend);
    p[3] = to;
}

static bool is_between(const struct drawing *drawing, size_t i, size_t a, size_t b, double room)
{
    struct vttif_point from = drawing->places[a], way = subtract(drawing->places[b], from);
    struct vttif_point there = subtract(drawing->places[i], from);
    double size = way.x * way.x + way.y * way.y;
    double t = size > 0 ? CLAMP((there.x * way.x + there.y * way.y) / size, 0, 1) : 0;
    return length(subtract(there, (struct vttif_point){t * way.x, t * way.y})) < room;
}

static bool straight_is_free(const struct drawing *drawing, size_t a, size_t b)
{
    for (size_t i = 0; i < drawing->n; i++)
        if (i != a && i != b && is_between(drawing, i, a, b, drawing->radius + CLEARANCE))
            return false;
    return true;
}

/* How many hosts the line from a to b runs through when it swings out by bend. */
static size_t count_hit(const struct drawing *drawing, size_t a, size_t b, double bend)
{
    enum { STEPS = 32 };
    struct vttif_point p[4];
    size_t hit = 0;
    swing(drawing->places[a], drawing->places[b], bend, p);
    for (size_t i = 0; i < drawing->n; i++) {
        bool free = true;
        for (int step = 1; i != a && i != b && free && step < STEPS; step++)
            free = length(subtract(drawing->places[i], bezier(p, (double)step / STEPS))) >=
                   drawing->radius + CLEARANCE / 2.0;
        hit += !free;
    }
    return hit;
}

/* Whether the left of the way from a to b is the side that lies away from the drawing's middle. */
static bool left_is_outward(const struct drawing *drawing, size_t a, size_t b)
{
    struct vttif_point middle = {0, 0};
    for (size_t i = 0; i < drawing->n; i++)
        middle = add(middle, drawing->places[i], 1.0 / (double)drawing->n);
    struct vttif_point from = drawing->places[a], way = subtract(drawing->places[b], from);
    struct vttif_point there = subtract(middle, from);
    return way.x * there.y - way.y * there.x < 0;
}

double drawing_bend(const struct drawing *drawing, size_t a, size_t b)
{
    if (drawing->on_circle || drawing->pairs->len > BENT_MAX || straight_is_free(drawing, a, b))
        return 0;
    double least = (drawing->radius + CLEARANCE) / 0.7, best = 0;
    double side = left_is_outward(drawing, a, b) ? 1 : -1;
    size_t fewest = G_MAXSIZE;
    for (int step = 0; step < 8 && fewest > 0; step++) {
        double bend = (step % 2 == 0 ? side : -side) * least * (1 + 0.35 * floor(step / 2.0));
        size_t hit = count_hit(drawing, a, b, bend);
        if (hit < fewest)
            best = bend;
        fewest = MIN(fewest, hit);
    }
    return best;
}

double drawing_apart(const struct drawing *drawing, size_t a, size_t b)
{
    double distance = length(subtract(drawing->places[a], drawing->places[b]));
    double gap = MAX(0, distance - 2 * drawing->radius);
    return MIN(MAX(6, 0.6 * drawing->radius), 0.2 * gap + 2);
}

struct curve drawing_curve(const struct drawing *drawing, size_t from, size_t to, double bend,
                           double arrow)
{
    struct curve curve;
    struct vttif_point *p = curve.point;
    swing(drawing->places[from], drawing->places[to], bend, p);
    struct vttif_point back = unit_vector(subtract(p[2], p[3]));
    p[0] = add(p[0], unit_vector(subtract(p[1], p[0])), drawing->radius);
    curve.tip = add(p[3], back, drawing->radius + (arrow > 0 ? 1 : 0));
    p[3] = add(curve.tip, back, arrow);
    if (bend == 0) { /* keep the control points between the ends, whatever was cut off */
        p[1] = add(p[0], subtract(p[3], p[0]), 1.0 / 3);
        p[2] = add(p[0], subtract(p[3], p[0]), 2.0 / 3);
    }
    return curve;
}

/* --- names beside their circles ------------------------------------------------------------- */

/* A rectangle around its middle. */
struct box {
    struct vttif_point middle;
    double width, height;
};

static bool overlap(const struct box *a, const struct box *b)
{
    return fabs(a->middle.x - b->middle.x) < (a->width + b->width) / 2 &&
           fabs(a->middle.y - b->middle.y) < (a->height + b->height) / 2;
}

static struct box name_box(const struct drawing *drawing, size_t i, struct vttif_point outward,
                           int level)
{
    double distance = drawing->radius + 4 + level * 1.1 * drawing->font;
    struct box box = {.width = drawing_name_width(drawing, i) + 2, .height = drawing->font};
    box.middle = drawing->places[i];
    box.middle.x += outward.x * (distance + box.width / 2);
    box.middle.y += outward.y * (distance + box.height / 2);
    return box;
}

/* Whether a name would lie on one of the names before it or on a host nearby. */
static bool is_taken(const struct drawing *drawing, const struct box *names, size_t i,
                     const struct box *box)
{
    enum { NEAR = 16 };
    size_t n = drawing->n;
    size_t beyond = i + NEAR > n ? MIN(i + NEAR - n, i) : 0; /* the first ones, near the last */
    for (size_t k = 0; k < beyond; k++)
        if (overlap(&names[k], box))
            return true;
    for (size_t k = MAX(beyond, i > NEAR ? i - NEAR : 0); k < i; k++)
        if (overlap(&names[k], box))
            return true;
    for (size_t k = 1; k <= NEAR && k < n; k++) {
        double side = 2 * drawing->radius;
        struct box after = {drawing->places[(i + k) % n], side, side};
        struct box before = {drawing->places[(i + n - k) % n], side, side};
        if (overlap(&after, box) || overlap(&before, box))
            return true;
    }
    return false;
}

/* Around a circle a name stands outward of its host: so far that it is clear of those before it.
 * Only near the top and the bottom, where names are wider than the hosts are apart, is that far. */
static void place_names_around(struct drawing *drawing)
{
    size_t n = drawing->n;
    g_autofree struct box *names = g_new(struct box, n);
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * G_PI * (double)i / (double)n;
        struct vttif_point outward = {sin(angle), cos(angle)};
        int level = 0;
        do
            names[i] = name_box(drawing, i, outward, level);
        while (is_taken(drawing, names, i, &names[i]) && ++level < LEVELS);
        drawing->name_places[i] = names[i].middle;
    }
}

static void place_names_below(struct drawing *drawing)
{
    for (size_t i = 0; i < drawing->n; i++)
        drawing->name_places[i] = add(drawing->places[i], (struct vttif_point){0, -1},
                                      drawing->radius + 0.7 * drawing->font);
}

static void place_names(struct drawing *drawing)
{
    drawing->name_places = g_new(struct vttif_point, drawing->n);
    if (drawing->on_circle)
        place_names_around(drawing);
    else
        place_names_below(drawing);
}

void drawing_init(struct drawing *drawing, const struct vttif_topology *topology,
                  const struct vttif_point *points)
{
    *drawing =
        (struct drawing){.matrix = vttif_topology_matrix(topology), .pairs = graph_pairs(topology)};
    drawing->n = vttif_matrix_size(drawing->matrix);
    drawing->widest = graph_widest(drawing->pairs);
    drawing->on_circle = points && are_on_circle(drawing->n, points);
    choose_sizes(drawing);
    choose_lines(drawing);
    if (points)
        place(drawing, points);
    if (points && !drawing->inside)
        place_names(drawing);
}

void drawing_clear(struct drawing *drawing)
{
    g_array_unref(drawing->pairs);
    g_free(drawing->places);
    g_free(drawing->name_places);
}

void drawing_box(const struct drawing *drawing, struct vttif_point *low, struct vttif_point *high)
{
    *low = (struct vttif_point){G_MAXDOUBLE, G_MAXDOUBLE};
    *high = (struct vttif_point){-G_MAXDOUBLE, -G_MAXDOUBLE};
    for (size_t i = 0; i < drawing->n; i++) {
        struct vttif_point name = drawing->inside ? drawing->places[i] : drawing->name_places[i];
        double width = MAX(drawing_name_width(drawing, i) / 2, drawing->radius);
        low->x = MIN(low->x, MIN(name.x - width, drawing->places[i].x - drawing->radius));
        low->y = MIN(low->y, MIN(name.y, drawing->places[i].y) - drawing->radius);
        high->x = MAX(high->x, MAX(name.x + width, drawing->places[i].x + drawing->radius));
        high->y = MAX(high->y, MAX(name.y, drawing->places[i].y) + drawing->radius);
    }
}
