// SPDX-License-Identifier: Apache-2.0
#include "infer/rebuild.h"

#include <string.h>

/* Any number would do: the same matrix is to give the same answer each time. */
#define SEED 1729
/* That someone sits at a position is likelier than that nobody does. */
#define OCCUPIED 3.0
/* Who may be offered a place: no pair that speaks more against an edge. */
#define PARTNER_LEAST (-0.5)
#define GAIN_LEAST    1e-6
/* A part has so many centres at most. */
#define CENTRES 3
/* So many parts in a row that are none the better: it is as good as it gets. */
#define FAILED_MOST 100
#define FAILED_EACH 3 /* for each position that is doubtful, of parts */
/* All is learned anew once something is better; where parts are small, once so many are, as that
 * changes little and takes longer than the parts. */
#define NEWS_MOST 16

struct rebuilding {
    struct evidence *evidence;
    size_t n;
    uint32_t order;
    uint32_t *position; /* [endpoint] */
    uint32_t *endpoint; /* [position] */
    GArray *partners; /* of uint32_t: of each endpoint, those whose pair speaks for an edge */
    size_t *start; /* [n + 1] into partners */
    GRand *rand;
    uint32_t *part; /* positions that are laid anew */
    uint32_t n_part, part_most, n_weak;
    bool *in_part; /* [position] */
    uint32_t *before; /* [n_part]: who sat there */
    struct place_offer *offers; /* [position] */
    uint32_t *seen, round; /* [endpoint]: last looked at for an offer */
    struct budget *pairs; /* to look at */
};

struct place_offer {
    double value;
    uint32_t endpoint; /* or VTTIF_NOWHERE */
};

/* Those next to p. */
static const struct beside *neighbours(const struct rebuilding *rebuilding, uint32_t p,
                                       unsigned *n_near)
{
    const struct evidence *evidence = rebuilding->evidence;
    *n_near = (unsigned)(evidence->start[p + 1] - evidence->start[p]);
    return evidence->beside + evidence->start[p];
}

static void find_partners(struct rebuilding *rebuilding)
{
    const struct graph *graph = rebuilding->evidence->graph;
    g_array_set_size(rebuilding->partners, 0);
    for (uint32_t u = 0; u < rebuilding->n; u++) {
        rebuilding->start[u] = rebuilding->partners->len;
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
            if (evidence_of_arc(rebuilding->evidence, u, &graph->arcs[k]) > PARTNER_LEAST)
                g_array_append_val(rebuilding->partners, graph->arcs[k].to);
    }
    rebuilding->start[rebuilding->n] = rebuilding->partners->len;
}

/* --- which part ------------------------------------------------------------------------------- */

/* Many in so large a placement have an edge that is missing, and sit right all the same. */
static bool in_parts(const struct rebuilding *rebuilding)
{
    return rebuilding->part_most < rebuilding->order;
}

/* An edge of p's speaks against who sits at its ends, or nobody does; in parts, half of them. */
static bool is_weak(const struct rebuilding *rebuilding, uint32_t p)
{
    unsigned n_near, n_weak = 0;
    uint32_t u = rebuilding->endpoint[p];
    const struct beside *near = neighbours(rebuilding, p, &n_near);
    if (u == VTTIF_NOWHERE)
        return true;
    for (unsigned k = 0; k < n_near; k++) {
        uint32_t v = rebuilding->endpoint[near[k].position];
        n_weak +=
            v == VTTIF_NOWHERE || evidence_beside(rebuilding->evidence, u, p, v, &near[k]) < 0;
        if (n_weak > 0 && (!in_parts(rebuilding) || 2 * n_weak >= n_near))
            return true;
    }
    return false;
}

/* So many of the weak positions; returns how many there are. */
static unsigned choose_centres(struct rebuilding *rebuilding, uint32_t centres[CENTRES])
{
    uint32_t n_weak = 0;
    unsigned wanted = (unsigned)g_rand_int_range(rebuilding->rand, 1, CENTRES + 1);
    for (uint32_t p = 0; p < rebuilding->order; p++) {
        if (!is_weak(rebuilding, p))
            continue;
        uint32_t at = n_weak < wanted
                          ? n_weak
                          : (uint32_t)g_rand_int_range(rebuilding->rand, 0, (gint32)n_weak + 1);
        n_weak++;
        if (at < wanted)
            centres[at] = p;
    }
    rebuilding->n_weak = n_weak;
    return MIN(n_weak, wanted);
}

static void add_to_part(struct rebuilding *rebuilding, uint32_t p)
{
    if (rebuilding->in_part[p])
        return;
    rebuilding->in_part[p] = true;
    rebuilding->part[rebuilding->n_part++] = p;
}

