// SPDX-License-Identifier: Apache-2.0
/*
 * Three tiers are fed alike, each closes its own units. An interval is answered by the finest tier
 * that remembers its older end, or by two:
 *
 *                           joint: the first minute that the seconds remember whole
 *     hours    |-------|-------|-------|
 *     minutes          '    |--|--|--|--|--|--|
 *     seconds          '       '        |||||||||||
 *                    from                          to
 */
#include "matrix/history.h"
#include "matrix/tier.h"

#include <assert.h>

enum { SECONDS, MINUTES, HOURS, TIERS };
static const int64_t units[TIERS] = {1, 60, 3600};

struct history {
    struct tier tiers[TIERS];
    size_t max_series, budget;
    int64_t begin; /* the first second of all */
    uint64_t *sums; /* for tier_advance: max_series */
    uint8_t *scratch;
    struct tier_fold fold;
    bool folding; /* columns from fold_at of fold_tier on are as before */
    int fold_tier;
    unsigned fold_at;
};

static_assert(HISTORY_LENGTH_MAX == 1u << TIER_BITS, "a tier takes any length that is allowed");

/* a / unit, down and up. */
static int64_t floor_to(int64_t a, int64_t unit)
{
    return a / unit - (a % unit < 0);
}

static int64_t ceil_to(int64_t a, int64_t unit)
{
    return -floor_to(-a, unit);
}

static unsigned length_of(const struct history_options *options, int tier)
{
    const unsigned lengths[TIERS] = {options->seconds, options->minutes, options->hours};
    return CLAMP(lengths[tier], 1, HISTORY_LENGTH_MAX);
}

struct history *history_new(const struct history_options *options, int64_t second)
{
    struct history *history = g_new0(struct history, 1);
    history->max_series = options->max_series;
    history->budget = options->budget ? options->budget : HISTORY_BUDGET;
    history->begin = second;
    for (int i = 0; i < TIERS; i++)
        tier_init(&history->tiers[i], options->max_series, length_of(options, i),
                  floor_to(second, units[i]));
    history->sums = g_new0(uint64_t, options->max_series);
    history->scratch = g_malloc(column_scratch(options->max_series));
    return history;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    for (int i = 0; i < TIERS; i++)
        tier_clear(&history->tiers[i]);
    g_free(history->sums);
    g_free(history->scratch);
    g_free(history->fold.series);
    g_free(history);
}

void history_add(struct history *history, uint32_t series, uint64_t amount)
{
    g_return_if_fail(series < history->max_series);
    for (int i = 0; i < TIERS; i++)
        tier_add(&history->tiers[i], series, amount);
}

int64_t history_present(const struct history *history)
{
    return history->tiers[SECONDS].end;
}

size_t history_memory(const struct history *history)
{
    size_t memory = 0;
    for (int i = 0; i < TIERS; i++)
        memory += history->tiers[i].memory;
    return memory;
}

size_t history_budget(const struct history *history)
{
    return history->budget;
}

/* Forgets what is oldest, fine before coarse, until the rest fits. */
static void keep_budget(struct history *history)
{
    for (int i = 0; i < TIERS && history_memory(history) > history->budget; i++)
        while (history_memory(history) > history->budget && tier_forget(&history->tiers[i])) {
        }
}

void history_advance(struct history *history, int64_t second)
{
    if (second <= history_present(history))
        return;
    for (int i = 0; i < TIERS; i++)
        tier_advance(&history->tiers[i], floor_to(second, units[i]), history->sums,
                     history->scratch);
    keep_budget(history);
}

/* --- folding ---------------------------------------------------------------------------------- */

void history_fold(struct history *history, const uint32_t *series, size_t n, uint32_t into)
{
    history_fold_on(history, SIZE_MAX);
    history->fold =
        (struct tier_fold){.series = g_memdup2(series, n * sizeof *series), .n = n, .into = into};
    history->folding = true;
    history->fold_tier = 0;
    history->fold_at = 0;
    for (int i = 0; i < TIERS; i++)
        tier_fold(&history->tiers[i], &history->fold);
}

