// SPDX-License-Identifier: Apache-2.0
#include "infer/chance.h"

#include "infer/archetypes.h"
#include "infer/small.h"
#include "infer/small_likelihood.h"

#include <math.h>
#include <string.h>

/* A name is to be so much likelier than chance, */
#define CHANCE_BITS 3.0
/* and one that the errors at a cut had made doubtful so much. */
#define LIKELY_BITS 8.0
/* A tree, which its own judge has let stand, so much. */
#define TREE_BITS 0.0
/* What so many bits at a cut speak for stays in any case. */
#define SURE_BITS       20.0
#define CANDIDATES_MOST 40

struct contest {
    const struct search *search;
    struct small_cells cells;
    GArray *models; /* of struct small_model */
    GArray *named; /* of struct graph_of_few: the graphs of all names, whichever way they go */
    double masters_bits; /* that it takes to tell one of the models with a master */
    double by_chance; /* bits_by_chance() of all pairs */
};

enum flow { BOTH, AHEAD, BACK, FLOWS };

/* A candidate's graph among those with traffic, by their numbers. */
struct graph_of_few {
    uint32_t sends[SMALL_MOST];
    uint32_t skips[SMALL_MOST]; /* faint edges: nobody knows how much they should carry */
};

static void add_pair(struct graph_of_few *few, const struct candidate *candidate, enum flow flow,
                     const struct small_cells *cells, unsigned u, unsigned v)
{
    const struct archetype *archetype = candidate->archetype;
    uint32_t at_u = cells->endpoint[u], at_v = cells->endpoint[v];
    if (!candidate_is_edge(candidate, at_u, at_v))
        return;
    uint32_t p = candidate->position[at_u], q = candidate->position[at_v];
    if (archetype->is_main && !archetype->is_main(&candidate->shape, p, q)) {
        few->skips[u] |= (uint32_t)1 << v;
        return;
    }
    bool ahead = archetype_leads(archetype, &candidate->shape, p, q);
    few->sends[u] |= (uint32_t)(flow == BOTH || ahead == (flow == AHEAD)) << v;
    few->sends[v] |= (uint32_t)(flow == BOTH || ahead == (flow == BACK)) << u;
}

static struct graph_of_few graph_of(const struct contest *contest,
                                    const struct candidate *candidate, enum flow flow)
{
    struct graph_of_few few = {0};
    for (unsigned u = 0; u < contest->cells.n; u++)
        for (unsigned v = 0; v < u; v++)
            add_pair(&few, candidate, flow, &contest->cells, u, v);
    return few;
}

/* The bits of who sits where, and of who takes no part. */
static double bits_of_placement(const struct contest *contest, const struct candidate *candidate)
{
    double n = contest->cells.n, members = (double)candidate->n_members;
    double symmetries = candidate->archetype->symmetry_bits(&candidate->shape, candidate->position,
                                                            contest->search->graph->n);
    double bits = log2_factorial(n) - log2_factorial(n - members) - symmetries;
    return MAX(bits, 0) + small_absent_bits((unsigned)(n - members));
}

static double bits_of_name(const struct contest *contest, const struct candidate *candidate)
{
    double best = -HUGE_VAL;
    for (enum flow flow = BOTH; flow < FLOWS; flow++) {
        struct graph_of_few few = graph_of(contest, candidate, flow);
        for (guint i = 0; i < contest->models->len; i++) {
            const struct small_model *model =
                &g_array_index(contest->models, struct small_model, i);
            double value = small_likelihood(model, few.sends, few.skips);
            best = MAX(best, small_bits(model, value, contest->masters_bits));
        }
    }
    return best - bits_of_placement(contest, candidate);
}

static bool is_named(const uint32_t *sends, const void *data)
{
    const GArray *named = data;
    for (guint i = 0; i < named->len; i++)
        if (memcmp(g_array_index(named, struct graph_of_few, i).sends, sends,
                   SMALL_MOST * sizeof *sends) == 0)
            return true;
    return false;
}

static void add_graphs(struct contest *contest, const struct candidate *candidate)
{
    for (enum flow flow = BOTH; flow < FLOWS; flow++) {
        struct graph_of_few few = graph_of(contest, candidate, flow);
        g_array_append_val(contest->named, few);
    }
}

