// SPDX-License-Identifier: Apache-2.0
#include "infer/evidence.h"

#include "infer/median.h"

#include <math.h>

#define SMOOTH 4 /* classes on either side that a weight counts for, too */
/* No single pair decides against all others. */
#define EVIDENCE_MOST 4.0
/* The logarithm of an edge's weight varies by this, as if so many edges had shown it; a log-normal
 * of median and deviation counts as many edges. */
#define SPREAD    0.5
#define SPREAD_OF 3.0
#define NORMAL_OF 8.0
/* Absent edges, as if so many others had been there. */
#define PRESENT_OF 10.0
/* What goes on a hub's pair varies at least so much, and may be anything with this density. */
#define STAR_TIGHT 0.1
#define STAR_ODD   0.002
/* Which way the bytes of an edge go, where they go one way, against other pairs: measured on
 * background with 3 % acknowledgements. */
#define ONE_WAY_SHARE 0.8
#define ALONG         1.0
#define NOT_ALONG     (-2.0)

/* A table of all pairs has at most so many places for each arc, and so many in all. */
#define PLACES_AN_ARC 16
#define PLACES_MOST   (1 << 22)

/* Of a pair: its class, whether nothing is known of it any more, and whether nearly all of its
 * bytes go one way. */
#define PAIR_CLASS 0x1ff
#define PAIR_KNOWN 0x200
#define PAIR_OUT   0x400
#define PAIR_IN    0x800
static_assert(EVIDENCE_ABSENT <= PAIR_CLASS, "a class fits");

#define CLASS_WIDTH (M_LN2 / 128 * EVIDENCE_CLASS_BINS)

struct counts {
    double pairs, classes[EVIDENCE_CLASSES];
    GArray *logs; /* of the weights, double */
    double middle, sigma; /* of the logarithms */
};

static int class_of(const struct arc *arc)
{
    return arc->bin / EVIDENCE_CLASS_BINS;
}

static uint16_t pair_of_arc(const struct arc *arc)
{
    int pair = class_of(arc) | (arc->known ? PAIR_KNOWN : 0);
    pair |= arc->out > ONE_WAY_SHARE * (arc->out + arc->in) ? PAIR_OUT : 0;
    pair |= arc->in > ONE_WAY_SHARE * (arc->out + arc->in) ? PAIR_IN : 0;
    return (uint16_t)pair;
}

/* Looked up by the million where placements are laid anew. */
static uint16_t *table_of_pairs(const struct graph *graph)
{
    size_t n = graph->n, places = n * n;
    if (places > PLACES_MOST || places > PLACES_AN_ARC * graph->start[n])
        return NULL;
    uint16_t *pairs = g_new(uint16_t, MAX(places, 1));
    for (size_t i = 0; i < places; i++)
        pairs[i] = EVIDENCE_ABSENT;
    for (size_t u = 0; u < n; u++)
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
            pairs[u * n + graph->arcs[k].to] = pair_of_arc(&graph->arcs[k]);
    return pairs;
}

static void list_neighbours(struct evidence *evidence)
{
    uint32_t near[NEIGHBOURS_MAX];
    uint32_t order = (uint32_t)evidence->archetype->order(evidence->shape);
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct beside));
    evidence->start = g_new0(size_t, (size_t)order + 1);
    for (uint32_t p = 0; p < order; p++) {
        unsigned n_near = evidence->archetype->neighbours(evidence->shape, p, near);
        for (unsigned k = 0; k < n_near; k++) {
            struct beside beside = {near[k], evidence_is_main(evidence, p, near[k])};
            g_array_append_val(all, beside);
        }
        evidence->start[p + 1] = all->len;
    }
    evidence->beside = (struct beside *)(void *)g_array_free(all, FALSE);
}

struct evidence *evidence_new(const struct graph *graph, const struct candidate *candidate)
{
    struct evidence *evidence = g_new0(struct evidence, 1);
    evidence->graph = graph;
    evidence->archetype = candidate->archetype;
    evidence->shape = &candidate->shape;
    evidence->hub = candidate->hub;
    evidence->flow = candidate->forward >= ONE_WAY_SHARE       ? 1
                     : candidate->forward <= 1 - ONE_WAY_SHARE ? -1
                                                               : 0;
    evidence->pairs = table_of_pairs(graph);
    list_neighbours(evidence);
    return evidence;
}

void evidence_free(struct evidence *evidence)
{
    g_free(evidence->start);
    g_free(evidence->beside);
    g_free(evidence->pairs);
    g_free(evidence);
}

static double log_of_class(const struct graph *graph, int class)
{
    return log(graph->max) - class * CLASS_WIDTH;
}

