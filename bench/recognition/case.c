// SPDX-License-Identifier: Apache-2.0
/*
 * Prints the matrix of one case as CSV, with the truth on standard error:
 *     recognition-case "torus 4x4x8" all 7 [FACTOR]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vttif/view.h>

#include "noise.h"

static void print_truth(const struct trial *trial)
{
    const struct program *program = trial->program;
    fprintf(stderr, "%s of %u endpoints, %u edges, of which %u are in the matrix\n",
            program->archetype, program->n, program->edges->len, trial->edges->len);
    if (trial->master != NO_PLACE)
        fprintf(stderr, "master: %s\n", vttif_matrix_name(trial->matrix, trial->master));
    for (size_t i = 0; i < vttif_matrix_size(trial->matrix); i++) {
        if (trial->place[i] == NO_PLACE)
            fprintf(stderr, "%s: takes no part\n", vttif_matrix_name(trial->matrix, i));
        else
            fprintf(stderr, "%s: place %u\n", vttif_matrix_name(trial->matrix, i), trial->place[i]);
    }
}

int main(int argc, char **argv)
{
    const struct noise *noise = argc >= 4 ? noise_find(argv[2]) : NULL;
    if (!noise) {
        fprintf(stderr, "usage: %s \"ARCHETYPE DIMS\" NOISE SEED [FACTOR]\nnoises:", argv[0]);
        for (const struct noise_kind *kind = noise_kinds; kind->name; kind++)
            fprintf(stderr, " %s", kind->name);
        fputs("\nprograms:\n", stderr);
        for (const char *const *spec = program_specs; *spec; spec++)
            fprintf(stderr, "  %s\n", *spec);
        for (const char *const *spec = program_negative_specs; *spec; spec++)
            fprintf(stderr, "  %s\n", *spec);
        return 2;
    }
    struct noise strength = noise_scaled(noise, argc > 4 ? atof(argv[4]) : 1);
    g_autoptr(recognition_trial) trial = trial_new(argv[1], &strength, strtoull(argv[3], NULL, 10));
    print_truth(trial);
    g_autoptr(GString) text = g_string_new(NULL);
    vttif_view_csv(trial->matrix, text);
    fputs(text->str, stdout);
    return 0;
}
