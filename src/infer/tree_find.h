// SPDX-License-Identifier: Apache-2.0
/*
 * The likeliest tree of a graph, from the trees that were found at cuts and from the pairs that are
 * likely to be edges.
 *
 *     trees found at cuts ─┐
 *     a guess ─► odds (tree_odds.h) ─► forest of likely edges ─► trees ─┐
 *                 ▲                                                     ▼
 *                 └────────── the likeliest ◄── endpoints change places (tree_settle.h)
 */
#ifndef VTTIF_INFER_TREE_FIND_H
#define VTTIF_INFER_TREE_FIND_H

#include "infer/judge.h"
#include "infer/tree_nest.h"

struct tree_found {
    GPtrArray *nests; /* of struct tree_nest *: all that were settled */
    struct tree_nest *best; /* one of them, or NULL: there is no tree */
    struct tree_odds *odds; /* that the nests use */
};

/* From a search that has been at all cuts. It takes from the steps. */
struct tree_found tree_find(const struct search *search, struct budget *steps);
/* The same where that would take too long: only the likeliest starts are settled. */
struct tree_found tree_find_large(const struct search *search, struct budget *steps);
void tree_found_clear(struct tree_found *found);

/* --- for both --------------------------------------------------------------------------------- */

/* The candidate of that number as a nest, or NULL if nothing may become of it. */
struct tree_nest *tree_start(const struct search *search, guint i, struct budget *steps);
/* The trees that all pairs which speak so much for an edge may be; search_free() it. Laying them
 * takes from the budget, or (NULL) as much as any search may. */
struct search *tree_propose_likely(const struct graph *graph, uint32_t hub,
                                   const struct tree_odds *odds, double least,
                                   struct budget *laying);
/* The odds as a nest says them, or (NULL) as a guess does. */
struct tree_odds *tree_odds_of(const struct tree_nest *best, const struct graph *graph,
                               uint32_t hub);
/* The likeliest by these odds, which all of them use from now on; NULL if there is none. */
struct tree_nest *tree_best_nest(const GPtrArray *nests, const struct tree_odds *odds);

#endif
