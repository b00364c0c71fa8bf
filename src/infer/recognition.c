// SPDX-License-Identifier: Apache-2.0
/*
 * Theory of operation.
 *
 *   matrix -> graph of pairs -> cuts -> strong graph at each cut, with and without a hub
 *                                          |
 *                        every archetype proposes shapes with places
 *                                          |
 *       judge: agreement over all cuts, bits saved against chance -> candidates -> names
 *                                          |
 *          the best is taken out, and what is left goes the same way again -> parts
 *
 * The strong graph only has to be good enough for a recogniser to find its bearings: the judge
 * looks at the whole matrix and picks the cut again, for each candidate its own.
 */
#include "infer/archetypes.h"
#include "infer/chance.h"
#include "infer/cuts.h"
#include "infer/improve.h"
#include "infer/judge.h"
#include "infer/renumber.h"
#include "infer/rest.h"
#include "infer/small.h"
#include "infer/tree_names.h"

#include <math.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/recognition.h>
#include <vttif/topology.h>

/* Start and end of PVM or of mpirun make up to 3.8 kB between two hosts (measured, an abort made
 * the most): EP, which sends some ten bytes a process, would be named after its launcher. Twice
 * that. */
#define LEAST_BYTES 8192
#define PARTS_MAX   4
/* A part of less than this share of the bytes is not worth its name. */
#define PART_LEAST 0.005
/* Names whose score is that much below the best are no longer "consistent with". */
#define SCORE_RANGE 0.05
/* Unless it is for one error, and the weights speak for them by so much. */
#define WEAK_EDGE_BITS 2.0
/* A dense name of that score and more edges an endpoint than any lattice has leaves no room for a
 * sparse one among the same endpoints. */
#define DENSE_SCORE 0.85
#define DENSE_EDGES 14
/* So few errors, and so many bits that speak for it: there is no other name, and whichever cut is
 * looked at would tell the same again. Who is in a crowd another cut may tell better, and a few
 * endpoints are quickly looked at again. */
#define CLEAR_SCORE   0.9
#define CLEAR_DENSE   0.97
#define CERTAIN_SCORE 0.75
#define CLEAR_BITS    1000
#define CLEAR_MEMBERS 300
/* So many partners are a crowd in a graph of n endpoints: CROWD_LEAST + CROWD_MORE log2 n. */
#define CROWD_LEAST 4
#define CROWD_MORE  3

struct vttif_recognition {
    enum vttif_verdict verdict;
    char *reason;
    double bmin, other;
    GArray *names; /* of struct vttif_name */
    GArray *parts; /* of struct vttif_part */
};

/* --- from the graph to candidates -------------------------------------------------------- */

/* The first candidate that is so, or NULL. */
static const struct candidate *first_of(const struct search *search,
                                        bool (*is_so)(const struct candidate *candidate))
{
    for (guint i = 0; i < search->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        if (is_so(candidate))
            return candidate;
    }
    return NULL;
}

/* A dense name, of many edges an endpoint: what the rest of the cuts can tell is who is a member.
 */
static bool is_dense(const struct candidate *candidate)
{
    return !candidate->archetype->neighbours && candidate->score >= DENSE_SCORE &&
           candidate->n_edges > DENSE_EDGES * candidate->n_members && candidate_stands(candidate);
}

/* An endpoint with far more partners than the others, which may be a master beside the program. */
static uint32_t find_hub(const struct strong *strong)
{
    double degree = strong->largest_degree, active = (double)strong->n_active;
    double mean = active > 0 ? 2 * (double)strong->n_edges / active : 0;
    bool all = degree >= active - 1 && degree > 1.05 * mean && active <= 12;
    bool most = degree >= 0.3 * (active - 1) && degree >= 1.5 * mean && active > 4;
    return all || most ? strong_centre(strong) : VTTIF_NOWHERE;
}

/* An endpoint that no excuse is made for has more partners than any sparse archetype but a star
 * gives one: those wait until it is excused. */
