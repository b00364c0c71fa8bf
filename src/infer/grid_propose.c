// SPDX-License-Identifier: Apache-2.0
/*
 * From a lattice to names. Its dimensions are paths, cycles, and pairs (K2). Any two pairs make a
 * cycle of four, and a pair may be a periodic dimension of size 2; so one graph has many names. All
 * of them are proposed; only the bytes on the pairs can tell which is meant: a periodic dimension
 * of size 2 sends both of its directions to one partner.
 */
#include "infer/faces.h"
#include "infer/fit.h"
#include "infer/grid.h"
#include "infer/judge.h"
#include "infer/lattice.h"
#include "infer/stencil.h"

#include <math.h>

/* A pair is periodic if its edges carry at least that many times what those of others carry. */
#define HEAVY 1.5

/* Half of what the judge asks of a stencil's diagonals: such a share of them is there, and they
 * carry so many times what pairs outside do. */
#define DIAGONALS_THERE 0.25
#define DIAGONALS_MEAN  1.2
/* A lattice that scores less as it was found is none, whatever is added to it. */
#define HOPEFUL 0.2

/* With that score the lattice is found, and is no stencil whose diagonals hide it. */
#define FOUND 0.9
/* Diagonals are half of a stencil's edges or more; where fewer are no faces, there is nothing new.
 */
#define FACES_MOST 0.95

/* Among so few endpoints everything is tried: it is quick, and they tell less. */
#define FEW 64

struct axis {
    unsigned source, second; /* dimensions of the lattice; second: for a cycle made of two pairs */
    bool combined;
    uint32_t extent;
    bool wraps;
};

struct plan {
    struct axis axes[VTTIF_DIMS_MAX];
    unsigned n_axes;
};

struct proposal {
    struct search *search;
    const struct strong *strong;
    const struct lattice *lattice;
    double mean[VTTIF_DIMS_MAX]; /* bytes of an edge, by dimension */
    bool turned[VTTIF_DIMS_MAX]; /* more bytes go down than up */
    bool has_diagonals; /* it may be a stencil */
    double best; /* the highest score so far */
    struct lattice *fitted; /* NULL, or the places of the graph that was judged last: it is the same
                               under all of its names, which only number them differently */
};

static bool is_few(const struct strong *strong)
{
    return strong->n_active < FEW;
}

static int compare_axes(const void *first, const void *second)
{
    const struct axis *a = first, *b = second;
    if (a->extent != b->extent)
        return a->extent > b->extent ? -1 : 1;
    if (a->wraps != b->wraps)
        return a->wraps ? -1 : 1;
    return a->source < b->source ? -1 : a->source > b->source;
}

static uint32_t coordinate_on(const struct proposal *proposal, const struct axis *axis, size_t u)
{
    static const uint32_t around[2][2] = {{0, 1}, {3, 2}};
    const struct lattice *lattice = proposal->fitted ? proposal->fitted : proposal->lattice;
    const uint32_t *at = lattice->coordinate + u * lattice->n_dims;
    if (axis->combined)
        return around[at[axis->source]][at[axis->second]];
    return proposal->turned[axis->source] ? axis->extent - 1 - at[axis->source] : at[axis->source];
}

/* Where two endpoints have the same coordinates, the first found keeps them; fit() looks for places
 * for the others. */
static uint32_t *positions(const struct proposal *proposal, const struct plan *plan, size_t order)
{
    const struct lattice *lattice = proposal->fitted ? proposal->fitted : proposal->lattice;
    size_t n = lattice->n;
    uint32_t *position = g_new(uint32_t, MAX(n, 1));
    g_autofree bool *taken = g_new0(bool, order);
    for (size_t u = 0; u < n; u++) {
        size_t p = 0;
        position[u] = VTTIF_NOWHERE;
        if (!lattice->placed[u])
            continue;
        for (unsigned a = 0; a < plan->n_axes; a++)
            p = p * plan->axes[a].extent + coordinate_on(proposal, &plan->axes[a], u);
        if (!taken[p])
            position[u] = (uint32_t)p;
        taken[p] = true;
    }
    return position;
}

static struct vttif_shape shape_of(const struct plan *plan, const char *archetype)
{
    struct vttif_shape shape = {.archetype = archetype, .n_dims = plan->n_axes};
    for (unsigned a = 0; a < plan->n_axes; a++) {
        shape.dims[a] = plan->axes[a].extent;
        shape.periodic[a] = plan->axes[a].wraps;
    }
    return shape;
}

static void forget_fitted(struct proposal *proposal)
{
    g_clear_pointer(&proposal->fitted, lattice_free);
}

