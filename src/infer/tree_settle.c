// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_settle.h"

#include "base/random.h"
#include "infer/tree.h"
#include "infer/tree_moves.h"

#include <math.h>
#include <string.h>

#define ROUNDS_MOST 12
/* Less is no gain. */
#define GAIN_LEAST 1e-3
/* Leaves that add less than so many nats may go. */
#define WEAK 2.0
/* An edge that adds less may be another's. */
#define DOUBTFUL 4.0
/* In a tree in noise there are few such pairs. */
#define HUNG_MOST 16
/* In larger trees than that, what is so much less likely after a round will not get better. */
#define SHORT_ABOVE 128
#define BEHIND_MOST 12.0
/* So many endpoints are offered a place behind the last. */
#define ATTACHED_MOST 4

/* --- the end ---------------------------------------------------------------------------------- */

struct memory {
    uint32_t *endpoint;
    double worth;
};

static void keep(const struct tree_nest *nest, struct memory *memory, double worth)
{
    memcpy(memory->endpoint, nest->endpoint, nest->room * sizeof *nest->endpoint);
    memory->worth = worth;
}

/* Keeps what is better than it was, and otherwise goes back. */
static bool keep_if_better(struct tree_nest *nest, struct memory *memory)
{
    double worth = tree_nest_worth(nest);
    bool better = worth > memory->worth + GAIN_LEAST;
    budget_spend(nest->steps, nest->room + nest->n);
    if (better)
        keep(nest, memory, worth);
    else
        tree_nest_set(nest, memory->endpoint);
    return better;
}

static bool is_leaf(const struct tree_nest *nest, uint32_t p)
{
    uint32_t child[NEIGHBOURS_MAX];
    unsigned n = tree_nest_children(nest, p, nest->order, child);
    for (unsigned k = 0; k < n; k++)
        if (nest->endpoint[child[k]] != VTTIF_NOWHERE)
            return false;
    return true;
}

/* Leaves that are not worth their place, one by one and the last few together. */
static void drop_leaves(struct tree_nest *nest, struct memory *memory)
{
    for (uint32_t p = nest->order; p-- > 1 && !budget_is_spent(nest->steps);) {
        if (p >= nest->order || nest->endpoint[p] == VTTIF_NOWHERE ||
            tree_nest_edge(nest, p) > WEAK || !is_leaf(nest, p))
            continue;
        tree_nest_put(nest, p, VTTIF_NOWHERE);
        tree_nest_pack(nest);
        keep_if_better(nest, memory);
    }
    for (int i = 0; i < ATTACHED_MOST && nest->order > 3; i++) {
        tree_nest_put(nest, nest->order - 1, VTTIF_NOWHERE);
        double worth = tree_nest_worth(nest);
        if (worth > memory->worth + GAIN_LEAST)
            keep(nest, memory, worth);
    }
    tree_nest_set(nest, memory->endpoint);
}

struct offer {
    double gain;
    uint32_t u, p;
};

static int by_gain(const void *first, const void *second)
{
    const struct offer *a = first, *b = second;
    if (a->gain != b->gain)
        return a->gain > b->gain ? -1 : 1;
    return a->p < b->p ? -1 : a->p > b->p;
}

/* Places behind the last, for those who have none. */
static GArray *find_offers(const struct tree_nest *nest)
{
    GArray *offers = g_array_new(FALSE, FALSE, sizeof(struct offer));
    uint32_t last =
        nest->arity == 0 ? MIN(nest->order + 2 * ATTACHED_MOST, nest->room) : nest->room;
    for (uint32_t p = nest->order; p < last; p++) {
        if (!tree_nest_is_open(nest, p))
            continue;
        uint32_t up = nest->endpoint[tree_parent(nest->arity, p)];
        const struct tree_pairs *pairs = &nest->odds->children;
        for (size_t k = pairs->start[up]; k < pairs->start[up + 1]; k++) {
            uint32_t u = pairs->other[k];
            struct offer offer = {tree_nest_gain(nest, u, up), u, p};
            if (nest->position[u] == VTTIF_NOWHERE && offer.gain > 0)
                g_array_append_val(offers, offer);
        }
    }
    g_array_sort(offers, by_gain);
    return offers;
}

