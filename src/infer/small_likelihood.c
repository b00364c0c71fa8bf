// SPDX-License-Identifier: Apache-2.0
#include "infer/small_likelihood.h"

#include "infer/archetype.h"
#include "infer/median.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ZERO        0.002 /* of the largest cell: as good as nothing */
#define BACKGROUND  0.1 /* of an arc's mean, at most */
#define BUSY        0.2 /* share of the pairs that have background */
#define HALF_BUSY   0.15 /* of these, one way without bytes */
#define LOST        0.01 /* an arc without a byte */
#define UNSEEN      0.05 /* an arc that is lost in a master's level */
#define STAR_TIGHT  0.08 /* sigma of a master's level: of what it sends, */
#define STAR_WIDE   0.3 /* and when sampled */
#define BLUR        0.35 /* sigma of what is above a bound */
#define HEAVY_BLUR  0.2 /* of a master's level above an arc's mean */
#define LEAST_OVER  0.15 /* of a master's level: what can be seen on top of it */
#define FAINT_LOG   (-4.0) /* log density of very few bytes, */
#define ODD_LOG     (-8.0) /* and of more than a bound: what is not the program's */
#define LEVELS_SAME 1.15 /* by what factor a master's levels differ at least */
/* What an endpoint costs that takes no part, and each more of them: one that talks to others beside
 * a program of so few is no wonder, many are. */
#define ABSENT_BITS 1.0
#define ABSENT_MORE 4.0
#define MEANS       3.0 /* range of the logarithm of an arc's mean */

/* What the sigma of an arc's logarithm may be, and as if how many arcs had shown it: all send the
 * same; it was sampled; each sends what it likes. */
static const struct spread {
    double sigma, seen;
} spreads[SMALL_SPREADS] = {{0.05, 10}, {0.2, 6}, {SMALL_SPREAD, 3}};

/* Uniform up to a bound, which is blurred; as a density of the logarithm. */
static double log_below(double x, double bound)
{
    double z = log(x / bound);
    return z <= 0 ? MAX(z, FAINT_LOG) : MAX(-0.5 * z * z / (BLUR * BLUR), ODD_LOG);
}

static bool at_hub(const struct small_model *model, unsigned u, unsigned v)
{
    return u == model->hub || v == model->hub;
}

static double star_of(const struct small_model *model, double x)
{
    double log_x = log(x), mean = model->log_level;
    double tight = small_log_normal(log_x, mean, STAR_TIGHT),
           wide = small_log_normal(log_x, mean, STAR_WIDE);
    return log(0.5 * exp(tight) + 0.5 * exp(wide) + 1e-12);
}

/* A cell of a pair that is none and has bytes. */
static double quiet_cell(const struct small_model *model, unsigned u, unsigned v, double mean)
{
    double x = model->cells->cell[u][v];
    bool star = at_hub(model, u, v);
    if (model->zero[u][v])
        return log(star ? LOST : HALF_BUSY);
    if (!star)
        return log_below(x, BACKGROUND * mean);
    double over = x - model->level, value = star_of(model, x);
    if (over > 0)
        value = MAX(value, log(BUSY) + log_below(over, BACKGROUND * mean) + log(x / over));
    return value;
}

static double quiet_pair(const struct small_model *model, unsigned u, unsigned v, double mean)
{
    bool nothing = model->zero[u][v] && model->zero[v][u], star = at_hub(model, u, v);
    double both = quiet_cell(model, u, v, mean) + quiet_cell(model, v, u, mean);
    if (nothing) /* a master's pair is lost as one */
        return log(star ? LOST : 1 - BUSY);
    return star ? both : log(BUSY) + both;
}

static void set_cell(struct small_model *model, unsigned u, unsigned v)
{
    double x = model->cells->cell[u][v], other = model->cells->cell[v][u];
    bool star = at_hub(model, u, v);
    model->zero[u][v] = x < ZERO * model->cells->max;
    model->hidden[u][v] = model->zero[u][v];
    model->lost[u][v] = log(LOST) * (star ? 2 : 1); /* and a master's share with it */
    if (model->zero[u][v]) {
        model->back[u][v] = log(star ? LOST : 0.5);
        return;
    }
    double carried = star ? x - model->level : x;
    if (star && carried < LEAST_OVER * model->level) {
        model->hidden[u][v] = true;
        model->lost[u][v] = log(UNSEEN) + star_of(model, x);
    } else {
        model->log[u][v] = log(carried);
        model->stretch[u][v] = log(x / carried);
    }
    if (star)
        model->back[u][v] = star_of(model, x);
    else /* anything up to a tenth, by its logarithm */
        model->back[u][v] =
            log(0.5 / 3) -
            (x > BACKGROUND * other ? 0.5 * pow(log(x / (BACKGROUND * other)) / BLUR, 2) : 0);
}