static bool is_crowded(const struct strong *strong)
{
    return strong->hub == VTTIF_NOWHERE && find_hub(strong) != VTTIF_NOWHERE &&
           strong->largest_degree > CROWD_LEAST + CROWD_MORE * log2((double)strong->n_active);
}

/* Other archetypes have nothing to say any more, even if errors are too many for this to be the
 * last cut. Not so a star, beside which there may be a program, or a crowd, in which there may be
 * smaller ones. */
static bool is_certain(const struct candidate *candidate)
{
    return candidate->archetype->neighbours && candidate->archetype != &archetype_star &&
           candidate->score >= CERTAIN_SCORE && candidate->bits >= CLEAR_BITS &&
           candidate->n_members >= CLEAR_MEMBERS && candidate_stands(candidate);
}

static void propose_of(struct search *search, const struct strong *strong)
{
    const struct candidate *certain = first_of(search, is_certain);
    const struct archetype *only = certain ? certain->proposer : NULL;
    bool dense = first_of(search, is_dense), crowded = is_crowded(strong);
    for (size_t i = 0; archetypes[i]; i++) {
        bool sparse = archetypes[i]->neighbours;
        if (archetypes[i]->propose && strong->n_edges > 0 && !(dense && sparse) &&
            !(crowded && sparse && archetypes[i] != &archetype_star) &&
            (!only || only == archetypes[i])) {
            search->proposer = archetypes[i];
            archetypes[i]->propose(search, strong);
        }
    }
}

/* A name that leaves nothing to explain. */
static bool is_settled(const struct candidate *candidate)
{
    return candidate->exact && candidate->explained > 0.999 && candidate_stands(candidate);
}

/* A name that no other comes near to, although there is noise. */
static bool is_clear(const struct candidate *candidate)
{
    double least = candidate->archetype->neighbours ? CLEAR_SCORE : CLEAR_DENSE;
    bool noisy = candidate->n_missing + candidate->n_extra > 1; /* or another cut has none */
    return noisy && candidate->score >= least && candidate->bits >= CLEAR_BITS &&
           candidate->n_members >= CLEAR_MEMBERS && candidate_stands(candidate);
}

static const struct candidate *settled(const struct search *search)
{
    return first_of(search, is_settled);
}

static const struct candidate *decided(const struct search *search)
{
    const struct candidate *found = settled(search);
    return found ? found : first_of(search, is_clear);
}

/* The first name. */
static const struct candidate *best_of(const struct search *search)
{
    return search->by_chance ? NULL : first_of(search, candidate_stands);
}

static size_t count_partners(const struct graph *graph, uint32_t u)
{
    size_t partners = 0;
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
        partners += arc_weight(&graph->arcs[k]) > 0;
    return partners;
}

/* Of u's pairs, those that carry about as much back. */
static size_t count_mutual(const struct graph *graph, uint32_t u)
{
    size_t mutual = 0;
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
        const struct arc *arc = &graph->arcs[k];
        mutual += arc_weight(arc) > 0 && MIN(arc->out, arc->in) >= 0.25F * arc_weight(arc);
    }
    return mutual;
}

/* Who exchanges about as much both ways with nearly everyone, as nobody else does: a master that
 * does job control, however little that is. */
static uint32_t find_master(const struct graph *graph)
{
    size_t active = 0, all = 0, most = 0;
    uint32_t best = VTTIF_NOWHERE;
    for (uint32_t u = 0; u < graph->n; u++) {
        size_t partners = count_partners(graph, u);
        active += partners > 0;
        all += partners;
        if (partners < most ||
            (partners == most && best != VTTIF_NOWHERE && graph->bytes[u] <= graph->bytes[best]))
            continue;
        most = partners;
        best = u;
    }
    double others = active > 1 ? (double)(all - most) / (double)(active - 1) : 0;
    double least = active <= 12 ? 0.95 : 0.75;
    bool is_master = most >= 3 && (double)most >= 0.8 * (double)(active - 1) &&
                     2 * count_mutual(graph, best) >= most && others <= least * (double)most;
    return is_master ? best : VTTIF_NOWHERE;
}