static void attach(struct tree_nest *nest, struct memory *memory)
{
    for (int round = 0; round < ATTACHED_MOST; round++) {
        g_autoptr(GArray) offers = find_offers(nest);
        bool better = false;
        for (guint i = 0; i < MIN(offers->len, ATTACHED_MOST) && !better; i++) {
            struct offer offer = g_array_index(offers, struct offer, i);
            tree_nest_put(nest, offer.p, offer.u);
            tree_nest_pack(nest);
            better = keep_if_better(nest, memory);
        }
        if (!better)
            return;
    }
}

/* Who has no place but should be below v goes there, v to where there is room for children: a leaf
 * of a binomial tree has siblings with children. */
static void hang(struct tree_nest *nest, struct memory *memory, uint32_t u, uint32_t v)
{
    uint32_t child[NEIGHBOURS_MAX], p = nest->position[v], order = nest->order;
    for (uint32_t q = 0; q < order; q++) {
        unsigned n = tree_nest_children(nest, q, order, child);
        for (unsigned k = 0; k < n && !budget_is_spent(nest->steps); k++) {
            if (nest->endpoint[child[k]] != VTTIF_NOWHERE && tree_nest_edge(nest, child[k]) > WEAK)
                continue;
            if (child[k] == p || !tree_swap_may_pay(nest, p, q, tree_nest_gain(nest, u, v)))
                continue;
            tree_swap(nest, p, q);
            tree_nest_put(nest, child[k], VTTIF_NOWHERE);
            tree_nest_put(nest, child[k], u);
            if (keep_if_better(nest, memory))
                return;
        }
    }
}

static void hang_all(struct tree_nest *nest, struct memory *memory)
{
    unsigned tries = 0;
    for (uint32_t u = 0; u < nest->n && tries < HUNG_MOST; u++) {
        const struct tree_pairs *pairs = &nest->odds->parents;
        for (size_t k = pairs->start[u];
             k < pairs->start[u + 1] && nest->position[u] == VTTIF_NOWHERE; k++) {
            uint32_t v = pairs->other[k];
            if (nest->position[v] == VTTIF_NOWHERE || tree_gain(nest->odds, u, v) < TREE_WISHED)
                continue;
            if (++tries <= HUNG_MOST)
                hang(nest, memory, u, v);
        }
    }
}

/* --- search ----------------------------------------------------------------------------------- */

struct kinds {
    uint8_t *depth, *kind; /* [room] */
    unsigned n_kinds;
};

static struct kinds kinds_new(const struct tree_nest *nest)
{
    struct kinds kinds = {g_new0(uint8_t, nest->room), g_new0(uint8_t, nest->room), 0};
    kinds.kind[0] = G_MAXUINT8;
    for (uint32_t p = 1; p < nest->room; p++) {
        kinds.depth[p] = (uint8_t)(kinds.depth[tree_parent(nest->arity, p)] + 1);
        kinds.kind[p] = (uint8_t)tree_nest_kind(nest, p);
        kinds.n_kinds = MAX(kinds.n_kinds, kinds.kind[p] + 1u);
    }
    return kinds;
}

/* Until nothing gets better, or it is clear that it will not be as good as that; memory holds the
 * result. */
static void descend(struct tree_nest *nest, const struct kinds *kinds, struct memory *memory,
                    double least)
{
    tree_nest_pack(nest);
    keep(nest, memory, tree_nest_worth(nest));
    for (int round = 0; round < ROUNDS_MOST && !budget_is_spent(nest->steps); round++) {
        double before = memory->worth;
        for (unsigned kind = 0; kind < kinds->n_kinds && !budget_is_spent(nest->steps); kind++) {
            tree_assign_kind(nest, kinds->kind, kind);
            tree_nest_pack(nest);
            keep_if_better(nest, memory);
        }
        tree_exchange_blocks(nest);
        keep_if_better(nest, memory);
        for (uint32_t size = 2; nest->arity == 0 && 4 * size <= nest->order; size *= 2) {
            for (unsigned parity = 0; parity < 2; parity++) {
                tree_assign_blocks(nest, size, parity);
                keep_if_better(nest, memory);
            }
        }
        for (unsigned parity = 0; parity < 2; parity++) {
            tree_assign_depths(nest, kinds->depth, parity);
            tree_nest_pack(nest);
            keep_if_better(nest, memory);
        }
        drop_leaves(nest, memory);
        attach(nest, memory);
        hang_all(nest, memory);
        if (memory->worth < before + GAIN_LEAST || memory->worth < least)
            return;
    }
}

