// SPDX-License-Identifier: Apache-2.0
#include "matrix/column.h"
#include "matrix/history.h"

#include <string.h>

/* --- columns -------------------------------------------------------------------------------- */

/* Values as they come: mostly small, some huge, many zero, by the density. */
static uint64_t some_value(double density, int bits_max)
{
    if (g_test_rand_double() >= density)
        return 0;
    uint64_t random = (uint64_t)(guint32)g_test_rand_int() << 32 | (guint32)g_test_rand_int();
    return random >> (64 - g_test_rand_int_range(1, bits_max + 1));
}

static void a_column_adds_what_was_packed_and_subtracts_it_again(void)
{
    for (int round = 0; round < 2000; round++) {
        size_t n = (size_t)g_test_rand_int_range(1, 700);
        double density = g_test_rand_double_range(0, 1.2);
        int bits = g_test_rand_int_range(1, 65);
        g_autofree uint64_t *values = g_new0(uint64_t, n);
        g_autofree uint64_t *sums = g_new0(uint64_t, n);
        g_autofree uint8_t *scratch = g_malloc(column_scratch(n));
        bool any = false;
        for (size_t i = 0; i < n; i++) {
            values[i] = some_value(density, bits);
            any = any || values[i] > 0;
        }
        struct column *column = column_pack(values, n, scratch);
        g_assert_cmpint(column != NULL, ==, any);
        column_add(column, sums);
        g_assert_true(memcmp(sums, values, n * sizeof *sums) == 0);
        column_add(column, sums);
        column_subtract(column, sums);
        column_subtract(column, sums);
        for (size_t i = 0; i < n; i++)
            g_assert_cmpuint(sums[i], ==, 0);
        g_free(column);
    }
}

static void a_column_takes_a_few_bytes_for_a_few_values(void)
{
    enum { N = 65536 };
    g_autofree uint64_t *values = g_new0(uint64_t, N);
    g_autofree uint8_t *scratch = g_malloc(column_scratch(N));
    values[40000] = 1500;
    struct column *one = column_pack(values, N, scratch);
    g_assert_cmpuint(column_memory(one), <=, 48);
    g_free(one);
    for (size_t i = 0; i < N; i++)
        values[i] = 750000 + i; /* 20 bits */
    struct column *all = column_pack(values, N, scratch);
    g_assert_cmpuint(column_memory(all), <, N * 21 / 8 + 64);
    g_free(all);
    values[77] = UINT64_MAX; /* one that is huge does not make the others large */
    all = column_pack(values, N, scratch);
    g_assert_cmpuint(column_memory(all), <, N * 21 / 8 + 64);
    g_free(all);
    g_assert_null(column_pack((uint64_t[3]){0}, 3, scratch));
}

/* --- histories ------------------------------------------------------------------------------ */

#define SERIES 70
#define SPAN   40000

/* What a history should be: the counts of each second, in full. */
struct model {
    struct history *history;
    int64_t begin, present;
    uint64_t (*counts)[SERIES]; /* of second begin + i */
    bool folded[SERIES]; /* not to be added to while columns are folded */
};

static void model_add(struct model *model, uint32_t series, uint64_t amount)
{
    history_add(model->history, series, amount);
    model->counts[model->present - model->begin][series] += amount;
}

static void assert_sums(const struct model *model, int64_t from, int64_t to, const uint64_t *sums)
{
    uint64_t expected[SERIES] = {0};
    for (int64_t second = from; second < to; second++)
        for (size_t i = 0; i < SERIES; i++)
            expected[i] += model->counts[second - model->begin][i];
    g_assert_cmpmem(sums, sizeof expected, expected, sizeof expected);
}

/* Any question has an exact answer for the interval that it says, which is the one that was asked
 * for as far as seconds are remembered. */
