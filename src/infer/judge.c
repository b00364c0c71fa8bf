// SPDX-License-Identifier: Apache-2.0
#include "infer/judge.h"

#include <math.h>
#include <string.h>

/* More can save so many bits that it does not matter how well their random graph was told. */
#define FEW_MEMBERS 64
#define MANY_ERRORS 0.15 /* of its edges */
/* Share of its edges that an archetype uses in effect, (sum w)^2 / (n sum w^2): 0.78 for log-normal
 * weights of sigma 0.5, 0.37 for sigma 1. Far below, what carries the bytes is something else. */
#define LEAST_EVENNESS 0.2
/* Faint edges carry at least that many times what pairs outside carry on average. */
#define FAINT_LEAST 2.0
#define FAINT_THERE 0.4
/* Faint edges that carry less than this share of the archetype's bytes are a detail of it, and the
 * name without them comes first. */
#define FAINT_DETAIL 0.05
/* So they are below the paper's threshold, unless nothing else has any bytes. */
#define VISIBLE   0.1
#define ALL_BYTES 0.999
/* So many of the edges must be one way, to ask of an archetype which way they go. */
#define ONE_WAY_EDGES 0.8
/* Steps of a quarter on the scale of weights: a gap that noise does not make. */
#define CLEAR_GAP_BINS 256

/* Of two placements with about as many errors, what is below the cut decides, too. */
#define CLOSE_ERRORS 2.5
/* What an edge without a byte costs: one in fifty is missing, most other pairs are. */
#define ABSENT_BITS 5
/* A pair is one way when such a share of its bytes is. */
#define ONE_WAY 0.8

/* What laying trees may take at all cuts together (wood.h): the trees of a thousand endpoints take
 * two thirds of it under all the noise that is asked for, random ones take all of a second. */
#define TREE_STEPS      32000000
#define TREE_STEPS_EACH 1000

/* What the graph says about the pairs that are edges of the shape, and about those that are not. */
struct tally {
    uint32_t *inside, *outside; /* [WEIGHT_BINS] */
    uint32_t *inside_hub; /* of inside, those of the hub */
    size_t n_inside, n_known;
    double bytes; /* on edges */
    double along; /* of these, along the archetype's edges */
    double flowing, forward; /* the same two without the master's */
    double sum, squares; /* of the weights of edges */
    size_t n_ahead, n_back; /* edges that are one way, along the archetype's or against it */
    size_t n_faint; /* edges that are no main edges, but there */
    double faint, outer; /* sum of their weights, and of those of pairs outside */
};

static inline void count_outside(struct tally *tally, const struct arc *arc)
{
    tally->outside[arc->bin]++;
    tally->outer += arc_weight(arc);
}

struct search *search_new(const struct graph *graph)
{
    struct search *search = g_new0(struct search, 1);
    search->graph = graph;
    search->master = VTTIF_NOWHERE;
    search->tree_steps.left = TREE_STEPS + TREE_STEPS_EACH * graph->n;
    search->candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));
    return search;
}

void search_free(struct search *search)
{
    if (!search)
        return;
    for (guint i = 0; i < search->candidates->len; i++)
        g_free(g_array_index(search->candidates, struct candidate, i).position);
    g_array_unref(search->candidates);
    g_free(search);
}

