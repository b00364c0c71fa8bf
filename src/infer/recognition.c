// SPDX-License-Identifier: Apache-2.0
/*
 * Theory of operation.
 *
 *   matrix -> graph of pairs -> cuts -> strong graph at each cut, with and without a hub
 *                                          |
 *                        every archetype proposes shapes with places
 *                                          |
 *       judge: agreement over all cuts, bits saved against chance -> candidates -> names
 *                                          |
 *          the best is taken out, and what is left goes the same way again -> parts (answer.c)
 *
 * Where the whole has no name, pieces that exchange nothing may have one each: programs.
 *
 * The strong graph only has to be good enough for a recogniser to find its bearings: the judge
 * looks at the whole matrix and picks the cut again, for each candidate its own.
 */
#include "infer/answer.h"
#include "infer/chance.h"
#include "infer/programs.h"
#include "infer/renumber.h"
#include "infer/search.h"
#include "infer/small.h"
#include "infer/tree_names.h"

#include <vttif/error.h>
#include <vttif/topology.h>

/* Start and end of PVM or of mpirun make up to 3.8 kB between two hosts (measured, an abort made
 * the most): EP, which sends some ten bytes a process, would be named after its launcher. Twice
 * that. */
#define LEAST_BYTES 8192
#define PARTS_MAX   4
/* A program's name explains at least that share of the program's bytes. */
#define PROGRAM_EXPLAINED 0.3

/* --- small programs --------------------------------------------------------------------------- */

/* All names of a drawing, found as if it were without noise. */
static void add_drawing(struct search *likely, const struct small_drawing *drawing)
{
    g_autoptr(vttif_matrix) matrix = small_matrix(likely->graph, drawing);
    struct graph *graph = graph_new(matrix, 0);
    struct search *clean = search_graph(graph);
    for (guint i = 0; i < clean->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(clean->candidates, struct candidate, i);
        if (!candidate->exact || candidate->explained < 0.999 || !candidate_stands(candidate))
            continue;
        uint32_t *position = g_memdup2(candidate->position, graph->n * sizeof *candidate->position);
        search_add_likely(likely, candidate, position, drawing->hub, drawing->behind);
    }
    search_free(clean);
    graph_free(graph);
}

/* The likeliest of everything that few endpoints can be, instead of what was found at cuts; returns
 * the search that stands. */
static struct search *search_small(struct search *search)
{
    const struct graph *graph = search->graph;
    if (search_settled(search) || graph->cut > 0)
        return search;
    g_autoptr(GArray) drawings = small_find(graph);
    search->by_chance = drawings && drawings->len == 0;
    if (!drawings || search->by_chance)
        return search;
    struct search *likely = search_new(graph);
    likely->master = search->master;
    for (guint i = 0; i < drawings->len; i++)
        add_drawing(likely, &g_array_index(drawings, struct small_drawing, i));
    g_array_sort(likely->candidates, candidate_compare);
    bool any = likely->candidates->len > 0;
    search_free(any ? search : likely);
    return any ? likely : search;
}

/* --- the answer --------------------------------------------------------------------------------
 */

static double least_bytes(const struct vttif_matrix *matrix,
                          const struct vttif_recognize_options *options)
{
    if (options->least_bytes > 0)
        return options->least_bytes;
    bool counted = vttif_matrix_account_const(matrix)->count != VTTIF_COUNT_UNKNOWN;
    return counted ? LEAST_BYTES : 0;
}

static bool is_too_little(struct vttif_recognition *recognition, const struct graph *graph,
                          double least)
{
    double most = graph->max * graph->unit;
    if (most > 0 && most >= least)
        return false;
    recognition->verdict = VTTIF_VERDICT_TOO_LITTLE;
    recognition->reason =
        most > 0
            ? g_strdup_printf("no pair exchanged more than %.0f bytes, and it takes %.0f to tell a "
                              "pattern from start-up and chance",
                              most, least)
            : g_strdup("no endpoint sent anything to another");
    return true;
}

/* Everything that the graph may be, best first; search_free it. */
static struct search *search_all(const struct graph *graph)
{
    struct search *search = search_graph(graph);
    if (!search_settled(search)) {
        trees_settle(search);
        g_array_sort(search->candidates, candidate_compare);
    }
    search = search_small(search);
    if (!search_settled(search) && graph->cut == 0)
        chance_judge(search);
    return search;
}

/* --- several programs ------------------------------------------------------------------------ */

/* A piece of any graph may look like something small: the name must be unlikely to be chance by
 * itself, or the program is alone and nothing else. */
static bool is_program(const struct search *search, const struct split *split, bool without_errors)
{
    const struct candidate *best = search_best(search);
    if (!best || best->explained < PROGRAM_EXPLAINED ||
        (without_errors && best->n_missing + best->n_extra > 0))
        return false;
    return best->bits >= LEAST_BITS || (split->is_apart && search_settled(search));
}

/* One of the programs by itself, or NULL if it has no name. */
static struct vttif_recognition *recognize_program(const struct split *split, unsigned program,
                                                   const struct graph *graph, bool without_errors,
                                                   const struct vttif_recognize_options *options)
{
    struct graph *own = split_graph(split, program, graph);
    struct vttif_recognition *recognition = answer_new(VTTIF_BMIN_DEFAULT, own->total / own->all);
    if (!is_too_little(recognition, own, options->least_bytes)) {
        struct search *search = search_all(own);
        if (is_program(search, split, without_errors))
            answer_take(recognition, own, search, options->parts_max);
        search_free(search);
    }
    graph_free(own);
    if (recognition->names->len == 0)
        g_clear_pointer(&recognition, vttif_recognition_free);
    return recognition;
}

