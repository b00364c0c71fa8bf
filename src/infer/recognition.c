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
#include "infer/judge.h"
#include "infer/renumber.h"
#include "infer/rest.h"
#include "infer/search.h"
#include "infer/small.h"
#include "infer/tree_names.h"

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

struct vttif_recognition {
    enum vttif_verdict verdict;
    char *reason;
    double bmin, other;
    GArray *names; /* of struct vttif_name */
    GArray *parts; /* of struct vttif_part */
};

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
    if (search_settled(search) || graph->cut > 0)
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
    const struct candidate *best = search_best(search);
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
    const struct candidate *best = search_best(search);
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
    if (!search_settled(search)) {
        trees_settle(search);
        g_array_sort(search->candidates, candidate_compare);
    }
    search = search_small(search);
    if (!search_settled(search) && graph->cut == 0)
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