G_ALWAYS_INLINE static inline void count_inside(struct tally *tally,
                                                const struct candidate *candidate, uint32_t master,
                                                uint32_t p, uint32_t q, uint32_t u,
                                                const struct arc *arc)
{
    const struct archetype *archetype = candidate->archetype;
    if (arc->known) {
        tally->n_known++;
        return;
    }
    bool leads = archetype_leads(archetype, &candidate->shape, p, q);
    double weight = arc_weight(arc), ahead = leads ? arc->out : arc->in;
    tally->bytes += arc->out + arc->in;
    tally->along += ahead;
    if (u != master && arc->to != master) {
        tally->flowing += arc->out + arc->in;
        tally->forward += ahead;
    }
    tally->n_ahead += ahead > ONE_WAY * (arc->out + arc->in);
    tally->n_back += ahead < (1 - ONE_WAY) * (arc->out + arc->in);
    if (archetype->is_main && !archetype->is_main(&candidate->shape, p, q)) {
        tally->n_faint++;
        tally->faint += weight;
        return;
    }
    tally->inside[arc->bin]++;
    tally->inside_hub[arc->bin] += u == candidate->hub || arc->to == candidate->hub;
    tally->n_inside++;
    tally->sum += weight;
    tally->squares += weight * weight;
}

/* By every pair of the graph. */
static void count_pairs(struct tally *of_all, const struct graph *graph,
                        const struct candidate *candidate, uint32_t master)
{
    struct tally tally = *of_all; /* its sums stay in registers */
    const uint32_t *position = candidate->position;
    struct edge_test test = edge_test_new(candidate, graph->n);
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph_from(graph, u, u); k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (edge_test_is(&test, u, arc->to))
                count_inside(&tally, candidate, master, position[u], position[arc->to], u, arc);
            else if (!arc->known && u != candidate->hub && arc->to != candidate->hub)
                count_outside(&tally, arc);
        }
    }
    *of_all = tally;
    edge_test_clear(&test);
}

static void uncount_outside(struct tally *tally, const struct arc *arc)
{
    if (arc->known)
        return;
    tally->outside[arc->bin]--;
    tally->outer -= arc_weight(arc);
}

/* The hub's pairs that are no edges. */
static void uncount_hub(struct tally *tally, const struct graph *graph,
                        const struct candidate *candidate)
{
    uint32_t hub = candidate->hub;
    for (size_t k = graph->start[hub]; k < graph->start[hub + 1]; k++)
        if (!candidate_is_edge(candidate, hub, graph->arcs[k].to))
            uncount_outside(tally, &graph->arcs[k]);
}

/* By the edges of the shape: all pairs are outside but those that are looked up. */
static void count_edges(struct tally *tally, const struct graph *graph,
                        const struct candidate *candidate, uint32_t master)
{
    const struct archetype *archetype = candidate->archetype;
    const uint32_t *position = candidate->position;
    uint32_t order = (uint32_t)archetype->order(&candidate->shape), near[NEIGHBOURS_MAX];
    g_autofree uint32_t *endpoint_at = endpoints_at(position, graph->n, order);
    memcpy(tally->outside, graph->pairs, sizeof graph->pairs);
    tally->outer = graph->weight;
    for (uint32_t p = 0; p < order; p++) {
        uint32_t u = endpoint_at[p];
        unsigned n_near =
            u == VTTIF_NOWHERE ? 0 : archetype->neighbours(&candidate->shape, p, near);
        for (unsigned k = 0; k < n_near; k++) {
            if (near[k] >= p || endpoint_at[near[k]] == VTTIF_NOWHERE)
                continue;
            const struct arc *arc = graph_arc(graph, u, endpoint_at[near[k]]);
            if (!arc)
                continue;
            count_inside(tally, candidate, master, p, near[k], u, arc);
            uncount_outside(tally, arc);
        }
    }
    if (candidate->hub != VTTIF_NOWHERE)
        uncount_hub(tally, graph, candidate);
}

/* A graph of many more pairs than the shape has edges is not walked again for it. */
#define PAIRS_MANY 6

static void count(struct tally *tally, const struct search *search,
                  const struct candidate *candidate, size_t edges)
{
    const struct graph *graph = search->graph;
    if (candidate->archetype->neighbours && graph->start[graph->n] / 2 > PAIRS_MANY * edges)
        count_edges(tally, graph, candidate, search->master);
    else
        count_pairs(tally, graph, candidate, search->master);
}