/* The hub's star taken away; VTTIF_NOWHERE: there is no hub. */
static void propose_without(struct search *search, double cut, uint32_t hub)
{
    struct strong *strong = strong_new(search->graph, cut, hub, false);
    propose_of(search, strong);
    strong_free(strong);
}

/* With all hubs, or until a name is found that no other comes near to. */
static void search_cut(struct search *search, double cut, bool all)
{
    const struct candidate *(*enough)(const struct search *) = all ? settled : decided;
    struct strong *strong = strong_new(search->graph, cut, VTTIF_NOWHERE, true);
    propose_of(search, strong);
    uint32_t hub = find_hub(strong), master = hub == VTTIF_NOWHERE ? search->master : hub;
    if (master != VTTIF_NOWHERE && !enough(search))
        propose_without(search, cut, master);
    if (hub != VTTIF_NOWHERE && !enough(search)) {
        strong->hub = hub;
        propose_of(search, strong);
    }
    strong_free(strong);
}

/* For a name that is clear, at its own cut, as it may need all of its edges: as it was found, and
 * without a master's star that is not the name itself. */
static void search_again(struct search *search, const struct candidate *found)
{
    double cut = found->cut;
    bool starred = found->hub == VTTIF_NOWHERE && search->master != VTTIF_NOWHERE &&
                   found->archetype != &archetype_star;
    propose_without(search, cut, found->hub);
    if (starred)
        propose_without(search, cut, search->master);
}

/* Whether one of the cuts gives the same strong graph: they are nested. */
static bool is_among(const struct graph *graph, const double *cuts, unsigned n_cuts, double cut)
{
    size_t pairs = graph_pairs_above(graph, cut);
    while (n_cuts > 0 && graph_pairs_above(graph, cuts[n_cuts - 1]) != pairs)
        n_cuts--;
    return n_cuts > 0;
}

/* All names that stand, best first. */
static struct search *search_graph(const struct graph *graph)
{
    struct search *search = search_new(graph);
    search->master = find_master(graph);
    double cuts[CUTS_MAX];
    unsigned n_cuts = cuts_find(graph, cuts), n = 0;
    for (; n < n_cuts && !decided(search); n++)
        search_cut(search, cuts[n], false);
    const struct candidate *found = decided(search);
    if (found && !settled(search))
        search_again(search, found);
    else if (found && !is_among(graph, cuts, n, found->cut))
        search_cut(search, found->cut, true); /* and so may others */
    g_array_sort(search->candidates, candidate_compare);
    if (!settled(search)) {
        improve_places(search, best_of(search));
        g_array_sort(search->candidates, candidate_compare);
    }
    return search;
}

/* --- small programs --------------------------------------------------------------------------- */

/* All names of a drawing, found as if it were without noise. */
static void add_drawing(struct search *likely, const struct small_drawing *drawing)
{
    g_autoptr(vttif_matrix) matrix = small_matrix(likely->graph, drawing);
    struct graph *graph = graph_new(matrix, 0);
    struct search *clean = search_graph(graph);
    for (guint i = 0; i < clean->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(clean->candidates, struct candidate, i);
        if (!candidate->exact || candidate->explained < 0.999 || !candidate_stands(candidate))
            continue;
        uint32_t *position = g_memdup2(candidate->position, graph->n * sizeof *candidate->position);
        search_add_likely(likely, candidate, position, drawing->hub, drawing->behind);
    }
    search_free(clean);
    graph_free(graph);
}

/* The likeliest of everything that few endpoints can be, instead of what was found at cuts; returns
 * the search that stands. */
static struct search *search_small(struct search *search)
{
    const struct graph *graph = search->graph;
    if (settled(search) || graph->cut > 0)
        return search;
    g_autoptr(GArray) drawings = small_find(graph);
    search->by_chance = drawings && drawings->len == 0;
    if (!drawings || search->by_chance)
        return search;
    struct search *likely = search_new(graph);
    likely->master = search->master;
    for (guint i = 0; i < drawings->len; i++)
        add_drawing(likely, &g_array_index(drawings, struct small_drawing, i));
    g_array_sort(likely->candidates, candidate_compare);
    bool any = likely->candidates->len > 0;
    search_free(any ? search : likely);
    return any ? likely : search;
}

