// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <string.h>

static const struct program_kind kinds[] = {
    {"mesh", false, connect_mesh},
    {"torus", false, connect_torus},
    {"hypercube", false, connect_hypercube},
    {"all-to-all", false, connect_all_to_all},
    {"binary-tree", false, connect_binary_tree},
    {"binomial-tree", false, connect_binomial_tree},
    {"kary-tree", false, connect_kary_tree},
    {"ring", false, connect_ring},
    {"line", false, connect_line},
    {"star", false, connect_star},
    {"bipartite", false, connect_bipartite},
    {"butterfly", false, connect_butterfly},
    {"stencil-9", false, connect_stencil},
    {"stencil-27", false, connect_stencil},
    {"wavefront", false, connect_wavefront},
    {"ring-allreduce", false, connect_ring_allreduce},
    {"tree-allreduce", false, connect_tree_allreduce},
    {"clustered", false, connect_clustered},
    {"erdos-renyi", true, connect_erdos_renyi},
    {"power-law", true, connect_power_law},
    {"random-regular", true, connect_random_regular},
    {"multigrid", true, connect_multigrid},
    {"random-tree", true, connect_random_tree},
    {"random-dag", true, connect_random_dag},
};

void program_add(struct program *program, uint32_t from, uint32_t to, double weight, bool strong)
{
    struct program_edge edge = {from, to, weight, strong};
    g_array_append_val(program->edges, edge);
}

void program_add_exchange(struct program *program, uint32_t a, uint32_t b, double weight)
{
    program_add(program, a, b, weight, true);
    program_add(program, b, a, weight, true);
}

static void parse_dims(struct program *program, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, "x", -1);
    for (unsigned i = 0; words[i]; i++) {
        g_assert(i < PROGRAM_DIMS_MAX);
        program->dims[i] = (uint32_t)g_ascii_strtoull(words[i], NULL, 10);
        g_assert(program->dims[i] > 0);
        program->open[i] = g_str_has_suffix(words[i], "-");
        program->even = program->even || g_str_has_suffix(words[i], "=");
        program->n_dims = i + 1;
    }
}

struct program *program_new(const char *spec, uint64_t seed)
{
    g_auto(GStrv) words = g_strsplit(spec, " ", 2);
    g_assert(words[0] && words[1]);
    struct program *program = g_new0(struct program, 1);
    program->edges = g_array_new(FALSE, FALSE, sizeof(struct program_edge));
    parse_dims(program, words[1]);
    struct prng prng = {seed};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].archetype, words[0]) != 0)
            continue;
        program->archetype = kinds[i].archetype;
        program->negative = kinds[i].negative;
        kinds[i].connect(program, &prng);
        return program;
    }
    g_error("%s: no such program", spec);
}

void program_free(struct program *program)
{
    if (!program)
        return;
    g_array_unref(program->edges);
    g_free(program);
}
