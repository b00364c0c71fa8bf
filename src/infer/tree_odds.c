// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_odds.h"

#include "infer/median.h"
#include "infer/tree_back.h"

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* Cells are told apart by factors of 2^(1/8). */
#define OCTAVE  8
#define CLASSES (20 * OCTAVE)
#define SPREAD  3 /* classes on either side that a cell of the background counts for, too */
/* Of edges. */
#define MISSING 0.02
const double tree_missing = -3.912; /* its logarithm */
/* What comes back along an edge is less than this share of it, nearly always. */
#define BACK_MOST  0.1
#define BACK_USUAL 0.95
/* One edge in a hundred is lighter than the others say, evenly over so many classes. */
#define LIGHT   0.01
#define LIGHTER (4 * OCTAVE)
/* What is known of the spread of edges before one is seen: 0.5 of the natural logarithm, as if so
 * many edges had said so. */
#define SPREAD_USUAL (0.5 * OCTAVE / G_LN2)
#define SPREAD_SEEN  6.0
/* What is known of the background before it is seen: anything, over so many classes; hardly what is
 * lighter still. */
#define ANYTHING (10 * OCTAVE)
#define HARDLY   (0.01 / CLASSES)
/* No single pair decides more than that, in nats. */
#define GAIN_MOST 40.0
/* Bytes go one way when such a share does. */
#define ONE_WAY   0.8
#define QUANTILES 15
/* Sampling spreads light edges further than heavy ones: that is believed when many say so. */
#define SPREAD_SAME 20.0
#define LIGHT_SHARE 0.8 /* the edge that is lighter than such a share of all */
#define LIGHT_SIGMA 0.8416 /* is so many sigmas from the middle */

struct model {
    const struct graph *graph;
    uint32_t hub;
    const uint32_t *parent;
    enum tide tide;
    double max;
    double middle, spread; /* of edges, in classes */
    double spread_light; /* of those that are lighter */
    uint32_t *partner; /* [n]: pairs that may be edges although they are not placed */
    struct tree_back *back;
    double tail; /* degrees of freedom */
    double present; /* share of the other pairs that exchange anything */
    double other[CLASSES + 1]; /* of their cells; the last: nothing */
    double below[CLASSES + 2]; /* the same from that class on */
    double edge[CLASSES + 1];
    double star, star_spread;
    double quantile[QUANTILES]; /* bytes of edges */
};

static unsigned class_of(const struct model *model, double bytes)
{
    if (bytes <= 0)
        return CLASSES;
    double class = OCTAVE * log2(model->max / bytes);
    return (unsigned)CLAMP(class, 0, CLASSES - 1);
}

static double student(double z, double freedom)
{
    return exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2) -
               (freedom + 1) / 2 * log1p(z * z / freedom)) /
           sqrt(freedom * G_PI);
}

static bool is_edge(const struct model *model, uint32_t u, uint32_t v)
{
    return model->parent[u] == v || model->parent[v] == u;
}

/* --- edges ------------------------------------------------------------------------------------ */

static void learn_tide(struct model *model)
{
    double up = 0, down = 0;
    for (uint32_t u = 0; u < model->graph->n; u++) {
        uint32_t v = model->parent[u];
        const struct arc *arc = v == VTTIF_NOWHERE || u == model->hub || v == model->hub
                                    ? NULL
                                    : graph_arc(model->graph, u, v);
        up += arc ? arc->out : 0;
        down += arc ? arc->in : 0;
    }
    model->tide = up > ONE_WAY * (up + down)     ? TIDE_UP
                  : down > ONE_WAY * (up + down) ? TIDE_DOWN
                                                 : TIDE_BOTH;
}

/* So many classes lighter than the middle. */
static double edge_density(const struct model *model, double lighter)
{
    double spread = lighter > 0 ? model->spread_light : model->spread;
    double usual =
        student(lighter / spread, model->tail) * 2 / (model->spread + model->spread_light);
    double light = lighter > 0 && lighter < LIGHTER ? 1.0 / LIGHTER : 0;
    return (1 - LIGHT) * usual + LIGHT * light;
}

