// SPDX-License-Identifier: Apache-2.0
/*
 * How likely a matrix of a few endpoints is, given who sends to whom and who is a master.
 *
 * - What an arc carries is log-normal; its mean and variance are unknown and integrated out.
 * - A pair without arcs has no bytes, or some up to a tenth of an arc's mean: background, which a
 *   fifth of these pairs has, or none.
 * - What comes back along an arc that has none is up to a tenth of it: acknowledgements.
 * - A master exchanges a level of its own, about the same, with everybody, on top of all else.
 *
 * All are densities of the logarithm of a cell. The shares are rough on purpose: a factor of two in
 * any of them is one bit, and names that are a few bits behind are listed, too.
 */
#ifndef VTTIF_INFER_SMALL_LIKELIHOOD_H
#define VTTIF_INFER_SMALL_LIKELIHOOD_H

#include "infer/graph.h"

#include <math.h>

#define SMALL_MOST    20
#define SMALL_SCALES  24 /* means that an arc may have, in steps of a factor of 2^(1/4) */
#define SMALL_SPREADS 3
#define SMALL_LEVELS  6 /* of a master that are tried */
#define SMALL_ALONE   SMALL_MOST /* no hub */
#define SMALL_SPREAD  0.5 /* sigma of an arc's logarithm, where it is not learned */

struct small_cells {
    unsigned n;
    uint32_t endpoint[SMALL_MOST];
    double cell[SMALL_MOST][SMALL_MOST];
    double max;
};

/* The same of a master and its level. */
struct small_model {
    const struct small_cells *cells;
    unsigned hub;
    double level, log_level, log_max;
    double marginal[SMALL_MOST * SMALL_MOST][SMALL_SPREADS]; /* of so many arcs: in the .c file */
    bool zero[SMALL_MOST][SMALL_MOST]; /* no bytes */
    bool hidden[SMALL_MOST][SMALL_MOST]; /* nothing that an arc has carried can be seen, */
    double lost[SMALL_MOST][SMALL_MOST]; /* and how likely that is for an arc */
    double log[SMALL_MOST][SMALL_MOST]; /* of what an arc has carried */
    double stretch[SMALL_MOST][SMALL_MOST]; /* d log of that / d log of the cell */
    double back[SMALL_MOST][SMALL_MOST]; /* the cell is no arc, but the other way is */
    double none[SMALL_SCALES][SMALL_MOST][SMALL_MOST]; /* u < v: neither is */
    double all_none[SMALL_SCALES];
    unsigned pairs, busy; /* beside a master's: all, and those with any bytes */
    double by_chance; /* small_by_chance() of all pairs and graphs */
};

/* Those with traffic; false if they are not from 3 to so many. */
bool small_cells_set(struct small_cells *cells, const struct graph *graph, unsigned most);
void small_model_set(struct small_model *model, const struct small_cells *cells, unsigned hub,
                     double level);
/* Appends the model without a master. */
void small_add_alone(GArray *models, const struct small_cells *cells);
/* Appends the models of a master at each level that one of its cells has, if it is with nearly all.
 */
void small_add_masters(GArray *models, const struct small_cells *cells, unsigned hub);
/* The logarithm of the likelihood; bit v of sends[u]: the u-th of those with traffic sends to the
 * v-th; of skips[u], v < u: nothing is said about that pair (NULL: there is none such). O(arcs). */
double small_likelihood(const struct small_model *model, const uint32_t *sends,
                        const uint32_t *skips);
/* The graphs that have a rule: they are not what chance is asked for. */
struct small_rules {
    bool (*is_one)(const uint32_t *sends, const void *data);
    const void *data;
};
/* The same of the likeliest graph without a rule, with the cost of telling it; NULL: of any graph.
 * O(n^2) a scale, and O(n^4) where the likeliest of all has a rule. */
double small_by_chance(const struct small_model *model, const uint32_t *skips,
                       const struct small_rules *rules);
/* That of the model that is best by it, in bits, if it takes so many to tell which has a master. */
double small_bits_by_chance(const GArray *models, double masters_bits, const uint32_t *skips,
                            const struct small_rules *rules);
/* The weight that arcs may have on average. */
static inline double small_mean(const struct small_cells *cells, unsigned scale)
{
    return cells->max * exp2(-0.25 * scale);
}
static inline double small_log_normal(double log_x, double mean, double sigma)
{
    double z = (log_x - mean) / sigma;
    return -0.5 * z * z - log(sigma) - 0.5 * log(2 * M_PI);
}
/* A logarithm of a likelihood under a model in bits, less those that it takes to tell its master.
 */
static inline double small_bits(const struct small_model *model, double log_likelihood,
                                double masters_bits)
{
    return log_likelihood / M_LN2 - (model->hub == SMALL_ALONE ? 0 : masters_bits);
}
/* What it costs, in bits, that so many endpoints take no part. */
double small_absent_bits(unsigned n);

#endif
