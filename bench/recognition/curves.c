// SPDX-License-Identifier: Apache-2.0
#include "curves.h"

#include <stdio.h>
#include <string.h>

#define REPEATS 10

/* One program of each archetype, of 60 to 100 endpoints where it has that size. */
static const char *const specs[] = {
    "mesh 8x8",          "torus 4x4x4",       "hypercube 6",   "all-to-all 64",    "binary-tree 63",
    "binomial-tree 64",  "kary-tree 3x40",    "ring 64",       "line 64",          "star 64",
    "bipartite 16x48",   "butterfly 4",       "stencil-9 8x8", "stencil-27 4x4x4", "wavefront 8x8",
    "ring-allreduce 64", "tree-allreduce 63", "clustered 8x8",
};

/* Multiples of the noise that is asked for. */
static const double factors[] = {0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8};

GArray *curves_plan(int repeats, gint64 seed)
{
    GArray *jobs = g_array_new(FALSE, FALSE, sizeof(struct job));
    for (const struct noise_kind *kind = noise_kinds + 1; kind->name; kind++)
        for (size_t f = 0; f < G_N_ELEMENTS(factors); f++)
            for (size_t s = 0; s < G_N_ELEMENTS(specs); s++)
                for (int k = 0; k < (repeats ? repeats : REPEATS); k++) {
                    struct job job = {specs[s], kind->name, noise_scaled(&kind->noise, factors[f]),
                                      factors[f], (uint64_t)(seed + k)};
                    g_array_append_val(jobs, job);
                }
    return jobs;
}

struct point {
    unsigned trials, right;
    unsigned baseline[BASELINE_BMINS];
};

static struct point count_point(const GArray *jobs, const struct outcome *outcomes,
                                const char *noise, double factor)
{
    struct point point = {0};
    for (size_t i = 0; i < jobs->len; i++) {
        const struct job *job = &g_array_index(jobs, struct job, i);
        if (strcmp(job->noise_name, noise) != 0 || job->factor != factor)
            continue;
        point.trials++;
        point.right += outcomes[i].verdict.right;
        for (int k = 0; k < BASELINE_BMINS; k++)
            point.baseline[k] += outcomes[i].baseline[k];
    }
    return point;
}

/* The one threshold that does best over a whole curve. */
static int best_bmin(const GArray *jobs, const struct outcome *outcomes, const char *noise)
{
    unsigned found[BASELINE_BMINS] = {0};
    int best = 0;
    for (size_t i = 0; i < jobs->len; i++)
        if (strcmp(g_array_index(jobs, struct job, i).noise_name, noise) == 0)
            for (int k = 0; k < BASELINE_BMINS; k++)
                found[k] += outcomes[i].baseline[k];
    for (int k = 1; k < BASELINE_BMINS; k++)
        if (found[k] > found[best])
            best = k;
    return best;
}

/* What the strength of 1 is, in words. */
static const char *unit_of(const char *noise)
{
    static const char *const units[][2] = {
        {"weights", "sigma 0.5"},
        {"background", "20 % of the pairs, up to 10 %"},
        {"missing", "2 % of the edges"},
        {"extra", "10 % more endpoints"},
        {"master", "up to the weight of an edge"},
        {"reverse", "3 % acknowledgements"},
        {"sampling", "1:100 of 2,000 messages an edge"},
        {"all", "all of these"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(units[i][0], noise) == 0)
            return units[i][1];
    g_assert_not_reached();
}

static void add_point(JsonBuilder *json, double factor, const struct point *point, int bmin)
{
    double ours = (double)point->right / point->trials;
    double baseline = (double)point->baseline[bmin] / point->trials;
    printf(" %g: %.3f/%.3f", factor, ours, baseline);
    json_builder_begin_array(json);
    json_builder_add_double_value(json, factor);
    json_builder_add_double_value(json, ours);
    json_builder_add_double_value(json, baseline);
    json_builder_end_array(json);
}

void curves_report(const GArray *jobs, const struct outcome *outcomes, JsonBuilder *json)
{
    json_builder_begin_array(json);
    puts("noise: strength: recognition/isomorphism");
    for (const struct noise_kind *kind = noise_kinds + 1; kind->name; kind++) {
        int bmin = best_bmin(jobs, outcomes, kind->name);
        printf("%s (bmin %g):", kind->name, baseline_bmins[bmin]);
        json_builder_begin_object(json);
        json_builder_set_member_name(json, "noise");
        json_builder_add_string_value(json, kind->name);
        json_builder_set_member_name(json, "one");
        json_builder_add_string_value(json, unit_of(kind->name));
        json_builder_set_member_name(json, "isomorphism_bmin");
        json_builder_add_double_value(json, baseline_bmins[bmin]);
        json_builder_set_member_name(json, "points");
        json_builder_begin_array(json);
        for (size_t f = 0; f < G_N_ELEMENTS(factors); f++) {
            struct point point = count_point(jobs, outcomes, kind->name, factors[f]);
            add_point(json, factors[f], &point, bmin);
        }
        json_builder_end_array(json);
        json_builder_end_object(json);
        fputc('\n', stdout);
    }
    json_builder_end_array(json);
}
