// SPDX-License-Identifier: Apache-2.0
#include "tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct count {
    unsigned trials, right, literal, first, strict, named, names, members, passed;
    unsigned baseline[BASELINE_BMINS];
    double slowest;
};

/* What is counted together; NULL and -1 stand for any. */
struct group {
    const char *archetype;
    const char *noise;
    int size; /* 0 small, 1 medium, 2 large; of negatives also FEW, SMALL_BUT_FEW */
    bool negative;
};

#define FEW           3 /* up to 7 endpoints: they are searched whole */
#define SMALL_BUT_FEW 4
#define FEW_MOST      7

static int size_class(uint32_t n)
{
    return n < SIZE_MEDIUM ? 0 : n < SIZE_LARGE ? 1 : 2;
}

static bool is_of_size(int size, uint32_t n)
{
    if (size == FEW || size == SMALL_BUT_FEW)
        return size_class(n) == 0 && (n <= FEW_MOST) == (size == FEW);
    return size < 0 || size == size_class(n);
}

static bool is_in(const struct group *group, const struct job *job, const struct outcome *outcome)
{
    return outcome->done && outcome->negative == group->negative &&
           (!group->archetype || strcmp(group->archetype, outcome->archetype) == 0) &&
           (!group->noise || strcmp(group->noise, job->noise_name) == 0) &&
           is_of_size(group->size, outcome->n);
}

static struct count count_group(const GArray *jobs, const struct outcome *outcomes,
                                struct group group)
{
    struct count count = {0};
    for (size_t i = 0; i < jobs->len; i++) {
        const struct outcome *outcome = &outcomes[i];
        if (!is_in(&group, &g_array_index(jobs, struct job, i), outcome))
            continue;
        count.trials++;
        count.right += outcome->verdict.right;
        count.literal += outcome->verdict.literal;
        count.first += outcome->verdict.first;
        count.strict += outcome->verdict.strict;
        count.members += outcome->n;
        count.passed += outcome->verdict.n_passed;
        count.named += outcome->verdict.named;
        count.names += (unsigned)outcome->verdict.n_names;
        for (int k = 0; k < BASELINE_BMINS; k++)
            count.baseline[k] += outcome->baseline[k];
        count.slowest = fmax(count.slowest, outcome->seconds);
    }
    return count;
}

static int best_bmin(const GArray *jobs, const struct outcome *outcomes)
{
    struct count all = count_group(jobs, outcomes, (struct group){.size = -1});
    int best = 0;
    for (int k = 1; k < BASELINE_BMINS; k++)
        if (all.baseline[k] > all.baseline[best])
            best = k;
    return best;
}

/* Archetypes in the order of their first job; free with g_ptr_array_unref. */
static GPtrArray *archetypes(const GArray *jobs, const struct outcome *outcomes, bool negative)
{
    GPtrArray *list = g_ptr_array_new();
    for (size_t i = 0; i < jobs->len; i++)
        if (outcomes[i].done && outcomes[i].negative == negative &&
            !g_ptr_array_find(list, outcomes[i].archetype, NULL))
            g_ptr_array_add(list, (gpointer)outcomes[i].archetype);
    return list;
}

static void print_percent(unsigned part, unsigned of)
{
    if (of == 0)
        fputs(" – |", stdout);
    else if (part == of)
        fputs(" 100 |", stdout);
    else
        printf(" %.1f |", floor(1000.0 * part / of) / 10);
}

static void print_head(const char *first)
{
    printf("| %s |", first);
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++)
        printf(" %s |", kind->name);
    fputs("\n|---|", stdout);
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++)
        fputs("---|", stdout);
    fputc('\n', stdout);
}

enum what { RIGHT, LITERAL, FIRST, STRICT, NAMED, BASELINE };

static void print_row(const GArray *jobs, const struct outcome *outcomes, const char *title,
                      struct group group, enum what what, int bmin)
{
    printf("| %s |", title);
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++) {
        group.noise = kind->name;
        struct count count = count_group(jobs, outcomes, group);
        const unsigned parts[] = {count.right,  count.literal, count.first,
                                  count.strict, count.named,   count.baseline[bmin]};
        print_percent(parts[what], count.trials);
    }
    fputc('\n', stdout);
}