static void learn_edges(struct model *model)
{
    size_t n = 0;
    g_autofree double *class = g_new(double, MAX(2 * model->graph->n, 1));
    for (uint32_t u = 0; u < model->graph->n; u++) {
        uint32_t v = model->parent[u];
        const struct arc *arc = v == VTTIF_NOWHERE || u == model->hub || v == model->hub
                                    ? NULL
                                    : graph_arc(model->graph, u, v);
        if (arc && model->tide != TIDE_DOWN && arc->out > 0)
            class[n++] = OCTAVE * log2(model->max / arc->out);
        if (arc && model->tide != TIDE_UP && arc->in > 0)
            class[n++] = OCTAVE * log2(model->max / arc->in);
    }
    double sum = SPREAD_SEEN * SPREAD_USUAL * SPREAD_USUAL;
    model->middle = median(class, n);
    double light =
        n > 0 ? (class[(size_t)(LIGHT_SHARE * (double)n)] - model->middle) / LIGHT_SIGMA : 0;
    double sigma = SIGMA_OF_MAD * median_deviation(class, n, model->middle);
    model->spread = sqrt((sum + (double)n * sigma * sigma) / (SPREAD_SEEN + (double)n));
    model->spread_light =
        sqrt((SPREAD_SAME * model->spread * model->spread + (double)n * light * light) /
             (SPREAD_SAME + (double)n));
    model->tail = 4 + (double)n / 2;
    for (unsigned i = 0; i < CLASSES; i++)
        model->edge[i] = edge_density(model, i + 0.5 - model->middle);
    model->edge[CLASSES] = MISSING;
    for (unsigned i = 0; i < QUANTILES; i++) {
        double z = 4 * ((i + 0.5) / QUANTILES - 0.5); /* rough */
        model->quantile[i] = model->max * exp2(-(model->middle + z * model->spread) / OCTAVE);
    }
}

/* Trees of fewer endpoints are placed whole. */
#define PARTNERS_LEAST 128

/* --- other pairs ------------------------------------------------------------------------------ */

static void smooth(struct model *model, const double *count, double cells)
{
    double total = cells + 2;
    for (int i = 0; i < CLASSES; i++) {
        double sum = 0, weight = 0;
        for (int k = -3 * SPREAD; k <= 3 * SPREAD; k++) {
            double w = exp(-0.5 * k * k / (SPREAD * SPREAD));
            weight += w;
            if (i + k >= 0 && i + k < CLASSES)
                sum += w * count[i + k];
        }
        model->other[i] = (sum / weight + (i < ANYTHING ? 1.0 / ANYTHING : HARDLY)) / total;
    }
    model->other[CLASSES] = (count[CLASSES] + 1) / total;
    model->below[CLASSES + 1] = 0;
    for (int i = CLASSES; i >= 0; i--)
        model->below[i] = model->below[i + 1] + model->other[i];
}

/* What may be an edge's if the first is the child. */
static double bytes_of(const struct model *model, const struct arc *arc)
{
    return model->tide == TIDE_UP ? arc->out : model->tide == TIDE_DOWN ? arc->in : arc_weight(arc);
}

/* Who is likeliest u's parent, but for the hub; VTTIF_NOWHERE if nobody is. */
static uint32_t heaviest_partner(const struct model *model, uint32_t u)
{
    const struct graph *graph = model->graph;
    const struct arc *best = NULL;
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
        const struct arc *arc = &graph->arcs[k];
        if (arc->to != model->hub && (!best || bytes_of(model, arc) > bytes_of(model, best)))
            best = arc;
    }
    return best ? best->to : VTTIF_NOWHERE;
}

/* Where a large tree is placed in part only, its other edges would make all pairs that weigh as
 * much look like chance: who are each other's heaviest, or one's, and as heavy as most edges, are
 * left out of account. g_free it. */