/* The first bin of the lower scale that is not empty. */
static unsigned next_used(const struct tally *tally, unsigned bin)
{
    while (bin < WEIGHT_BINS && !tally->inside[bin] && !tally->outside[bin])
        bin++;
    return bin;
}

/* The cut with the fewest errors, and whether it lies in a clear gap. */
static void cut_best(const struct tally *tally, const struct graph *graph,
                     struct candidate *candidate)
{
    size_t edges = candidate->n_edges;
    size_t present = 0, extra = 0, least = G_MAXSIZE;
    unsigned best = 0;
    bool fixed = graph->cut > 0;
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++) {
        if (!tally->inside[bin] && !tally->outside[bin] && bin + 1 < WEIGHT_BINS)
            continue;
        present += tally->inside[bin];
        extra += tally->outside[bin];
        size_t errors = edges - MIN(present, edges) + extra;
        if (errors < least || (fixed && bin + 1 == WEIGHT_BINS)) {
            least = errors;
            best = bin;
            candidate->n_missing = edges - MIN(present, edges);
            candidate->n_extra = extra;
        }
    }
    unsigned next = next_used(tally, best + 1);
    unsigned gap = MIN(next, WEIGHT_BINS) - best;
    candidate->cut = weight_of_bin(graph, best);
    if (next < WEIGHT_BINS)
        candidate->cut = sqrt(candidate->cut * weight_of_bin(graph, next - 1));
    else
        candidate->cut *= 0.5;
    candidate->cut = fixed ? graph->cut : MAX(candidate->cut, FLT_TRUE_MIN); /* a threshold */
    candidate->gap = next == WEIGHT_BINS ? WEIGHT_BINS : gap;
    candidate->exact = least == 0 && candidate->gap >= CLEAR_GAP_BINS;
}

double log2_factorial(double n)
{
    return lgamma(n + 1) / M_LN2;
}

double log2_binomial(double n, double k)
{
    if (k <= 0 || k >= n)
        return 0;
    return log2_factorial(n) - log2_factorial(k) - log2_factorial(n - k);
}

/* That the edges that are one way all go along the archetype's is no chance either: a bit each. */
static double bits_of_directions(const struct tally *tally)
{
    double n = (double)(tally->n_ahead + tally->n_back);
    return MAX(n - log2_binomial(n, (double)MIN(tally->n_ahead, tally->n_back)) - 1, 0);
}

/* Partners of each endpoint at or above the cut; none of the hub's. g_free it. */
static uint32_t *degrees_at(const struct graph *graph, double cut, uint32_t hub)
{
    uint32_t *degree = g_new0(uint32_t, MAX(graph->n, 1));
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; u != hub && k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            degree[u] += arc->to != hub && !arc->known && arc_weight(arc) >= cut;
        }
    }
    return degree;
}

/*
 * The bits of a graph that is told by how many partners each endpoint has, and who of all graphs
 * like that it is (Bender, Canfield 1978): random graphs in which all have three are more like a
 * ladder than others. The degrees themselves are told by how often each occurs.
 */
static double bits_by_degrees(const struct graph *graph, double cut, uint32_t hub)
{
    g_autofree uint32_t *degree = degrees_at(graph, cut, hub);
    g_autofree uint32_t *count = g_new0(uint32_t, MAX(graph->n, 1));
    double sum = 0, bits = 0, active = 0;
    for (size_t u = 0; u < graph->n; u++) {
        sum += degree[u];
        bits -= log2_factorial(degree[u]);
        active += degree[u] > 0;
        count[degree[u]]++;
    }
    for (size_t d = 1; d < graph->n; d++)
        bits -= count[d] > 0 ? count[d] * log2(count[d] / active) : 0;
    return bits + log2_factorial(sum) - log2_factorial(sum / 2) - sum / 2;
}

/*
 * What it takes to excuse a hub's pairs that are no edges: who it is, and with whom of the others
 * it exchanges. A master exchanges with everyone, and that is said in a word; whose partners are
 * some of the others is just an endpoint of a graph without a rule.
 */
