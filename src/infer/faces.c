// SPDX-License-Identifier: Apache-2.0
/*
 * A stencil with diagonals is a strong product of paths: everyone within one step in every
 * dimension. Two endpoints share, of an endpoint's own neighbourhood (itself in it), all in a
 * dimension in which they are equal, and two of three in one in which they differ:
 *
 *     a face pair    u v o      2/3       o o o      an edge pair (9 points: the diagonal) 4/9,
 *                    o o o                o u o      a corner pair of 27 points 8/27
 *                                         o o v
 *
 * The larger neighbourhood of the two is the measure, which makes this true at borders as well, but
 * for pairs that cut a corner.
 */
#include "infer/faces.h"

/* Between 4/9 and 2/3, nearer to the former, since missing pairs make it less. */
#define SHARED_LEAST 0.52
/* A 27-point stencil has 13 pairs an endpoint. */
#define PAIRS_MOST  14
#define PAIRS_LEAST 2

/* How many of both neighbourhoods u and v share; they are partners. */
static uint32_t shared(const struct strong *strong, uint32_t u, uint32_t v)
{
    const uint32_t *a = strong->to + strong->start[u], *a_end = strong->to + strong->start[u + 1];
    const uint32_t *b = strong->to + strong->start[v], *b_end = strong->to + strong->start[v + 1];
    uint32_t count = 2;
    while (a < a_end && b < b_end) {
        count += *a == *b;
        uint32_t low = MIN(*a, *b);
        a += *a == low;
        b += *b == low;
    }
    return count;
}

static bool is_face(const struct strong *strong, uint32_t u, uint32_t v)
{
    uint32_t larger = MAX(strong_degree(strong, u), strong_degree(strong, v)) + 1;
    uint32_t smaller = MIN(strong_degree(strong, u), strong_degree(strong, v)) + 1;
    return smaller >= SHARED_LEAST * larger && shared(strong, u, v) >= SHARED_LEAST * larger;
}

/* --- by weight ------------------------------------------------------------------------------ */

/* Of the pair u, v: is there a third endpoint with heavier pairs to both? */
static bool is_lightest(const struct strong *strong, const uint16_t *bin, uint32_t u, size_t slot)
{
    uint32_t v = strong->to[slot];
    size_t i = strong->start[u], j = strong->start[v];
    while (i < strong->start[u + 1] && j < strong->start[v + 1]) {
        uint32_t a = strong->to[i], b = strong->to[j];
        if (a == b && bin[i] < bin[slot] && bin[j] < bin[slot])
            return true;
        i += a <= b;
        j += b <= a;
    }
    return false;
}

/* The bin of each slot's weight: both are in ascending order. */
static uint16_t *bins_of(const struct strong *strong)
{
    uint16_t *bin = g_new(uint16_t, strong->start[strong->n] + 1);
    for (uint32_t u = 0; u < strong->n; u++) {
        const struct arc *arc = strong->graph->arcs + strong->graph->start[u];
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++, arc++) {
            while (arc->to != strong->to[k])
                arc++;
            bin[k] = arc->bin;
        }
    }
    return bin;
}

/* --- both ------------------------------------------------------------------------------------- */

/* The part of a strong graph that keep() has, NULL if that is all of it, or too little. */
static struct strong *part_of(const struct strong *strong, const uint16_t *bin)
{
    struct strong *part = g_memdup2(strong, sizeof *strong);
    part->start = g_new0(size_t, strong->n + 1);
    part->to = g_new(uint32_t, strong->start[strong->n] + 1);
    part->largest_degree = 0;
    part->n_active = 0;
    size_t used = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            if (bin ? !is_lightest(strong, bin, u, k) : is_face(strong, u, strong->to[k]))
                part->to[used++] = strong->to[k];
        part->start[u + 1] = used;
        part->largest_degree = MAX(part->largest_degree, strong_degree(part, u));
        part->n_active += strong_degree(part, u) > 0;
    }
    part->n_edges = used / 2;
    if (part->n_edges == strong->n_edges || part->n_edges < part->n_active)
        g_clear_pointer(&part, strong_free);
    return part;
}

static bool can_be_stencil(const struct strong *strong)
{
    return strong->n_active >= 9 && strong->n_edges >= PAIRS_LEAST * strong->n_active &&
           strong->n_edges <= PAIRS_MOST * strong->n_active;
}

struct strong *faces_new(const struct strong *strong)
{
    return can_be_stencil(strong) ? part_of(strong, NULL) : NULL;
}

struct strong *faces_by_weight(const struct strong *strong)
{
    if (!can_be_stencil(strong))
        return NULL;
    g_autofree uint16_t *bin = bins_of(strong);
    return part_of(strong, bin);
}
