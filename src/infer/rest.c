// SPDX-License-Identifier: Apache-2.0
#include "infer/rest.h"

#include <math.h>

#define OUTLIER_SIGMAS 3.5
/* Not even an outlier below a third above the median, however alike the others are. */
#define OUTLIER_LEAST 1.33
/* From the median absolute deviation to sigma, for normal distributions. */
#define SIGMA_OF_MAD 1.4826

struct removal {
    const struct candidate *candidate;
    double level, most; /* median of a cell; above most it is an outlier */
    double taken;
};

static bool is_inside(const struct candidate *candidate, uint32_t u, const struct arc *arc)
{
    uint32_t p = candidate->position[u], q = candidate->position[arc->to];
    return p != VTTIF_NOWHERE && q != VTTIF_NOWHERE &&
           candidate->archetype->adjacent(&candidate->shape, p, q);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(GArray *values)
{
    g_array_sort(values, compare);
    return g_array_index(values, double, values->len / 2);
}

/* Median and outliers of the cells at or above a tenth of the cut: below are acknowledgements. */
static void find_level(struct removal *removal, const struct graph *graph)
{
    g_autoptr(GArray) logs = g_array_new(FALSE, FALSE, sizeof(double));
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            double value = log(arc->out);
            if (arc->out > 0.1 * removal->candidate->cut && !arc->known &&
                is_inside(removal->candidate, u, arc))
                g_array_append_val(logs, value);
        }
    }
    removal->level = removal->most = INFINITY;
    if (logs->len == 0 || removal->candidate->archetype->is_main)
        return;
    double middle = median(logs);
    for (guint i = 0; i < logs->len; i++)
        g_array_index(logs, double, i) = fabs(g_array_index(logs, double, i) - middle);
    double sigma = SIGMA_OF_MAD * median(logs);
    removal->level = exp(middle);
    removal->most = removal->level * MAX(OUTLIER_LEAST, exp(OUTLIER_SIGMAS * sigma));
}

static double left_of(const struct removal *removal, double bytes)
{
    return bytes > removal->most ? bytes - removal->level : 0;
}

static void keep(void *data, uint32_t u, const struct arc *arc, struct arc *rest)
{
    struct removal *removal = data;
    if (!is_inside(removal->candidate, u, arc))
        return;
    rest->out = left_of(removal, arc->out);
    rest->in = left_of(removal, arc->in);
    rest->known = arc_weight(rest) <= 0;
    removal->taken += arc->out - rest->out;
}

struct graph *rest_new(const struct graph *graph, const struct candidate *candidate, double *taken)
{
    struct removal removal = {.candidate = candidate};
    find_level(&removal, graph);
    struct graph *rest = graph_rest(graph, keep, &removal);
    *taken = removal.taken;
    return rest;
}