static void ask(const struct model *model, int64_t from, int64_t to)
{
    uint64_t sums[SERIES] = {0};
    int64_t got_from = from, got_to = to;
    unsigned resolution = history_sum(model->history, &got_from, &got_to, sums);
    int64_t only_from = from, only_to = to;
    g_assert_cmpuint(history_sum(model->history, &only_from, &only_to, NULL), ==, resolution);
    g_assert_true(only_from == got_from && only_to == got_to);
    int64_t end = MIN(to, model->present + 1), wanted = MAX(from, model->begin);
    if (resolution == 0) {
        g_assert_true(wanted >= end || end <= history_oldest(model->history, 3600));
        return;
    }
    assert_sums(model, got_from, got_to, sums);
    if (wanted >= history_oldest(model->history, 1)) {
        g_assert_cmpint(got_from, ==, wanted);
        g_assert_cmpint(got_to, ==, end);
        g_assert_cmpuint(resolution, ==, 1);
        return;
    }
    int64_t oldest = history_oldest(model->history, 3600);
    g_assert_cmpint(got_from, <=, MAX(wanted, oldest));
    g_assert_cmpint(got_from, >, wanted - resolution);
    g_assert_true(got_from == model->begin || got_from % resolution == 0 ||
                  got_from == history_oldest(model->history, resolution));
    g_assert_cmpint(got_to, >=, end);
}

static void ask_at_random(const struct model *model)
{
    int reach = g_test_rand_bit() ? 100 : SPAN;
    int64_t a = model->present + 10 - g_test_rand_int_range(0, reach);
    int64_t b = model->present + 10 - g_test_rand_int_range(0, reach);
    ask(model, MIN(a, b), MAX(a, b));
}

static int64_t some_step(void)
{
    switch (g_test_rand_int_range(0, 40)) {
    case 0:
        return g_test_rand_int_range(1, 5000);
    case 1:
        return g_test_rand_int_range(1, 200);
    default:
        return 1;
    }
}

/* Some series become one with another, in all seconds that are and were. */
static void fold_at_random(struct model *model)
{
    uint32_t into = (uint32_t)g_test_rand_int_range(0, SERIES), series[SERIES];
    size_t n = 0;
    while (history_fold_on(model->history, 1000)) {
    }
    for (uint32_t i = 0; i < SERIES; i++)
        if (i != into && g_test_rand_bit())
            series[n++] = i;
    history_fold(model->history, series, n, into);
    memset(model->folded, 0, sizeof model->folded);
    for (size_t i = 0; i < n; i++)
        model->folded[series[i]] = true;
    for (int64_t second = 0; second <= model->present - model->begin; second++)
        for (size_t i = 0; i < n; i++) {
            model->counts[second][into] += model->counts[second][series[i]];
            model->counts[second][series[i]] = 0;
        }
}

static void live_through(struct model *model, const struct history_options *options)
{
    for (int step = 0; step < 700; step++) {
        int adds = g_test_rand_bit() ? g_test_rand_int_range(0, SERIES) : 0;
        bool folding = history_fold_on(model->history, (size_t)g_test_rand_int_range(0, 50));
        for (int i = 0; i < adds; i++) {
            uint32_t series = (uint32_t)g_test_rand_int_range(0, SERIES);
            if (!folding || !model->folded[series])
                model_add(model, series, some_value(1, 40));
        }
        int64_t next = model->present + some_step();
        if (next >= model->begin + SPAN)
            return;
        history_advance(model->history, model->present = next);
        history_advance(model->history, next - 1); /* time does not go back */
        g_assert_cmpint(history_present(model->history), ==, next);
        g_assert_cmpuint(history_memory(model->history), <=, options->budget);
        ask_at_random(model);
        if (g_test_rand_int_range(0, 200) == 0)
            fold_at_random(model);
    }
}

static struct history_options some_options(void)
{
    return (struct history_options){
        .seconds = (unsigned)g_test_rand_int_range(1, 400),
        .minutes = (unsigned)g_test_rand_int_range(1, 60),
        .hours = (unsigned)g_test_rand_int_range(1, 8),
        .max_series = SERIES,
        .budget = g_test_rand_bit() ? (size_t)1 << 30 : (size_t)g_test_rand_int_range(1, 60000)};
}

static void an_answer_is_the_sum_of_the_seconds_that_it_says(void)
{
    for (int round = 0; round < 60; round++) {
        struct history_options options = some_options();
        struct model model = {.begin = g_test_rand_int_range(-SPAN, 2000000000)};
        model.present = model.begin;
        model.counts = g_malloc0(SPAN * sizeof *model.counts);
        model.history = history_new(&options, model.begin);
        live_through(&model, &options);
        if (g_test_rand_bit()) {
            options = some_options();
            history_resize(model.history, &options);
            live_through(&model, &options);
        }
        history_free(model.history);
        g_free(model.counts);
    }
}

