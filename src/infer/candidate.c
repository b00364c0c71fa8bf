// SPDX-License-Identifier: Apache-2.0
/* What has been judged: is it a name, and which one comes first? */
#include "infer/judge.h"

#include <math.h>
#include <string.h>

/* Without an error, above some gap, and with most of those that have traffic: less will do. Four
 * endpoints cannot save more. */
#define FEW_BITS 0.5

bool candidate_stands(const struct candidate *candidate)
{
    const struct archetype *archetype = candidate->archetype;
    bool one_way = candidate->forward >= 0.8 || candidate->forward <= 0.2;
    if ((archetype->one_way && candidate->forward < 0.8) || (archetype->both_ways && one_way))
        return false;
    if (candidate->score <= 0) /* its bytes are on a few of its edges */
        return false;
    if (candidate->likely || candidate->by_chance)
        return candidate->likely;
    if (candidate->beats_chance && candidate->score >= archetype->least_score)
        return true;
    if (candidate->exact && !candidate->excuses_some)
        return true;
    bool without_errors = candidate->n_missing + candidate->n_extra == 0;
    if (without_errors && !candidate->excuses_some && candidate->gap >= SOME_GAP_BINS &&
        candidate->coverage >= 0.6)
        return candidate->score >= archetype->least_score && candidate->bits >= FEW_BITS;
    return candidate->score >= archetype->least_score && candidate->bits >= LEAST_BITS;
}

bool candidate_may_be_chance(const struct candidate *candidate)
{
    return candidate->score >= candidate->archetype->least_score &&
           (candidate->bits < LEAST_BITS || candidate->by_chance);
}

static size_t rank_of(const struct archetype *archetype)
{
    size_t rank = 0;
    while (archetypes[rank] && archetypes[rank] != archetype)
        rank++;
    return rank;
}

/* The bytes go one way along the edges, but against what the archetype takes for forward here and
 * there: a tree of four towards its root is a line, but it is the tree that says which way. */
static bool is_against_flow(const struct candidate *candidate)
{
    return candidate->one_way && candidate->forward > 0.2 && candidate->forward < 0.8;
}

/* Dimensions of two that are closed although no bytes say so. */
static unsigned n_idle_wraps(const struct candidate *candidate)
{
    unsigned n = 0;
    for (unsigned d = 0; d < candidate->shape.n_dims && !candidate->by_weight; d++)
        n += candidate->shape.periodic[d] && candidate->shape.dims[d] == 2;
    return n;
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

int candidate_compare(const void *first, const void *second)
{
    const struct candidate *a = first, *b = second;
    const int orders[] = {
        compare_numbers(round(a->behind), round(b->behind)),
        compare_numbers(round(b->score * 100), round(a->score * 100)),
        compare_numbers(is_against_flow(a), is_against_flow(b)),
        compare_numbers(a->faint, b->faint),
        compare_numbers(round(b->explained * 100), round(a->explained * 100)),
        compare_numbers(b->by_weight, a->by_weight),
        compare_numbers(n_idle_wraps(a), n_idle_wraps(b)),
        compare_numbers(b->score, a->score),
        compare_numbers((double)rank_of(a->archetype), (double)rank_of(b->archetype)),
        compare_numbers(a->shape.n_dims, b->shape.n_dims),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++)
        if (orders[i] != 0)
            return orders[i];
    return memcmp(b->shape.dims, a->shape.dims, sizeof a->shape.dims);
}
