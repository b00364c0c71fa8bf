// SPDX-License-Identifier: Apache-2.0
#include "infer/small.h"

#include "infer/archetypes.h"
#include "infer/small_likelihood.h"

#include <math.h>
#include <string.h>

/* Drawings whose odds against the likeliest are better than that many bits are told with it. */
#define RANGE_BITS 4.5
/* The likeliest drawing is to be likelier than a graph without a rule by that many bits: which
 * pattern it is has to be told, too. Hardly a true name has less, few graphs of chance have more.
 */
#define CHANCE_BITS 2.0
/* A master that is so much less likely than another by chance is not looked at. */
#define MODEL_BITS 10.0
/* What it takes, beside, to say of a master that it does nothing but job control. */
#define MASTER_ABSENT_BITS 7.0
#define GRAPHS_MOST        6 /* more of them are no answer */

/* --- what can be drawn ------------------------------------------------------------------------ */

enum flows { BOTH_ONLY = 1, AHEAD = 2, BACK = 4, ANY = 7 };

/* A graph over positions; archetypes that are the same graph are drawn once. */
struct pattern_of_few {
    unsigned order;
    enum flows flows;
    uint8_t sends[SMALL_DRAWN]; /* [p]: bits of the q that p leads to */
};

static void add_pattern(GArray *patterns, const struct archetype *archetype,
                        struct vttif_shape shape, unsigned order, enum flows flows)
{
    struct pattern_of_few pattern = {.order = order, .flows = flows};
    for (uint32_t p = 0; p < order; p++)
        for (uint32_t q = 0; q < order; q++)
            if (p != q && archetype->adjacent(&shape, p, q) &&
                archetype_leads(archetype, &shape, p, q))
                pattern.sends[p] |= (uint8_t)(1 << q);
    g_array_append_val(patterns, pattern);
}

static struct vttif_shape shape_of(const struct archetype *archetype, uint32_t a, uint32_t b)
{
    const uint32_t dims[] = {a, b};
    return shape_new(archetype->name, b > 0 ? 2 : 1, dims);
}

static void add_trees(GArray *patterns, unsigned order)
{
    for (unsigned arity = 0; arity + 1 < order; arity++) {
        bool is_line = arity == 1 || (arity == 0 && order < 4) || (arity == 2 && order < 4);
        if (is_line)
            continue;
        struct vttif_shape shape = shape_of(&archetype_k_ary_tree, order, 0);
        shape.arity = arity;
        add_pattern(patterns, &archetype_k_ary_tree, shape, order, ANY);
    }
}

static void add_ring(GArray *patterns, unsigned order)
{
    struct vttif_shape shape = shape_of(&archetype_ring_allreduce, order, 0);
    shape.periodic[0] = true;
    add_pattern(patterns, &archetype_ring_allreduce, shape, order, BOTH_ONLY | AHEAD);
}

static void add_grids(GArray *patterns)
{
    struct vttif_shape closed = shape_of(&archetype_torus, 3, 2);
    closed.periodic[0] = true;
    add_pattern(patterns, &archetype_mesh, shape_of(&archetype_mesh, 2, 2), 4, AHEAD);
    add_pattern(patterns, &archetype_mesh, shape_of(&archetype_mesh, 3, 2), 6, BOTH_ONLY | AHEAD);
    add_pattern(patterns, &archetype_torus, closed, 6, BOTH_ONLY);
    add_pattern(patterns, &archetype_clustered, shape_of(&archetype_clustered, 2, 3), 6, BOTH_ONLY);
}

static GArray *patterns_new(unsigned n)
{
    GArray *patterns = g_array_new(FALSE, FALSE, sizeof(struct pattern_of_few));
    for (unsigned order = 3; order <= n; order++) {
        add_pattern(patterns, &archetype_line, shape_of(&archetype_line, order, 0), order,
                    BOTH_ONLY | AHEAD);
        if (order > 3)
            add_ring(patterns, order);
        add_pattern(patterns, &archetype_all_to_all, shape_of(&archetype_all_to_all, order, 0),
                    order, BOTH_ONLY);
        for (unsigned side = 1; 2 * side <= order; side++)
            add_pattern(patterns, &archetype_bipartite,
                        shape_of(&archetype_bipartite, side, order - side), order, ANY);
        add_trees(patterns, order);
    }
    add_grids(patterns);
    return patterns;
}

/* --- every way to draw it --------------------------------------------------------------------- */

struct pen {
    const struct pattern_of_few *pattern;
    unsigned n;
    unsigned at[SMALL_DRAWN]; /* [position] */
    enum flows flow;
    GArray *drawn; /* of uint64_t */
};

static uint64_t arc_of(unsigned u, unsigned v)
{
    return (uint64_t)1 << (u * SMALL_DRAWN + v);
}

