// SPDX-License-Identifier: Apache-2.0
#include "infer/graph.h"

#include "infer/median.h"
#include "infer/squares.h"

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* The exponent and the first seven bits of the fraction of a double, read as one number, are its
 * logarithm to within 1 %. */
#define BIN_SHIFT 45

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> BIN_SHIFT;
}

unsigned weight_bin(const struct graph *graph, double weight)
{
    uint64_t below = weight > 0 ? bits_of(graph->max) - bits_of(weight) : WEIGHT_BINS;
    return (unsigned)MIN(below, WEIGHT_BINS - 1);
}

double weight_of_bin(const struct graph *graph, unsigned bin)
{
    uint64_t bits = bits_of(graph->max);
    if (bin == WEIGHT_BINS - 1 || bits <= bin)
        return 0;
    bits = (bits - bin) << BIN_SHIFT;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The cells of each receiver, ascending by sender: the matrix transposed, without its diagonal. */
struct sent {
    uint32_t from;
    float bytes;
};

struct columns {
    size_t *start;
    struct sent *cells;
};

/* Where each column begins; also finds the graph's unit, maximum and cut. */
static size_t *count_columns(struct graph *graph, const struct vttif_matrix *matrix, double bmin)
{
    size_t *start = g_new0(size_t, graph->n + 1);
    double max = 0;
    for (size_t i = 0; i < graph->n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++) {
            if (cells[k].to == i)
                continue;
            start[cells[k].to + 1]++;
            max = MAX(max, cells[k].bytes);
        }
    }
    for (size_t i = 0; i < graph->n; i++)
        start[i + 1] += start[i];
    graph->unit = max > 0 ? ldexp(1, MAX(ilogb(max), -1000)) : 1; /* its inverse is a number */
    graph->max = graph->largest = (float)(max / graph->unit);
    graph->cut = bmin * graph->max;
    return start;
}

static struct columns columns_new(struct graph *graph, const struct vttif_matrix *matrix,
                                  double bmin)
{
    struct columns columns = {count_columns(graph, matrix, bmin), NULL};
    columns.cells = g_new0(struct sent, MAX(columns.start[graph->n], 1));
    g_autofree size_t *next = g_memdup2(columns.start, (graph->n + 1) * sizeof *next);
    double per_unit = 1 / graph->unit, total = 0;
    for (size_t i = 0; i < graph->n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++) {
            double bytes = cells[k].bytes * per_unit;
            if (cells[k].to == i) {
                total += bytes;
                continue;
            }
            struct sent sent = {(uint32_t)i, (float)bytes};
            columns.cells[next[cells[k].to]++] = sent;
            total += sent.bytes;
        }
    }
    graph->total = graph->left = graph->all = total;
    return columns;
}

/* What the arcs of u add up to. A sum in memory would be written a million times. */
struct sums {
    double bytes, weight;
};

/* The bin of an arc of u, and what it adds to the sums. */
static inline void count_arc(struct graph *graph, uint32_t u, struct arc *arc, struct sums *sums)
{
    double weight = arc_weight(arc);
    arc->bin = (uint16_t)weight_bin(graph, weight);
    sums->bytes += (double)arc->out + arc->in;
    if (arc->to < u || arc->known)
        return;
    graph->pairs[arc->bin]++;
    sums->weight += weight;
}

/* Row and column of endpoint i merged: one arc for each partner. */
static void merge(struct graph *graph, const struct vttif_matrix *matrix,
                  const struct columns *columns, uint32_t i)
{
    size_t n_row, used = graph->start[i];
    const struct vttif_cell *row = vttif_matrix_row(matrix, i, &n_row);
    const struct vttif_cell *row_end = n_row > 0 ? row + n_row : row; /* no cells may be NULL */
    const struct sent *at = columns->cells + columns->start[i];
    const struct sent *end = columns->cells + columns->start[i + 1];
    double least = cut_least(graph->cut), per_unit = 1 / graph->unit;
    struct arc *arcs = graph->arcs;
    struct sums sums = {0, graph->weight};
    while (row < row_end || at < end) {
        uint32_t to = row < row_end ? row->to : G_MAXUINT32;
        uint32_t from = at < end ? at->from : G_MAXUINT32;
        struct arc arc = {.to = MIN(to, from)};
        if (to == arc.to)
            arc.out = (float)((row++)->bytes * per_unit);
        if (from == arc.to)
            arc.in = (at++)->bytes;
        double weight = arc_weight(&arc);
        if (arc.to == i || weight <= 0 || weight < least)
            continue;
        count_arc(graph, i, &arc, &sums);
        arcs[used++] = arc;
    }
    graph->n_active += used > graph->start[i];
    graph->start[i + 1] = used;
    graph->bytes[i] = sums.bytes;
    graph->weight = sums.weight;
}