static void end_fold(struct history *history)
{
    for (int i = 0; i < TIERS; i++)
        tier_fold(&history->tiers[i], NULL);
    g_clear_pointer(&history->fold.series, g_free);
    history->folding = false;
    keep_budget(history);
}

bool history_fold_on(struct history *history, size_t columns)
{
    for (; history->folding && columns > 0; columns--) {
        struct tier *tier = &history->tiers[history->fold_tier];
        tier_fold_column(tier, history->fold_at, history->sums, history->scratch);
        if (++history->fold_at < tier->length + TIER_BITS)
            continue;
        history->fold_at = 0;
        if (++history->fold_tier == TIERS)
            end_fold(history);
    }
    return history->folding;
}

void history_resize(struct history *history, const struct history_options *options)
{
    history_fold_on(history, SIZE_MAX); /* places of columns change */
    history->budget = options->budget ? options->budget : HISTORY_BUDGET;
    for (int i = 0; i < TIERS; i++)
        tier_resize(&history->tiers[i], length_of(options, i));
    keep_budget(history);
}

/* --- asking --------------------------------------------------------------------------------- */

/* The oldest second that a tier remembers. */
static int64_t tier_oldest(const struct history *history, int tier)
{
    return MAX(history->tiers[tier].horizon * units[tier], history->begin);
}

/* The begin of a tier's open unit. */
static int64_t tier_open(const struct history *history, int tier)
{
    return history->tiers[tier].end * units[tier];
}

int64_t history_oldest(const struct history *history, unsigned resolution)
{
    for (int i = 0; i < TIERS; i++)
        if (resolution <= units[i])
            return tier_oldest(history, i);
    return tier_oldest(history, HOURS);
}

/* The next coarser tier that remembers something older than this one, or TIERS. */
static int older_tier(const struct history *history, int tier)
{
    int older = tier + 1;
    while (older < TIERS && tier_oldest(history, older) >= tier_oldest(history, tier))
        older++;
    return older;
}

/* Sums by one tier alone, boundaries moved to its own. */
static unsigned sum_alone(const struct history *history, int tier, int64_t *from, int64_t *to,
                          uint64_t *sums)
{
    const struct tier *the_tier = &history->tiers[tier];
    int64_t unit = units[tier];
    int64_t first = MAX(floor_to(*from, unit), the_tier->horizon);
    int64_t last = MIN(ceil_to(*to, unit), the_tier->end + 1);
    if (first >= last)
        return 0;
    if (sums)
        tier_sum(the_tier, first, last, sums);
    *from = MAX(first * unit, history->begin);
    *to = MIN(last * unit, history_present(history) + 1);
    return (unsigned)unit;
}

static unsigned sum_by(const struct history *history, int tier, int64_t *from, int64_t *to,
                       uint64_t *sums)
{
    int older = older_tier(history, tier);
    if (*from >= tier_oldest(history, tier) || older == TIERS)
        return sum_alone(history, tier, from, to, sums);
    int64_t joint = ceil_to(tier_oldest(history, tier), units[older]) * units[older];
    /* The older tier's open unit holds seconds that this one has, too. */
    if (*to <= joint || joint > tier_open(history, older))
        return sum_by(history, older, from, to, sums);
    /* Where it has no boundary at the joint, it answers up to a later one. */
    unsigned resolution = sum_by(history, older, from, &joint, sums);
    if (joint < *to)
        sum_alone(history, tier, &joint, to, sums);
    else
        *to = joint;
    return resolution;
}

unsigned history_sum(const struct history *history, int64_t *from, int64_t *to, uint64_t *sums)
{
    *from = MAX(*from, history->begin);
    *to = MIN(*to, history_present(history) + 1);
    if (*from >= *to)
        return 0;
    unsigned resolution = sum_by(history, SECONDS, from, to, sums);
    if (sums && history->folding)
        tier_fold_sums(&history->fold, sums);
    return resolution;
}