/* Of k normal values whose mean is anything in a range and whose variance is about what is
 * expected, both integrated out: what does not depend on the values. */
static double marginal_of(double k, const struct spread *spread)
{
    double prior = 0.5 * spread->seen, expected = spread->seen * spread->sigma * spread->sigma;
    return lgamma(0.5 * (k - 1) + prior) - lgamma(prior) + prior * log(expected) -
           0.5 * (k - 1) * log(M_PI) - 0.5 * log(k) - log(MEANS) - log(SMALL_SPREADS);
}

void small_model_set(struct small_model *model, const struct small_cells *cells, unsigned hub,
                     double level)
{
    *model = (struct small_model){.cells = cells, .hub = hub, .level = level};
    model->log_max = log(cells->max);
    model->log_level = level > 0 ? log(level) : 0;
    for (unsigned k = 1; k < G_N_ELEMENTS(model->marginal); k++)
        for (unsigned i = 0; i < SMALL_SPREADS; i++)
            model->marginal[k][i] = marginal_of(k, &spreads[i]);
    for (unsigned u = 0; u < cells->n; u++)
        for (unsigned v = 0; v < cells->n; v++)
            if (u != v)
                set_cell(model, u, v);
    for (unsigned u = 0; u < cells->n; u++) {
        for (unsigned v = 0; v < u; v++) {
            model->pairs += !at_hub(model, u, v);
            model->busy += !at_hub(model, u, v) && !(model->zero[u][v] && model->zero[v][u]);
        }
    }
    for (unsigned scale = 0; scale < SMALL_SCALES; scale++) {
        for (unsigned u = 0; u < cells->n; u++) {
            for (unsigned v = u + 1; v < cells->n; v++) {
                model->none[scale][u][v] = quiet_pair(model, u, v, small_mean(cells, scale));
                model->all_none[scale] += model->none[scale][u][v];
            }
        }
    }
    model->by_chance = small_by_chance(model, NULL, NULL);
}

static double log_marginal(const struct small_model *model, unsigned k, double sum, double squares)
{
    double apart = MAX(squares - sum * sum / MAX(k, 1), 0), likelihood = 0;
    for (unsigned i = 0; k > 0 && i < SMALL_SPREADS; i++) {
        const struct spread *spread = &spreads[i];
        double log_sum = log(spread->seen * spread->sigma * spread->sigma + apart);
        likelihood += exp(model->marginal[k][i] - 0.5 * (k - 1 + spread->seen) * log_sum);
    }
    return k > 0 ? log(likelihood) : 0;
}

struct sums {
    unsigned n;
    double log, squares, other;
};

static void add_arc(struct sums *sums, const struct small_model *model, unsigned u, unsigned v,
                    bool back)
{
    if (!back)
        sums->other += model->back[v][u];
    if (model->hidden[u][v]) { /* of two that have no bytes, one is lost with the other */
        bool lost = back && u > v && model->zero[u][v] && model->zero[v][u];
        sums->other += lost ? 0 : model->lost[u][v];
        return;
    }
    sums->n++;
    sums->log += model->log[u][v];
    sums->squares += model->log[u][v] * model->log[u][v];
    sums->other += model->stretch[u][v];
}

/* Job control carries about as much as an arc at most: what carries more is the program. */
static double heavy_level(const struct small_model *model, double log_mean)
{
    double over = model->hub == SMALL_ALONE ? 0 : model->log_level - log_mean;
    return over > 0 ? -0.5 * over * over / (HEAVY_BLUR * HEAVY_BLUR) : 0;
}

/* Pairs that may have background, and those that have something; a master's do not tell. */
struct quiet {
    unsigned pairs, busy;
};

static void leave_out(struct quiet *quiet, const struct small_model *model, unsigned u, unsigned v)
{
    if (at_hub(model, u, v))
        return;
    quiet->pairs--;
    quiet->busy -= !(model->zero[u][v] && model->zero[v][u]);
}

