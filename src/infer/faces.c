// SPDX-License-Identifier: Apache-2.0
#include "infer/faces.h"

#include <math.h>

/* A 27-point stencil has 13 pairs an endpoint. */
#define PAIRS_MOST  14
#define PAIRS_LEAST 2
/* Faces share more than diagonals by a factor of 1.22 at least; missing pairs make it less. */
#define SHARED_MARGIN 1.1F

/* How many of both neighbourhoods (themselves in it) u and v share; they are partners. */
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

static void strengths_of_sharing(const struct strong *strong, float *strength)
{
    for (uint32_t u = 0; u < strong->n; u++) {
        float size = (float)strong_degree(strong, u) + 1;
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            float other = (float)strong_degree(strong, strong->to[k]) + 1;
            strength[k] = (float)shared(strong, u, strong->to[k]) / sqrtf(size * other);
        }
    }
}

/* Both are in ascending order. */
static void strengths_of_weight(const struct strong *strong, float *strength)
{
    for (uint32_t u = 0; u < strong->n; u++) {
        const struct arc *arc = strong->graph->arcs + strong->graph->start[u];
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++, arc++) {
            while (arc->to != strong->to[k])
                arc++;
            strength[k] = (float)arc_weight(arc);
        }
    }
}

/* Of the pair u, v: is there a third endpoint with stronger pairs to both? */
static bool is_weakest(const struct strong *strong, const float *strength, float margin, uint32_t u,
                       size_t slot)
{
    uint32_t v = strong->to[slot];
    size_t i = strong->start[u], j = strong->start[v];
    float least = margin * strength[slot];
    while (i < strong->start[u + 1] && j < strong->start[v + 1]) {
        uint32_t a = strong->to[i], b = strong->to[j];
        if (a == b && strength[i] > least && strength[j] > least)
            return true;
        i += a <= b;
        j += b <= a;
    }
    return false;
}

/* The pairs that are not the weakest of a triangle, NULL if that is all of them, or too few. */
static struct strong *neighbourhood_graph(const struct strong *strong, const float *strength,
                                          float margin)
{
    struct strong *part = g_memdup2(strong, sizeof *strong);
    part->squares = NULL;
    part->start = g_new0(size_t, strong->n + 1);
    part->to = g_new(uint32_t, strong->start[strong->n] + 1);
    part->largest_degree = 0;
    part->n_active = 0;
    size_t used = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            if (!is_weakest(strong, strength, margin, u, k))
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

struct strong *faces_new(const struct strong *strong, enum faces_by by)
{
    if (strong->n_active < 9 || strong->n_edges < PAIRS_LEAST * strong->n_active ||
        strong->n_edges > PAIRS_MOST * strong->n_active)
        return NULL;
    g_autofree float *strength = g_new(float, strong->start[strong->n] + 1);
    if (by == FACES_BY_WEIGHT)
        strengths_of_weight(strong, strength);
    else
        strengths_of_sharing(strong, strength);
    return neighbourhood_graph(strong, strength, by == FACES_BY_WEIGHT ? 1 : SHARED_MARGIN);
}
