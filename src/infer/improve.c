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
/* With more edges than that, only parts of so many positions are, so many times, of what is no
 * worse than the best by so much: large ones take seconds there, and who is wrong has the others
 * near. */
#define REBUILT_WHOLE 600
#define REBUILT_WORSE 0.01
#define REBUILT_PART  60
#define REBUILT_TIMES 400
/* With still more, none: it would hardly be needed. */
#define REBUILT_EDGES 4000
/* Laying anew looks at so many pairs of who has no place and who is beside one, of all candidates
 * together: in noise it is a tenth mostly, but around a hub of hundreds it would
 * take minutes. */
#define REBUILT_PAIRS 30000000
/* In parts alone: where they are found, less will do. */
#define REBUILT_FEW 6000000
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

static bool lay_anew(struct evidence *evidence, const struct candidate *candidate, double best,
                     uint32_t *position, struct budget *pairs)
{
    unsigned n_edges = (unsigned)candidate->n_edges;
    if (candidate->n_edges > REBUILT_EDGES || candidate->archetype == &archetype_star)
        return false;
    if (n_edges <= REBUILT_WHOLE)
        return rebuild(evidence, position, REBUILT / (n_edges + 1), G_MAXUINT32, pairs);
    if (candidate->score < best - REBUILT_WORSE)
        return false;
    struct budget few = {MIN(pairs->left, REBUILT_FEW)};
    pairs->left -= few.left;
    bool rebuilt = rebuild(evidence, position, REBUILT_TIMES, REBUILT_PART, &few);
    pairs->left += few.left;
    return rebuilt;
}

/* Lets endpoints change places; returns who sits where then, or NULL if nothing was better. */
static uint32_t *change_places(const struct graph *graph, const struct candidate *candidate,
                               double best, struct budget *pairs)
{
    g_autofree uint32_t *position =
        g_memdup2(candidate->position, graph->n * sizeof *candidate->position);
    struct evidence *evidence = evidence_new(graph, candidate);
    bool polished = polish(evidence, candidate, position);
    bool rebuilt = lay_anew(evidence, candidate, best, position, pairs);
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
    double first = best ? best->score : 1; /* best moves when others are proposed */
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
        g_autofree uint32_t *position = change_places(search->graph, &candidate, first, &pairs);
        if (position)
            propose_twins(search, &candidate, n, position);
    }
}