static uint64_t arcs_of(const struct pen *pen)
{
    uint64_t arcs = 0;
    for (unsigned p = 0; p < pen->pattern->order; p++) {
        for (unsigned left = pen->pattern->sends[p]; left; left &= left - 1) {
            unsigned u = pen->at[p], v = pen->at[__builtin_ctz(left)];
            arcs |= pen->flow & (AHEAD | BOTH_ONLY) ? arc_of(u, v) : 0;
            arcs |= pen->flow & (BACK | BOTH_ONLY) ? arc_of(v, u) : 0;
        }
    }
    return arcs;
}

static void draw(struct pen *pen, unsigned p, unsigned used)
{
    if (p == pen->pattern->order) {
        uint64_t arcs = arcs_of(pen);
        g_array_append_val(pen->drawn, arcs);
        return;
    }
    for (unsigned u = 0; u < pen->n; u++) {
        if (used >> u & 1)
            continue;
        pen->at[p] = u;
        draw(pen, p + 1, used | 1U << u);
    }
}

static int by_number(const void *first, const void *second)
{
    uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a > b) - (a < b);
}

/* All different drawings of a pattern. */
static GArray *draw_pattern(const struct pattern_of_few *pattern, unsigned n, enum flows flow)
{
    struct pen pen = {pattern, n, {0}, flow, g_array_new(FALSE, FALSE, sizeof(uint64_t))};
    draw(&pen, 0, 0);
    g_array_sort(pen.drawn, by_number);
    guint kept = 0;
    uint64_t *arcs = (uint64_t *)(void *)pen.drawn->data;
    for (guint i = 0; i < pen.drawn->len; i++)
        if (i == 0 || arcs[i] != arcs[i - 1])
            arcs[kept++] = arcs[i];
    g_array_set_size(pen.drawn, kept);
    return pen.drawn;
}

struct drawn {
    uint64_t arcs;
    double prior; /* bits, negative */
};

static void add_drawn(GArray *all, const struct pattern_of_few *pattern, unsigned n)
{
    for (enum flows flow = BOTH_ONLY; flow <= BACK; flow <<= 1) {
        if (!(pattern->flows & flow))
            continue;
        g_autoptr(GArray) arcs = draw_pattern(pattern, n, flow);
        double prior = -log2(arcs->len) - small_absent_bits(n - pattern->order);
        for (guint i = 0; i < arcs->len; i++) {
            struct drawn drawn = {g_array_index(arcs, uint64_t, i), prior};
            g_array_append_val(all, drawn);
        }
    }
}

static int by_arcs(const void *first, const void *second)
{
    const struct drawn *a = first, *b = second;
    return a->arcs != b->arcs ? (a->arcs > b->arcs) - (a->arcs < b->arcs)
                              : (a->prior < b->prior) - (a->prior > b->prior);
}

/* Every graph that an archetype can be drawn as, each once; in ascending order. */
static GArray *draw_all(unsigned n)
{
    g_autoptr(GArray) patterns = patterns_new(n);
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct drawn));
    for (guint i = 0; i < patterns->len; i++) {
        const struct pattern_of_few *pattern = &g_array_index(patterns, struct pattern_of_few, i);
        if (pattern->order <= n)
            add_drawn(all, pattern, n);
    }
    g_array_sort(all, by_arcs);
    guint kept = 0;
    struct drawn *drawn = (struct drawn *)(void *)all->data;
    for (guint i = 0; i < all->len; i++)
        if (i == 0 || drawn[i].arcs != drawn[i - 1].arcs)
            drawn[kept++] = drawn[i];
    g_array_set_size(all, kept);
    return all;
}

/* --- which of them it is --------------------------------------------------------------------- */

struct hunt {
    struct small_cells cells;
    GArray *drawn; /* of struct drawn */
    GArray *models; /* of struct small_model */
    GArray *found; /* of struct small_drawing; behind: bits, negative */
    double masters_bits; /* that it takes to tell one of the models */
    double by_chance; /* bits, as best: the likeliest without a rule */
    double best;
};

static double chance_of(const struct hunt *hunt, guint i)
{
    const struct small_model *model = &g_array_index(hunt->models, struct small_model, i);
    return small_bits(model, model->by_chance, hunt->masters_bits);
}

static bool is_drawn(const uint32_t *sends, const void *data)
{
    const GArray *drawn = data;
    struct drawn wanted = {.arcs = 0, .prior = 0};
    for (unsigned u = 0; u < SMALL_DRAWN; u++)
        wanted.arcs |= (uint64_t)sends[u] << (SMALL_DRAWN * u);
    if (wanted.arcs == 0) /* a master's star and nothing else */
        return true;
    guint low = 0, high = drawn->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(drawn, struct drawn, middle).arcs < wanted.arcs)
            low = middle + 1;
        else
            high = middle;
    }
    return low < drawn->len && g_array_index(drawn, struct drawn, low).arcs == wanted.arcs;
}