static double bits_of_excuses(struct candidate *candidate, const struct graph *graph, double active)
{
    uint32_t hub = candidate->hub;
    double others = active - 1, excused = 0;
    if (hub == VTTIF_NOWHERE)
        return 0;
    for (size_t k = graph->start[hub]; k < graph->start[hub + 1]; k++) {
        const struct arc *arc = &graph->arcs[k];
        bool edge = candidate_is_edge(candidate, hub, arc->to);
        others -= edge;
        excused += !edge && !arc->known && arc_weight(arc) >= cut_least(candidate->cut);
    }
    candidate->excuses_some = excused > 0 && excused < others;
    return excused > 0 ? log2(MAX(active, 1)) + log2_binomial(MAX(others, 0), excused) : 0;
}

static double bits_saved(struct candidate *candidate, const struct graph *graph)
{
    double members = (double)candidate->n_members;
    double n = MAX((double)graph->n_active, members);
    double pairs = n * (n - 1) / 2, edges = (double)candidate->n_edges;
    double missing = (double)candidate->n_missing, extra = (double)candidate->n_extra;
    /* A graph denser than a coin's is told by a coin: else being dense would be no news. */
    double drawn = edges - missing + extra;
    double list = 2 * drawn > pairs ? pairs : log2_binomial(pairs, drawn);
    double placement =
        log2_factorial(n) - log2_factorial(n - members) -
        candidate->archetype->symmetry_bits(&candidate->shape, candidate->position, graph->n);
    double exceptions = log2_binomial(edges, missing) + log2_binomial(MAX(pairs - edges, 0), extra);
    /* Where no gap parts edges from the rest, the cut was a choice among all weights. */
    double choice = candidate->gap >= SOME_GAP_BINS ? 0 : log2(MAX(drawn, 1));
    double excuses = bits_of_excuses(candidate, graph, n);
    double bits = list - MAX(placement, 0) - exceptions - choice - excuses;
    /* Not even likelier than one of the graphs of these degrees. */
    if (missing + extra > MANY_ERRORS * edges && members <= FEW_MEMBERS && bits >= LEAST_BITS &&
        bits_by_degrees(graph, candidate->cut, candidate->hub) < list - bits)
        return 0;
    return bits;
}

/* Do a few of its edges carry nearly everything? */
static bool is_uneven(const struct tally *tally)
{
    return tally->n_inside == 0 ||
           tally->sum * tally->sum < LEAST_EVENNESS * (double)tally->n_inside * tally->squares;
}

/* Faint edges are no matter of a cut: enough of them have to be there, with more bytes than pairs
 * outside. Each one that is not costs a little, so that a graph without them is first a mesh. */
static void judge_faint(struct candidate *candidate, const struct tally *tally, size_t n_faint)
{
    double members = (double)candidate->n_members, there = (double)tally->n_faint;
    double n_outside = members * (members - 1) / 2 - (double)(candidate->n_edges + n_faint);
    double mean = tally->faint / (double)n_faint;
    if (there < FAINT_THERE * (double)n_faint ||
        (n_outside > 0 && mean < FAINT_LEAST * tally->outer / n_outside))
        candidate->score = 0;
    else
        candidate->score -= 0.04 * (1 - there / (double)n_faint);
    bool detail = tally->faint < FAINT_DETAIL * (tally->faint + tally->sum);
    bool visible = mean >= VISIBLE * tally->sum / (double)MAX(tally->n_inside, 1);
    candidate->faint = detail || !(visible || candidate->explained > ALL_BYTES);
    candidate->exact = candidate->exact && tally->n_faint == n_faint;
}

