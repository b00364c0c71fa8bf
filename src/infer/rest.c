// SPDX-License-Identifier: Apache-2.0
#include "infer/rest.h"

#include "infer/median.h"

#include <math.h>

#define OUTLIER_SIGMAS 3.5
/* What is laid over a dense archetype has at least that share of the bytes. */
#define LAYER_LEAST 0.05
/* Not even an outlier below a third above the median, however alike the others are. */
#define OUTLIER_LEAST 1.33

/* The endpoint with the most bytes: if it is a master, its cells are no guide to the others'. */
static uint32_t heaviest(const struct graph *graph)
{
    uint32_t best = 0;
    double most = -1;
    for (uint32_t u = 0; u < graph->n; u++) {
        if (graph->bytes[u] > most) {
            most = graph->bytes[u];
            best = u;
        }
    }
    return best;
}

/* Cells by weight, of the archetype's edges that are not the heaviest endpoint's; those below a
 * tenth of the cut are acknowledgements. Returns their number. */
static size_t count_cells(const struct removal *removal, const struct graph *graph, uint32_t *count)
{
    uint32_t master = removal->master;
    double least = 0.1 * removal->candidate->cut;
    size_t cells = 0;
    struct edge_test test = edge_test_new(removal->candidate, graph->n);
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph_from(graph, u, u); u != master && k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (arc->known || arc->to == master || !edge_test_is(&test, u, arc->to))
                continue;
            const float both[] = {arc->out, arc->in};
            for (int way = 0; way < 2; way++) {
                if (both[way] <= least)
                    continue;
                count[both[way] >= both[!way] ? arc->bin : weight_bin(graph, both[way])]++;
                cells++;
            }
        }
    }
    edge_test_clear(&test);
    return cells;
}

static unsigned median_bin(const uint32_t *count, size_t cells)
{
    size_t seen = 0;
    unsigned bin = 0;
    while (bin + 1 < WEIGHT_BINS && (seen += count[bin]) <= cells / 2)
        bin++;
    return bin;
}

/* Median and deviation of the logarithms, which is what bins are. */
static void find_level(struct removal *removal, const struct graph *graph)
{
    removal->level = removal->most = INFINITY;
    if (removal->candidate->archetype->neighbours) /* sparse: it has but a few edges */
        return;
    g_autofree uint32_t *count = g_new0(uint32_t, WEIGHT_BINS);
    g_autofree uint32_t *off = g_new0(uint32_t, WEIGHT_BINS);
    size_t cells = count_cells(removal, graph, count);
    if (cells < 3)
        return;
    unsigned middle = median_bin(count, cells);
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++)
        off[bin > middle ? bin - middle : middle - bin] += count[bin];
    double beyond = OUTLIER_SIGMAS * SIGMA_OF_MAD * median_bin(off, cells);
    removal->level = weight_of_bin(graph, middle);
    removal->most = MAX(OUTLIER_LEAST * removal->level,
                        weight_of_bin(graph, (unsigned)MAX(0, (double)middle - beyond)));
}

static float left_of(const struct removal *removal, float bytes)
{
    return bytes > removal->most ? (float)(bytes - removal->level) : 0;
}

/* Returns what is gone of what u sent. */
static double take(const struct removal *removal, uint32_t u, struct arc *arc)
{
    bool leaves = removal->of_all || u == removal->master || arc->to == removal->master;
    float out = arc->out;
    arc->out = leaves ? left_of(removal, out) : 0;
    arc->in = leaves ? left_of(removal, arc->in) : 0;
    arc->known = arc_weight(arc) <= 0;
    return (double)out - arc->out;
}

/* By every pair of the graph. */
static double take_pairs(const struct removal *removal, struct graph *graph)
{
    double taken = 0;
    struct edge_test test = edge_test_new(removal->candidate, graph->n);
    for (uint32_t u = 0; u < graph->n; u++)
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
            if (edge_test_is(&test, u, graph->arcs[k].to))
                taken += take(removal, u, &graph->arcs[k]);
    edge_test_clear(&test);
    return taken;
}

