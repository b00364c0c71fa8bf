// SPDX-License-Identifier: Apache-2.0
#include "infer/graph.h"

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* The cells of each receiver, ascending by sender: the matrix transposed. */
struct column {
    size_t *start;
    struct vttif_cell *cells; /* to: the sender */
};

static struct column columns_new(const struct vttif_matrix *matrix, size_t n)
{
    struct column column = {g_new0(size_t, n + 1), NULL};
    for (size_t i = 0; i < n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            column.start[cells[k].to + 1]++;
    }
    for (size_t i = 0; i < n; i++)
        column.start[i + 1] += column.start[i];
    column.cells = g_new0(struct vttif_cell, MAX(column.start[n], 1));
    g_autofree size_t *next = g_memdup2(column.start, (n + 1) * sizeof *next);
    for (size_t i = 0; i < n; i++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, i, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            column.cells[next[cells[k].to]++] = (struct vttif_cell){(uint32_t)i, cells[k].bytes};
    }
    return column;
}

/* Row and column of endpoint i merged: one arc for each partner. */
static size_t merge(const struct graph *graph, const struct vttif_matrix *matrix,
                    const struct column *column, size_t i, struct arc *arcs)
{
    size_t n_row, used = 0;
    const struct vttif_cell *row = vttif_matrix_row(matrix, i, &n_row);
    const struct vttif_cell *at = column->cells + column->start[i];
    const struct vttif_cell *end = column->cells + column->start[i + 1];
    const struct vttif_cell *row_end = row + n_row;
    while (row < row_end || at < end) {
        struct arc arc = {
            .to = MIN(row < row_end ? row->to : G_MAXUINT32, at < end ? at->to : G_MAXUINT32)};
        if (row < row_end && row->to == arc.to)
            arc.out = (row++)->bytes;
        if (at < end && at->to == arc.to)
            arc.in = (at++)->bytes;
        if (arc.to == i || arc_weight(&arc) < graph->cut)
            continue;
        arc.bin = (uint16_t)weight_bin(graph, arc_weight(&arc));
        arcs[used++] = arc;
    }
    return used;
}

struct graph *graph_new(const struct vttif_matrix *matrix, double bmin)
{
    struct graph *graph = g_new0(struct graph, 1);
    size_t n = graph->n = vttif_matrix_size(matrix);
    graph->max = vttif_matrix_max(matrix);
    graph->total = vttif_matrix_total(matrix);
    graph->cut = bmin * graph->max;
    struct column column = columns_new(matrix, n);
    graph->start = g_new0(size_t, n + 1);
    graph->arcs = g_new(struct arc, MAX(2 * column.start[n], 1));
    for (size_t i = 0; i < n; i++)
        graph->start[i + 1] =
            graph->start[i] + merge(graph, matrix, &column, i, graph->arcs + graph->start[i]);
    g_free(column.start);
    g_free(column.cells);
    return graph;
}

void graph_free(struct graph *graph)
{
    if (!graph)
        return;
    g_free(graph->start);
    g_free(graph->arcs);
    g_free(graph);
}

struct graph *graph_rest(const struct graph *graph,
                         void (*keep)(void *data, uint32_t u, const struct arc *arc,
                                      struct arc *rest),
                         void *data)
{
    struct graph *rest = g_new0(struct graph, 1);
    rest->n = graph->n;
    rest->total = graph->total;
    rest->start = g_new0(size_t, graph->n + 1);
    rest->arcs = g_new(struct arc, MAX(graph->start[graph->n], 1));
    size_t used = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            struct arc left = graph->arcs[k];
            keep(data, u, &graph->arcs[k], &left);
            if (arc_weight(&left) <= 0 && !left.known)
                continue;
            rest->max = MAX(rest->max, arc_weight(&left));
            rest->arcs[used++] = left;
        }
        rest->start[u + 1] = used;
    }
    for (size_t k = 0; k < used; k++)
        rest->arcs[k].bin = (uint16_t)weight_bin(rest, arc_weight(&rest->arcs[k]));
    return rest;
}

size_t graph_from(const struct graph *graph, uint32_t u, uint32_t v)
{
    size_t low = graph->start[u], high = graph->start[u + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (graph->arcs[middle].to < v)
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

static int compare_logs(const void *first, const void *second)
{
    double a = *(const double *)first, b = *(const double *)second;
    return a < b ? -1 : a > b;
}

/*
 * The weight up to which a hub's pairs are its star's: its partners in the program get both, and
 * stand out. Median and deviation are of the logarithms, as for outliers elsewhere.
 */
static double star_level(const struct graph *graph, uint32_t hub)
{
    if (hub == VTTIF_NOWHERE)
        return 0;
    size_t n = graph->start[hub + 1] - graph->start[hub];
    g_autofree double *logs = g_new(double, MAX(n, 1));
    for (size_t k = 0; k < n; k++)
        logs[k] = log(MAX(arc_weight(&graph->arcs[graph->start[hub] + k]), 1e-300));
    qsort(logs, n, sizeof *logs, compare_logs);
    double middle = logs[n / 2];
    for (size_t k = 0; k < n; k++)
        logs[k] = fabs(logs[k] - middle);
    qsort(logs, n, sizeof *logs, compare_logs);
    return exp(middle + MAX(0.2, 3.5 * logs[n / 2]));
}

struct strong *strong_new(const struct graph *graph, double cut, uint32_t hub, bool whole)
{
    struct strong *strong = g_new0(struct strong, 1);
    *strong = (struct strong){.graph = graph, .hub = hub, .n = graph->n};
    strong->start = g_new0(size_t, graph->n + 1);
    strong->to = g_new(uint32_t, graph->start[graph->n] + 1);
    double star = whole ? 0 : star_level(graph, hub);
    size_t used = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            double weight = arc_weight(arc);
            bool of_star = (u == hub) | (arc->to == hub);
            strong->to[used] = arc->to; /* no branch that noise would make a coin's */
            used += (weight >= cut) & (weight > 0) & !(of_star & (weight <= star));
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
    g_free(strong->start);
    g_free(strong->to);
    g_free(strong);
}

struct importance {
    double bytes, beside;
};

static struct importance importance_of(const struct strong *strong, uint32_t u)
{
    const struct graph *graph = strong->graph;
    struct importance importance = {0, 0};
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
        importance.bytes += graph->arcs[k].out + graph->arcs[k].in;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
        importance.beside += strong_degree(strong, strong->to[k]);
    return importance;
}

uint32_t strong_centre(const struct strong *strong)
{
    uint32_t best = VTTIF_NOWHERE;
    struct importance most = {0, 0};
    for (uint32_t u = 0; u < strong->n; u++) {
        if (strong_degree(strong, u) < strong->largest_degree)
            continue;
        struct importance here = importance_of(strong, u);
        if (best != VTTIF_NOWHERE &&
            (here.bytes < most.bytes || (here.bytes == most.bytes && here.beside <= most.beside)))
            continue;
        best = u;
        most = here;
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
