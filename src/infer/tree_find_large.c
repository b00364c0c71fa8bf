// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_find.h"
#include "infer/tree_settle.h"

#include <math.h>

/* So many of the likeliest starts are settled, each round of learning. */
#define STARTS_MOST 3
#define ROUNDS      2
#define SHAKES      100
/* Pairs that speak so much for an edge are taken for one: which of these serves best nobody knows
 * before. With one false edge high up a tree hangs as a whole where it does not belong, with one
 * too few it is in pieces. */
static const double edge_least[] = {3, 4, 6};
/* If more of its edges are doubtful than that share, a tree is none, or too far from what it is. */
#define DOUBTFUL_MOST 0.2
/* Laying all starts takes so many steps at most (wood.h). */
#define LAYING_MOST 40000000
/* Positions: the next level of a tree of many children has so many more that settling it would take
 * all the steps there are. */
#define ROOM_MOST 10000
/* Less is no difference. */
#define WORTH_LEAST 1e-6

/* All trees of a search, not settled yet. */
static void add_starts(GPtrArray *nests, const struct search *search, const struct tree_odds *odds,
                       struct budget *steps)
{
    for (guint i = 0; i < search->candidates->len; i++) {
        struct tree_nest *nest = tree_start(search, i, steps);
        if (!nest)
            continue;
        if (nest->room > ROOM_MOST) {
            tree_nest_free(nest);
            continue;
        }
        tree_nest_use(nest, odds);
        g_ptr_array_add(nests, nest);
    }
}

static int by_worth(const void *first, const void *second)
{
    struct tree_nest *a = *(struct tree_nest *const *)first;
    struct tree_nest *b = *(struct tree_nest *const *)second;
    double of_a = tree_nest_worth(a), of_b = tree_nest_worth(b);
    return of_a > of_b ? -1 : of_a < of_b;
}

/* Whatever is not among the likeliest is dropped, and what is there twice. */
static void keep_likeliest(GPtrArray *nests)
{
    g_ptr_array_sort(nests, by_worth);
    for (guint i = nests->len; i-- > 1;) {
        struct tree_nest *a = g_ptr_array_index(nests, i - 1), *b = g_ptr_array_index(nests, i);
        if (a->arity == b->arity && tree_nest_worth(a) - tree_nest_worth(b) < WORTH_LEAST)
            g_ptr_array_remove_index(nests, i);
    }
    if (nests->len > STARTS_MOST)
        g_ptr_array_set_size(nests, STARTS_MOST);
}

/* Settles the likeliest of the nests and of what likely edges may be. */
static void settle_round(GPtrArray *nests, const struct search *search,
                         const struct tree_odds *odds, struct budget *laying, struct budget *steps)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(edge_least); i++) {
        struct search *likely =
            tree_propose_likely(search->graph, search->master, odds, edge_least[i], laying);
        add_starts(nests, likely, odds, steps);
        search_free(likely);
    }
    keep_likeliest(nests);
    for (guint i = 0; i < nests->len; i++)
        tree_settle(g_ptr_array_index(nests, i), 0);
}

static double share_doubtful(const struct tree_nest *nest)
{
    double doubtful = 0;
    for (uint32_t p = 1; p < nest->order; p++)
        doubtful += tree_nest_edge(nest, p) <= 0;
    return doubtful / nest->order;
}

struct tree_found tree_find_large(const struct search *search, struct budget *steps)
{
    const struct graph *graph = search->graph;
    struct tree_found found = {.nests =
                                   g_ptr_array_new_with_free_func((GDestroyNotify)tree_nest_free),
                               .odds = tree_odds_of(NULL, graph, search->master)};
    struct budget laying = {LAYING_MOST};
    add_starts(found.nests, search, found.odds, steps);
    for (int round = 0; round < ROUNDS; round++) {
        settle_round(found.nests, search, found.odds, &laying, steps);
        found.best = tree_best_nest(found.nests, found.odds);
        double doubtful = found.best ? share_doubtful(found.best) : 1;
        if (doubtful > DOUBTFUL_MOST) {
            found.best = NULL;
            return found;
        }
        struct tree_odds *old = found.odds;
        found.odds = tree_odds_of(found.best, graph, search->master);
        found.best = tree_best_nest(found.nests, found.odds);
        tree_odds_free(old);
    }
    tree_settle(found.best, SHAKES);
    return found;
}