/* Keeps where everyone sits by a plan that combines no dimensions. */
static void keep_fitted(struct proposal *proposal, const struct plan *plan,
                        const uint32_t *position)
{
    size_t n = proposal->lattice->n;
    struct lattice *fitted = lattice_new(n, proposal->lattice->n_dims);
    for (size_t u = 0; u < n; u++) {
        uint32_t p = position[u];
        fitted->placed[u] = p != VTTIF_NOWHERE;
        for (unsigned a = plan->n_axes; fitted->placed[u] && a-- > 0;) {
            const struct axis *axis = &plan->axes[a];
            uint32_t at = p % axis->extent;
            fitted->coordinate[u * fitted->n_dims + axis->source] =
                proposal->turned[axis->source] ? axis->extent - 1 - at : at;
            p /= axis->extent;
        }
    }
    proposal->fitted = fitted;
}

/* The first of a graph's names, whose plan combines no dimensions, is fitted and judged, and keeps
 * the others from it. */
static double propose_plan(struct proposal *proposal, struct plan *plan, const char *archetype,
                           bool by_weight)
{
    qsort(plan->axes, plan->n_axes, sizeof *plan->axes, compare_axes);
    struct vttif_shape shape = shape_of(plan, archetype);
    uint32_t *position = positions(proposal, plan, grid_order(&shape));
    if (proposal->fitted) {
        search_propose_same(proposal->search, &shape, position, by_weight);
        return proposal->search->last.score;
    }
    fit(proposal->strong, &shape, position);
    keep_fitted(proposal, plan, position);
    double score = search_propose(proposal->search, proposal->strong, &shape, position, by_weight);
    proposal->best = MAX(proposal->best, score);
    return score;
}

/* --- which axes ---------------------------------------------------------------------------- */

/* Of pairs of neighbours in a lattice, each counted once: by the dimension they differ in, or those
 * that differ in several. */
struct measured {
    double bytes[VTTIF_DIMS_MAX], up[VTTIF_DIMS_MAX], edges[VTTIF_DIMS_MAX];
    double weight; /* of those edges */
    double diagonals, diagonal_weight;
};

static void measure_pair(const struct lattice *lattice, uint32_t u, const struct arc *arc,
                         struct measured *measured)
{
    const uint32_t *a = lattice->coordinate + (size_t)u * lattice->n_dims;
    const uint32_t *b = lattice->coordinate + (size_t)arc->to * lattice->n_dims;
    unsigned differ = 0, dim = 0;
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        if (a[d] > b[d] + 1 || b[d] > a[d] + 1)
            return;
        differ += a[d] != b[d];
        dim = a[d] != b[d] ? d : dim;
        if (differ > 1 && lattice->n_dims > 3)
            return; /* stencils have two or three dimensions */
    }
    if (differ == 1 && a[dim] < b[dim]) {
        measured->bytes[dim] += arc->out + arc->in;
        measured->up[dim] += arc->out;
        measured->edges[dim]++;
        measured->weight += arc_weight(arc);
    } else if (differ > 1 && u < arc->to) {
        measured->diagonals++;
        measured->diagonal_weight += arc_weight(arc);
    }
}

/* Are there as many diagonals, and as heavy ones, as a stencil may have where everyone has a place?
 */
static bool has_diagonals(const struct proposal *proposal, const struct measured *measured)
{
    const struct lattice *lattice = proposal->lattice;
    const struct strong *strong = proposal->strong;
    struct vttif_shape shape = {.n_dims = lattice->n_dims};
    double order = 1, placed = 0, active = (double)strong->n_active;
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        shape.dims[d] = lattice->extent[d];
        order *= lattice->extent[d];
    }
    for (size_t u = 0; u < lattice->n; u++)
        placed += lattice->placed[u];
    double possible = (double)stencil_diagonals(&shape) * placed * placed / (order * order);
    double edges = 0, outer = strong->graph->weight - measured->weight - measured->diagonal_weight;
    for (unsigned d = 0; d < lattice->n_dims; d++)
        edges += measured->edges[d];
    double n_outer = MAX(active * (active - 1) / 2 - edges - possible, 1);
    return measured->diagonals >= DIAGONALS_THERE * possible &&
           measured->diagonal_weight * n_outer >= DIAGONALS_MEAN * outer * possible;
}

static void measure(struct proposal *proposal)
{
    const struct lattice *lattice = proposal->lattice;
    const struct graph *graph = proposal->strong->graph;
    struct measured measured = {.weight = 0};
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; lattice->placed[u] && k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (lattice->placed[arc->to])
                measure_pair(lattice, u, arc, &measured);
        }
    }
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        double edges = measured.edges[d], bytes = measured.bytes[d];
        proposal->mean[d] = edges > 0 ? bytes / edges : 0;
        proposal->turned[d] = 2 * measured.up[d] < bytes;
    }
    proposal->has_diagonals = is_few(proposal->strong) || has_diagonals(proposal, &measured);
}