/* In each bin, the bits by which so heavy a pair is rarer outside than pairs are. */
static double bits_of(const uint32_t *inside, const uint32_t *less, const uint32_t *all,
                      const uint32_t *minus, double pairs)
{
    double bits = 0, outside = 0;
    for (unsigned bin = 0; bin < WEIGHT_BINS; bin++) {
        outside += (double)all[bin] - (minus ? minus[bin] : 0);
        double n = (double)inside[bin] - (less ? less[bin] : 0);
        if (n > 0)
            bits += n * log2((pairs + 1) / (outside + 1));
    }
    return bits;
}

/* A hub's pairs beside those of its own that are no edges. */
static double evidence_of_hub(const struct tally *tally, const struct candidate *candidate,
                              const struct graph *graph)
{
    uint32_t hub = candidate->hub;
    g_autofree uint32_t *all = g_new0(uint32_t, WEIGHT_BINS);
    for (size_t k = graph->start[hub]; k < graph->start[hub + 1]; k++)
        all[graph->arcs[k].bin]++;
    double pairs = (double)(graph->start[hub + 1] - graph->start[hub]);
    return bits_of(tally->inside_hub, NULL, all, tally->inside_hub, pairs);
}

/* How much likelier the pairs that are edges are as edges than as any other pairs: it also says
 * which of several endpoints a weak edge leads to. */
static double evidence(const struct tally *tally, const struct candidate *candidate,
                       const struct graph *graph)
{
    double n = (double)graph->n_active,
           absent = (double)candidate->n_edges - (double)tally->n_inside;
    double bits = bits_of(tally->inside, tally->inside_hub, tally->outside, NULL, n * (n - 1) / 2);
    if (candidate->hub != VTTIF_NOWHERE)
        bits += evidence_of_hub(tally, candidate, graph);
    return bits - ABSENT_BITS * MAX(absent, 0);
}

static double forward_share(const struct tally *tally)
{
    if (tally->flowing > 0)
        return tally->forward / tally->flowing;
    return tally->bytes > 0 ? tally->along / tally->bytes : 0.5;
}

void candidate_judge(struct candidate *candidate, const struct search *search)
{
    const struct graph *graph = search->graph;
    const struct archetype *archetype = candidate->archetype;
    g_autofree uint32_t *bins = g_new0(uint32_t, 3 * WEIGHT_BINS);
    struct tally of_candidate = {
        .inside = bins, .outside = bins + WEIGHT_BINS, .inside_hub = bins + 2 * WEIGHT_BINS};
    struct tally *tally = &of_candidate;
    size_t edges = archetype->edges(&candidate->shape, candidate->position, graph->n);
    count(tally, search, candidate, edges);
    size_t n_faint = archetype->faint ? archetype->faint(&candidate->shape) : 0;
    candidate->n_edges = edges - MIN(edges, tally->n_known + n_faint);
    candidate->n_members = 0;
    for (size_t u = 0; u < graph->n; u++)
        candidate->n_members += candidate->position[u] != VTTIF_NOWHERE;
    cut_best(tally, graph, candidate);
    double errors = (double)(candidate->n_missing + candidate->n_extra);
    candidate->score = candidate->n_edges ? 1 - errors / (double)candidate->n_edges : 0;
    /* both are sums of rounded numbers */
    candidate->explained = graph->total > 0 ? MIN(tally->bytes / graph->total, 1) : 0;
    candidate->complete = tally->bytes > ALL_BYTES * graph->left;
    candidate->forward = forward_share(tally);
    candidate->evidence = evidence(tally, candidate, graph);
    candidate->one_way =
        (double)(tally->n_ahead + tally->n_back) > ONE_WAY_EDGES * (double)tally->n_inside;
    candidate->coverage = (double)candidate->n_members / (double)MAX(graph->n_active, 1);
    candidate->direction_bits = bits_of_directions(tally);
    candidate->bits = bits_saved(candidate, graph) + candidate->direction_bits;
    if (n_faint > 0)
        judge_faint(candidate, tally, n_faint);
    if (is_uneven(tally))
        candidate->score = 0;
}

