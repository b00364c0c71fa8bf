// SPDX-License-Identifier: Apache-2.0
/* The answer is one of the graph, not of the numbers of its endpoints: every archetype under every
 * noise, renumbered. */
#include <string.h>

#include <vttif/recognition.h>

#include "noise.h"

#define ENDPOINTS_MOST 16
/* A search that meets equal things in another order may end elsewhere in so many cases. */
#define DIFFER_MOST 0.01

static char *first_name(const struct vttif_matrix *matrix)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    if (n_names > 0)
        vttif_shape_describe(&names[0].shape, text);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static struct vttif_matrix *renumbered(const struct vttif_matrix *matrix, uint64_t seed)
{
    uint32_t n = (uint32_t)vttif_matrix_size(matrix);
    struct prng prng = {seed};
    g_autofree uint32_t *order = g_new0(uint32_t, n);
    struct vttif_matrix *other = vttif_matrix_new(n, NULL);
    prng_permutation(&prng, n, order);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (vttif_matrix_get(matrix, i, j) > 0)
                vttif_matrix_add(other, order[i], order[j], vttif_matrix_get(matrix, i, j));
    *vttif_matrix_account(other) = *vttif_matrix_account_const(matrix);
    return other;
}

static bool keeps_its_name(const char *spec, const struct noise_kind *kind)
{
    g_autoptr(recognition_trial) trial = trial_new(spec, &kind->noise, 7);
    g_autoptr(vttif_matrix) other = renumbered(trial->matrix, 11);
    g_autofree char *before = first_name(trial->matrix), *after = first_name(other);
    if (strcmp(before, after) != 0)
        g_test_message("%s under %s: %s, renumbered %s", spec, kind->name, before, after);
    return strcmp(before, after) == 0;
}

static void the_best_name_stays_when_endpoints_are_renumbered(gconstpointer data)
{
    const struct noise_kind *kind = data;
    unsigned differ = 0, all = 0;
    for (const char *const *spec = program_specs; *spec; spec++) {
        g_autoptr(recognition_program) program = program_new(*spec, 1);
        if (program->n > ENDPOINTS_MOST)
            continue;
        all++;
        differ += !keeps_its_name(*spec, kind);
    }
    g_assert_cmpuint(all, >, 40);
    g_assert_cmpfloat(differ, <=, 1 + DIFFER_MOST * all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++) {
        g_autofree char *name = g_strdup_printf("/renumbering/the best name stays, %s", kind->name);
        g_test_add_data_func(name, kind, the_best_name_stays_when_endpoints_are_renumbered);
    }
    return g_test_run();
}