/* The mean of dimensions that are no pairs, or of the lightest pair. */
static double usual_mean(const struct proposal *proposal)
{
    const struct lattice *lattice = proposal->lattice;
    double sum = 0, least = INFINITY;
    unsigned n = 0;
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        least = MIN(least, proposal->mean[d]);
        if (lattice->extent[d] == 2)
            continue;
        sum += proposal->mean[d];
        n++;
    }
    return n > 0 ? sum / n : least;
}

static void add_axis(struct plan *plan, unsigned source, uint32_t extent, bool wraps)
{
    plan->axes[plan->n_axes++] = (struct axis){.source = source, .extent = extent, .wraps = wraps};
}

enum pairs { PAIRS_OPEN, PAIRS_PERIODIC, PAIRS_BY_WEIGHT };

/* The plan in which so many cycles of four are made of pairs, the light ones first. */
static struct plan plan_of(const struct proposal *proposal, unsigned cycles, enum pairs pairs)
{
    const struct lattice *lattice = proposal->lattice;
    struct plan plan = {.n_axes = 0};
    double usual = usual_mean(proposal);
    struct axis *half = NULL;
    for (int heavy = 0; heavy < 2; heavy++) {
        for (unsigned d = 0; d < lattice->n_dims; d++) {
            bool is_pair = lattice->extent[d] == 2;
            bool is_heavy = is_pair && proposal->mean[d] >= HEAVY * usual;
            if (is_heavy != heavy)
                continue;
            if (is_pair && half) {
                half->second = d;
                half = NULL;
            } else if (is_pair && cycles > 0) {
                cycles--;
                add_axis(&plan, d, 4, true);
                half = &plan.axes[plan.n_axes - 1];
                half->combined = true;
            } else {
                bool wraps = is_pair
                                 ? pairs == PAIRS_PERIODIC || (pairs == PAIRS_BY_WEIGHT && is_heavy)
                                 : lattice->wraps[d];
                add_axis(&plan, d, lattice->extent[d], wraps);
            }
        }
    }
    return plan;
}

static unsigned n_wrapping(const struct plan *plan)
{
    unsigned n = 0;
    for (unsigned a = 0; a < plan->n_axes; a++)
        n += plan->axes[a].wraps;
    return n;
}

static bool has_heavy_pair(const struct proposal *proposal)
{
    double usual = usual_mean(proposal);
    for (unsigned d = 0; d < proposal->lattice->n_dims; d++)
        if (proposal->lattice->extent[d] == 2 && proposal->mean[d] >= HEAVY * usual)
            return true;
    return false;
}

/* --- names ------------------------------------------------------------------------------------ */

static void propose_one_dimension(struct proposal *proposal, struct plan *plan)
{
    bool wraps = plan->axes[0].wraps;
    propose_plan(proposal, plan, wraps ? "ring" : "line", false);
    propose_plan(proposal, plan, wraps ? "torus" : "mesh", false);
    propose_plan(proposal, plan, wraps ? "ring-allreduce" : "wavefront", false);
}

static void propose_periodic(struct proposal *proposal)
{
    unsigned n_pairs = 0;
    for (unsigned d = 0; d < proposal->lattice->n_dims; d++)
        n_pairs += proposal->lattice->extent[d] == 2;
    bool heavy = has_heavy_pair(proposal);
    for (unsigned cycles = 0; n_pairs > 0 && cycles <= n_pairs / 2; cycles++) {
        for (int pairs = PAIRS_BY_WEIGHT; pairs >= PAIRS_OPEN; pairs--) {
            struct plan plan = plan_of(proposal, cycles, (enum pairs)pairs);
            bool by_weight = pairs == PAIRS_BY_WEIGHT;
            if (n_wrapping(&plan) == 0 || (by_weight && !heavy))
                continue;
            if (plan.n_axes == 1)
                propose_one_dimension(proposal, &plan);
            else
                propose_plan(proposal, &plan, "torus", by_weight);
        }
    }
}

static double propose_open(struct proposal *proposal)
{
    struct plan plan = plan_of(proposal, 0, PAIRS_OPEN);
    forget_fitted(proposal);
    if (n_wrapping(&plan) > 0) {
        double torus = propose_plan(proposal, &plan, "torus", false);
        propose_periodic(proposal);
        return torus;
    }
    double score = propose_plan(proposal, &plan, "mesh", false);
    propose_plan(proposal, &plan, "wavefront", false);
    if (plan.axes[0].extent == 2)
        propose_plan(proposal, &plan, "hypercube", false);
    propose_periodic(proposal);
    forget_fitted(proposal);
    if (plan.n_axes == 2 && proposal->has_diagonals)
        propose_plan(proposal, &plan, "stencil-9", false);
    if (plan.n_axes == 3 && proposal->has_diagonals)
        propose_plan(proposal, &plan, "stencil-27", false);
    return score;
}