static void the_last_n_seconds_are_exact_for_every_n(void)
{
    struct history_options options = {.seconds = 300, .max_series = SERIES};
    struct model model = {.begin = 1000000000 - 7, .present = 1000000000 - 7};
    model.counts = g_malloc0(SPAN * sizeof *model.counts);
    model.history = history_new(&options, model.begin);
    for (int second = 0; second < 1000; second++) {
        for (uint32_t series = 0; series < 5; series++)
            model_add(&model, series * 13, (uint64_t)(second * 1000) + series);
        history_advance(model.history, ++model.present);
    }
    g_assert_cmpint(history_oldest(model.history, 1), ==, model.present - 300);
    for (int64_t n = 1; n <= 301; n++) {
        uint64_t sums[SERIES] = {0};
        int64_t from = model.present + 1 - n, to = model.present + 1;
        g_assert_cmpuint(history_sum(model.history, &from, &to, sums), ==, 1);
        g_assert_cmpint(to - from, ==, n);
        assert_sums(&model, from, to, sums);
    }
    history_free(model.history);
    g_free(model.counts);
}

/*     seconds remembered:                          03:20 ........ 06:40
 *     asked for:             01:30 ............................................. 06:00
 *     answered:           01:00 ....minutes....... 04:00 ...seconds............. 06:00   */
static void what_is_older_than_the_seconds_is_answered_by_the_minute(void)
{
    struct history_options options = {.seconds = 200, .minutes = 60, .hours = 1, .max_series = 1};
    struct history *history = history_new(&options, 0);
    for (int64_t second = 0; second < 400;) {
        history_add(history, 0, 10);
        history_advance(history, ++second);
    }
    uint64_t sum = 0;
    int64_t from = 90, to = 360;
    g_assert_cmpuint(history_sum(history, &from, &to, &sum), ==, 60);
    g_assert_cmpint(from, ==, 60);
    g_assert_cmpint(to, ==, 360);
    g_assert_cmpuint(sum, ==, 3000);
    history_free(history);
}

static void a_long_silence_costs_nothing_and_is_remembered_as_such(void)
{
    struct history_options options = {
        .seconds = 3600, .minutes = 1440, .hours = 744, .max_series = SERIES};
    struct history *history = history_new(&options, 0);
    history_add(history, 3, 77);
    history_advance(history, INT64_C(1) << 40);
    uint64_t sums[SERIES] = {0};
    int64_t from = (INT64_C(1) << 40) - 3000, to = INT64_C(1) << 40;
    g_assert_cmpuint(history_sum(history, &from, &to, sums), ==, 1);
    g_assert_cmpint(to - from, ==, 3000);
    g_assert_cmpuint(sums[3], ==, 0);
    g_assert_cmpuint(history_memory(history), ==, 0);
    history_free(history);
}

/* --- memory --------------------------------------------------------------------------------- */

/* How the bytes of a second are spread over the pairs. */
enum spread { EVEN, RANDOM, ONE_HUGE, MIXED, SPREADS };

static uint64_t share(enum spread spread, size_t pair, size_t pairs, uint64_t all)
{
    uint64_t even = all / pairs;
    switch (spread) {
    case RANDOM:
        return 1 + (uint64_t)(g_test_rand_double() * 2 * (double)even);
    case ONE_HUGE:
        return pair == 0 ? all / 2 : even / 2 + 1;
    case MIXED: /* every 16th pair has a hundred times the others' */
        return pair % 16 == 5 ? even * 13 + pair : even / 8 + pair;
    case EVEN:
    case SPREADS:
        break;
    }
    return even;
}

/* m endpoints that all talk to each other in each of n seconds, 400 Gb/s in all. */
static size_t memory_of(size_t m, unsigned n, enum spread spread)
{
    size_t pairs = m * (m - 1);
    struct history_options options = {
        .seconds = n, .minutes = 1, .hours = 1, .max_series = pairs, .budget = SIZE_MAX};
    struct history *history = history_new(&options, 1700000000);
    for (int64_t second = 0; second < n + 40; second++) {
        for (size_t pair = 0; pair < pairs; pair++)
            history_add(history, (uint32_t)pair, share(spread, pair, pairs, 50000000000u));
        history_advance(history, 1700000001 + second);
    }
    size_t memory = history_memory(history);
    history_free(history);
    return memory;
}

