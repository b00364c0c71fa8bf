// SPDX-License-Identifier: Apache-2.0
#include "infer/cuts.h"

#include <math.h>
#include <string.h>

/* A gap of less than a factor of 2^(1/4) is no gap. */
#define GAP_LEAST 32
#define N_GAPS    3
/* From that many pairs an endpoint on, cuts that differ by less than this share are one. */
#define DENSE 12
#define TWINS 0.05

struct histogram {
    size_t pairs[WEIGHT_BINS];
    size_t total;
};

static void histogram_fill(struct histogram *histogram, const struct graph *graph)
{
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (arc->to < u || arc_weight(arc) <= 0)
                continue;
            histogram->pairs[arc->bin]++;
            histogram->total++;
        }
    }
}

struct cuts {
    unsigned bins[CUTS_MAX]; /* the last bin above the cut */
    unsigned n;
};

/* Adds the cut below the last used bin at or above bin, unless it is there already. */
static void cuts_add(struct cuts *cuts, const struct histogram *histogram, unsigned bin)
{
    while (bin > 0 && histogram->pairs[bin] == 0)
        bin--;
    for (unsigned i = 0; i < cuts->n; i++)
        if (cuts->bins[i] == bin)
            return;
    if (cuts->n < CUTS_MAX)
        cuts->bins[cuts->n++] = bin;
}

/* The bins above the widest gaps, widest first. */
static void add_gaps(struct cuts *cuts, const struct histogram *histogram)
{
    unsigned width[N_GAPS] = {0}, above[N_GAPS] = {0}, last = 0;
    for (unsigned bin = 1; bin < WEIGHT_BINS; bin++) {
        if (histogram->pairs[bin] == 0)
            continue;
        unsigned gap = bin - last, at = N_GAPS;
        while (at > 0 && gap > width[at - 1])
            at--;
        if (at < N_GAPS && gap >= GAP_LEAST) {
            memmove(width + at + 1, width + at, (N_GAPS - at - 1) * sizeof *width);
            memmove(above + at + 1, above + at, (N_GAPS - at - 1) * sizeof *above);
            width[at] = gap;
            above[at] = last;
        }
        last = bin;
    }
    for (int i = 0; i < N_GAPS && width[i] > 0; i++)
        cuts_add(cuts, histogram, above[i]);
}

/* Otsu's threshold: the largest variance between the classes. */
static unsigned otsu(const struct histogram *histogram)
{
    double sum = 0, sum_above = 0, n_above = 0, best = -1;
    unsigned at = 0;
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++)
        sum += (double)bin * (double)histogram->pairs[bin];
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++) {
        n_above += (double)histogram->pairs[bin];
        sum_above += (double)bin * (double)histogram->pairs[bin];
        double n_below = (double)histogram->total - n_above;
        if (n_above == 0 || n_below == 0)
            continue;
        double apart = sum_above / n_above - (sum - sum_above) / n_below;
        if (apart * apart * n_above * n_below > best) {
            best = apart * apart * n_above * n_below;
            at = bin;
        }
    }
    return at;
}

static size_t pairs_above(const struct histogram *histogram, unsigned bin)
{
    size_t pairs = 0;
    for (unsigned i = 0; i <= bin; i++)
        pairs += histogram->pairs[i];
    return pairs;
}

/* Strong graphs are nested: where two dense ones have nearly the same number of pairs, the second
 * would only tell the same again. */
static void drop_twins(struct cuts *cuts, const struct histogram *histogram, size_t n)
{
    size_t kept_pairs[CUTS_MAX];
    unsigned kept = 0;
    for (unsigned i = 0; i < cuts->n; i++) {
        size_t pairs = pairs_above(histogram, cuts->bins[i]);
        bool twin = false;
        for (unsigned k = 0; k < kept && pairs > DENSE * n; k++)
            twin |= (double)(MAX(pairs, kept_pairs[k]) - MIN(pairs, kept_pairs[k])) <
                    TWINS * (double)pairs;
        if (twin)
            continue;
        kept_pairs[kept] = pairs;
        cuts->bins[kept++] = cuts->bins[i];
    }
    cuts->n = kept;
}

unsigned cuts_find(const struct graph *graph, double *cuts)
{
    static const double shares[] = {0.1, 0.05, 0.2, 0.023, 0.07, 0.14, 0.035};
    if (graph->cut > 0 || graph->max <= 0) {
        cuts[0] = graph->cut;
        return 1;
    }
    struct cuts found = {.n = 0};
    struct histogram *histogram = g_new0(struct histogram, 1);
    histogram_fill(histogram, graph);
    add_gaps(&found, histogram);
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++)
        cuts_add(&found, histogram, weight_bin(graph, graph->max * shares[i]));
    cuts_add(&found, histogram, otsu(histogram));
    cuts_add(&found, histogram, WEIGHT_BINS - 1);
    drop_twins(&found, histogram, graph->n);
    g_free(histogram);
    for (unsigned i = 0; i < found.n; i++)
        cuts[i] = weight_of_bin(graph, found.bins[i]);
    return found.n;
}
