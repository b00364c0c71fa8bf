// SPDX-License-Identifier: Apache-2.0
#include "infer/programs.h"

#include "infer/cuts.h"
#include "infer/links.h"

#include <stdlib.h>
#include <string.h>
#include <vttif/recognition.h>

/* Three endpoints are a line whatever they exchange. */
#define PROGRAM_LEAST 4
/* So many ways of splitting a graph are tried: each may take as long as recognising the whole. */
#define SPLITS_MAX 2
/* Share of the bytes that may be in smaller pieces: nobody's. */
#define SMALL_MOST 0.05

struct piece {
    uint32_t first, n; /* its first endpoint, and how many it has */
    double bytes; /* of its strong pairs */
};

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* The piece of each endpoint, under the number of its first one; those without a partner are a
 * piece each. */
static uint32_t *join(const struct strong *strong)
{
    uint32_t *pieces = pieces_new(MAX(strong->n, 1));
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            uint32_t a = pieces_find(pieces, u), b = pieces_find(pieces, strong->to[k]);
            pieces[MAX(a, b)] = MIN(a, b);
        }
    }
    for (uint32_t u = 0; u < strong->n; u++)
        pieces[u] = pieces_find(pieces, u);
    return pieces;
}

/* Pieces of struct piece, those of most bytes first. */
static GArray *list_pieces(const struct strong *strong, const uint32_t *piece_of)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
    g_autofree guint *at = g_new(guint, MAX(strong->n, 1)); /* of the piece of a first endpoint */
    for (uint32_t u = 0; u < strong->n; u++) {
        if (strong_degree(strong, u) == 0)
            continue;
        if (piece_of[u] == u) {
            struct piece piece = {.first = u};
            at[u] = pieces->len;
            g_array_append_val(pieces, piece);
        }
        struct piece *piece = &g_array_index(pieces, struct piece, at[piece_of[u]]);
        piece->n++;
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            const struct arc *arc = graph_arc(strong->graph, u, strong->to[k]);
            piece->bytes += arc->out;
        }
    }
    g_array_sort(pieces, compare_pieces);
    return pieces;
}

/* Drops what is too small; returns whether that was next to nothing, and a few are left. */
static bool keep_programs(GArray *pieces)
{
    double all = 0, small = 0;
    for (guint i = pieces->len; i > 0; i--) {
        const struct piece *piece = &g_array_index(pieces, struct piece, i - 1);
        all += piece->bytes;
        if (piece->n >= PROGRAM_LEAST)
            continue;
        small += piece->bytes;
        g_array_remove_index(pieces, i - 1);
    }
    return pieces->len >= 2 && pieces->len <= VTTIF_PROGRAMS_MAX && small <= SMALL_MOST * all;
}

static bool is_apart(const struct graph *graph, const uint32_t *program)
{
    for (uint32_t u = 0; u < graph->n; u++)
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
            if (program[u] != program[graph->arcs[k].to])
                return false;
    return true;
}

static struct split *split_new(const GArray *pieces, const uint32_t *piece_of,
                               const struct graph *graph)
{
    struct split *split = g_new0(struct split, 1);
    split->n = pieces->len;
    split->program = g_new(uint32_t, MAX(graph->n, 1));
    for (size_t u = 0; u < graph->n; u++) {
        split->program[u] = VTTIF_NOWHERE;
        for (guint i = 0; i < pieces->len; i++)
            if (g_array_index(pieces, struct piece, i).first == piece_of[u])
                split->program[u] = i;
    }
    split->is_apart = is_apart(graph, split->program);
    return split;
}

static void split_free(gpointer data)
{
    struct split *split = data;
    g_free(split->program);
    g_free(split);
}

static bool is_known(const GPtrArray *splits, const struct split *split, size_t n)
{
    for (guint i = 0; i < splits->len; i++) {
        const struct split *known = g_ptr_array_index(splits, i);
        if (memcmp(known->program, split->program, n * sizeof *split->program) == 0)
            return true;
    }
    return false;
}

static void add_split(GPtrArray *splits, const struct graph *graph, double cut, uint32_t hub)
{
    struct strong *strong = strong_new(graph, cut, hub, false);
    g_autofree uint32_t *piece_of = join(strong);
    g_autoptr(GArray) pieces = list_pieces(strong, piece_of);
    if (keep_programs(pieces)) {
        struct split *split = split_new(pieces, piece_of, graph);
        if (is_known(splits, split, graph->n))
            split_free(split);
        else
            g_ptr_array_add(splits, split);
    }
    strong_free(strong);
}

bool splits_at(const struct graph *graph, double cut, uint32_t hub)
{
    g_autoptr(GPtrArray) splits = g_ptr_array_new_with_free_func(split_free);
    add_split(splits, graph, cut, hub);
    return splits->len > 0;
}

static int compare_cuts(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

GPtrArray *splits_find(const struct graph *graph, uint32_t hub)
{
    GPtrArray *splits = g_ptr_array_new_with_free_func(split_free);
    double cuts[CUTS_MAX];
    unsigned n_cuts = cuts_find(graph, cuts);
    qsort(cuts, n_cuts, sizeof *cuts, compare_cuts);
    for (unsigned i = 0; i < n_cuts && splits->len < SPLITS_MAX; i++)
        add_split(splits, graph, cuts[i], hub);
    return splits;
}

struct graph *split_graph(const struct split *split, unsigned program, const struct graph *graph)
{
    g_autofree bool *is_member = g_new(bool, MAX(graph->n, 1));
    for (size_t u = 0; u < graph->n; u++)
        is_member[u] = split->program[u] == program;
    return graph_within(graph, is_member);
}