/* No endpoint has more partners than it has cells, or than there are others. */
static size_t arcs_most(const struct columns *columns, const struct vttif_matrix *matrix, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        size_t n_row;
        vttif_matrix_row(matrix, i, &n_row);
        sum += MIN(n_row + columns->start[i + 1] - columns->start[i], n - 1);
    }
    return sum;
}

struct graph *graph_new(const struct vttif_matrix *matrix, double bmin)
{
    struct graph *graph = g_new0(struct graph, 1);
    size_t n = graph->n = vttif_matrix_size(matrix);
    struct columns columns = columns_new(graph, matrix, bmin);
    graph->start = g_new0(size_t, n + 1);
    graph->bytes = g_new(double, MAX(n, 1));
    graph->arcs = g_new(struct arc, arcs_most(&columns, matrix, n) + 1);
    for (uint32_t i = 0; i < n; i++)
        merge(graph, matrix, &columns, i);
    g_free(columns.start);
    g_free(columns.cells);
    return graph;
}

/* All but the arcs. */
static struct graph *copy_endpoints(const struct graph *graph)
{
    struct graph *copy = g_memdup2(graph, sizeof *graph);
    size_t n = graph->n;
    if (graph->endpoint)
        copy->endpoint = g_memdup2(graph->endpoint, n * sizeof *graph->endpoint);
    copy->start = g_memdup2(graph->start, (n + 1) * sizeof *graph->start);
    copy->bytes = g_memdup2(graph->bytes, MAX(n, 1) * sizeof *graph->bytes);
    return copy;
}

struct graph *graph_copy(const struct graph *graph)
{
    struct graph *copy = copy_endpoints(graph);
    copy->arcs = g_memdup2(graph->arcs, (graph->start[graph->n] + 1) * sizeof *graph->arcs);
    return copy;
}

struct graph *graph_within(const struct graph *graph, const bool *is_member)
{
    struct graph *within = copy_endpoints(graph);
    size_t used = 0, most = 0;
    for (uint32_t u = 0; u < graph->n; u++)
        most += is_member[u] ? graph_degree(graph, u) : 0;
    within->arcs = g_new0(struct arc, most + 1);
    within->max = within->total = 0;
    within->n_active = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; is_member[u] && k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (!is_member[arc->to])
                continue;
            within->arcs[used++] = *arc;
            within->max = MAX(within->max, (double)arc_weight(arc));
            within->total += arc->out;
        }
        within->start[u + 1] = used;
        within->n_active += used > within->start[u];
    }
    within->left = within->total;
    graph_count(within);
    return within;
}

void graph_free(struct graph *graph)
{
    if (!graph)
        return;
    g_free(graph->endpoint);
    g_free(graph->start);
    g_free(graph->arcs);
    g_free(graph->bytes);
    g_free(graph);
}

void graph_count(struct graph *graph)
{
    memset(graph->pairs, 0, sizeof graph->pairs);
    graph->weight = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        struct sums sums = {0, graph->weight};
        for (size_t k = graph->start[u], end = graph->start[u + 1]; k < end; k++)
            count_arc(graph, u, &graph->arcs[k], &sums);
        graph->bytes[u] = sums.bytes;
        graph->weight = sums.weight;
    }
}

/* Partners that are there by chance are spread evenly, so that v is near where it would be then:
 * the search widens from there. */
