// SPDX-License-Identifier: Apache-2.0
#include "infer/improve.h"

#include "infer/archetypes.h"
#include "infer/chain_mend.h"
#include "infer/polish.h"
#include "infer/rebuild.h"

/* So many candidates are polished, of at least that score. */
#define POLISHED_MOST  4
#define POLISHED_LEAST 0.4
/* A placement has so many tries to be laid anew, over the number of its edges. */
#define REBUILT 40000
/* What has more edges is not laid anew: it takes seconds there, and hardly needs it. */
#define REBUILT_EDGES 600
/* Laying anew looks at so many pairs of who has no place and who is beside one, of all candidates
 * together: in noise it is a tenth mostly, but around a hub of hundreds it would
 * take minutes. */
#define REBUILT_PAIRS 30000000
/* Who has that many times the errors of the best will not overtake it. */
#define POLISHED_ERRORS 8

/* Two names of one graph, whose positions are numbered alike. */
static bool is_same_graph(const struct candidate *a, const struct candidate *b)
{
    struct vttif_shape shape = b->shape;
    shape.archetype = a->shape.archetype;
    return a->hub == b->hub && a->archetype->adjacent == b->archetype->adjacent &&
           shape_equal(&a->shape, &shape);
}

/* Chains are mended whatever their length. */
static bool is_polished_with(const struct candidate *a, const struct candidate *b)
{
    return is_same_graph(a, b) || (is_chain(a) && is_chain(b) && a->hub == b->hub);
}

/* Lets endpoints change places; returns who sits where then, or NULL if nothing was better. */
static uint32_t *change_places(const struct graph *graph, const struct candidate *candidate,
                               struct budget *pairs)
{
    g_autofree uint32_t *position =
        g_memdup2(candidate->position, graph->n * sizeof *candidate->position);
    struct evidence *evidence = evidence_new(graph, candidate);
    bool polished = polish(evidence, candidate, position);
    bool rebuilt = candidate->n_edges <= REBUILT_EDGES && candidate->archetype != &archetype_star &&
                   rebuild(evidence, position, REBUILT / (unsigned)(candidate->n_edges + 1), pairs);
    evidence_free(evidence);
    return polished || rebuilt ? g_steal_pointer(&position) : NULL;
}

/* The same places under all names of the graph, of those that there were. */
static void propose_twins(struct search *search, const struct candidate *candidate, guint n,
                          const uint32_t *position)
{
    struct strong strong = {.graph = search->graph, .hub = candidate->hub};
    for (guint i = 0; i < n; i++) {
        const struct candidate *twin = &g_array_index(search->candidates, struct candidate, i);
        struct vttif_shape shape = twin->shape;
        if (is_same_graph(candidate, twin))
            search_propose(search, &strong, &shape,
                           g_memdup2(position, search->graph->n * sizeof *position),
                           twin->by_weight);
    }
}

void improve_places(struct search *search, const struct candidate *best)
{
    guint n = search->candidates->len, polished = 0;
    struct budget pairs = {REBUILT_PAIRS};
    double least = best ? 1 - POLISHED_ERRORS * (1 - best->score) : 0;
    for (guint i = 0; i < n && polished < POLISHED_MOST; i++) {
        struct candidate candidate = g_array_index(search->candidates, struct candidate, i);
        bool again = !candidate.archetype->neighbours || candidate.score >= 1 ||
                     candidate.score < MAX(least, POLISHED_LEAST);
        for (guint k = 0; k < i && !again; k++)
            again = is_polished_with(&candidate,
                                     &g_array_index(search->candidates, struct candidate, k));
        if (again)
            continue;
        polished++;
        if (is_chain(&candidate)) {
            chain_mend(search, &candidate);
            continue;
        }
        g_autofree uint32_t *position = change_places(search->graph, &candidate, &pairs);
        if (position)
            propose_twins(search, &candidate, n, position);
    }
}
