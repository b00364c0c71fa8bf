// SPDX-License-Identifier: Apache-2.0
#include "infer/flow_odds.h"

#include "infer/median.h"

#include <math.h>
#include <vttif/recognition.h>

/* Cells are told apart by factors of 2^(1/8). */
#define CLASS_BINS 16
#define CLASSES    (WEIGHT_BINS / CLASS_BINS)
#define NOTHING    CLASSES /* the class of an empty cell */
#define OCTAVE     8
#define SMOOTH     2 /* classes on either side that a cell counts for, too */
/* What comes back is learned from the edges that carry at most an octave more or less. */
#define ALIKE OCTAVE
/* Of edges. */
#define MISSING 0.02
const double flow_missing = -3.912; /* its logarithm */
/* One edge in a hundred is lighter than the others say, evenly over so many classes. */
#define LIGHT   0.01
#define LIGHTER (4 * OCTAVE)
/* The logarithm of an edge's bytes varies by this, as if so many edges had shown it. */
#define SPREAD    0.5
#define SPREAD_OF 3.0
/* As so many edges a log-normal of their median and deviation counts; it is all that is learned
 * from edges above a cut, as those below would be found to be none. */
#define NORMAL_OF  8.0
#define NORMAL_ALL 1e9
/* As long as nothing is known, less than this share comes back nearly always: as if so many edges
 * had shown it. */
#define BACK_MOST  0.1
#define BACK_USUAL 0.95
#define BACK_OF    4.0
/* No single pair decides more than that, in nats. */
#define GAIN_MOST 20.0
#define STAR_MOST 4.0
#define QUANTILES 15

struct flow_odds {
    const struct graph *graph;
    uint32_t hub;
    double star_spread; /* of the two cells of a hub's pair, against each other */
    double quantile[QUANTILES]; /* bytes of edges */
    double gain[CLASSES + 1][CLASSES + 1]; /* of what goes along, and what comes back */
};

/* What is counted before it is known what it means. */
struct learning {
    const struct flow_odds *odds;
    const uint32_t *after;
    double n_edges, n_others, pairs;
    double other[CLASSES + 1]; /* cells of other pairs */
    double ahead[CLASSES + 1]; /* of edges: what they carry, */
    double both[CLASSES + 1][CLASSES + 1]; /* and what comes back along these */
    GArray *logs; /* of what they carry, double */
    double normal_of; /* as so many edges a log-normal of their median and deviation counts */
};

static unsigned class_of(const struct graph *graph, double bytes)
{
    return bytes > 0 ? weight_bin(graph, bytes) / CLASS_BINS : NOTHING;
}

static double log_of_class(const struct graph *graph, unsigned class)
{
    return log(graph->max) - (class + 0.5) * M_LN2 / OCTAVE;
}

static void count_pair(struct learning *learning, uint32_t u, const struct arc *arc)
{
    const struct graph *graph = learning->odds->graph;
    bool ahead = learning->after[u] == arc->to, back = learning->after[arc->to] == u;
    unsigned out = class_of(graph, arc->out), in = class_of(graph, arc->in);
    if (!ahead && !back) {
        learning->n_others++;
        learning->other[out]++;
        learning->other[in]++;
        return;
    }
    if (out == NOTHING && in == NOTHING)
        return;
    /* whichever way most bytes go: pieces of a chain may still lie the wrong way round */
    bool turned = arc->in > arc->out;
    double bytes = log((double)arc_weight(arc));
    learning->n_edges++;
    learning->ahead[turned ? in : out]++;
    learning->both[turned ? in : out][turned ? out : in]++;
    g_array_append_val(learning->logs, bytes);
}

static void count_pairs(struct learning *learning)
{
    const struct graph *graph = learning->odds->graph;
    uint32_t hub = learning->odds->hub;
    double active = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        active += graph->start[u + 1] > graph->start[u] && u != hub;
        for (size_t k = graph_from(graph, u, u); k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (u != hub && arc->to != hub && !arc->known)
                count_pair(learning, u, arc);
        }
    }
    learning->pairs = MAX(active * (active - 1) / 2 - learning->n_edges, learning->n_others);
}

/* The mean over the classes beside one; an empty cell is beside nothing. */
static double smoothed(const double *count, unsigned class)
{
    if (class == NOTHING)
        return count[NOTHING];
    double sum = 0;
    for (int i = MAX((int)class - SMOOTH, 0); i <= MIN((int)class + SMOOTH, CLASSES - 1); i++)
        sum += count[i];
    return sum / (2 * SMOOTH + 1);
}

/* --- edges ------------------------------------------------------------------------------------ */

/* How likely an edge that is there carries so much. */
static void set_ahead(struct learning *learning, struct flow_odds *odds, double *share)
{
    double n = learning->logs->len, *logs = (double *)(void *)learning->logs->data;
    double middle = median(logs, learning->logs->len);
    double sigma = SIGMA_OF_MAD * median_deviation(logs, learning->logs->len, middle);
    sigma = sqrt((n * sigma * sigma + SPREAD_OF * SPREAD * SPREAD) / (n + SPREAD_OF));
    for (unsigned i = 0; i < QUANTILES; i++)
        odds->quantile[i] = exp(middle + 4 * ((i + 0.5) / QUANTILES - 0.5) * sigma);
    for (unsigned class = 0; class < CLASSES; class ++) {
        double z = (log_of_class(odds->graph, class) - middle) / sigma;
        double lighter = -z * sigma * OCTAVE / M_LN2;
        double usual = exp(-0.5 * z * z) / (sigma * sqrt(2 * M_PI)) * M_LN2 / OCTAVE;
        double shape =
            (1 - LIGHT) * usual + (lighter > 0 && lighter < LIGHTER ? LIGHT / LIGHTER : 0);
        /* without the edge that is asked about: no edge speaks for itself */
        double seen = MAX(smoothed(learning->ahead, class) - 1.0 / (2 * SMOOTH + 1), 0);
        share[class] = (seen + learning->normal_of * shape) / (n + learning->normal_of);
    }
}