/* --- from candidates to names -------------------------------------------------------------- */

static enum vttif_flow flow_of(double forward)
{
    return forward >= 0.8   ? VTTIF_FLOW_FORWARD
           : forward <= 0.2 ? VTTIF_FLOW_BACKWARD
                            : VTTIF_FLOW_BOTH;
}

static void name_set_places(struct vttif_name *name, const struct archetype *archetype)
{
    int32_t coordinates[VTTIF_DIMS_MAX];
    name->width = archetype->width(&name->shape);
    name->place = g_new(int32_t, MAX(name->n_endpoints * name->width, 1));
    name->centre = -1;
    for (size_t u = 0; u < name->n_endpoints; u++) {
        int32_t *place = name->place + u * name->width;
        memset(place, 0xff, name->width * sizeof *place);
        if (name->position[u] == VTTIF_NOWHERE)
            continue;
        archetype->coordinates(&name->shape, name->position[u], coordinates);
        memcpy(place, coordinates, name->width * sizeof *place);
        if (archetype->has_centre && name->position[u] == 0)
            name->centre = (gssize)u;
    }
}

/* The positions by the matrix's numbers of endpoints; g_free it. */
static uint32_t *positions_of_endpoints(const struct graph *graph, const uint32_t *position)
{
    uint32_t *positions = g_memdup2(position, graph->n * sizeof *position);
    for (size_t i = 0; graph->endpoint && i < graph->n; i++)
        positions[graph->endpoint[i]] = position[i];
    return positions;
}

static struct vttif_name name_of(const struct candidate *candidate, const struct graph *graph)
{
    struct vttif_name name = {
        .shape = candidate->shape,
        .score = candidate->score,
        .bmin = graph->max > 0 ? candidate->cut / graph->max : 0,
        .n_edges = candidate->n_edges,
        .n_missing = candidate->n_missing,
        .n_extra = candidate->n_extra,
        .explained = candidate->explained,
        .by_weight = candidate->by_weight,
        .flow = flow_of(candidate->forward),
        .n_members = candidate->n_members,
        .n_endpoints = graph->n,
        .position = positions_of_endpoints(graph, candidate->position),
    };
    name_set_places(&name, candidate->archetype);
    return name;
}

static void name_clear(gpointer data)
{
    struct vttif_name *name = data;
    g_free(name->position);
    g_free(name->place);
}

static void part_clear(gpointer data)
{
    struct vttif_part *part = data;
    name_clear(&part->name);
}

/* One edge more that the cut does not see, but that the weights speak for: a ring with a weak edge
 * is a line above it. */
static bool has_one_error_more(const struct candidate *candidate, const struct candidate *best)
{
    return candidate->n_missing + candidate->n_extra <= best->n_missing + best->n_extra + 1 &&
           candidate->evidence > best->evidence + WEAK_EDGE_BITS;
}

static void add_names(struct vttif_recognition *recognition, const struct search *search)
{
    const struct candidate *best = best_of(search);
    for (guint i = 0; best && i < search->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        bool near = candidate->likely || candidate->score >= best->score - SCORE_RANGE ||
                    has_one_error_more(candidate, best);
        if (!candidate_stands(candidate) || !near)
            continue;
        struct vttif_name name = name_of(candidate, search->graph);
        g_array_append_val(recognition->names, name);
    }
}

/* --- parts ----------------------------------------------------------------------------------- */

/* Takes the best out of the graph and appends it; returns whether anything worth it was left. */
static bool take_part(struct vttif_recognition *recognition, struct graph *graph,
                      const struct search *search)
{
    const struct candidate *best = best_of(search);
    if (!best)
        return false;
    struct vttif_part part = {.name = name_of(best, graph)};
    double taken = rest_take(graph, best);
    part.share = MIN(taken / graph->total, recognition->other);
    if (part.share < PART_LEAST) {
        part_clear(&part);
        return false;
    }
    recognition->other -= part.share;
    g_array_append_val(recognition->parts, part);
    return graph->max > 0;
}