/* The names are those of the first, of most bytes; the parts are everyone's. */
static void add_program(struct vttif_recognition *recognition, struct vttif_recognition *program)
{
    bool first = recognition->names->len == 0;
    gsize n_parts;
    g_autofree struct vttif_part *parts = g_array_steal(program->parts, &n_parts);
    g_array_append_vals(recognition->parts, parts, (guint)n_parts);
    for (gsize i = 0; i < n_parts; i++)
        recognition->other = MAX(recognition->other - parts[i].share, 0);
    recognition->bmin = first ? program->bmin : MIN(recognition->bmin, program->bmin);
    if (!first)
        return;
    gsize n_names;
    g_autofree struct vttif_name *names = g_array_steal(program->names, &n_names);
    g_array_append_vals(recognition->names, names, (guint)n_names);
}

/* Names each program, the smallest first, which tells soonest that there is no name; returns
 * whether all have one. */
static bool take_programs(struct vttif_recognition *recognition, const struct split *split,
                          const struct graph *graph, bool without_errors,
                          const struct vttif_recognize_options *options)
{
    struct vttif_recognition *programs[VTTIF_PROGRAMS_MAX] = {NULL};
    bool all = true;
    for (unsigned k = split->n; all && k > 0; k--) {
        programs[k - 1] = recognize_program(split, k - 1, graph, without_errors, options);
        all = programs[k - 1] != NULL;
    }
    for (unsigned k = 0; k < split->n; k++) {
        if (all)
            add_program(recognition, programs[k]);
        vttif_recognition_free(programs[k]);
    }
    return all;
}

/* Other pairs speak against the name, or nobody sits where it has a place. */
static bool is_doubtful(const struct candidate *candidate)
{
    return candidate->n_extra > 0 ||
           candidate->n_members < candidate->archetype->order(&candidate->shape);
}

/* The whole has no name, or a doubtful one: several programs may have one each, in the latter case
 * without an error. Returns whether they have. */
static bool recognize_programs(struct vttif_recognition *recognition, const struct search *search,
                               const struct vttif_recognize_options *options)
{
    const struct graph *graph = search->graph;
    const struct candidate *best = search_best(search);
    if (best && !(is_doubtful(best) && splits_at(graph, best->cut, best->hub)))
        return false;
    g_autoptr(GPtrArray) splits = splits_find(graph, best ? best->hub : search->master);
    bool found = false;
    for (guint i = 0; i < splits->len && !found; i++)
        found = take_programs(recognition, g_ptr_array_index(splits, i), graph, best, options);
    return found;
}

static void recognize(struct vttif_recognition *recognition, struct graph *graph,
                      const struct vttif_recognize_options *options)
{
    struct search *search = search_all(graph);
    if (!recognize_programs(recognition, search, options))
        answer_take(recognition, graph, search, options->parts_max);
    search_free(search);
}

static bool check_options(const struct vttif_recognize_options *options, GError **error)
{
    if (!(options->bmin >= 0 && options->bmin <= 1)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "bmin must be above 0 and at most 1, or 0 to find it, not %g", options->bmin);
        return false;
    }
    if (!(options->least_bytes >= 0)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "the least number of bytes must not be negative, but it is %g",
                    options->least_bytes);
        return false;
    }
    return true;
}

struct vttif_recognition *vttif_recognize(const struct vttif_matrix *matrix,
                                          const struct vttif_recognize_options *options,
                                          GError **error)
{
    struct vttif_recognize_options given = options ? *options : (struct vttif_recognize_options){0};
    if (!check_options(&given, error))
        return NULL;
    given.least_bytes = least_bytes(matrix, &given);
    given.parts_max = given.parts_max > 0 ? given.parts_max : PARTS_MAX;
    struct vttif_recognition *recognition =
        answer_new(given.bmin > 0 ? given.bmin : VTTIF_BMIN_DEFAULT, 1);
    struct graph *graph = graph_new(matrix, given.bmin);
    graph_renumber(graph);
    if (!is_too_little(recognition, graph, given.least_bytes))
        recognize(recognition, graph, &given);
    graph_free(graph);
    return recognition;
}

void vttif_recognition_free(struct vttif_recognition *recognition)
{
    if (!recognition)
        return;
    g_array_unref(recognition->names);
    g_array_unref(recognition->parts);
    g_free(recognition->reason);
    g_free(recognition);
}

enum vttif_verdict vttif_recognition_verdict(const struct vttif_recognition *recognition)
{
    return recognition->verdict;
}

const char *vttif_recognition_reason(const struct vttif_recognition *recognition)
{
    return recognition->reason ? recognition->reason : "";
}

double vttif_recognition_bmin(const struct vttif_recognition *recognition)
{
    return recognition->bmin;
}

const struct vttif_name *vttif_recognition_names(const struct vttif_recognition *recognition,
                                                 size_t *n_names)
{
    *n_names = recognition->names->len;
    return (const struct vttif_name *)(const void *)recognition->names->data;
}

const struct vttif_part *vttif_recognition_parts(const struct vttif_recognition *recognition,
                                                 size_t *n_parts)
{
    *n_parts = recognition->parts->len;
    return (const struct vttif_part *)(const void *)recognition->parts->data;
}

double vttif_recognition_other(const struct vttif_recognition *recognition)
{
    return recognition->other;
}
