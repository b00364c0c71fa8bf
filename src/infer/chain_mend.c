// SPDX-License-Identifier: Apache-2.0
#include "infer/chain_mend.h"

#include "infer/archetypes.h"
#include "infer/chain_flow.h"
#include "infer/evidence.h"
#include "infer/grid.h"
#include "infer/links.h"

#include <string.h>

#define ROUNDS 4
/* What the links of a piece have to be worth, for it to belong. */
#define PIECE_LEAST 2.0
/* The evidence of links is sorted as weights are, which are not negative. */
#define ABOVE_ALL 64

struct mending {
    struct evidence *evidence;
    size_t n;
    GArray *chain; /* of uint32_t: endpoints, first to last */
    GArray *breaks; /* of uint32_t: where in the chain each piece begins, and its end */
    bool *member; /* [endpoint] */
};

static uint32_t chain_at(const struct mending *mending, guint i)
{
    return g_array_index(mending->chain, uint32_t, i);
}

/* That v comes after u. */
static double link_worth(const struct mending *mending, uint32_t u, uint32_t v)
{
    return evidence_of(mending->evidence, u, 0, v, 1);
}

static bool is_hub(const struct mending *mending, uint32_t u)
{
    return u == mending->evidence->hub;
}

static void learn(const struct mending *mending, struct vttif_shape *shape)
{
    shape->dims[0] = mending->chain->len;
    mending->evidence->shape = shape;
    evidence_learn(mending->evidence, (const uint32_t *)(const void *)mending->chain->data);
}

/* --- to pieces -------------------------------------------------------------------------------- */

/* 1: v comes after u; -1: before; 0: they are no neighbours. */
static int direction_of(const struct mending *mending, uint32_t u, uint32_t v)
{
    double ahead = link_worth(mending, u, v), back = link_worth(mending, v, u);
    if (MAX(ahead, back) < 0 || is_hub(mending, u) || is_hub(mending, v))
        return 0;
    return ahead >= back ? 1 : -1;
}

/* Appends chain[from..to). */
static void append(const struct mending *mending, guint from, guint to, bool turned, GArray *chain)
{
    for (guint i = from; i < to; i++) {
        uint32_t u = chain_at(mending, turned ? to - 1 - (i - from) : i);
        g_array_append_val(chain, u);
    }
}

/* Appends chain[from..to), turned so that the bytes go on, if it is worth it. */
static void keep_piece(const struct mending *mending, guint from, guint to, int direction,
                       GArray *kept, GArray *breaks)
{
    double worth = is_hub(mending, chain_at(mending, from)) ? PIECE_LEAST : 0;
    for (guint i = from; i + 1 < to; i++) {
        uint32_t u = chain_at(mending, i), v = chain_at(mending, i + 1);
        worth += direction < 0 ? link_worth(mending, v, u) : link_worth(mending, u, v);
    }
    if (worth < PIECE_LEAST)
        return;
    g_array_append_val(breaks, kept->len);
    append(mending, from, to, direction < 0, kept);
}

/* Breaks the chain where it is weak or turns, and leaves out what does not belong. */
static void take_to_pieces(struct mending *mending)
{
    GArray *kept = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    guint from = 0;
    int direction = 0;
    g_array_set_size(mending->breaks, 0);
    for (guint i = 1; i <= mending->chain->len; i++) {
        int next = i < mending->chain->len
                       ? direction_of(mending, chain_at(mending, i - 1), chain_at(mending, i))
                       : 0;
        if (next != 0 && (direction == 0 || next == direction)) {
            direction = next;
            continue;
        }
        keep_piece(mending, from, i, direction, kept, mending->breaks);
        from = i;
        direction = 0;
    }
    g_array_append_val(mending->breaks, kept->len);
    g_array_unref(mending->chain);
    mending->chain = kept;
}

/* --- and together again ----------------------------------------------------------------------- */

static uint32_t n_pieces(const struct mending *mending)
{
    return mending->breaks->len - 1;
}