/* All pairs but the hub's, as if none were an edge. */
static void count_outside(const struct evidence *evidence, struct counts *outside)
{
    const struct graph *graph = evidence->graph;
    uint32_t hub = evidence->hub;
    outside->pairs = (double)graph->n * (double)(graph->n - 1) / 2;
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++)
        outside->classes[bin / EVIDENCE_CLASS_BINS] += graph->pairs[bin];
    if (hub == VTTIF_NOWHERE)
        return;
    for (size_t k = graph->start[hub]; k < graph->start[hub + 1]; k++)
        if (!graph->arcs[k].known)
            outside->classes[class_of(&graph->arcs[k])]--;
}

static void count_edge(struct counts *edges, struct counts *outside, const struct arc *arc)
{
    edges->pairs++;
    outside->pairs--;
    if (!arc || arc->known)
        return;
    double weight = log((double)arc_weight(arc));
    edges->classes[class_of(arc)]++;
    outside->classes[class_of(arc)]--;
    g_array_append_val(edges->logs, weight);
}

/* Edges between occupied positions. */
static void count_edges(const struct evidence *evidence, const uint32_t *endpoint,
                        struct counts *main, struct counts *faint, struct counts *outside)
{
    uint32_t near[NEIGHBOURS_MAX];
    uint32_t order = (uint32_t)evidence->archetype->order(evidence->shape);
    for (uint32_t p = 0; p < order; p++) {
        uint32_t u = endpoint[p];
        if (u == VTTIF_NOWHERE || u == evidence->hub)
            continue;
        unsigned n_near = evidence->archetype->neighbours(evidence->shape, p, near);
        for (unsigned k = 0; k < n_near; k++) {
            uint32_t v = endpoint[near[k]];
            if (near[k] < p && v != VTTIF_NOWHERE && v != evidence->hub)
                count_edge(evidence_is_main(evidence, p, near[k]) ? main : faint, outside,
                           graph_arc(evidence->graph, u, v));
        }
    }
}

static double smoothed(const double *classes, int class)
{
    double sum = 0;
    for (int i = MAX(class - SMOOTH, 0); i <= MIN(class + SMOOTH, EVIDENCE_ABSENT - 1); i++)
        sum += classes[i];
    return sum / (2 * SMOOTH + 1);
}

static double normal(double x, double mean, double sigma)
{
    double z = (x - mean) / sigma;
    return exp(-0.5 * z * z) / (sigma * sqrt(2 * M_PI));
}

static double squared_deviation(double *logs, size_t n, double middle)
{
    double deviation = SIGMA_OF_MAD * median_deviation(logs, n, middle);
    return deviation * deviation;
}

/* Median and deviation of the logarithms, the deviation held to what is usual. */
static void set_normal(struct counts *edges)
{
    double n = edges->logs->len, *logs = (double *)(void *)edges->logs->data;
    edges->middle = median(logs, edges->logs->len);
    double squared = squared_deviation(logs, edges->logs->len, edges->middle);
    edges->sigma = sqrt((n * squared + SPREAD_OF * SPREAD * SPREAD) / (n + SPREAD_OF));
}

static double present_in(const struct counts *counts)
{
    double present = 0;
    for (int class = 0; class < EVIDENCE_ABSENT; class ++)
        present += counts->classes[class];
    return present;
}

static double share_outside(const struct counts *outside, int class)
{
    const int n_present = EVIDENCE_ABSENT;
    double count = class == EVIDENCE_ABSENT ? MAX(outside->pairs - present_in(outside), 0) + 0.5
                                            : smoothed(outside->classes, class) + 0.5 / n_present;
    return count / (outside->pairs + 1);
}

static void set_table(const struct evidence *evidence, double *table, const struct counts *edges,
                      const struct counts *outside)
{
    double present = present_in(edges);
    double there = (present + PRESENT_OF) / (edges->pairs + PRESENT_OF + 0.5);
    for (int class = 0; class < EVIDENCE_CLASSES; class ++) {
        double by_normal =
            CLASS_WIDTH * normal(log_of_class(evidence->graph, class), edges->middle, edges->sigma);
        /* without the pair that is asked about: no weight speaks for itself */
        double others = MAX(smoothed(edges->classes, class) - 1.0 / (2 * SMOOTH + 1), 0);
        double shape = (others + NORMAL_OF * by_normal) / (present + NORMAL_OF);
        double share = class == EVIDENCE_ABSENT ? 1 - there : there * shape;
        table[class] = CLAMP(log((share + 1e-9) / share_outside(outside, class)), -EVIDENCE_MOST,
                             EVIDENCE_MOST);
    }
}

