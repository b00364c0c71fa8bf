// SPDX-License-Identifier: Apache-2.0
/*
 * Trees by likelihood. An edge of a tree is confirmed by no other, so that all depends on the few
 * that are as light as the background, and on those that are missing: a cut decides each for
 * itself, the likelihood of the whole decides them together.
 *
 *     trees found at cuts ─┐
 *     a guess ─► odds (tree_odds.h) ─► forest of likely edges ─► trees ─┐
 *                 ▲                                                     ▼
 *                 └────────── the likeliest ◄── endpoints change places (tree_settle.h)
 *
 * What is nearly as likely is named, too (tree_variants.h).
 */
#ifndef VTTIF_INFER_TREE_NAMES_H
#define VTTIF_INFER_TREE_NAMES_H

#include "infer/judge.h"

/* Puts the likeliest trees into the place of all that the search has found, which is sorted; it is
 * not afterwards. Leaves a search alone that has a tree without an error, a fixed bmin, or too many
 * endpoints. */
void trees_settle(struct search *search);

#endif