/* The graph is what is left of it afterwards. */
static void decompose(struct vttif_recognition *recognition, struct graph *graph,
                      const struct search *first, unsigned parts_max)
{
    bool more = take_part(recognition, graph, first);
    while (more && recognition->parts->len < parts_max) {
        struct search *search = search_graph(graph);
        more = take_part(recognition, graph, search);
        search_free(search);
    }
    recognition->other = CLAMP(recognition->other, 0, 1);
}

/* --- the answer --------------------------------------------------------------------------------
 */

static double least_bytes(const struct vttif_matrix *matrix,
                          const struct vttif_recognize_options *options)
{
    if (options->least_bytes > 0)
        return options->least_bytes;
    bool counted = vttif_matrix_account_const(matrix)->count != VTTIF_COUNT_UNKNOWN;
    return counted ? LEAST_BYTES : 0;
}

static bool is_too_little(struct vttif_recognition *recognition, const struct graph *graph,
                          double least)
{
    double most = graph->max * graph->unit;
    if (most > 0 && most >= least)
        return false;
    recognition->verdict = VTTIF_VERDICT_TOO_LITTLE;
    recognition->reason =
        most > 0
            ? g_strdup_printf("no pair exchanged more than %.0f bytes, and it takes %.0f to tell a "
                              "pattern from start-up and chance",
                              most, least)
            : g_strdup("no endpoint sent anything to another");
    return true;
}

static void explain_none(struct vttif_recognition *recognition, const struct search *search)
{
    recognition->verdict = VTTIF_VERDICT_NONE;
    if (search->graph->n_active <= 2) {
        recognition->reason = g_strdup("two endpoints that exchange are one edge, and every "
                                       "archetype has more: it takes three endpoints to tell any");
        return;
    }
    const struct candidate *nearest =
        search->candidates->len ? &g_array_index(search->candidates, struct candidate, 0) : NULL;
    if (!nearest || nearest->score <= 0) {
        recognition->reason = g_strdup("nothing in it looks like an archetype");
        return;
    }
    g_autoptr(GString) text = g_string_new("the nearest archetype, ");
    vttif_shape_describe(&nearest->shape, text);
    g_string_append_printf(text, ", lacks %zu of %zu edges, and %zu %s of its", nearest->n_missing,
                           nearest->n_edges, nearest->n_extra,
                           nearest->n_extra == 1 ? "pair is none" : "pairs are none");
    if (search->by_chance || candidate_may_be_chance(nearest))
        g_string_append(text, "; but a random graph may well look like that");
    recognition->reason = g_string_free(g_steal_pointer(&text), FALSE);
}

static void recognize(struct vttif_recognition *recognition, struct graph *graph,
                      unsigned parts_max)
{
    struct search *search = search_graph(graph);
    if (!settled(search)) {
        trees_settle(search);
        g_array_sort(search->candidates, candidate_compare);
    }
    search = search_small(search);
    if (!settled(search) && graph->cut == 0)
        chance_judge(search);
    add_names(recognition, search);
    if (recognition->names->len > 0) {
        recognition->bmin = g_array_index(recognition->names, struct vttif_name, 0).bmin;
        decompose(recognition, graph, search, parts_max);
    } else {
        explain_none(recognition, search);
    }
    search_free(search);
}

static bool check_options(const struct vttif_recognize_options *options, GError **error)
{
    if (!(options->bmin >= 0 && options->bmin <= 1)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "bmin must be above 0 and at most 1, or 0 to find it, not %g", options->bmin);
        return false;
    }
    if (!(options->least_bytes >= 0)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "the least number of bytes must not be negative, but it is %g",
                    options->least_bytes);
        return false;
    }
    return true;
}

