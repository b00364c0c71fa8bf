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

struct strong *faces_new(const struct strong *strong)
{
    if (strong->n_active < 9 || strong->n_edges < PAIRS_LEAST * strong->n_active ||
        strong->n_edges > PAIRS_MOST * strong->n_active)
        return NULL;
    struct strong *faces = g_memdup2(strong, sizeof *strong);
    faces->start = g_new0(size_t, strong->n + 1);
    faces->to = g_new(uint32_t, strong->start[strong->n] + 1);
    faces->largest_degree = 0;
    faces->n_active = 0;
    size_t used = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            if (is_face(strong, u, strong->to[k]))
                faces->to[used++] = strong->to[k];
        faces->start[u + 1] = used;
        faces->largest_degree = MAX(faces->largest_degree, strong_degree(faces, u));
        faces->n_active += strong_degree(faces, u) > 0;
    }
    faces->n_edges = used / 2;
    if (faces->n_edges == strong->n_edges || faces->n_edges < faces->n_active)
        g_clear_pointer(&faces, strong_free);
    return faces;
}