/* Masters that hardly any graph makes likely. */
static void drop_unlikely(struct hunt *hunt)
{
    hunt->masters_bits = log2(hunt->models->len);
    hunt->by_chance = -HUGE_VAL;
    for (guint i = 0; i < hunt->models->len; i++)
        hunt->by_chance = MAX(hunt->by_chance, chance_of(hunt, i));
    for (guint i = hunt->models->len; i-- > 0;)
        if (chance_of(hunt, i) < hunt->by_chance - MODEL_BITS)
            g_array_remove_index(hunt->models, i);
}

static bool takes_part(const uint32_t *sends, unsigned u)
{
    bool any = sends[u] != 0;
    for (unsigned v = 0; v < SMALL_DRAWN; v++)
        any |= sends[v] >> u & 1;
    return any;
}

static void weigh(struct hunt *hunt, uint64_t arcs, double prior)
{
    uint32_t sends[SMALL_MOST] = {0};
    for (unsigned u = 0; u < SMALL_DRAWN; u++)
        sends[u] = arcs >> (SMALL_DRAWN * u) & ((1 << SMALL_DRAWN) - 1);
    for (guint i = 0; i < hunt->models->len; i++) {
        const struct small_model *model = &g_array_index(hunt->models, struct small_model, i);
        bool alone = model->hub == SMALL_ALONE;
        double value =
            small_bits(model, small_likelihood(model, sends, NULL), hunt->masters_bits) + prior;
        if (!alone && !takes_part(sends, model->hub))
            value -= MASTER_ABSENT_BITS;
        if (value < hunt->best - RANGE_BITS)
            continue;
        hunt->best = MAX(hunt->best, value);
        struct small_drawing drawing = {
            arcs, alone ? VTTIF_NOWHERE : hunt->cells.endpoint[model->hub], value};
        g_array_append_val(hunt->found, drawing);
    }
}

static void weigh_all(struct hunt *hunt)
{
    for (guint i = 0; i < hunt->drawn->len; i++) {
        const struct drawn *drawn = &g_array_index(hunt->drawn, struct drawn, i);
        weigh(hunt, drawn->arcs, drawn->prior);
    }
}

static int by_likelihood(const void *first, const void *second)
{
    const struct small_drawing *a = first, *b = second;
    return (a->behind < b->behind) - (a->behind > b->behind);
}

/* The best few, each graph once. */
static void keep_likely(struct hunt *hunt)
{
    GArray *found = hunt->found;
    struct small_drawing *drawings = (struct small_drawing *)(void *)found->data;
    guint kept = 0;
    g_array_sort(found, by_likelihood);
    for (guint i = 0; i < found->len && kept < GRAPHS_MOST; i++) {
        bool twin = drawings[i].behind < hunt->best - RANGE_BITS;
        for (guint k = 0; k < kept && !twin; k++)
            twin = drawings[k].arcs == drawings[i].arcs;
        if (twin)
            continue;
        drawings[kept] = drawings[i];
        drawings[kept++].behind = hunt->best - drawings[i].behind;
    }
    /* Chance may be the likelier rule. */
    g_array_set_size(found, hunt->best >= hunt->by_chance + CHANCE_BITS ? kept : 0);
}

static void hunt_begin(struct hunt *hunt)
{
    hunt->best = -HUGE_VAL;
    hunt->drawn = draw_all(hunt->cells.n);
    hunt->models = g_array_new(FALSE, FALSE, sizeof(struct small_model));
    hunt->found = g_array_new(FALSE, FALSE, sizeof(struct small_drawing));
    small_add_alone(hunt->models, &hunt->cells);
    for (unsigned u = 0; u < hunt->cells.n; u++)
        small_add_masters(hunt->models, &hunt->cells, u);
    drop_unlikely(hunt);
    const struct small_rules drawings = {is_drawn, hunt->drawn};
    hunt->by_chance = small_bits_by_chance(hunt->models, hunt->masters_bits, NULL, &drawings);
}

GArray *small_find(const struct graph *graph)
{
    struct hunt hunt;
    if (!small_cells_set(&hunt.cells, graph, SMALL_DRAWN))
        return NULL;
    hunt_begin(&hunt);
    weigh_all(&hunt);
    keep_likely(&hunt);
    g_array_unref(hunt.drawn);
    g_array_unref(hunt.models);
    return hunt.found;
}

struct vttif_matrix *small_matrix(const struct graph *graph, const struct small_drawing *drawing)
{
    struct small_cells cells;
    small_cells_set(&cells, graph, SMALL_DRAWN);
    struct vttif_matrix *matrix = vttif_matrix_new(graph->n, NULL);
    for (uint64_t left = drawing->arcs; left; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(left);
        vttif_matrix_add(matrix, cells.endpoint[bit / SMALL_DRAWN],
                         cells.endpoint[bit % SMALL_DRAWN], 1e6);
    }
    return matrix;
}
