// SPDX-License-Identifier: Apache-2.0
#include "infer/renumber.h"

#include "base/random.h"

#include <stdlib.h>
#include <string.h>

/* Rounds end when so many arcs were looked at, or after the first few. */
#define ARCS_MOST    4000000
#define ROUNDS_LEAST 3

/* What a pair exchanges both ways, from one end of it. */
static uint64_t bytes_of(const struct arc *arc)
{
    uint32_t out, in;
    memcpy(&out, &arc->out, sizeof out);
    memcpy(&in, &arc->in, sizeof in);
    return (uint64_t)out << 32 | in;
}

/* A sum does not ask for an order. */
static uint64_t colour_of(const struct graph *graph, const uint64_t *colours, uint32_t u)
{
    uint64_t sum = 0;
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
        const struct arc *arc = &graph->arcs[k];
        sum += random_mix(bytes_of(arc) + colours[arc->to]);
    }
    return random_mix(sum + colours[u]);
}

static size_t count_different(const uint64_t *colours, size_t n)
{
    size_t size = 4, different = 0;
    while (size < 2 * n)
        size *= 2;
    g_autofree uint64_t *table = g_new0(uint64_t, size); /* 0 is vacant */
    for (size_t i = 0; i < n; i++) {
        size_t at = colours[i] & (size - 1);
        while (table[at] && table[at] != colours[i])
            at = (at + 1) & (size - 1);
        different += !table[at];
        table[at] = colours[i];
    }
    return different;
}

/* The colour of each endpoint; returns how many there are. */
static size_t refine(const struct graph *graph, uint64_t *colours)
{
    g_autofree uint64_t *next = g_new(uint64_t, MAX(graph->n, 1));
    size_t n_arcs = graph->start[graph->n], different = 1, before = 0;
    for (size_t round = 0; different > before && different < graph->n; round++) {
        if (round >= ROUNDS_LEAST && round * n_arcs > ARCS_MOST)
            break;
        for (uint32_t u = 0; u < graph->n; u++)
            next[u] = colour_of(graph, colours, u);
        memcpy(colours, next, graph->n * sizeof *colours);
        before = different;
        different = count_different(colours, graph->n);
    }
    return different;
}

struct coloured {
    uint64_t colour;
    uint32_t endpoint;
};

static int compare_coloured(const void *a, const void *b)
{
    const struct coloured *x = a, *y = b;
    if (x->colour != y->colour)
        return x->colour < y->colour ? -1 : 1;
    return (x->endpoint > y->endpoint) - (x->endpoint < y->endpoint);
}

static uint32_t *order_by_colour(const uint64_t *colours, size_t n)
{
    g_autofree struct coloured *all = g_new(struct coloured, MAX(n, 1));
    uint32_t *order = g_new(uint32_t, MAX(n, 1));
    for (size_t i = 0; i < n; i++)
        all[i] = (struct coloured){colours[i], (uint32_t)i};
    qsort(all, n, sizeof *all, compare_coloured);
    for (size_t i = 0; i < n; i++)
        order[i] = all[i].endpoint;
    return order;
}

/* Each endpoint, in the order, is written down with all its partners: so their arcs ascend. */
static void reorder(struct graph *graph, const uint32_t *order)
{
    size_t n = graph->n;
    size_t *start = g_new0(size_t, n + 1);
    g_autofree size_t *next = g_new(size_t, MAX(n, 1)); /* where the old number's next arc goes */
    struct arc *arcs = g_new(struct arc, graph->start[n] + 1);
    double *bytes = g_new(double, MAX(n, 1));
    for (size_t i = 0; i < n; i++) {
        start[i + 1] = start[i] + graph_degree(graph, order[i]);
        next[order[i]] = start[i];
        bytes[i] = graph->bytes[order[i]];
    }
    for (uint32_t i = 0; i < n; i++) {
        for (size_t k = graph->start[order[i]]; k < graph->start[order[i] + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            arcs[next[arc->to]++] = (struct arc){i, arc->in, arc->out, arc->bin, arc->known};
        }
    }
    g_free(graph->start);
    g_free(graph->arcs);
    g_free(graph->bytes);
    graph->start = start;
    graph->arcs = arcs;
    graph->bytes = bytes;
}

void graph_renumber(struct graph *graph)
{
    g_autofree uint64_t *colours = g_new0(uint64_t, MAX(graph->n, 1));
    if (refine(graph, colours) <= 1)
        return;
    g_free(graph->endpoint);
    graph->endpoint = order_by_colour(colours, graph->n);
    reorder(graph, graph->endpoint);
}
