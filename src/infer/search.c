// SPDX-License-Identifier: Apache-2.0
#include "infer/search.h"

#include "infer/archetypes.h"
#include "infer/cuts.h"
#include "infer/improve.h"

#include <math.h>
#include <vttif/recognition.h>

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
/* An all-to-all of up to so many has other names: a stencil-27 of 2x2x2. */
#define ALL_TO_ALL_NAMES 8
/* So many partners are a crowd in a graph of n endpoints: CROWD_LEAST + CROWD_MORE log2 n. */
#define CROWD_LEAST 4
#define CROWD_MORE  3

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

/* A name that leaves nothing to explain. */
static bool is_settled(const struct candidate *candidate)
{
    return candidate->exact && candidate->complete && candidate_stands(candidate);
}

/* The same, of a graph that has no other name. */
static bool is_only_name(const struct candidate *candidate)
{
    return candidate->archetype == &archetype_all_to_all &&
           candidate->n_members > ALL_TO_ALL_NAMES && is_settled(candidate);
}

static void propose_of(struct search *search, const struct strong *strong)
{
    const struct candidate *certain = first_of(search, is_certain);
    const struct archetype *only = certain ? certain->proposer : NULL;
    bool dense = first_of(search, is_dense), crowded = is_crowded(strong);
    for (size_t i = 0; archetypes[i] && !first_of(search, is_only_name); i++) {
        bool sparse = archetypes[i]->neighbours;
        if (archetypes[i]->propose && strong->n_edges > 0 && !(dense && sparse) &&
            !(crowded && sparse && archetypes[i] != &archetype_star) &&
            (!only || only == archetypes[i])) {
            search->proposer = archetypes[i];
            archetypes[i]->propose(search, strong);
        }
    }
}

/* A name that no other comes near to, although there is noise. */
static bool is_clear(const struct candidate *candidate)
{
    double least = candidate->archetype->neighbours ? CLEAR_SCORE : CLEAR_DENSE;
    bool noisy = candidate->n_missing + candidate->n_extra > 1; /* or another cut has none */
    return noisy && candidate->score >= least && candidate->bits >= CLEAR_BITS &&
           candidate->n_members >= CLEAR_MEMBERS && candidate_stands(candidate);
}

const struct candidate *search_settled(const struct search *search)
{
    return first_of(search, is_settled);
}

static const struct candidate *decided(const struct search *search)
{
    const struct candidate *found = search_settled(search);
    return found ? found : first_of(search, is_clear);
}

const struct candidate *search_best(const struct search *search)
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
    const struct candidate *(*enough)(const struct search *) = all ? search_settled : decided;
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

struct search *search_graph(const struct graph *graph)
{
    struct search *search = search_new(graph);
    search->master = find_master(graph);
    double cuts[CUTS_MAX];
    unsigned n_cuts = cuts_find(graph, cuts), n = 0;
    for (; n < n_cuts && !decided(search); n++)
        search_cut(search, cuts[n], false);
    const struct candidate *found = decided(search);
    if (found && !search_settled(search))
        search_again(search, found);
    else if (found && !is_among(graph, cuts, n, found->cut))
        search_cut(search, found->cut, true); /* and so may others */
    g_array_sort(search->candidates, candidate_compare);
    if (!search_settled(search)) {
        improve_places(search, search_best(search));
        g_array_sort(search->candidates, candidate_compare);
    }
    return search;
}
