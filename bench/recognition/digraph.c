// SPDX-License-Identifier: Apache-2.0
#include "digraph.h"

#include <stdlib.h>
#include <string.h>

#include <igraph/igraph.h>

static int by_ends(const void *a, const void *b)
{
    const struct digraph_arc *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

static struct digraph *digraph_new(uint32_t n)
{
    struct digraph *graph = g_new(struct digraph, 1);
    *graph = (struct digraph){n, g_array_new(FALSE, FALSE, sizeof(struct digraph_arc))};
    return graph;
}

static void add_arc(struct digraph *graph, uint32_t from, uint32_t to)
{
    struct digraph_arc arc = {from, to};
    g_array_append_val(graph->arcs, arc);
}

void digraph_free(struct digraph *graph)
{
    g_array_unref(graph->arcs);
    g_free(graph);
}

struct digraph *digraph_of_program(const struct program *program, bool strong_only)
{
    struct digraph *graph = digraph_new(program->n);
    for (size_t i = 0; i < program->edges->len; i++) {
        const struct program_edge *edge = &g_array_index(program->edges, struct program_edge, i);
        if (edge->strong || !strong_only)
            add_arc(graph, edge->from, edge->to);
    }
    g_array_sort(graph->arcs, by_ends);
    return graph;
}

static void leave_out_lonely(struct digraph *graph)
{
    g_autofree uint32_t *number = g_new0(uint32_t, graph->n); /* new one + 1 */
    for (size_t i = 0; i < graph->arcs->len; i++) {
        const struct digraph_arc *arc = &g_array_index(graph->arcs, struct digraph_arc, i);
        number[arc->from] = number[arc->to] = 1;
    }
    uint32_t n = 0;
    for (uint32_t v = 0; v < graph->n; v++)
        if (number[v])
            number[v] = ++n;
    for (size_t i = 0; i < graph->arcs->len; i++) {
        struct digraph_arc *arc = &g_array_index(graph->arcs, struct digraph_arc, i);
        arc->from = number[arc->from] - 1;
        arc->to = number[arc->to] - 1;
    }
    graph->n = n;
}

struct digraph *digraph_of_matrix(const struct vttif_matrix *matrix, double bmin)
{
    size_t n = vttif_matrix_size(matrix);
    double least = vttif_matrix_max(matrix) * bmin;
    struct digraph *graph = digraph_new((uint32_t)n);
    for (size_t from = 0; from < n; from++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(matrix, from, &n_cells);
        for (size_t k = 0; k < n_cells; k++)
            if (cells[k].to != from && cells[k].bytes >= least)
                add_arc(graph, (uint32_t)from, cells[k].to);
    }
    leave_out_lonely(graph);
    return graph;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Degrees out and in of every vertex, in ascending order. */
static uint64_t *degrees(const struct digraph *graph)
{
    uint64_t *list = g_new0(uint64_t, graph->n);
    for (size_t i = 0; i < graph->arcs->len; i++) {
        const struct digraph_arc *arc = &g_array_index(graph->arcs, struct digraph_arc, i);
        list[arc->from] += (uint64_t)1 << 32;
        list[arc->to]++;
    }
    qsort(list, graph->n, sizeof *list, by_number);
    return list;
}

static bool has_arc(const struct digraph *graph, uint32_t from, uint32_t to)
{
    struct digraph_arc key = {from, to};
    return bsearch(&key, graph->arcs->data, graph->arcs->len, sizeof key, by_ends) != NULL;
}

/*
 * BLISS takes undirected graphs with coloured vertices. Two arcs there and back are one edge; an
 * arc alone is a path over two vertices of further colours:
 *
 *     u ──► v   becomes   u ── 1 ── 2 ── v
 */
static void convert(const struct digraph *graph, igraph_t *to, igraph_vector_int_t *colours)
{
    igraph_vector_int_t edges;
    igraph_vector_int_init(&edges, 0);
    igraph_vector_int_init(colours, graph->n);
    igraph_integer_t n = graph->n;
    for (size_t i = 0; i < graph->arcs->len; i++) {
        const struct digraph_arc *arc = &g_array_index(graph->arcs, struct digraph_arc, i);
        bool both = has_arc(graph, arc->to, arc->from);
        if (both && arc->from > arc->to)
            continue;
        igraph_vector_int_push_back(&edges, arc->from);
        if (!both) {
            for (int colour = 1; colour <= 2; colour++) {
                igraph_vector_int_push_back(colours, colour);
                igraph_vector_int_push_back(&edges, n);
                if (colour == 1)
                    igraph_vector_int_push_back(&edges, n);
                n++;
            }
            /* u 1, 1 2, 2 v: the list now ends "u n n n+1"; 2 goes on to v */
            igraph_vector_int_push_back(&edges, n - 1);
        }
        igraph_vector_int_push_back(&edges, arc->to);
    }
    igraph_create(to, &edges, n, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&edges);
}

bool digraph_bliss(const struct digraph *a, const struct digraph *b)
{
    igraph_t graphs[2];
    igraph_vector_int_t colours[2];
    igraph_bool_t isomorphic = false;
    convert(a, &graphs[0], &colours[0]);
    convert(b, &graphs[1], &colours[1]);
    igraph_isomorphic_bliss(&graphs[0], &graphs[1], &colours[0], &colours[1], &isomorphic, NULL,
                            NULL, IGRAPH_BLISS_FL, NULL, NULL);
    for (int k = 0; k < 2; k++) {
        igraph_destroy(&graphs[k]);
        igraph_vector_int_destroy(&colours[k]);
    }
    return isomorphic;
}

bool digraph_is_isomorphic(const struct digraph *a, const struct digraph *b)
{
    if (a->n != b->n || a->arcs->len != b->arcs->len)
        return false;
    g_autofree uint64_t *degrees_a = degrees(a);
    g_autofree uint64_t *degrees_b = degrees(b);
    return memcmp(degrees_a, degrees_b, a->n * sizeof *degrees_a) == 0 && digraph_bliss(a, b);
}