/* How much likelier what comes back is, of an edge that carries so much: ratio[CLASSES + 1]. */
static void set_back(const struct learning *learning, const double *other, unsigned ahead,
                     double *ratio)
{
    double count[CLASSES + 1] = {0}, n = 0, little = other[NOTHING];
    unsigned least = MIN(ahead + (unsigned)lround(-log2(BACK_MOST) * OCTAVE), CLASSES);
    for (unsigned class = least; class < CLASSES; class ++)
        little += other[class];
    for (int i = MAX((int)ahead - ALIKE, 0); i <= MIN((int)ahead + ALIKE, CLASSES - 1); i++) {
        n += learning->ahead[i];
        for (unsigned class = 0; class <= CLASSES && learning->ahead[i] > 0; class ++)
            count[class] += learning->both[i][class];
    }
    for (unsigned class = 0; class <= CLASSES; class ++) {
        double usual =
            class >= least ? BACK_USUAL / little : (1 - BACK_USUAL) / MAX(1 - little, 1e-3);
        ratio[class] = (smoothed(count, class) / other[class] + BACK_OF * usual) / (n + BACK_OF);
    }
}

/* --- all together ----------------------------------------------------------------------------- */

static void set_others(const struct learning *learning, double *share)
{
    const int n_classes = CLASSES;
    for (unsigned class = 0; class <= CLASSES; class ++)
        share[class] =
            (smoothed(learning->other, class) + (class == NOTHING ? 1 : 1.0 / n_classes)) /
            (2 * learning->n_others + 2);
}

static void set_gains(struct learning *learning, struct flow_odds *odds)
{
    double other[CLASSES + 1], ahead[CLASSES], back[CLASSES + 1];
    double present = (learning->n_others + 0.5) / (learning->pairs + 1);
    set_others(learning, other);
    set_ahead(learning, odds, ahead);
    for (unsigned out = 0; out < CLASSES; out++) {
        set_back(learning, other, out, back);
        for (unsigned in = 0; in <= CLASSES; in++) {
            double ratio = ahead[out] / (present * other[out]) * back[in];
            odds->gain[out][in] = MIN(log((1 - MISSING) * ratio + MISSING), GAIN_MOST);
        }
    }
    for (unsigned in = 0; in <= CLASSES; in++)
        odds->gain[NOTHING][in] = flow_missing;
}

static void set_star(struct flow_odds *odds)
{
    const struct graph *graph = odds->graph;
    if (odds->hub == VTTIF_NOWHERE)
        return;
    size_t n = graph_degree(graph, odds->hub);
    g_autofree double *apart = g_new(double, MAX(n, 1));
    for (size_t k = 0; k < n; k++) {
        const struct arc *arc = &graph->arcs[graph->start[odds->hub] + k];
        apart[k] = arc->out - arc->in;
    }
    odds->star_spread = MAX(SIGMA_OF_MAD * median_deviation(apart, n, 0), 1e-6 * graph->max);
}

/* A hub's cell one way is that the other way, and perhaps an edge's bytes on top. */
static double star_gain(const struct flow_odds *odds, double apart)
{
    double sum = 0, weight = 0, spread = odds->star_spread;
    for (unsigned i = 0; i < QUANTILES; i++) {
        double z = 4 * ((i + 0.5) / QUANTILES - 0.5), w = exp(-z * z / 2);
        double beside = (apart - odds->quantile[i]) / spread;
        sum += w / (1 + beside * beside);
        weight += w;
    }
    double ratio = sum / weight * (1 + apart * apart / (spread * spread));
    return CLAMP(log((1 - MISSING) * ratio + MISSING), flow_missing, STAR_MOST);
}

struct flow_odds *flow_odds_new(const struct graph *graph, uint32_t hub, const uint32_t *after,
                                bool above_cut)
{
    struct flow_odds *odds = g_new0(struct flow_odds, 1);
    g_autofree struct learning *learning = g_new0(struct learning, 1);
    g_autoptr(GArray) logs = g_array_new(FALSE, FALSE, sizeof(double));
    odds->graph = graph;
    odds->hub = hub;
    *learning = (struct learning){.odds = odds,
                                  .after = after,
                                  .logs = logs,
                                  .normal_of = above_cut ? NORMAL_ALL : NORMAL_OF};
    count_pairs(learning);
    set_gains(learning, odds);
    set_star(odds);
    return odds;
}

void flow_odds_free(struct flow_odds *odds)
{
    g_free(odds);
}

double flow_gain(const struct flow_odds *odds, uint32_t u, const struct arc *arc)
{
    const struct graph *graph = odds->graph;
    if (arc->known)
        return 0;
    if (u == odds->hub || arc->to == odds->hub)
        return star_gain(odds, arc->out - arc->in);
    return odds->gain[class_of(graph, arc->out)][class_of(graph, arc->in)];
}
