// SPDX-License-Identifier: Apache-2.0
#include "infer/faces.h"

#include <math.h>

/* A 27-point stencil has 13 pairs an endpoint. */
#define PAIRS_MOST  14
#define PAIRS_LEAST 2
/* Every arc looks at all of its end's partners: so many each on average, and a few million beside
 * for the hub of a thousand. A hub of more is set aside before (strong_new), several are no grid.
 */
#define LOOKS_EACH 64
#define LOOKS_MORE 4000000
/* Faces share more than diagonals by a factor of 1.22 at least; missing pairs make it less. */
#define SHARED_MARGIN 1.1F

/* Where among all arcs that of u to each of its partners stands, plus one; 0: no partner. */
static void mark_partners(const struct strong *strong, uint32_t u, size_t *slot_of, bool set)
{
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
        slot_of[strong->to[k]] = set ? k + 1 : 0;
}

/* How many of both neighbourhoods (themselves in it) the marked one and v share; they are partners.
 */
static uint32_t shared(const struct strong *strong, const size_t *slot_of, uint32_t v)
{
    uint32_t count = 2;
    for (size_t k = strong->start[v]; k < strong->start[v + 1]; k++)
        count += slot_of[strong->to[k]] > 0;
    return count;
}

static void strengths_of_sharing(const struct strong *strong, size_t *slot_of, float *strength)
{
    for (uint32_t u = 0; u < strong->n; u++) {
        float size = (float)strong_degree(strong, u) + 1;
        mark_partners(strong, u, slot_of, true);
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            float other = (float)strong_degree(strong, strong->to[k]) + 1;
            strength[k] = (float)shared(strong, slot_of, strong->to[k]) / sqrtf(size * other);
        }
        mark_partners(strong, u, slot_of, false);
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

/* Of the pair of the marked one and v: is there a third endpoint with stronger pairs to both? */
static bool is_weakest(const struct strong *strong, const size_t *slot_of, const float *strength,
                       float margin, size_t slot)
{
    uint32_t v = strong->to[slot];
    float least = margin * strength[slot];
    for (size_t k = strong->start[v]; k < strong->start[v + 1]; k++) {
        size_t third = slot_of[strong->to[k]];
        if (third > 0 && strength[k] > least && strength[third - 1] > least)
            return true;
    }
    return false;
}

/* The pairs that are not the weakest of a triangle, NULL if that is all of them, or too few. */
static struct strong *neighbourhood_graph(const struct strong *strong, size_t *slot_of,
                                          const float *strength, float margin)
{
    struct strong *part = g_memdup2(strong, sizeof *strong);
    part->squares = NULL;
    part->start = g_new0(size_t, strong->n + 1);
    part->to = g_new(uint32_t, strong->start[strong->n] + 1);
    part->largest_degree = 0;
    part->n_active = 0;
    size_t used = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        mark_partners(strong, u, slot_of, true);
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            if (!is_weakest(strong, slot_of, strength, margin, k))
                part->to[used++] = strong->to[k];
        mark_partners(strong, u, slot_of, false);
        part->start[u + 1] = used;
        part->largest_degree = MAX(part->largest_degree, strong_degree(part, u));
        part->n_active += strong_degree(part, u) > 0;
    }
    part->n_edges = used / 2;
    if (part->n_edges == strong->n_edges || part->n_edges < part->n_active)
        g_clear_pointer(&part, strong_free);
    return part;
}

static bool is_too_much(const struct strong *strong)
{
    size_t looks = 0;
    for (uint32_t u = 0; u < strong->n; u++)
        looks += (size_t)strong_degree(strong, u) * strong_degree(strong, u);
    return looks > LOOKS_EACH * strong->start[strong->n] + LOOKS_MORE;
}

struct strong *faces_new(const struct strong *strong, enum faces_by by)
{
    if (strong->n_active < 9 || strong->n_edges < PAIRS_LEAST * strong->n_active ||
        strong->n_edges > PAIRS_MOST * strong->n_active || is_too_much(strong))
        return NULL;
    g_autofree float *strength = g_new(float, strong->start[strong->n] + 1);
    g_autofree size_t *slot_of = g_new0(size_t, strong->n);
    if (by == FACES_BY_WEIGHT)
        strengths_of_weight(strong, strength);
    else
        strengths_of_sharing(strong, slot_of, strength);
    return neighbourhood_graph(strong, slot_of, strength,
                               by == FACES_BY_WEIGHT ? 1 : SHARED_MARGIN);
}