/* Where in the chain a piece begins; of one more than there are, where the last one ends. */
static guint begin_of(const struct mending *mending, uint32_t piece)
{
    return g_array_index(mending->breaks, uint32_t, piece);
}

static uint32_t end_of(const struct mending *mending, uint32_t piece, bool last)
{
    return chain_at(mending, last ? begin_of(mending, piece + 1) - 1 : begin_of(mending, piece));
}

/* Ends are numbered: twice the piece, and one more for its last endpoint. */
static GArray *links_of_ends(const struct mending *mending)
{
    GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));
    bool one_way = mending->evidence->flow != 0;
    for (uint32_t a = 0; a < 2 * n_pieces(mending); a++) {
        for (uint32_t b = 0; b < 2 * n_pieces(mending); b++) {
            bool fits = one_way ? a % 2 == 1 && b % 2 == 0 : a < b;
            if (a / 2 == b / 2 || !fits)
                continue;
            uint32_t u = end_of(mending, a / 2, a % 2), v = end_of(mending, b / 2, b % 2);
            struct link link = {(float)(ABOVE_ALL + link_worth(mending, u, v)), a, b};
            g_array_append_val(links, link);
        }
    }
    links_sort(links);
    return links;
}

/* The end that each end is joined to; 2 n_pieces for none. g_free it. */
static uint32_t *join_ends(const struct mending *mending)
{
    uint32_t n = n_pieces(mending);
    uint32_t *joined = g_new0(uint32_t, 2 * n + 1);
    g_autofree uint32_t *whole = pieces_new(n);
    g_autoptr(GArray) links = links_of_ends(mending);
    for (uint32_t end = 0; end < 2 * n; end++)
        joined[end] = 2 * n;
    for (guint i = 0; i < links->len; i++) {
        const struct link *link = &g_array_index(links, struct link, i);
        uint32_t a = pieces_find(whole, link->u / 2), b = pieces_find(whole, link->v / 2);
        if (a == b || joined[link->u] != 2 * n || joined[link->v] != 2 * n)
            continue;
        whole[a] = b;
        joined[link->u] = link->v;
        joined[link->v] = link->u;
    }
    return joined;
}

/* All pieces one after the other. A hub alone is both of its ends. */
static void join_pieces(struct mending *mending)
{
    uint32_t n = n_pieces(mending);
    g_autofree uint32_t *joined = join_ends(mending);
    GArray *chain = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t end = 0; /* the first end of the whole */
    while (end < 2 * n && joined[end] != 2 * n)
        end++;
    while (end < 2 * n) {
        append(mending, begin_of(mending, end / 2), begin_of(mending, end / 2 + 1), end % 2, chain);
        end = joined[end ^ 1];
    }
    g_array_unref(mending->chain);
    mending->chain = chain;
}

/* --- who else belongs ------------------------------------------------------------------------- */

/* What is gained when u is put before the i-th of the chain. */
static double gain_before(const struct mending *mending, guint i, uint32_t u)
{
    guint len = mending->chain->len;
    double gain = 0;
    if (i > 0)
        gain += link_worth(mending, chain_at(mending, i - 1), u);
    if (i < len)
        gain += link_worth(mending, u, chain_at(mending, i));
    if (i > 0 && i < len)
        gain -= link_worth(mending, chain_at(mending, i - 1), chain_at(mending, i));
    return gain;
}

static bool is_weak_before(const struct mending *mending, guint i)
{
    return i == 0 || i == mending->chain->len ||
           link_worth(mending, chain_at(mending, i - 1), chain_at(mending, i)) < 0;
}