/* Each of these is busy with the same probability, or there is no background at all. */
static double no_background(const struct quiet *quiet)
{
    double idle = quiet->pairs * log(1 - BUSY);
    return log(0.5) + (quiet->busy == 0 ? log1p(exp(idle)) - idle : 0);
}

double small_likelihood(const struct small_model *model, const uint32_t *sends,
                        const uint32_t *skips)
{
    struct sums sums = {0};
    struct quiet quiet = {model->pairs, model->busy};
    unsigned n = model->cells->n;
    for (unsigned u = 0; u < n; u++) {
        for (unsigned left = sends[u]; left; left &= left - 1) {
            unsigned v = (unsigned)__builtin_ctz(left);
            add_arc(&sums, model, u, v, sends[v] >> u & 1);
        }
    }
    double mean = sums.n > 0 ? sums.log / sums.n : 0;
    double steps = round(4 * (model->log_max - mean) / M_LN2);
    unsigned scale = (unsigned)CLAMP(steps, 0, SMALL_SCALES - 1);
    double value =
        model->all_none[scale] + sums.other + log_marginal(model, sums.n, sums.log, sums.squares);
    for (unsigned u = 0; u < n; u++) {
        for (unsigned left = sends[u]; left; left &= left - 1) {
            unsigned v = (unsigned)__builtin_ctz(left);
            if (u > v && sends[v] >> u & 1)
                continue;
            value -= model->none[scale][MIN(u, v)][MAX(u, v)];
            leave_out(&quiet, model, u, v);
        }
    }
    for (unsigned u = 0; skips && u < n; u++) {
        for (unsigned left = skips[u]; left; left &= left - 1) {
            unsigned v = (unsigned)__builtin_ctz(left);
            value -= model->none[scale][v][u];
            leave_out(&quiet, model, u, v);
        }
    }
    return value + no_background(&quiet) + heavy_level(model, mean);
}

double small_absent_bits(unsigned n)
{
    return n == 0 ? 0 : ABSENT_BITS + ABSENT_MORE * (n - 1);
}

/* Those with traffic; returns how many there are, of which not more than fit are listed. */
static unsigned list_active(const struct graph *graph, uint32_t *endpoint, unsigned most)
{
    unsigned n = 0;
    for (uint32_t u = 0; u < graph->n && n <= most; u++) {
        if (graph->start[u + 1] == graph->start[u])
            continue;
        if (n < most)
            endpoint[n] = u;
        n++;
    }
    return n;
}

bool small_cells_set(struct small_cells *cells, const struct graph *graph, unsigned most)
{
    *cells = (struct small_cells){0};
    cells->n = list_active(graph, cells->endpoint, most);
    if (cells->n < 3 || cells->n > most)
        return false;
    for (unsigned i = 0; i < cells->n; i++) {
        for (unsigned k = 0; k < cells->n; k++) {
            const struct arc *arc =
                i == k ? NULL : graph_arc(graph, cells->endpoint[i], cells->endpoint[k]);
            cells->cell[i][k] = arc ? arc->out : 0;
            cells->max = MAX(cells->max, cells->cell[i][k]);
        }
    }
    return true;
}

static void add_model(GArray *models, const struct small_cells *cells, unsigned hub, double level)
{
    guint at = models->len;
    g_array_set_size(models, at + 1);
    small_model_set(&g_array_index(models, struct small_model, at), cells, hub, level);
}

void small_add_alone(GArray *models, const struct small_cells *cells)
{
    add_model(models, cells, SMALL_ALONE, 0);
}

void small_add_masters(GArray *models, const struct small_cells *cells, unsigned hub)
{
    double levels[2 * SMALL_MOST], last = 0;
    unsigned n_levels = 0, added = 0, partners = 0;
    for (unsigned v = 0; v < cells->n; v++) {
        double out = cells->cell[hub][v], in = cells->cell[v][hub];
        partners += out > 0 && in > 0;
        if (out > 0)
            levels[n_levels++] = out;
        if (in > 0)
            levels[n_levels++] = in;
    }
    if (partners + 2 < cells->n)
        return;
    qsort(levels, n_levels, sizeof *levels, compare_doubles);
    for (unsigned i = 0; i < n_levels && added < SMALL_LEVELS; i++) {
        if (levels[i] < LEVELS_SAME * last)
            continue;
        last = levels[i];
        added++;
        add_model(models, cells, hub, last);
    }
}