struct vttif_recognition *vttif_recognize(const struct vttif_matrix *matrix,
                                          const struct vttif_recognize_options *options,
                                          GError **error)
{
    struct vttif_recognize_options given = options ? *options : (struct vttif_recognize_options){0};
    if (!check_options(&given, error))
        return NULL;
    struct vttif_recognition *recognition = g_new0(struct vttif_recognition, 1);
    recognition->names = g_array_new(FALSE, FALSE, sizeof(struct vttif_name));
    g_array_set_clear_func(recognition->names, name_clear);
    recognition->parts = g_array_new(FALSE, FALSE, sizeof(struct vttif_part));
    g_array_set_clear_func(recognition->parts, part_clear);
    recognition->bmin = given.bmin > 0 ? given.bmin : VTTIF_BMIN_DEFAULT;
    recognition->other = 1;
    struct graph *graph = graph_new(matrix, given.bmin);
    graph_renumber(graph);
    if (!is_too_little(recognition, graph, least_bytes(matrix, &given)))
        recognize(recognition, graph, given.parts_max > 0 ? given.parts_max : PARTS_MAX);
    graph_free(graph);
    return recognition;
}

void vttif_recognition_free(struct vttif_recognition *recognition)
{
    if (!recognition)
        return;
    g_array_unref(recognition->names);
    g_array_unref(recognition->parts);
    g_free(recognition->reason);
    g_free(recognition);
}

enum vttif_verdict vttif_recognition_verdict(const struct vttif_recognition *recognition)
{
    return recognition->verdict;
}

const char *vttif_recognition_reason(const struct vttif_recognition *recognition)
{
    return recognition->reason ? recognition->reason : "";
}

double vttif_recognition_bmin(const struct vttif_recognition *recognition)
{
    return recognition->bmin;
}

const struct vttif_name *vttif_recognition_names(const struct vttif_recognition *recognition,
                                                 size_t *n_names)
{
    *n_names = recognition->names->len;
    return (const struct vttif_name *)(const void *)recognition->names->data;
}

const struct vttif_part *vttif_recognition_parts(const struct vttif_recognition *recognition,
                                                 size_t *n_parts)
{
    *n_parts = recognition->parts->len;
    return (const struct vttif_part *)(const void *)recognition->parts->data;
}

double vttif_recognition_other(const struct vttif_recognition *recognition)
{
    return recognition->other;
}

/* --- a name's edges ------------------------------------------------------------------------------
 */

static void add_pair(GArray *pairs, const struct archetype *archetype,
                     const struct vttif_name *name, const uint32_t *endpoint_at, uint32_t p,
                     uint32_t q)
{
    if (endpoint_at[p] == VTTIF_NOWHERE || endpoint_at[q] == VTTIF_NOWHERE)
        return;
    bool leads = archetype_leads(archetype, &name->shape, p, q);
    struct vttif_pair pair = {endpoint_at[leads ? p : q], endpoint_at[leads ? q : p]};
    g_array_append_val(pairs, pair);
}

struct vttif_pair *vttif_name_edges(const struct vttif_name *name, size_t *n_pairs)
{
    const struct archetype *archetype = archetype_of(&name->shape);
    uint32_t order = (uint32_t)archetype->order(&name->shape), near[NEIGHBOURS_MAX];
    g_autofree uint32_t *endpoint_at = endpoints_at(name->position, name->n_endpoints, order);
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct vttif_pair));
    for (uint32_t p = 0; p < order; p++) {
        unsigned n_near = archetype->neighbours ? archetype->neighbours(&name->shape, p, near) : 0;
        for (unsigned k = 0; k < n_near; k++)
            if (near[k] < p)
                add_pair(pairs, archetype, name, endpoint_at, near[k], p);
        for (uint32_t q = 0; !archetype->neighbours && q < p; q++)
            if (archetype->adjacent(&name->shape, q, p))
                add_pair(pairs, archetype, name, endpoint_at, q, p);
    }
    *n_pairs = pairs->len;
    return (struct vttif_pair *)(void *)g_array_free(pairs, FALSE);
}