static uint32_t *find_partners(const struct model *model)
{
    const struct graph *graph = model->graph;
    uint32_t *partner = g_new(uint32_t, MAX(graph->n, 1));
    for (uint32_t u = 0; u < graph->n; u++) {
        partner[u] = graph->n < PARTNERS_LEAST || u == model->hub ? VTTIF_NOWHERE
                                                                  : heaviest_partner(model, u);
        const struct arc *arc =
            partner[u] == VTTIF_NOWHERE ? NULL : graph_arc(graph, u, partner[u]);
        if (arc && class_of(model, bytes_of(model, arc)) > model->middle + 2 * model->spread_light)
            partner[u] = VTTIF_NOWHERE;
    }
    return partner;
}

static void learn_others(struct model *model)
{
    const struct graph *graph = model->graph;
    double count[CLASSES + 1] = {0}, active = 0, n_present = 0, edges = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        active += graph->start[u + 1] > graph->start[u] && u != model->hub;
        edges +=
            model->parent[u] != VTTIF_NOWHERE && u != model->hub && model->parent[u] != model->hub;
        for (size_t k = graph_from(graph, u, u); k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (u == model->hub || arc->to == model->hub || is_edge(model, u, arc->to) ||
                model->partner[u] == arc->to || model->partner[arc->to] == u)
                continue;
            n_present++;
            count[class_of(model, arc->out)]++;
            count[class_of(model, arc->in)]++;
        }
    }
    double pairs = MAX(active * (active - 1) / 2 - edges, n_present);
    model->present = (n_present + 0.5) / (pairs + 1);
    smooth(model, count, 2 * n_present);
}

/* --- the hub ---------------------------------------------------------------------------------- */

static void learn_star(struct model *model)
{
    const struct graph *graph = model->graph;
    if (model->hub == VTTIF_NOWHERE)
        return;
    size_t n = 2 * graph_degree(graph, model->hub);
    g_autofree double *bytes = graph_bytes_each_way(graph, model->hub);
    model->star = median(bytes, n);
    double spread = SIGMA_OF_MAD * median_deviation(bytes, n, model->star);
    spread = MAX(spread, 0.05 * model->star);
    model->star_spread = MAX(spread, 1e-6 * model->max);
}

/* By how much likelier a hub's cell is if an edge's bytes are among them. */
static double star_ratio(const struct model *model, double bytes)
{
    double sum = 0, weight = 0;
    for (unsigned i = 0; i < QUANTILES; i++) {
        double z = 4 * ((i + 0.5) / QUANTILES - 0.5), w = exp(-z * z / 2);
        double beside = bytes - model->star - model->quantile[i];
        sum += w * student(beside / model->star_spread, 6);
        weight += w;
    }
    return sum / weight / student((bytes - model->star) / model->star_spread, 6);
}

/* --- pairs ------------------------------------------------------------------------------------ */

static double ratio_of(const struct model *model, bool hub, double up, double down)
{
    if (hub)
        return LIGHT + (1 - LIGHT) * (model->tide == TIDE_DOWN ? 1 : star_ratio(model, up)) *
                           (model->tide == TIDE_UP ? 1 : star_ratio(model, down));
    unsigned a = class_of(model, up), b = class_of(model, down);
    if (model->tide == TIDE_BOTH)
        return model->edge[a] * model->edge[b] /
               (model->present * model->other[a] * model->other[b]);
    if (model->tide == TIDE_DOWN) {
        unsigned swap = a;
        a = b;
        b = swap;
    }
    if (a == CLASSES)
        return 0;
    unsigned back = (unsigned)CLAMP(a - OCTAVE * log2(BACK_MOST), 0, CLASSES);
    double little = model->below[back];
    double returned =
        b > back || b == CLASSES ? BACK_USUAL / little : (1 - BACK_USUAL) / MAX(1 - little, 1e-3);
    if (model->back)
        returned = tree_back_ratio(model->back, model->tide == TIDE_UP ? up : down,
                                   model->tide == TIDE_UP ? down : up, returned);
    return model->edge[a] * returned / (model->present * model->other[a]);
}