/* Endpoints that nobody could place, in 1,000. */
static void print_passed(const GArray *jobs, const struct outcome *outcomes)
{
    fputs("| no edge left, ‰ of endpoints |", stdout);
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++) {
        struct group group = {.noise = kind->name, .size = -1};
        struct count count = count_group(jobs, outcomes, group);
        printf(" %.1f |", count.members > 0 ? 1000.0 * count.passed / count.members : 0);
    }
    fputc('\n', stdout);
}

static const struct {
    const char *title;
    int size;
} negative_sizes[] = {
    {"5 to 7 endpoints", FEW}, {"8 to 15", SMALL_BUT_FEW}, {"16 to 127", 1}, {"128 to 1,024", 2}};

static void print_archetypes(const GArray *jobs, const struct outcome *outcomes, bool negative,
                             enum what what, int bmin)
{
    g_autoptr(GPtrArray) list = archetypes(jobs, outcomes, negative);
    print_head(negative ? "negative" : "archetype");
    for (size_t i = 0; i < list->len; i++) {
        struct group group = {list->pdata[i], NULL, -1, negative};
        print_row(jobs, outcomes, list->pdata[i], group, what, bmin);
    }
    for (size_t size = 0; negative && size < G_N_ELEMENTS(negative_sizes); size++)
        print_row(jobs, outcomes, negative_sizes[size].title,
                  (struct group){.size = negative_sizes[size].size, .negative = true}, what, bmin);
    print_row(jobs, outcomes, "all", (struct group){NULL, NULL, -1, negative}, what, bmin);
}

static void print_sizes(const GArray *jobs, const struct outcome *outcomes, bool with_baseline,
                        int bmin)
{
    static const char *const sizes[] = {"4 to 15", "16 to 127", "128 to 1,024"};
    print_head("endpoints");
    for (int size = 0; size < 3; size++)
        print_row(jobs, outcomes, sizes[size], (struct group){.size = size}, RIGHT, 0);
    print_row(jobs, outcomes, "best name right", (struct group){.size = -1}, FIRST, 0);
    print_row(jobs, outcomes, "name as made", (struct group){.size = -1}, LITERAL, 0);
    print_row(jobs, outcomes, "right, strict", (struct group){.size = -1}, STRICT, 0);
    print_passed(jobs, outcomes);
    if (with_baseline)
        print_row(jobs, outcomes, "pruning + isomorphism", (struct group){.size = -1}, BASELINE,
                  bmin);
}

void tables_report(const GArray *jobs, const struct outcome *outcomes, bool with_baseline)
{
    struct count all = count_group(jobs, outcomes, (struct group){.size = -1});
    int bmin = best_bmin(jobs, outcomes);
    unsigned lost = 0;
    for (size_t i = 0; i < jobs->len; i++)
        lost += !outcomes[i].done;
    printf("%u cases, %.2f names each; right in %%\n\n", all.trials,
           all.trials ? (double)all.names / all.trials : 0);
    if (lost > 0)
        printf("%u cases were not done\n\n", lost);
    print_archetypes(jobs, outcomes, false, RIGHT, 0);
    fputc('\n', stdout);
    print_sizes(jobs, outcomes, with_baseline, bmin);
    if (with_baseline) {
        printf("\npruning at its best bmin, %g, and isomorphism: right in %%\n\n",
               baseline_bmins[bmin]);
        print_archetypes(jobs, outcomes, false, BASELINE, bmin);
    }
    puts("\nnegatives: named in %\n");
    print_archetypes(jobs, outcomes, true, NAMED, 0);
}

static void add_number(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_double_value(json, value);
}

static void add_count(JsonBuilder *json, const char *name, unsigned value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, value);
}

static void add_text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static void add_cell(JsonBuilder *json, struct group group, const struct count *count, int bmin)
{
    static const char *const sizes[] = {"4-15", "16-127", "128-1024"};
    json_builder_begin_object(json);
    add_text(json, "archetype", group.archetype);
    add_text(json, "noise", group.noise);
    add_text(json, "endpoints", sizes[group.size]);
    add_count(json, "trials", count->trials);
    if (group.negative) {
        add_count(json, "named", count->named);
    } else {
        add_count(json, "right", count->right);
        add_count(json, "right_as_made", count->literal);
        add_count(json, "best_right", count->first);
        add_count(json, "right_strictly", count->strict);
        add_count(json, "isomorphism_right", count->baseline[bmin]);
    }
    add_number(json, "slowest_seconds", round(count->slowest * 1e6) / 1e6);
    json_builder_end_object(json);
}