/* Of all pairs, but those that are skipped. */
static double bits_by_chance(const struct contest *contest, const uint32_t *skips)
{
    const struct small_rules names = {is_named, contest->named};
    return small_bits_by_chance(contest->models, contest->masters_bits, skips, &names);
}

/* By so many bits the candidate is likelier. */
static double bits_ahead(const struct contest *contest, const struct candidate *candidate)
{
    double chance = contest->by_chance;
    if (candidate->archetype->is_main) {
        struct graph_of_few few = graph_of(contest, candidate, BOTH);
        chance = bits_by_chance(contest, few.skips);
    }
    return bits_of_name(contest, candidate) - chance;
}

/* The best few that stand or that chance might be, and that nothing else has judged; returns how
 * many there are. */
static unsigned find_rivals(const struct search *search, struct candidate **rivals)
{
    unsigned n = 0;
    for (guint i = 0; i < search->candidates->len && n < CANDIDATES_MOST; i++) {
        struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        bool judged = candidate->likely || candidate->by_chance;
        if (!judged && candidate->archetype != &archetype_clustered &&
            (candidate_stands(candidate) || candidate_may_be_chance(candidate)))
            rivals[n++] = candidate;
    }
    return n;
}

static void contest_begin(struct contest *contest)
{
    contest->named = g_array_new(FALSE, FALSE, sizeof(struct graph_of_few));
    for (guint i = 0; i < contest->search->candidates->len; i++) {
        const struct candidate *candidate =
            &g_array_index(contest->search->candidates, struct candidate, i);
        if (candidate_stands(candidate) || candidate_may_be_chance(candidate))
            add_graphs(contest, candidate);
    }
    contest->models = g_array_new(FALSE, FALSE, sizeof(struct small_model));
    contest->masters_bits = log2(contest->cells.n * SMALL_LEVELS);
    small_add_alone(contest->models, &contest->cells);
    for (unsigned u = 0; u < contest->cells.n; u++)
        small_add_masters(contest->models, &contest->cells, u);
    contest->by_chance = bits_by_chance(contest, NULL);
}

static void contest_end(struct contest *contest)
{
    g_array_unref(contest->models);
    g_array_unref(contest->named);
}

static bool is_sure(const struct candidate *candidate)
{
    return candidate_stands(candidate) && candidate->bits >= SURE_BITS;
}

static void judge_rivals(const struct contest *contest, struct candidate *const *rivals, unsigned n)
{
    bool any = false;
    for (unsigned i = 0; i < n; i++) {
        double ahead = bits_ahead(contest, rivals[i]);
        rivals[i]->beats_chance = ahead >= LIKELY_BITS;
        any |= ahead >= CHANCE_BITS || is_sure(rivals[i]);
    }
    for (unsigned i = 0; i < n; i++) /* what is told beside a name need not be one by itself */
        rivals[i]->by_chance = !any;
}

/* Their own judge reads all pairs by odds that the likeliest tree has taught, and so takes a pair
 * for background that no other tree would: if that tree is chance by this one, too, all are. */
static void judge_trees(const struct contest *contest, const struct search *search,
                        const struct candidate *likeliest)
{
    if (likeliest->sure || bits_ahead(contest, likeliest) >= TREE_BITS)
        return;
    for (guint i = 0; i < search->candidates->len; i++) {
        struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        candidate->by_chance |= candidate->likely;
        candidate->likely = false;
    }
}

static const struct candidate *likeliest_tree(const struct search *search)
{
    const struct candidate *best = NULL;
    for (guint i = 0; i < search->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(search->candidates, struct candidate, i);
        if (candidate->likely && (!best || candidate->behind < best->behind))
            best = candidate;
    }
    return best;
}

void chance_judge(struct search *search)
{
    struct candidate *rivals[CANDIDATES_MOST];
    struct contest contest = {.search = search};
    unsigned n = find_rivals(search, rivals);
    const struct candidate *tree = likeliest_tree(search);
    if ((n == 0 && !tree) || !small_cells_set(&contest.cells, search->graph, SMALL_MOST) ||
        contest.cells.n <= SMALL_DRAWN)
        return;
    contest_begin(&contest);
    judge_rivals(&contest, rivals, n);
    if (tree)
        judge_trees(&contest, search, tree);
    contest_end(&contest);
}