static double gain_of(const struct model *model, bool hub, double up, double down)
{
    double gain = log((1 - MISSING) * ratio_of(model, hub, up, down) + MISSING);
    return MIN(gain, GAIN_MOST);
}

/* Those pairs, seen from the child or from the parent. */
static struct tree_pairs list_pairs(const struct tree_odds *odds, const struct graph *graph,
                                    bool of_parent)
{
    struct tree_pairs pairs = {g_new0(size_t, graph->n + 1),
                               g_new(uint32_t, graph->start[graph->n] + 1)};
    size_t used = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            uint32_t v = graph->arcs[k].to;
            if (tree_gain(odds, of_parent ? v : u, of_parent ? u : v) > tree_missing + 1)
                pairs.other[used++] = v;
        }
        pairs.start[u + 1] = used;
    }
    return pairs;
}

struct tree_odds *tree_odds_new(const struct graph *graph, uint32_t hub, const uint32_t *parent)
{
    struct model *model = g_new0(struct model, 1);
    *model = (struct model){.graph = graph, .hub = hub, .parent = parent, .max = graph->max};
    learn_tide(model);
    learn_edges(model);
    model->partner = find_partners(model);
    learn_others(model);
    learn_star(model);
    model->back = tree_back_new(graph, hub, parent, model->partner, model->tide);
    struct tree_odds *odds = g_new0(struct tree_odds, 1);
    odds->n = graph->n;
    odds->one_way = model->tide != TIDE_BOTH;
    odds->gain = g_new(double, MAX(graph->n * graph->n, 1));
    for (size_t i = 0; i < graph->n * graph->n; i++)
        odds->gain[i] = tree_missing;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            odds->gain[u * graph->n + arc->to] =
                gain_of(model, u == hub || arc->to == hub, arc->out, arc->in);
        }
    }
    tree_back_free(model->back);
    g_free(model->partner);
    g_free(model);
    odds->parents = list_pairs(odds, graph, false);
    odds->children = list_pairs(odds, graph, true);
    return odds;
}

void tree_odds_free(struct tree_odds *odds)
{
    if (!odds)
        return;
    g_free(odds->gain);
    g_free(odds->parents.start);
    g_free(odds->parents.other);
    g_free(odds->children.start);
    g_free(odds->children.other);
    g_free(odds);
}

/* Who is likeliest to be everyone's parent; NULL where bytes go both ways, and nobody can tell.
 * g_free it. */
static uint32_t *best_parents(const struct tree_odds *odds, size_t n)
{
    if (!odds->one_way)
        return NULL;
    uint32_t *best = g_new0(uint32_t, MAX(n, 1));
    for (uint32_t u = 0; u < n; u++) {
        best[u] = VTTIF_NOWHERE;
        for (size_t k = odds->parents.start[u]; k < odds->parents.start[u + 1]; k++)
            if (best[u] == VTTIF_NOWHERE ||
                tree_gain(odds, u, odds->parents.other[k]) > tree_gain(odds, u, best[u]))
                best[u] = odds->parents.other[k];
    }
    return best;
}

struct strong *tree_odds_strong(const struct tree_odds *odds, const struct graph *graph,
                                uint32_t hub, double least)
{
    struct strong *strong = g_new0(struct strong, 1);
    *strong = (struct strong){.graph = graph, .hub = hub, .n = graph->n};
    strong->start = g_new0(size_t, graph->n + 1);
    strong->to = g_new(uint32_t, graph->start[graph->n] + 1);
    g_autofree uint32_t *parent = best_parents(odds, graph->n);
    size_t used = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            uint32_t v = graph->arcs[k].to;
            bool below = (!parent || parent[u] == v) && tree_gain(odds, u, v) >= least;
            bool above = (!parent || parent[v] == u) && tree_gain(odds, v, u) >= least;
            if (below || above)
                strong->to[used++] = v;
        }
        strong->start[u + 1] = used;
        strong->largest_degree = MAX(strong->largest_degree, strong_degree(strong, u));
        strong->n_active += strong_degree(strong, u) > 0;
    }
    strong->n_edges = used / 2;
    return strong;
}