size_t graph_from(const struct graph *graph, uint32_t u, uint32_t v)
{
    const struct arc *arcs = graph->arcs;
    size_t low = graph->start[u], high = graph->start[u + 1], step = 2;
    size_t guess = low + (high - low) * v / graph->n;
    if (low < high && arcs[guess].to < v) {
        for (low = guess + 1; low + step < high && arcs[low + step].to < v; step *= 2)
            low += step + 1;
        high = MIN(high, low + step);
    } else if (low < high) {
        for (high = guess; low + step < high && arcs[high - step].to >= v; step *= 2)
            high -= step;
        low = low + step < high ? high - step + 1 : low;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (arcs[middle].to < v)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct arc *graph_arc(const struct graph *graph, uint32_t u, uint32_t v)
{
    size_t at = graph_from(graph, u, v);
    return at < graph->start[u + 1] && graph->arcs[at].to == v ? &graph->arcs[at] : NULL;
}

size_t graph_pairs_above(const struct graph *graph, double cut)
{
    size_t pairs = 0;
    for (unsigned bin = 0, last = weight_bin(graph, cut); bin <= last; bin++)
        pairs += graph->pairs[bin];
    return pairs;
}

double *graph_log_weights(const struct graph *graph, uint32_t u)
{
    size_t begin = graph->start[u], n = graph_degree(graph, u);
    double *logs = g_new(double, MAX(n, 1));
    for (size_t k = 0; k < n; k++)
        logs[k] = log(MAX(arc_weight(&graph->arcs[begin + k]), 1e-300));
    return logs;
}

double *graph_bytes_each_way(const struct graph *graph, uint32_t u)
{
    size_t begin = graph->start[u], n = graph_degree(graph, u);
    double *bytes = g_new(double, MAX(2 * n, 1));
    for (size_t k = 0; k < n; k++) {
        bytes[2 * k] = graph->arcs[begin + k].out;
        bytes[2 * k + 1] = graph->arcs[begin + k].in;
    }
    return bytes;
}

/*
 * The weight up to which a hub's pairs are its star's: its partners in the program get both, and
 * stand out. Median and deviation are of the logarithms, as for outliers elsewhere.
 */
static double star_level(const struct graph *graph, uint32_t hub)
{
    if (hub == VTTIF_NOWHERE)
        return 0;
    size_t n = graph_degree(graph, hub);
    g_autofree double *logs = graph_log_weights(graph, hub);
    double middle = median(logs, n);
    double deviation = median_deviation(logs, n, middle);
    return exp(middle + MAX(0.2, 3.5 * deviation));
}

struct strong *strong_new(const struct graph *graph, double cut, uint32_t hub, bool whole)
{
    struct strong *strong = g_new0(struct strong, 1);
    *strong = (struct strong){.graph = graph, .hub = hub, .n = graph->n};
    strong->start = g_new0(size_t, graph->n + 1);
    strong->to = g_new(uint32_t, graph->start[graph->n] + 1);
    double star = whole ? 0 : star_level(graph, hub);
    double least = MAX(cut_least(cut), DBL_TRUE_MIN); /* something, at least */
    size_t used = 0;
    uint32_t *to = strong->to;
    for (uint32_t u = 0; u < graph->n; u++) {
        const struct arc *arc = graph->arcs + graph->start[u];
        for (const struct arc *end = graph->arcs + graph->start[u + 1]; arc < end; arc++) {
            double weight = arc_weight(arc);
            bool in_star = (weight <= star) & ((u == hub) | (arc->to == hub));
            to[used] = arc->to; /* no branch that noise would make a coin's */
            used += (weight >= least) & !in_star;
        }
        strong->start[u + 1] = used;
        strong->largest_degree = MAX(strong->largest_degree, strong_degree(strong, u));
        strong->n_active += strong_degree(strong, u) > 0;
    }
    strong->n_edges = used / 2;
    return strong;
}

void strong_free(struct strong *strong)
{
    if (!strong)
        return;
    squares_free(strong->squares);
    g_free(strong->start);
    g_free(strong->to);
    g_free(strong);
}

static double partners_beside(const struct strong *strong, uint32_t u)
{
    double beside = 0;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
        beside += strong_degree(strong, strong->to[k]);
    return beside;
}

uint32_t strong_centre(const struct strong *strong)
{
    const double *bytes = strong->graph->bytes;
    uint32_t best = VTTIF_NOWHERE;
    double beside = -1; /* of the best; negative: not asked for yet */
    for (uint32_t u = 0; u < strong->n; u++) {
        if (strong_degree(strong, u) < strong->largest_degree ||
            (best != VTTIF_NOWHERE && bytes[u] < bytes[best]))
            continue;
        double here = -1;
        if (best != VTTIF_NOWHERE && bytes[u] == bytes[best]) {
            beside = beside < 0 ? partners_beside(strong, best) : beside;
            here = partners_beside(strong, u);
            if (here <= beside)
                continue;
        }
        best = u;
        beside = here;
    }
    return best;
}

bool strong_has(const struct strong *strong, uint32_t u, uint32_t v)
{
    size_t low = strong->start[u], high = strong->start[u + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strong->to[middle] < v)
            low = middle + 1;
        else
            high = middle;
    }
    return low < strong->start[u + 1] && strong->to[low] == v;
}