/* Puts those who were left out where the chain is weak, if it gains by it. */
static void insert_others(struct mending *mending)
{
    memset(mending->member, 0, mending->n * sizeof *mending->member);
    for (guint i = 0; i < mending->chain->len; i++)
        mending->member[chain_at(mending, i)] = true;
    for (guint i = 0; i <= mending->chain->len; i++) {
        double most = PIECE_LEAST;
        uint32_t best = VTTIF_NOWHERE;
        for (uint32_t u = 0; is_weak_before(mending, i) && u < mending->n; u++) {
            double gain = mending->member[u] ? 0 : gain_before(mending, i, u);
            if (gain > most) {
                most = gain;
                best = u;
            }
        }
        if (best == VTTIF_NOWHERE)
            continue;
        g_array_insert_val(mending->chain, i, best);
        mending->member[best] = true;
    }
}

/* --- names ------------------------------------------------------------------------------------ */

/* The weakest link of a ring is where it is opened. */
static guint weakest_link(const struct mending *mending)
{
    guint len = mending->chain->len, weakest = 0;
    double least = G_MAXDOUBLE;
    for (guint i = 0; i < len; i++) {
        double worth = link_worth(mending, chain_at(mending, i), chain_at(mending, (i + 1) % len));
        if (worth < least) {
            least = worth;
            weakest = i;
        }
    }
    return (weakest + 1) % len;
}

static void propose(struct search *search, const struct mending *mending)
{
    static const char *const names[2][3] = {{"line", "wavefront", "mesh"},
                                            {"ring", "ring-allreduce", "torus"}};
    struct strong strong = {.graph = search->graph, .hub = mending->evidence->hub};
    guint len = mending->chain->len, first = weakest_link(mending);
    for (int closed = 0; closed < 2; closed++) {
        for (size_t i = 0; i < G_N_ELEMENTS(names[closed]); i++) {
            struct vttif_shape shape = shape_new(names[closed][i], 1, &len);
            uint32_t *position = g_new(uint32_t, MAX(mending->n, 1));
            memset(position, 0xff, mending->n * sizeof *position);
            shape.periodic[0] = closed;
            for (guint k = 0; k < len; k++)
                position[chain_at(mending, (first + k) % len)] = k;
            search_propose(search, &strong, &shape, position, false);
        }
    }
}

bool is_chain(const struct candidate *candidate)
{
    return candidate->archetype->adjacent == grid_adjacent && candidate->shape.n_dims == 1;
}

static GArray *chain_of(const struct candidate *candidate, size_t n)
{
    GArray *chain = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t order = candidate->archetype->order(&candidate->shape);
    g_autofree uint32_t *endpoint = endpoints_at(candidate->position, n, order);
    for (size_t p = 0; p < order; p++)
        if (endpoint[p] != VTTIF_NOWHERE)
            g_array_append_val(chain, endpoint[p]);
    return chain;
}

void chain_mend(struct search *search, const struct candidate *candidate)
{
    size_t n = search->graph->n;
    struct vttif_shape shape = candidate->shape;
    struct evidence *evidence = evidence_new(search->graph, candidate);
    g_autofree bool *member = g_new(bool, MAX(n, 1));
    struct mending mending = {.evidence = evidence,
                              .n = n,
                              .chain = chain_of(candidate, n),
                              .breaks = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                              .member = member};
    evidence->flow = candidate->one_way;
    if (evidence->hub != VTTIF_NOWHERE && candidate->position[evidence->hub] == VTTIF_NOWHERE)
        g_array_append_val(mending.chain, evidence->hub);
    /* who comes after whom is settled at once where bytes go one way, else from piece to piece */
    bool flows = evidence->flow != 0 &&
                 chain_flow(search->graph, evidence->hub, mending.chain, mending.breaks);
    if (flows) {
        learn(&mending, &shape);
        join_pieces(&mending);
        if (mending.chain->len > 2)
            propose(search, &mending);
    }
    for (int round = 0; round < ROUNDS && mending.chain->len > 2 && !flows; round++) {
        learn(&mending, &shape);
        take_to_pieces(&mending);
        join_pieces(&mending);
        insert_others(&mending);
        if (mending.chain->len > 2)
            propose(search, &mending);
    }
    g_array_unref(mending.chain);
    g_array_unref(mending.breaks);
    evidence_free(evidence);
}