/* SplitMix64 (Steele, Lea, Flood 2014): the same every time. */
static uint32_t random_below(uint64_t *state, uint32_t n)
{
    *state += 0x9e3779b97f4a7c15;
    return (uint32_t)(random_mix(*state) >> 32) % n;
}

/* A position whose edge is in doubt, or any. */
static uint32_t pick_doubtful(const struct tree_nest *nest, uint64_t *random)
{
    g_autofree uint32_t *doubtful = g_new(uint32_t, nest->order);
    uint32_t n = 0;
    for (uint32_t p = 1; p < nest->order; p++)
        if (tree_nest_edge(nest, p) < DOUBTFUL)
            doubtful[n++] = p;
    if (n == 0 || random_below(random, 4) == 0)
        return 1 + random_below(random, nest->order - 1);
    return doubtful[random_below(random, n)];
}

/* Another position of the kind, or the same if there is none. */
static uint32_t pick_alike(const struct tree_nest *nest, const struct kinds *kinds, uint32_t p,
                           uint64_t *random)
{
    uint32_t n = 0, picked = p;
    for (uint32_t q = 1; q < nest->order; q++)
        if (q != p && kinds->kind[q] == kinds->kind[p] && random_below(random, ++n) == 0)
            picked = q;
    return picked;
}

/* Who of those without a place is likeliest below v, or nobody. */
static uint32_t find_homeless(const struct tree_nest *nest, uint32_t v)
{
    uint32_t found = VTTIF_NOWHERE;
    double most = TREE_WISHED;
    const struct tree_pairs *pairs = &nest->odds->children;
    for (size_t k = v == VTTIF_NOWHERE ? 0 : pairs->start[v];
         v != VTTIF_NOWHERE && k < pairs->start[v + 1]; k++) {
        uint32_t u = pairs->other[k];
        if (nest->position[u] != VTTIF_NOWHERE || tree_gain(nest->odds, u, v) < most)
            continue;
        most = tree_gain(nest->odds, u, v);
        found = u;
    }
    return found;
}

/* One of them and where it should be below; by positions, as numbers of endpoints mean nothing. */
static uint32_t pick_homeless(const struct tree_nest *nest, uint32_t *above, uint64_t *random)
{
    uint32_t n = 0, picked = VTTIF_NOWHERE;
    for (uint32_t p = 0; p < nest->order; p++) {
        uint32_t u = find_homeless(nest, nest->endpoint[p]);
        if (u == VTTIF_NOWHERE || random_below(random, ++n) > 0)
            continue;
        picked = u;
        *above = p;
    }
    return picked;
}

/* Who has no place but should be below somebody takes a child's place there, or where the other may
 * have more children: false if there is none. */
static bool shake_in(struct tree_nest *nest, uint64_t *random)
{
    uint32_t child[NEIGHBOURS_MAX], p = 0, u = pick_homeless(nest, &p, random);
    if (u == VTTIF_NOWHERE)
        return false;
    unsigned n = tree_nest_children(nest, p, nest->order, child);
    if (random_below(random, 2) == 0 || n == 0) {
        uint32_t q = tree_parent(nest->arity, 1 + random_below(random, nest->order - 1));
        tree_swap(nest, p, q);
        n = tree_nest_children(nest, q, nest->order, child);
    }
    if (n == 0) /* the last leaf went up to where nobody was */
        return true;
    uint32_t to = child[random_below(random, n)];
    for (unsigned k = 0; k < n; k++)
        if (tree_nest_edge(nest, child[k]) < tree_nest_edge(nest, to))
            to = child[k];
    tree_nest_put(nest, to, VTTIF_NOWHERE);
    tree_nest_put(nest, to, u);
    return true;
}

/* A subtree at a place in doubt, or one above it, leaves or changes places with another. */
static void shake_subtree(struct tree_nest *nest, const struct kinds *kinds, uint64_t *random)
{
    g_autofree uint32_t *here = g_new(uint32_t, nest->room), *there = g_new(uint32_t, nest->room);
    uint32_t p = pick_doubtful(nest, random);
    for (uint32_t up = random_below(random, 3); up > 0 && tree_parent(nest->arity, p) > 0; up--)
        p = tree_parent(nest->arity, p);
    uint32_t q = random_below(random, 3) == 0 ? p : pick_alike(nest, kinds, p, random);
    unsigned size = tree_nest_subtree(nest, p, here);
    tree_nest_subtree(nest, q, there);
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    for (unsigned i = 0; i < size; i++) {
        endpoint[here[i]] = q == p ? VTTIF_NOWHERE : nest->endpoint[there[i]];
        endpoint[there[i]] = q == p ? VTTIF_NOWHERE : nest->endpoint[here[i]];
    }
    tree_nest_set(nest, endpoint);
}