/* The positions around a few weak ones, nearest first; false if none is weak. */
static bool choose_part(struct rebuilding *rebuilding)
{
    uint32_t centres[CENTRES];
    unsigned n_centres = choose_centres(rebuilding, centres);
    double share = g_rand_double(rebuilding->rand);
    uint32_t size = (uint32_t)(share * share * rebuilding->part_most) + 2;
    memset(rebuilding->in_part, 0, rebuilding->order * sizeof *rebuilding->in_part);
    rebuilding->n_part = 0;
    for (unsigned i = 0; i < n_centres; i++)
        add_to_part(rebuilding, centres[i]);
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        unsigned n_near;
        const struct beside *near = neighbours(rebuilding, rebuilding->part[i], &n_near);
        for (unsigned k = 0; k < n_near && rebuilding->n_part < size; k++)
            add_to_part(rebuilding, near[k].position);
    }
    return n_centres > 0;
}

/* --- what it is worth ------------------------------------------------------------------------- */

/* Of all edges with an end in the part. */
static double worth_of_part(const struct rebuilding *rebuilding)
{
    double sum = 0;
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        uint32_t p = rebuilding->part[i], u = rebuilding->endpoint[p];
        unsigned n_near;
        const struct beside *near = neighbours(rebuilding, p, &n_near);
        for (unsigned k = 0; k < n_near && u != VTTIF_NOWHERE; k++) {
            uint32_t q = near[k].position, v = rebuilding->endpoint[q];
            if (v != VTTIF_NOWHERE && (!rebuilding->in_part[q] || q < p))
                sum += evidence_beside(rebuilding->evidence, u, p, v, &near[k]);
        }
        sum += u == VTTIF_NOWHERE ? 0 : OCCUPIED;
    }
    return sum;
}

/* --- laying it anew --------------------------------------------------------------------------- */

static void take_away(struct rebuilding *rebuilding)
{
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        uint32_t p = rebuilding->part[i], u = rebuilding->endpoint[p];
        rebuilding->before[i] = u;
        rebuilding->endpoint[p] = VTTIF_NOWHERE;
        if (u != VTTIF_NOWHERE)
            rebuilding->position[u] = VTTIF_NOWHERE;
    }
}

static void put_back(struct rebuilding *rebuilding)
{
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        uint32_t u = rebuilding->endpoint[rebuilding->part[i]];
        if (u != VTTIF_NOWHERE)
            rebuilding->position[u] = VTTIF_NOWHERE;
    }
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        uint32_t u = rebuilding->before[i];
        rebuilding->endpoint[rebuilding->part[i]] = u;
        if (u != VTTIF_NOWHERE)
            rebuilding->position[u] = rebuilding->part[i];
    }
}

/* Those of v's partners that have no place, each once a round; n_near are beside p. */
static void look_at_partners(struct rebuilding *rebuilding, uint32_t v, uint32_t p, unsigned n_near,
                             struct place_offer *best)
{
    budget_spend(rebuilding->pairs, rebuilding->start[v + 1] - rebuilding->start[v]);
    for (size_t i = rebuilding->start[v]; i < rebuilding->start[v + 1]; i++) {
        uint32_t u = g_array_index(rebuilding->partners, uint32_t, i);
        if (rebuilding->position[u] != VTTIF_NOWHERE || rebuilding->seen[u] == rebuilding->round)
            continue;
        rebuilding->seen[u] = rebuilding->round;
        budget_spend(rebuilding->pairs, n_near);
        double value = evidence_at(rebuilding->evidence, rebuilding->endpoint, u, p);
        if (value > best->value)
            *best = (struct place_offer){value, u};
    }
}

/* The best of those without a place whose pair with someone beside p speaks for an edge. */
static void find_offer(struct rebuilding *rebuilding, uint32_t p)
{
    unsigned n_near;
    const struct beside *near = neighbours(rebuilding, p, &n_near);
    struct place_offer best = {-OCCUPIED, VTTIF_NOWHERE};
    rebuilding->round++;
    for (unsigned k = 0; k < n_near; k++)
        if (rebuilding->endpoint[near[k].position] != VTTIF_NOWHERE)
            look_at_partners(rebuilding, rebuilding->endpoint[near[k].position], p, n_near, &best);
    rebuilding->offers[p] = best;
}

