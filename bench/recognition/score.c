// SPDX-License-Identifier: Apache-2.0
/*
 * Scores recognition on programs whose truth is known (see noise.h, answer.h), beside pruning and
 * an exact isomorphism test (baseline.h).
 *
 *     recognition-score              every archetype, size and noise; a table, and JSON on request
 *     recognition-score --test       a small part of it, as a test: TAP, with what is asked for
 *     recognition-score --curves     accuracy over the strength of each noise; JSON
 */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "curves.h"
#include "jobs.h"
#include "tables.h"

static struct {
    gboolean test, curves, no_baseline;
    int repeats, smallest, largest, processes;
    gint64 seed;
    char *archetype, *noise, *json, *failures;
} options = {.repeats = 0, .largest = 1024, .processes = 2, .seed = 1};

static const GOptionEntry entries[] = {
    {"test", 0, 0, G_OPTION_ARG_NONE, &options.test, "a small part, as a test (TAP)", NULL},
    {"curves", 0, 0, G_OPTION_ARG_NONE, &options.curves, "accuracy over the strength of noise",
     NULL},
    {"repeats", 0, 0, G_OPTION_ARG_INT, &options.repeats,
     "seeds a case (20 up to 127 endpoints, 5 above)", "N"},
    {"largest", 0, 0, G_OPTION_ARG_INT, &options.largest, "only programs up to that size", "N"},
    {"smallest", 0, 0, G_OPTION_ARG_INT, &options.smallest, "only programs from that size on", "N"},
    {"archetype", 0, 0, G_OPTION_ARG_STRING, &options.archetype, "only this one", "NAME"},
    {"noise", 0, 0, G_OPTION_ARG_STRING, &options.noise, "only this one", "NAME"},
    {"seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, "the first seed", "N"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.processes, "processes", "N"},
    {"no-baseline", 0, 0, G_OPTION_ARG_NONE, &options.no_baseline, "without isomorphism", NULL},
    {"json", 0, 0, G_OPTION_ARG_FILENAME, &options.json, "all figures go there", "FILE"},
    {"failures", 0, 0, G_OPTION_ARG_FILENAME, &options.failures,
     "cases that went wrong go there, with how to make them again", "FILE"},
    {NULL}};

static uint32_t size_of(const char *spec)
{
    g_autoptr(recognition_program) program = program_new(spec, 1);
    return program->n;
}

static bool is_wanted(const char *spec, uint32_t n)
{
    g_auto(GStrv) words = g_strsplit(spec, " ", 2);
    return n >= (uint32_t)options.smallest && n <= (uint32_t)options.largest &&
           (!options.archetype || strcmp(words[0], options.archetype) == 0);
}

static void plan_spec(GArray *jobs, const char *spec, bool negative)
{
    uint32_t n = size_of(spec);
    if (!is_wanted(spec, n))
        return;
    int repeats = options.repeats ? options.repeats : n < SIZE_LARGE ? 20 : 5;
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++) {
        if (options.noise && strcmp(options.noise, kind->name) != 0)
            continue;
        for (int k = 0; k < repeats; k++) {
            struct job job = {spec, kind->name, kind->noise, 1, (uint64_t)(options.seed + k)};
            g_array_append_val(jobs, job);
        }
    }
}

static GArray *plan(void)
{
    GArray *jobs = g_array_new(FALSE, FALSE, sizeof(struct job));
    for (const char *const *spec = program_specs; *spec; spec++)
        plan_spec(jobs, *spec, false);
    for (const char *const *spec = program_negative_specs; *spec; spec++)
        plan_spec(jobs, *spec, true);
    return jobs;
}

static bool write_failures(const GArray *jobs, const struct outcome *outcomes, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < jobs->len; i++)
        if (outcomes[i].negative ? outcomes[i].verdict.named : !outcomes[i].verdict.right)
            job_describe(&g_array_index(jobs, struct job, i), text);
    return g_file_set_contents(options.failures, text->str, -1, error);
}

static bool run(GError **error)
{
    g_autoptr(GArray) jobs = options.curves ? curves_plan(options.repeats, options.seed) : plan();
    if (jobs->len == 0) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "no such case: recognition-case without arguments lists archetypes and noises");
        return false;
    }
    bool with_baseline = !options.no_baseline && !options.test && baseline_is_there();
    g_autofree struct outcome *outcomes =
        jobs_run(jobs, (unsigned)options.processes, with_baseline);
    bool passed = true;
    g_autoptr(JsonBuilder) json = json_builder_new();
    if (options.curves) {
        curves_report(jobs, outcomes, json);
    } else if (options.test) {
        passed = tables_test(jobs, outcomes);
    } else {
        tables_report(jobs, outcomes, with_baseline);
        tables_json(jobs, outcomes, json);
    }
    if (options.failures && !write_failures(jobs, outcomes, error))
        return false;
    if (!options.json)
        return passed;
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    json_generator_set_pretty(generator, TRUE);
    json_generator_set_indent(generator, 1);
    json_generator_set_root(generator, root);
    return json_generator_to_file(generator, options.json, error) && passed;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("- scores recognition");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    if (options.test) {
        options.largest = MIN(options.largest, SIZE_TEST);
        options.repeats = options.repeats ? options.repeats : 2;
    }
    bool passed = run(&error);
    if (error)
        fprintf(stderr, "%s\n", error->message);
    return passed ? 0 : 1;
}