void tables_json(const GArray *jobs, const struct outcome *outcomes, JsonBuilder *json)
{
    int bmin = best_bmin(jobs, outcomes);
    json_builder_begin_object(json);
    add_number(json, "isomorphism_bmin", baseline_bmins[bmin]);
    json_builder_set_member_name(json, "cells");
    json_builder_begin_array(json);
    for (int negative = 0; negative < 2; negative++) {
        g_autoptr(GPtrArray) list = archetypes(jobs, outcomes, negative);
        for (size_t i = 0; i < list->len; i++)
            for (const struct noise_kind *kind = noise_kinds; kind->name; kind++)
                for (int size = 0; size < 3; size++) {
                    struct group group = {list->pdata[i], kind->name, size, negative};
                    struct count count = count_group(jobs, outcomes, group);
                    if (count.trials > 0)
                        add_cell(json, group, &count, bmin);
                }
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

/* What is asked: every clean case, 99 % under a noise alone, 95 % under all of them. Where that is
 * not reached, reached is what the test holds on to instead; it is to be raised, never lowered. */
static const struct {
    const char *noise;
    double asked, reached;
} goals[] = {
    {"clean", 1, 1},         {"weights", 0.99, 0.99},  {"background", 0.99, 0.99},
    {"missing", 0.99, 0.99}, {"extra", 0.99, 0.99},    {"master", 0.99, 0.99},
    {"reverse", 0.99, 0.99}, {"sampling", 0.99, 0.99}, {"all", 0.95, 0.93},
};

static bool test_line(unsigned number, bool passed, const char *what, unsigned part, unsigned of)
{
    printf("%sok %u - %s (%u of %u)\n", passed ? "" : "not ", number, what, part, of);
    return passed;
}

/* Few endpoints are an archetype but for an edge or two, and so are small trees: those are the hard
 * ones. Returns how many there are. */
static unsigned count_negatives(const GArray *jobs, const struct outcome *outcomes, bool hard,
                                unsigned *named)
{
    unsigned trials = 0;
    for (size_t i = 0; i < jobs->len; i++) {
        const struct outcome *outcome = &outcomes[i];
        bool is_hard = outcome->n < 12 || strcmp(outcome->archetype, "random-tree") == 0 ||
                       strcmp(outcome->archetype, "random-dag") == 0;
        if (!outcome->done || !outcome->negative || is_hard != hard)
            continue;
        trials++;
        *named += outcome->verdict.named;
    }
    return trials;
}

bool tables_test(const GArray *jobs, const struct outcome *outcomes)
{
    bool all_passed = true;
    unsigned number = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(goals); i++) {
        struct count count =
            count_group(jobs, outcomes, (struct group){.noise = goals[i].noise, .size = -1});
        g_autofree char *what = g_strdup_printf(
            "%s: the true archetype is found, with its places, in at least %g %%%s", goals[i].noise,
            100 * goals[i].reached, goals[i].reached < goals[i].asked ? " (fewer than asked)" : "");
        bool passed = count.trials > 0 && count.right >= goals[i].reached * count.trials;
        all_passed = test_line(++number, passed, what, count.right, count.trials) && all_passed;
    }
    struct count clean = count_group(jobs, outcomes, (struct group){.noise = "clean", .size = -1});
    all_passed = test_line(++number, clean.literal == clean.trials,
                           "clean: twins or not, the name that it was made by is among the answers",
                           clean.literal, clean.trials) &&
                 all_passed;
    for (int hard = 0; hard < 2; hard++) {
        unsigned named = 0, trials = count_negatives(jobs, outcomes, hard, &named);
        double most = 0.01;
        g_autofree char *what =
            g_strdup_printf("what is no archetype%s is named in at most %g %%",
                            hard ? ", of fewer than 12 endpoints or one way," : "", 100 * most);
        all_passed = test_line(++number, named <= most * trials, what, named, trials) && all_passed;
    }
    printf("1..%u\n", number);
    return all_passed;
}