/* Lays the surest offer; false if there is none. */
static bool lay_one(struct rebuilding *rebuilding)
{
    uint32_t best = rebuilding->order;
    unsigned n_near;
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        uint32_t p = rebuilding->part[i];
        const struct place_offer *offer = &rebuilding->offers[p];
        if (rebuilding->endpoint[p] == VTTIF_NOWHERE && offer->endpoint != VTTIF_NOWHERE &&
            (best == rebuilding->order || offer->value > rebuilding->offers[best].value))
            best = p;
    }
    if (best == rebuilding->order)
        return false;
    uint32_t u = rebuilding->offers[best].endpoint;
    rebuilding->endpoint[best] = u;
    rebuilding->position[u] = best;
    for (uint32_t i = 0; i < rebuilding->n_part; i++) {
        uint32_t p = rebuilding->part[i];
        if (rebuilding->endpoint[p] == VTTIF_NOWHERE && rebuilding->offers[p].endpoint == u)
            find_offer(rebuilding, p);
    }
    const struct beside *near = neighbours(rebuilding, best, &n_near);
    for (unsigned k = 0; k < n_near; k++) {
        uint32_t q = near[k].position;
        if (rebuilding->in_part[q] && rebuilding->endpoint[q] == VTTIF_NOWHERE)
            find_offer(rebuilding, q);
    }
    return true;
}

/* Where nothing is left beside it to go by, laying starts from one of those that were there. */
static void lay_first(struct rebuilding *rebuilding)
{
    uint32_t i = (uint32_t)g_rand_int_range(rebuilding->rand, 0, (gint32)rebuilding->n_part);
    uint32_t p = rebuilding->part[i], u = rebuilding->before[i];
    if (rebuilding->n_part < rebuilding->order || u == VTTIF_NOWHERE)
        return;
    rebuilding->endpoint[p] = u;
    rebuilding->position[u] = p;
}

static bool rebuild_part(struct rebuilding *rebuilding)
{
    double before = worth_of_part(rebuilding);
    take_away(rebuilding);
    lay_first(rebuilding);
    for (uint32_t i = 0; i < rebuilding->n_part && !budget_is_spent(rebuilding->pairs); i++)
        if (rebuilding->endpoint[rebuilding->part[i]] == VTTIF_NOWHERE)
            find_offer(rebuilding, rebuilding->part[i]);
    while (!budget_is_spent(rebuilding->pairs) && lay_one(rebuilding))
        ;
    if (!budget_is_spent(rebuilding->pairs) && worth_of_part(rebuilding) > before + GAIN_LEAST)
        return true;
    put_back(rebuilding);
    return false;
}

static struct rebuilding rebuilding_new(struct evidence *evidence, uint32_t *position,
                                        uint32_t part_most, struct budget *pairs)
{
    size_t n = evidence->graph->n;
    uint32_t order = (uint32_t)evidence->archetype->order(evidence->shape);
    return (struct rebuilding){
        .evidence = evidence,
        .n = n,
        .order = order,
        .position = position,
        .endpoint = endpoints_at(position, n, order),
        .partners = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .start = g_new(size_t, n + 1),
        .rand = g_rand_new_with_seed(SEED),
        .part = g_new(uint32_t, order),
        .part_most = MIN(part_most, order),
        .in_part = g_new(bool, order),
        .before = g_new(uint32_t, order),
        .offers = g_new0(struct place_offer, order),
        .seen = g_new0(uint32_t, n),
        .pairs = pairs,
    };
}

static void rebuilding_clear(struct rebuilding *rebuilding)
{
    g_free(rebuilding->endpoint);
    g_array_unref(rebuilding->partners);
    g_free(rebuilding->start);
    g_rand_free(rebuilding->rand);
    g_free(rebuilding->part);
    g_free(rebuilding->in_part);
    g_free(rebuilding->before);
    g_free(rebuilding->offers);
    g_free(rebuilding->seen);
}

bool rebuild(struct evidence *evidence, uint32_t *position, unsigned tries, uint32_t part_most,
             struct budget *pairs)
{
    struct rebuilding rebuilding = rebuilding_new(evidence, position, part_most, pairs);
    bool changed = false;
    unsigned news_most = in_parts(&rebuilding) ? NEWS_MOST : 1, news = news_most;
    for (unsigned i = 0, failed = 0; i < tries && failed < FAILED_MOST && !budget_is_spent(pairs);
         i++) {
        if (news >= news_most) {
            evidence_learn(evidence, rebuilding.endpoint);
            find_partners(&rebuilding);
            news = 0;
        }
        if (!choose_part(&rebuilding) ||
            (in_parts(&rebuilding) && failed > FAILED_EACH * rebuilding.n_weak))
            break;
        bool better = rebuild_part(&rebuilding);
        changed |= better;
        news += better;
        failed = better ? 0 : failed + 1;
    }
    rebuilding_clear(&rebuilding);
    return changed;
}