/* What malloc adds, and the columns that a Fenwick tree needs beyond n, are within it, too. With
 * fewer than a dozen endpoints it is the 32 bytes that a column takes at least, 115 kB an hour. */
static void all_to_all_takes_no_more_than_the_paper_s_4nmm_bytes(void)
{
    const struct {
        size_t m;
        unsigned n;
    } cases[] = {{12, 3600}, {16, 3600}, {32, 1200}, {64, 600}, {128, 300}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (enum spread spread = EVEN; spread < SPREADS; spread++) {
            size_t m = cases[i].m, bound = 4 * cases[i].n * m * m;
            size_t memory = memory_of(m, cases[i].n, spread);
            g_test_message("m = %zu, n = %u, spread %d: %zu bytes, %.2f of the bound", m,
                           cases[i].n, spread, memory, (double)memory / (double)bound);
            g_assert_cmpuint(memory, <=, bound);
        }
}

static void idle_pairs_and_seconds_take_no_memory(void)
{
    struct history_options options = {
        .seconds = 3600, .minutes = 1, .hours = 1, .max_series = 65536};
    struct history *history = history_new(&options, 0);
    for (int64_t second = 0; second < 3600;) {
        if (second % 60 == 0) /* one pair of 65,536, in one second of 60 */
            history_add(history, (uint32_t)second, 1000000);
        history_advance(history, ++second);
    }
    /* Each of the 60 is in at most log2(3600) columns, 10 to 60 bytes each time. */
    g_assert_cmpuint(history_memory(history), <, 60 * 12 * 30);
    history_free(history);
}

static void a_budget_makes_the_history_shorter_and_not_wrong(void)
{
    struct history_options options = {
        .seconds = 3600, .minutes = 100, .hours = 10, .max_series = 100, .budget = 20000};
    struct history *history = history_new(&options, 0);
    for (int64_t second = 0; second < 3000;) {
        for (uint32_t series = 0; series < 100; series++)
            history_add(history, series, 1000);
        history_advance(history, ++second);
        g_assert_cmpuint(history_memory(history), <=, 20000);
    }
    int64_t oldest = history_oldest(history, 1);
    g_assert_cmpint(oldest, >, 2000); /* fewer seconds */
    g_assert_cmpint(oldest, <, 2990);
    g_assert_cmpint(history_oldest(history, 60), ==, 0); /* and all the minutes */
    uint64_t sums[100] = {0};
    int64_t from = 120, to = 3000;
    g_assert_cmpuint(history_sum(history, &from, &to, sums), ==, 60);
    g_assert_cmpint(from, ==, 120);
    g_assert_cmpuint(sums[99], ==, 2880 * 1000);
    history_free(history);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/a column adds what was packed and subtracts it again",
                    a_column_adds_what_was_packed_and_subtracts_it_again);
    g_test_add_func("/history/a column takes a few bytes for a few values",
                    a_column_takes_a_few_bytes_for_a_few_values);
    g_test_add_func("/history/an answer is the sum of the seconds that it says",
                    an_answer_is_the_sum_of_the_seconds_that_it_says);
    g_test_add_func("/history/the last n seconds are exact for every n",
                    the_last_n_seconds_are_exact_for_every_n);
    g_test_add_func("/history/what is older than the seconds is answered by the minute",
                    what_is_older_than_the_seconds_is_answered_by_the_minute);
    g_test_add_func("/history/a long silence costs nothing and is remembered as such",
                    a_long_silence_costs_nothing_and_is_remembered_as_such);
    g_test_add_func("/history/all to all takes no more than the paper's 4*n*m*m bytes",
                    all_to_all_takes_no_more_than_the_paper_s_4nmm_bytes);
    g_test_add_func("/history/idle pairs and seconds take no memory",
                    idle_pairs_and_seconds_take_no_memory);
    g_test_add_func("/history/a budget makes the history shorter and not wrong",
                    a_budget_makes_the_history_shorter_and_not_wrong);
    return g_test_run();
}