/* A star's level, or that and an edge on top of it. */
static void set_star(struct evidence *evidence, const struct counts *edges)
{
    const struct graph *graph = evidence->graph;
    size_t n = graph_degree(graph, evidence->hub);
    g_autofree double *logs = graph_log_weights(graph, evidence->hub);
    double level = median(logs, n);
    double deviation = sqrt(squared_deviation(logs, n, level));
    double tight = MAX(deviation, STAR_TIGHT);
    for (int class = 0; class < EVIDENCE_ABSENT; class ++) {
        double log_x = log_of_class(graph, class), both = 0;
        for (int z = -3; z <= 3; z++)
            both += normal(log_x, log(exp(level) + exp(edges->middle + 0.5 * z * edges->sigma)),
                           tight) *
                    normal(0.5 * z, 0, 1) * 0.5;
        evidence->star[class] =
            CLAMP(log((both + STAR_ODD) / (normal(log_x, level, tight) + STAR_ODD)), -EVIDENCE_MOST,
                  EVIDENCE_MOST);
    }
    evidence->star[EVIDENCE_ABSENT] = -1;
}

void evidence_learn(struct evidence *evidence, const uint32_t *endpoint)
{
    g_autofree struct counts *counts = g_new0(struct counts, 3);
    struct counts *main = &counts[0], *faint = &counts[1], *outside = &counts[2];
    g_autoptr(GArray) main_logs = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) faint_logs = g_array_new(FALSE, FALSE, sizeof(double));
    main->logs = main_logs;
    faint->logs = faint_logs;
    count_outside(evidence, outside);
    count_edges(evidence, endpoint, main, faint, outside);
    set_normal(main);
    set_normal(faint);
    if (evidence->hub != VTTIF_NOWHERE)
        set_star(evidence, main);
    set_table(evidence, evidence->main, main, outside);
    set_table(evidence, evidence->faint, faint, outside);
}

static unsigned pair_of(const struct evidence *evidence, uint32_t u, uint32_t v)
{
    if (evidence->pairs)
        return evidence->pairs[(size_t)u * evidence->graph->n + v];
    const struct arc *arc = graph_arc(evidence->graph, u, v);
    return arc ? pair_of_arc(arc) : EVIDENCE_ABSENT;
}

static double of_direction(const struct evidence *evidence, unsigned pair, bool leads)
{
    unsigned ahead = leads == (evidence->flow > 0) ? PAIR_OUT : PAIR_IN;
    return pair & ahead ? ALONG : NOT_ALONG;
}

static inline double value_of(const struct evidence *evidence, uint32_t u, uint32_t p, uint32_t v,
                              uint32_t q, bool main)
{
    unsigned pair = pair_of(evidence, u, v), class = pair & PAIR_CLASS;
    if (pair & PAIR_KNOWN)
        return 0;
    if (u == evidence->hub || v == evidence->hub)
        return main ? evidence->star[class] : 0; /* a faint edge is not seen on top of a star */
    double value = (main ? evidence->main : evidence->faint)[class];
    if (class != EVIDENCE_ABSENT && evidence->flow != 0)
        value += of_direction(evidence, pair,
                              archetype_leads(evidence->archetype, evidence->shape, p, q));
    return value;
}

double evidence_of(const struct evidence *evidence, uint32_t u, uint32_t p, uint32_t v, uint32_t q)
{
    return value_of(evidence, u, p, v, q, evidence_is_main(evidence, p, q));
}

double evidence_beside(const struct evidence *evidence, uint32_t u, uint32_t p, uint32_t v,
                       const struct beside *beside)
{
    return value_of(evidence, u, p, v, beside->position, beside->main);
}

double evidence_of_arc(const struct evidence *evidence, uint32_t u, const struct arc *arc)
{
    if (arc->known)
        return 0;
    bool of_hub = u == evidence->hub || arc->to == evidence->hub;
    return of_hub ? evidence->star[class_of(arc)]
                  : MAX(evidence->main[class_of(arc)],
                        evidence->archetype->is_main ? evidence->faint[class_of(arc)] : 0);
}

double evidence_at(const struct evidence *evidence, const uint32_t *endpoint, uint32_t u,
                   uint32_t p)
{
    if (p == VTTIF_NOWHERE || u == VTTIF_NOWHERE)
        return 0;
    double sum = 0;
    for (size_t k = evidence->start[p]; k < evidence->start[p + 1]; k++) {
        const struct beside *beside = &evidence->beside[k];
        uint32_t v = endpoint[beside->position];
        if (v != VTTIF_NOWHERE && v != u)
            sum += value_of(evidence, u, p, v, beside->position, beside->main);
    }
    return sum;
}
