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

struct cuts {
    unsigned bins[CUTS_MAX]; /* the last bin above the cut */
    unsigned n;
};

/* Adds the cut below the last used bin at or above bin, unless it is there already. */
static void cuts_add(struct cuts *cuts, const uint32_t *pairs, unsigned bin)
{
    while (bin > 0 && pairs[bin] == 0)
        bin--;
    for (unsigned i = 0; i < cuts->n; i++)
        if (cuts->bins[i] == bin)
            return;
    if (cuts->n < CUTS_MAX)
        cuts->bins[cuts->n++] = bin;
}

/* The bins above the widest gaps, widest first. */
static void add_gaps(struct cuts *cuts, const uint32_t *pairs)
{
    unsigned width[N_GAPS] = {0}, above[N_GAPS] = {0}, last = 0;
    for (unsigned bin = 1; bin < WEIGHT_BINS; bin++) {
        if (pairs[bin] == 0)
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
        cuts_add(cuts, pairs, above[i]);
}

/* Otsu's threshold: the largest variance between the classes. */
static unsigned otsu(const uint32_t *pairs)
{
    double sum = 0, total = 0, sum_above = 0, n_above = 0, best = -1;
    unsigned at = 0;
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++) {
        total += pairs[bin];
        sum += (double)bin * pairs[bin];
    }
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++) {
        n_above += pairs[bin];
        sum_above += (double)bin * pairs[bin];
        double n_below = total - n_above;
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

static size_t pairs_above(const uint32_t *pairs, unsigned bin)
{
    size_t above = 0;
    for (unsigned i = 0; i <= bin; i++)
        above += pairs[i];
    return above;
}

/* Strong graphs are nested: where two dense ones have nearly the same number of pairs, the second
 * would only tell the same again. */
static void drop_twins(struct cuts *cuts, const uint32_t *pairs, size_t n)
{
    size_t kept_pairs[CUTS_MAX];
    unsigned kept = 0;
    for (unsigned i = 0; i < cuts->n; i++) {
        size_t above = pairs_above(pairs, cuts->bins[i]);
        bool twin = false;
        for (unsigned k = 0; k < kept && above > DENSE * n; k++)
            twin |= (double)(MAX(above, kept_pairs[k]) - MIN(above, kept_pairs[k])) <
                    TWINS * (double)above;
        if (twin)
            continue;
        kept_pairs[kept] = above;
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
    const uint32_t *pairs = graph->pairs;
    add_gaps(&found, pairs);
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++)
        cuts_add(&found, pairs, weight_bin(graph, graph->max * shares[i]));
    cuts_add(&found, pairs, otsu(pairs));
    cuts_add(&found, pairs, WEIGHT_BINS - 1);
    drop_twins(&found, pairs, graph->n);
    for (unsigned i = 0; i < found.n; i++)
        cuts[i] = weight_of_bin(graph, found.bins[i]);
    return found.n;
}