/* Two positions: who is at the first should be below who is at the second, and is not. Of all such
 * pairs any; false if there is none. */
static bool pick_wish(const struct tree_nest *nest, uint32_t *from, uint32_t *above,
                      uint64_t *random)
{
    const struct tree_pairs *pairs = &nest->odds->parents;
    uint32_t n = 0;
    for (uint32_t p = 1; p < nest->order; p++) {
        uint32_t u = nest->endpoint[p];
        for (size_t k = u == VTTIF_NOWHERE ? 0 : pairs->start[u];
             u != VTTIF_NOWHERE && k < pairs->start[u + 1]; k++) {
            uint32_t v = pairs->other[k], up = nest->position[v];
            if (up == VTTIF_NOWHERE || up == tree_parent(nest->arity, p) ||
                tree_gain(nest->odds, u, v) < TREE_WISHED || random_below(random, ++n) > 0)
                continue;
            *from = p;
            *above = up;
        }
    }
    return n > 0;
}

/* What is at the positions of two subtrees changes places. */
static void exchange_all(struct tree_nest *nest, const uint32_t *here, const uint32_t *there,
                         unsigned size)
{
    g_autofree uint32_t *endpoint = g_memdup2(nest->endpoint, nest->room * sizeof *endpoint);
    for (unsigned i = 0; i < size; i++) {
        endpoint[here[i]] = nest->endpoint[there[i]];
        endpoint[there[i]] = nest->endpoint[here[i]];
    }
    tree_nest_set(nest, endpoint);
}

/* Who should be below somebody goes there, with as much of what is below as there is room for. */
static bool shake_wish(struct tree_nest *nest, uint64_t *random)
{
    uint32_t child[NEIGHBOURS_MAX], p = 0, up = 0;
    if (!pick_wish(nest, &p, &up, random))
        return false;
    unsigned n = tree_nest_children(nest, up, nest->order, child);
    if (n == 0)
        return false;
    uint32_t to = child[random_below(random, n)];
    for (unsigned k = 0; k < n && random_below(random, 4) > 0; k++)
        if (tree_nest_edge(nest, child[k]) < tree_nest_edge(nest, to))
            to = child[k];
    g_autofree uint32_t *here = g_new(uint32_t, nest->room), *there = g_new(uint32_t, nest->room);
    unsigned size = tree_nest_subtree(nest, to, here), other = tree_nest_subtree(nest, p, there);
    if (nest->arity == 0)
        exchange_all(nest, here, there, MIN(size, other)); /* the first ranks are a subtree, too */
    else
        exchange_all(nest, here, there,
                     tree_nest_kind(nest, to) == tree_nest_kind(nest, p) ? size : 1);
    return true;
}

/* Who has no place comes in, or a subtree goes elsewhere. */
static void shake(struct tree_nest *nest, const struct kinds *kinds, uint64_t *random)
{
    if (nest->order > SHORT_ABOVE && random_below(random, 2) == 0 && shake_wish(nest, random))
        return;
    if (random_below(random, 4) > 0 || !shake_in(nest, random))
        shake_subtree(nest, kinds, random);
}

double tree_settle(struct tree_nest *nest, unsigned shakes)
{
    struct kinds kinds = kinds_new(nest);
    struct memory best = {.endpoint = g_new(uint32_t, nest->room)};
    struct memory now = {.endpoint = g_new(uint32_t, nest->room)};
    uint64_t random = 1;
    descend(nest, &kinds, &best, -INFINITY);
    for (unsigned i = 0; i < shakes && nest->order > 3 && !budget_is_spent(nest->steps); i++) {
        shake(nest, &kinds, &random);
        descend(nest, &kinds, &now,
                nest->order > SHORT_ABOVE ? best.worth - BEHIND_MOST : -INFINITY);
        if (now.worth > best.worth + GAIN_LEAST)
            keep(nest, &best, now.worth);
        tree_nest_set(nest, best.endpoint);
    }
    g_free(kinds.depth);
    g_free(kinds.kind);
    g_free(best.endpoint);
    g_free(now.endpoint);
    return best.worth;
}