static double volume(const struct lattice *lattice)
{
    double product = 1;
    for (unsigned d = 0; d < lattice->n_dims; d++)
        product *= lattice->extent[d];
    return product;
}

/* One more layer at the lower end of an open dimension, or at the upper one. */
static void shift(struct lattice *lattice, unsigned dim, uint32_t by)
{
    for (size_t u = 0; u < lattice->n; u++)
        lattice->coordinate[u * lattice->n_dims + dim] += by;
}

/*
 * Noise can make the outermost layers too thin to be seen. As long as there are endpoints for
 * another one, and it pays, a layer is added, and fit() finds out who sits there.
 */
static bool grow(struct proposal *proposal, struct lattice *lattice, double *score)
{
    double most = 1.1 * (double)proposal->strong->n_active + 2;
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        if (lattice->wraps[d] ||
            volume(lattice) / lattice->extent[d] * (lattice->extent[d] + 1) > most)
            continue;
        for (uint32_t by = 0; by < 2; by++) {
            lattice->extent[d]++;
            shift(lattice, d, by);
            double grown = propose_open(proposal);
            if (grown > *score) {
                *score = grown;
                return true;
            }
            shift(lattice, d, -by);
            lattice->extent[d]--;
        }
    }
    return false;
}

/* Strong pairs of the first and the last layer of an open dimension, that differ in it only. */
static size_t n_around(const struct proposal *proposal, const struct lattice *lattice, unsigned dim)
{
    const struct strong *strong = proposal->strong;
    size_t around = 0;
    for (uint32_t u = 0; u < strong->n; u++) {
        const uint32_t *a = lattice->coordinate + (size_t)u * lattice->n_dims;
        for (size_t k = strong->start[u];
             lattice->placed[u] && a[dim] == 0 && k < strong->start[u + 1]; k++) {
            uint32_t v = strong->to[k];
            const uint32_t *b = lattice->coordinate + (size_t)v * lattice->n_dims;
            bool same = lattice->placed[v] && b[dim] == lattice->extent[dim] - 1;
            for (unsigned d = 0; d < lattice->n_dims; d++)
                same = same && (d == dim || a[d] == b[d]);
            around += same;
        }
    }
    return around;
}

/* A thin torus has few edges that close it, and may lack most: closed dimensions are tried, too. */
static void try_closed(struct proposal *proposal, struct lattice *lattice, double *score)
{
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        if (lattice->wraps[d] || lattice->extent[d] < 3 || n_around(proposal, lattice, d) == 0)
            continue;
        lattice->wraps[d] = true;
        double closed = propose_open(proposal);
        lattice->wraps[d] = closed > *score;
        *score = MAX(closed, *score);
    }
}

#define LAYERS_MOST 4

static double propose_lattice(struct search *search, const struct strong *strong,
                              struct lattice *lattice)
{
    struct proposal proposal = {.search = search, .strong = strong, .lattice = lattice};
    measure(&proposal);
    double score = propose_open(&proposal);
    bool hopeful = is_few(strong) || proposal.best >= HOPEFUL;
    for (int layer = 0; layer < LAYERS_MOST && score < 1 && hopeful; layer++)
        if (!grow(&proposal, lattice, &score))
            break;
    if (score < 1 && hopeful)
        try_closed(&proposal, lattice, &score);
    forget_fitted(&proposal);
    return proposal.best;
}

static void propose_chain(struct search *search, const struct strong *strong,
                          const struct lattice *chain)
{
    struct proposal proposal = {.search = search, .strong = strong, .lattice = chain};
    measure(&proposal);
    struct plan plan = plan_of(&proposal, 0, PAIRS_OPEN);
    if (!plan.axes[0].wraps)
        propose_one_dimension(&proposal, &plan);
    forget_fitted(&proposal);
    plan.axes[0].wraps = true;
    propose_one_dimension(&proposal, &plan);
    forget_fitted(&proposal);
}

/* Returns the best score. */
static double find_and_propose(struct search *search, const struct strong *strong)
{
    struct lattice *lattice = lattice_find(strong);
    double best = lattice ? propose_lattice(search, strong, lattice) : 0;
    lattice_free(lattice);
    return best;
}

void grid_propose(struct search *search, const struct strong *strong)
{
    struct lattice *chain = lattice_chain(strong);
    if (chain)
        propose_chain(search, strong, chain);
    lattice_free(chain);
    if (find_and_propose(search, strong) >= FOUND && !is_few(strong))
        return;
    for (int by = FACES_BY_SHARING; by <= FACES_BY_WEIGHT; by++) {
        struct strong *faces = faces_new(strong, (enum faces_by)by);
        if (faces &&
            (is_few(strong) || (double)faces->n_edges <= FACES_MOST * (double)strong->n_edges))
            find_and_propose(search, faces);
        strong_free(faces);
    }
}