static double take_edge(const struct removal *removal, struct graph *graph, uint32_t u, uint32_t v)
{
    const struct arc *arc =
        u != VTTIF_NOWHERE && v != VTTIF_NOWHERE ? graph_arc(graph, u, v) : NULL;
    return arc ? take(removal, u, &graph->arcs[arc - graph->arcs]) : 0;
}

/* By the edges of the shape. */
static double take_edges(const struct removal *removal, struct graph *graph)
{
    double taken = 0;
    const struct candidate *candidate = removal->candidate;
    uint32_t order = (uint32_t)candidate->archetype->order(&candidate->shape), near[NEIGHBOURS_MAX];
    g_autofree uint32_t *endpoint_at = endpoints_at(candidate->position, graph->n, order);
    for (uint32_t p = 0; p < order; p++) {
        unsigned n_near = candidate->archetype->neighbours(&candidate->shape, p, near);
        for (unsigned k = 0; k < n_near; k++) {
            if (near[k] > p)
                continue;
            taken += take_edge(removal, graph, endpoint_at[p], endpoint_at[near[k]]);
            taken += take_edge(removal, graph, endpoint_at[near[k]], endpoint_at[p]);
        }
    }
    return taken;
}

/* Has it outliers with at least half of its partners? A few are no star of its own. */
static bool is_master(const struct removal *removal, const struct graph *graph)
{
    uint32_t u = removal->master;
    size_t edges = 0, outliers = 0;
    struct edge_test test = edge_test_new(removal->candidate, graph->n);
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
        bool is_edge = edge_test_is(&test, u, graph->arcs[k].to);
        edges += is_edge;
        outliers += is_edge && arc_weight(&graph->arcs[k]) > removal->most;
    }
    edge_test_clear(&test);
    return 2 * outliers >= edges;
}

struct removal rest_plan(const struct graph *graph, const struct candidate *candidate)
{
    struct removal removal = {.candidate = candidate, .master = heaviest(graph)};
    find_level(&removal, graph);
    if (removal.most < INFINITY && !is_master(&removal, graph))
        removal.master = VTTIF_NOWHERE;
    return removal;
}

double rest_take(const struct removal *removal, struct graph *graph)
{
    bool sparse = removal->candidate->archetype->neighbours;
    double taken = (sparse ? take_edges : take_pairs)(removal, graph);
    graph->left = MAX(graph->left - taken, 0);
    float max = 0;
    for (size_t k = 0; k < graph->start[graph->n]; k++)
        max = MAX(max, arc_weight(&graph->arcs[k]));
    graph->max = max;
    graph->cut = 0;
    if (max > 0)
        graph_count(graph);
    return taken;
}

/* What all cells have above the level but for the master's, where they are outliers. */
static double excess(const struct removal *removal, const struct graph *graph)
{
    double sum = 0;
    if (removal->most >= graph->max)
        return 0;
    struct edge_test test = edge_test_new(removal->candidate, graph->n);
    for (uint32_t u = 0; u < graph->n; u++)
        for (size_t k = graph->start[u]; k < graph->start[u + 1] && u != removal->master; k++)
            if (graph->arcs[k].out > removal->most && graph->arcs[k].to != removal->master &&
                edge_test_is(&test, u, graph->arcs[k].to))
                sum += left_of(removal, graph->arcs[k].out);
    edge_test_clear(&test);
    return sum;
}

struct graph *rest_layer(const struct removal *removal, const struct graph *graph, double *taken)
{
    if (!(removal->most < INFINITY) || excess(removal, graph) < LAYER_LEAST * graph->total)
        return NULL;
    struct removal of_all = *removal;
    of_all.of_all = true;
    struct graph *rest = graph_copy(graph);
    *taken = rest_take(&of_all, rest);
    return rest;
}