/* What weights say for a rather than b; and which way bytes go, where it is no chance: pieces may
 * lie either way round. */
static double evidence_beyond(const struct candidate *a, const struct candidate *b)
{
    double directions = a->direction_bits - b->direction_bits;
    return a->evidence - b->evidence + (fabs(directions) >= LEAST_BITS ? directions : 0);
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    bool close = fabs(a->score - b->score) * (double)a->n_edges <= CLOSE_ERRORS;
    if (close && !a->exact && !b->exact && a->hub == b->hub && a->score > 0 && b->score > 0 &&
        fabs(evidence_beyond(a, b)) > 1)
        return evidence_beyond(a, b) > 0;
    if (a->score != b->score)
        return a->score > b->score;
    if (a->hub != b->hub) /* without an excuse rather */
        return a->hub == VTTIF_NOWHERE;
    if (a->explained != b->explained)
        return a->explained > b->explained;
    return fabs(a->forward - 0.5) > fabs(b->forward - 0.5); /* all one way, of two roots */
}

/* What there is of that shape, or NULL. */
static struct candidate *best_of_shape(const struct search *search, const struct vttif_shape *shape)
{
    for (guint i = 0; i < search->candidates->len; i++) {
        struct candidate *old = &g_array_index(search->candidates, struct candidate, i);
        if (shape_equal(&old->shape, shape))
            return old;
    }
    return NULL;
}

/* Takes the candidate's position over. */
static void keep_best(struct search *search, struct candidate candidate)
{
    struct candidate *old = best_of_shape(search, &candidate.shape);
    search->last = candidate;
    if (!old) {
        g_array_append_val(search->candidates, candidate);
    } else if (is_better(&candidate, old)) {
        g_free(old->position);
        *old = candidate;
    } else {
        g_free(candidate.position);
    }
}

/* The same shape with the same places, as other cuts propose it again. */
static const struct candidate *judged_before(const struct search *search,
                                             const struct candidate *candidate)
{
    const struct candidate *old = best_of_shape(search, &candidate->shape);
    bool same =
        old && old->hub == candidate->hub && old->by_weight == candidate->by_weight &&
        memcmp(old->position, candidate->position, search->graph->n * sizeof *old->position) == 0;
    return same ? old : NULL;
}

double search_propose(struct search *search, const struct strong *strong,
                      const struct vttif_shape *shape, uint32_t *position, bool by_weight)
{
    struct candidate candidate = {.archetype = archetype_of(shape),
                                  .proposer = search->proposer,
                                  .shape = *shape,
                                  .position = position,
                                  .by_weight = by_weight,
                                  .hub = strong->hub};
    const struct candidate *same = judged_before(search, &candidate);
    if (same) {
        g_free(position);
        search->last = *same;
        return same->score;
    }
    candidate_judge(&candidate, search);
    keep_best(search, candidate);
    return candidate.score;
}

void search_propose_same(struct search *search, const struct vttif_shape *shape, uint32_t *position,
                         bool by_weight)
{
    struct candidate candidate = search->last;
    candidate.archetype = archetype_of(shape);
    candidate.shape = *shape;
    candidate.position = position;
    candidate.by_weight = by_weight;
    candidate.bits = bits_saved(&candidate, search->graph) + candidate.direction_bits;
    keep_best(search, candidate);
}

void search_add_likely(struct search *search, const struct candidate *clean, uint32_t *position,
                       uint32_t hub, double behind)
{
    struct candidate candidate = {.archetype = clean->archetype,
                                  .shape = clean->shape,
                                  .position = position,
                                  .by_weight = clean->by_weight,
                                  .hub = hub};
    candidate_judge(&candidate, search);
    candidate.forward = clean->forward;
    candidate.one_way = clean->one_way;
    candidate.likely = true;
    candidate.behind = behind;
    g_array_append_val(search->candidates, candidate);
}
