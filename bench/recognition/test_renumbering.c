// SPDX-License-Identifier: Apache-2.0
/* The answer is one of the graph, not of the numbers of its endpoints: every archetype under every
 * noise, renumbered, has the same names with the same figures in the same order. Where weights tell
 * all endpoints apart, each has the same place, too. */
#include <string.h>

#include <vttif/recognition.h>

#include "noise.h"

#define ENDPOINTS_MOST 16
#define SEEDS          1

static void append_name(GString *text, const struct vttif_name *name)
{
    vttif_shape_describe(&name->shape, text);
    g_string_append_printf(text, " lacks %zu of %zu, %zu more, %zu members, flow %d, %.9g of bytes",
                           name->n_missing, name->n_edges, name->n_extra, name->n_members,
                           (int)name->flow, name->explained);
    g_string_append(text, name->by_weight ? " by weight\n" : "\n");
}

static void append_places(GString *text, const struct vttif_name *name, const uint32_t *order)
{
    for (size_t i = 0; i < name->n_endpoints; i++)
        g_string_append_printf(text, " %d", (int)name->position[order ? order[i] : i]);
    g_string_append_c(text, '\n');
}

/* All of an answer: names, parts, and the places, those of endpoint order[i] at i. */
static char *tell(const struct vttif_matrix *matrix, const uint32_t *order, bool places)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    GString *text = g_string_new(vttif_recognition_reason(recognition));
    size_t n_names, n_parts;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    for (size_t i = 0; i < n_names; i++) {
        append_name(text, &names[i]);
        if (places)
            append_places(text, &names[i], order);
    }
    for (size_t i = 0; i < n_parts; i++) {
        g_string_append_printf(text, "%.9g ", parts[i].share);
        append_name(text, &parts[i].name);
    }
    return g_string_free(text, FALSE);
}

/* Endpoint i of the one is order[i] of the other. */
static struct vttif_matrix *renumbered(const struct vttif_matrix *matrix, const uint32_t *order)
{
    uint32_t n = (uint32_t)vttif_matrix_size(matrix);
    struct vttif_matrix *other = vttif_matrix_new(n, NULL);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (vttif_matrix_get(matrix, i, j) > 0)
                vttif_matrix_add(other, order[i], order[j], vttif_matrix_get(matrix, i, j));
    *vttif_matrix_account(other) = *vttif_matrix_account_const(matrix);
    return other;
}

static void assert_same_answer(const char *spec, const struct noise_kind *kind, uint64_t seed)
{
    g_autoptr(recognition_trial) trial = trial_new(spec, &kind->noise, seed);
    uint32_t n = (uint32_t)vttif_matrix_size(trial->matrix);
    struct prng prng = {seed + 1};
    g_autofree uint32_t *order = g_new0(uint32_t, n);
    prng_permutation(&prng, n, order);
    g_autoptr(vttif_matrix) other = renumbered(trial->matrix, order);
    bool places = kind->noise.weight_sigma > 0;
    g_autofree char *before = tell(trial->matrix, NULL, places);
    g_autofree char *after = tell(other, order, places);
    if (strcmp(before, after) != 0) {
        g_test_message("%s under %s, seed %u:\n%srenumbered:\n%s", spec, kind->name, (unsigned)seed,
                       before, after);
        g_test_fail();
    }
}

static void the_answer_stays_when_endpoints_are_renumbered(gconstpointer data)
{
    unsigned all = 0;
    for (const char *const *spec = program_specs; *spec; spec++) {
        g_autoptr(recognition_program) program = program_new(*spec, 1);
        if (program->n > ENDPOINTS_MOST)
            continue;
        all++;
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            assert_same_answer(*spec, data, 7 + seed);
    }
    g_assert_cmpuint(all, >, 40);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++) {
        g_autofree char *name = g_strdup_printf("/renumbering/the answer stays, %s", kind->name);
        g_test_add_data_func(name, kind, the_answer_stays_when_endpoints_are_renumbered);
    }
    return g_test_run();
}
