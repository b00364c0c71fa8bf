// SPDX-License-Identifier: Apache-2.0
#include "infer/answer.h"

#include "infer/archetypes.h"
#include "infer/name.h"
#include "infer/rest.h"
#include "infer/search.h"

#include <string.h>

/* A part of less than this share of the bytes is not worth its name. */
#define PART_LEAST 0.005
/* Names whose score is that much below the best are no longer "consistent with". */
#define SCORE_RANGE 0.05
/* Unless it is for one error, and the weights speak for them by so much. */
#define WEAK_EDGE_BITS 2.0

/* --- from candidates to names -------------------------------------------------------------- */

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
        struct vttif_name name = name_new(candidate, search->graph);
        g_array_append_val(recognition->names, name);
    }
}

/* --- parts ----------------------------------------------------------------------------------- */

/* Appends a part of that many bytes; returns whether it is worth its name. */
static bool add_part(struct vttif_recognition *recognition, const struct graph *graph,
                     struct vttif_name name, double taken)
{
    struct vttif_part part = {name, MIN(taken / graph->all, recognition->other)};
    bool first = recognition->parts->len == 0; /* a small program has one, too */
    if (part.share < PART_LEAST * (first ? recognition->bytes : 1)) {
        part_clear(&part);
        return false;
    }
    recognition->other -= part.share;
    g_array_append_val(recognition->parts, part);
    return true;
}

/* What lies over a dense name has a name of its own. A star would be what one endpoint happens to
 * have above the others; and a program that sends more one way would be itself twice. */
static bool is_layer(const struct candidate *candidate, const struct candidate *dense)
{
    return candidate && candidate->archetype != &archetype_star &&
           candidate->archetype != dense->archetype && candidate->bits >= LEAST_BITS;
}

/* The search in what lies over the dense name, if that is a layer: the graph is then what is left
 * without the dense one. Else NULL, and nothing is taken. */
static struct search *search_layer(struct graph *graph, const struct removal *dense, double *taken)
{
    struct graph *rest = rest_layer(dense, graph, taken);
    if (!rest)
        return NULL;
    struct search *search = search_graph(rest);
    if (is_layer(search_best(search), dense->candidate)) {
        struct graph whole = *graph;
        *graph = *rest;
        *rest = whole;
        search->graph = graph;
    } else {
        g_clear_pointer(&search, search_free);
    }
    graph_free(rest);
    return search;
}

/* Takes the best out of the graph and appends it. Returns what is found in the rest, or NULL if
 * there is nothing worth a name. */
static struct search *take_part(struct vttif_recognition *recognition, struct graph *graph,
                                const struct search *search, unsigned parts_max)
{
    const struct candidate *best = search_best(search);
    if (!best)
        return NULL;
    struct vttif_name name = name_new(best, graph);
    struct removal removal = rest_plan(graph, best);
    double taken;
    struct search *next = search_layer(graph, &removal, &taken);
    if (!next)
        taken = rest_take(&removal, graph);
    if (!add_part(recognition, graph, name, taken))
        g_clear_pointer(&next, search_free);
    else if (!next && graph->max > 0 && recognition->parts->len < parts_max)
        next = search_graph(graph);
    return next;
}

/* The graph is what is left of it afterwards. */
static void decompose(struct vttif_recognition *recognition, struct graph *graph,
                      const struct search *first, unsigned parts_max)
{
    struct search *search = take_part(recognition, graph, first, parts_max);
    while (search && recognition->parts->len < parts_max) {
        struct search *next = take_part(recognition, graph, search, parts_max);
        search_free(search);
        search = next;
    }
    search_free(search);
    recognition->other = CLAMP(recognition->other, 0, 1);
}

static void swap(void *a, void *b, size_t size)
{
    g_autofree void *old = g_memdup2(a, size);
    memcpy(a, b, size);
    memcpy(b, old, size);
}

/* What lies over a dense name comes before it if it has more of the bytes. */
static void put_layer_first(struct vttif_recognition *recognition)
{
    struct vttif_part *parts = (struct vttif_part *)(void *)recognition->parts->data;
    if (recognition->parts->len < 2 || parts[1].share <= parts[0].share ||
        archetype_of(&parts[0].name.shape)->neighbours)
        return;
    for (guint i = 1; i < recognition->names->len; i++) {
        struct vttif_name *name = &g_array_index(recognition->names, struct vttif_name, i);
        if (!shape_equal(&name->shape, &parts[1].name.shape))
            continue;
        swap(name, recognition->names->data, sizeof *name);
        swap(&parts[0], &parts[1], sizeof parts[0]);
        return;
    }
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

void answer_take(struct vttif_recognition *recognition, struct graph *graph,
                 const struct search *search, unsigned parts_max)
{
    add_names(recognition, search);
    if (recognition->names->len == 0) {
        explain_none(recognition, search);
        return;
    }
    decompose(recognition, graph, search, parts_max);
    put_layer_first(recognition);
    recognition->bmin = g_array_index(recognition->names, struct vttif_name, 0).bmin;
}

struct vttif_recognition *answer_new(double bmin, double bytes)
{
    struct vttif_recognition *recognition = g_new0(struct vttif_recognition, 1);
    recognition->names = g_array_new(FALSE, FALSE, sizeof(struct vttif_name));
    g_array_set_clear_func(recognition->names, name_clear);
    recognition->parts = g_array_new(FALSE, FALSE, sizeof(struct vttif_part));
    g_array_set_clear_func(recognition->parts, part_clear);
    recognition->bmin = bmin;
    recognition->other = recognition->bytes = bytes;
    return recognition;
}
