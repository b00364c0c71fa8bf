// SPDX-License-Identifier: Apache-2.0
#include "matrix/tier.h"

#include <glib.h>
#include <string.h>

#define SPAN_MAX ((uint64_t)1 << TIER_BITS)

/* Units that column x spans: the lowest bit of x that is set, but not more than 2^TIER_BITS. */
static int64_t span(int64_t x)
{
    uint64_t low = ((uint64_t)x | SPAN_MAX) & -((uint64_t)x | SPAN_MAX);
    return (int64_t)low;
}

/* Its logarithm. */
static unsigned bit_of(int64_t x)
{
    return (unsigned)__builtin_ctzll((uint64_t)span(x));
}

static struct column **place(const struct tier *tier, int64_t x)
{
    int64_t at = x % (int64_t)tier->length;
    return &tier->ring[at < 0 ? at + tier->length : at];
}

static struct column *column_at(const struct tier *tier, int64_t x)
{
    return x > tier->horizon ? *place(tier, x) : tier->before[bit_of(x)];
}

void tier_init(struct tier *tier, size_t max_series, unsigned length, int64_t first)
{
    g_assert(length >= 1 && length <= SPAN_MAX);
    *tier = (struct tier){.length = length, .horizon = first, .end = first};
    tier->open = g_new0(uint64_t, max_series);
    tier->ring = g_new0(struct column *, length);
}

static void discard(struct tier *tier, struct column **column)
{
    tier->memory -= column_memory(*column);
    g_clear_pointer(column, g_free);
}

static void forget_all(struct tier *tier)
{
    for (unsigned i = 0; i < tier->length; i++)
        discard(tier, &tier->ring[i]);
    for (unsigned i = 0; i < TIER_BITS; i++)
        discard(tier, &tier->before[i]);
}

void tier_clear(struct tier *tier)
{
    forget_all(tier);
    g_free(tier->ring);
    g_free(tier->open);
}

bool tier_forget(struct tier *tier)
{
    if (tier->horizon == tier->end) { /* only the columns before it are left, if any */
        bool any = tier->memory > 0;
        forget_all(tier);
        return any;
    }
    int64_t x = ++tier->horizon;
    unsigned bit = bit_of(x);
    for (unsigned i = 0; i < bit; i++)
        discard(tier, &tier->before[i]);
    struct column **column = place(tier, x);
    if (bit < TIER_BITS)
        tier->before[bit] = g_steal_pointer(column);
    else
        discard(tier, column);
    return true;
}

/* Adds to sums, which has unit end, the columns that column end + 1 spans beside it. */
static void add_children(const struct tier *tier, uint64_t *sums)
{
    int64_t x = tier->end + 1;
    for (int64_t step = 1; step < span(x); step *= 2)
        column_add(column_at(tier, x - step), sums);
}

static void close_unit(struct tier *tier, uint64_t *sums, uint8_t *scratch)
{
    size_t used = tier->used_series;
    memcpy(sums, tier->open, used * sizeof *sums);
    memset(tier->open, 0, used * sizeof *sums);
    add_children(tier, sums);
    if (tier->fold)
        tier_fold_sums(tier->fold, sums);
    struct column *column = column_pack(sums, used, scratch);
    while (tier->end - tier->horizon >= (int64_t)tier->length)
        tier_forget(tier);
    tier->end++;
    *place(tier, tier->end) = column;
    tier->memory += column_memory(column);
}

void tier_advance(struct tier *tier, int64_t unit, uint64_t *sums, uint8_t *scratch)
{
    if (unit <= tier->end)
        return;
    close_unit(tier, sums, scratch);
    if (unit - tier->end >= (int64_t)tier->length) { /* all that was counted is older */
        forget_all(tier);
        tier->end = unit;
        tier->horizon = unit - tier->length;
    }
    while (tier->end < unit)
        close_unit(tier, sums, scratch);
}

void tier_sum(const struct tier *tier, int64_t from, int64_t to, uint64_t *sums)
{
    g_assert(tier->horizon <= from && from < to && to <= tier->end + 1);
    if (to > tier->end) {
        for (size_t i = 0; i < tier->used_series; i++)
            sums[i] += tier->open[i];
        to = tier->end;
    }
    for (; to > from; to -= span(to))
        column_add(column_at(tier, to), sums);
    for (; from > to; from -= span(from))
        column_subtract(column_at(tier, from), sums);
}

/* --- folding ---------------------------------------------------------------------------------- */

bool tier_fold_sums(const struct tier_fold *fold, uint64_t *sums)
{
    bool any = false;
    for (size_t i = 0; i < fold->n; i++) {
        uint64_t *sum = &sums[fold->series[i]];
        any |= *sum != 0;
        sums[fold->into] += *sum;
        *sum = 0;
    }
    return any;
}

void tier_fold(struct tier *tier, const struct tier_fold *fold)
{
    tier->fold = fold;
    if (!fold)
        return;
    tier->used_series = MAX(tier->used_series, (size_t)fold->into + 1);
    tier_fold_sums(fold, tier->open);
}

/* Those before the horizon come last, as one of the ring may go there in between. */
void tier_fold_column(struct tier *tier, unsigned at, uint64_t *sums, uint8_t *scratch)
{
    struct column **column = at < tier->length ? &tier->ring[at] : &tier->before[at - tier->length];
    if (!*column)
        return;
    memset(sums, 0, tier->used_series * sizeof *sums);
    column_add(*column, sums);
    if (!tier_fold_sums(tier->fold, sums))
        return;
    discard(tier, column);
    *column = column_pack(sums, tier->used_series, scratch);
    tier->memory += column_memory(*column);
}

void tier_resize(struct tier *tier, unsigned length)
{
    if (length == tier->length)
        return;
    while (tier->end - tier->horizon > (int64_t)length)
        tier_forget(tier);
    struct tier old = *tier;
    tier->length = length;
    tier->ring = g_new0(struct column *, length);
    for (int64_t x = old.horizon + 1; x <= old.end; x++)
        *place(tier, x) = *place(&old, x);
    g_free(old.ring);
}
