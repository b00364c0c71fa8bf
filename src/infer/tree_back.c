// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_back.h"

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* Cells are told apart by factors of 2^(1/4); the last class is nothing. */
#define OCTAVE  4
#define CLASSES (20 * OCTAVE)
/* Fewer edges teach nothing. */
#define EDGES_LEAST 48
/* What is known before: as if so many edges had said so, and so many other pairs. */
#define EDGES_KNOWN  10.0
#define OTHERS_KNOWN 20.0
/* Classes on either side that a pair counts for, too, forward and backward: edges are few. */
#define SPREAD_OF_EDGES_FORWARD   2
#define SPREAD_OF_EDGES_BACKWARD  1
#define SPREAD_OF_OTHERS_FORWARD  2
#define SPREAD_OF_OTHERS_BACKWARD 1

/* [forward][backward] */
typedef double counts[CLASSES][CLASSES + 1];

struct tree_back {
    double max;
    counts edges, others;
    double edges_of[CLASSES]; /* sums over backward */
};

static unsigned class_of(const struct tree_back *back, double bytes)
{
    if (bytes <= 0)
        return CLASSES;
    return (unsigned)CLAMP(OCTAVE * log2(back->max / bytes), 0, CLASSES - 1);
}

static void count(const struct tree_back *back, counts all, double forward, double backward)
{
    unsigned a = class_of(back, forward);
    if (a < CLASSES)
        all[a][class_of(back, backward)]++;
}

static size_t count_pairs(struct tree_back *back, const struct graph *graph, uint32_t hub,
                          const uint32_t *parent, const uint32_t *partner, enum tide tide)
{
    size_t edges = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; u != hub && k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (arc->to == hub || parent[arc->to] == u)
                continue;
            if (parent[u] != arc->to) { /* either way round, as it stands at both ends */
                if (partner[u] != arc->to && partner[arc->to] != u)
                    count(back, back->others, arc->out, arc->in);
                continue;
            }
            bool up = tide == TIDE_UP;
            count(back, back->edges, up ? arc->out : arc->in, up ? arc->in : arc->out);
            edges++;
        }
    }
    return edges;
}

/* Weighs n values at a distance of stride; whole: so that sums stay, else that one counts for one
 * in its own class. */
static void blur(double *value, int n, int stride, int spread, bool whole)
{
    double old[CLASSES + 1], kernel[6 * SPREAD_OF_EDGES_FORWARD + 1], sum = 0;
    for (int k = -3 * spread; k <= 3 * spread; k++)
        sum += kernel[k + 3 * spread] = exp(-0.5 * k * k / (spread * spread));
    for (int i = 0; i < n; i++) {
        old[i] = value[i * stride];
        value[i * stride] = 0;
    }
    for (int i = 0; i < n; i++)
        for (int k = MAX(-3 * spread, -i); old[i] > 0 && k <= MIN(3 * spread, n - 1 - i); k++)
            value[(i + k) * stride] += old[i] * kernel[k + 3 * spread] / (whole ? sum : 1);
}

static void blur_both(counts all, int forward, int backward)
{
    for (unsigned b = 0; b <= CLASSES; b++)
        blur(&all[0][b], CLASSES, CLASSES + 1, forward, false);
    for (unsigned a = 0; a < CLASSES; a++)
        blur(all[a], CLASSES, 1, backward, true);
}

/* Shares of what comes back, of other pairs of each class; where there are few, of all. */
static void share_others(struct tree_back *back)
{
    double all[CLASSES + 1], sum = 0;
    for (unsigned b = 0; b <= CLASSES; b++) {
        all[b] = 1.0 / (CLASSES + 1);
        for (unsigned a = 0; a < CLASSES; a++)
            all[b] += back->others[a][b];
        sum += all[b];
    }
    for (unsigned a = 0; a < CLASSES; a++) {
        double here = OTHERS_KNOWN;
        for (unsigned b = 0; b <= CLASSES; b++)
            here += back->others[a][b];
        for (unsigned b = 0; b <= CLASSES; b++)
            back->others[a][b] = (back->others[a][b] + OTHERS_KNOWN * all[b] / sum) / here;
    }
}

struct tree_back *tree_back_new(const struct graph *graph, uint32_t hub, const uint32_t *parent,
                                const uint32_t *partner, enum tide tide)
{
    size_t placed = 0;
    for (uint32_t u = 0; u < graph->n; u++)
        placed += parent[u] != VTTIF_NOWHERE;
    if (tide == TIDE_BOTH || placed < EDGES_LEAST)
        return NULL;
    struct tree_back *back = g_new0(struct tree_back, 1);
    back->max = graph->max;
    if (count_pairs(back, graph, hub, parent, partner, tide) < EDGES_LEAST) {
        tree_back_free(back);
        return NULL;
    }
    blur_both(back->edges, SPREAD_OF_EDGES_FORWARD, SPREAD_OF_EDGES_BACKWARD);
    blur_both(back->others, SPREAD_OF_OTHERS_FORWARD, SPREAD_OF_OTHERS_BACKWARD);
    share_others(back);
    for (unsigned a = 0; a < CLASSES; a++)
        for (unsigned b = 0; b <= CLASSES; b++)
            back->edges_of[a] += back->edges[a][b];
    return back;
}

void tree_back_free(struct tree_back *back)
{
    g_free(back);
}

double tree_back_ratio(const struct tree_back *back, double forward, double backward, double usual)
{
    unsigned a = class_of(back, forward), b = class_of(back, backward);
    if (a == CLASSES)
        return usual;
    return (back->edges[a][b] / back->others[a][b] + EDGES_KNOWN * usual) /
           (back->edges_of[a] + EDGES_KNOWN);
}
