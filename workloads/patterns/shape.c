// SPDX-License-Identifier: Apache-2.0
#include "shape.h"

#include <string.h>

#include "mp/refuse.h"

static const struct {
    const char *name;
    enum pattern pattern;
} names[] = {
    /* The first of a pattern is its own name. */
    {"mesh", PATTERN_MESH},           {"torus", PATTERN_TORUS},
    {"toroid", PATTERN_TORUS},        {"hypercube", PATTERN_HYPERCUBE},
    {"tree", PATTERN_TREE},           {"reduction-tree", PATTERN_TREE},
    {"binary-tree", PATTERN_TREE},    {"all-to-all", PATTERN_ALL_TO_ALL},
    {"alltoall", PATTERN_ALL_TO_ALL},
};

const char *pattern_name(enum pattern pattern)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].pattern == pattern)
            return names[i].name;
    g_assert_not_reached();
}

static bool parse_pattern(struct shape *shape, const char *name, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i].name, name) == 0) {
            shape->pattern = names[i].pattern;
            return true;
        }
    }
    return refuse(error, "--pattern is mesh, torus, hypercube, tree or all-to-all, not \"%s\"",
                  name);
}

static void make_square(struct shape *shape)
{
    int rows = 1;
    for (int divisor = 2; divisor * divisor <= shape->processes; divisor++)
        if (shape->processes % divisor == 0)
            rows = divisor;
    shape->n_dims = 0;
    if (rows > 1)
        shape->dims[shape->n_dims++] = rows;
    shape->dims[shape->n_dims++] = shape->processes / rows;
}

static bool parse_dims(struct shape *shape, const char *dims, GError **error)
{
    g_auto(GStrv) words = g_strsplit(dims, "x", -1);
    guint n_words = g_strv_length(words);
    if (n_words < 1 || n_words > SHAPE_DIMENSIONS_MAX)
        return refuse(error, "--dims has 1 to %d dimensions, \"%s\" has %u", SHAPE_DIMENSIONS_MAX,
                      dims, n_words);
    gint64 product = 1;
    for (guint i = 0; i < n_words; i++) {
        guint64 size;
        if (!g_ascii_string_to_unsigned(words[i], 10, 1, SHAPE_PROCESSES_MAX, &size, NULL))
            return refuse(error, "--dims is sizes from 1 to %d joined by x, as 3x2x3, not \"%s\"",
                          SHAPE_PROCESSES_MAX, dims);
        shape->dims[shape->n_dims++] = (int)size;
        product *= (gint64)size;
        if (product > SHAPE_PROCESSES_MAX)
            return refuse(error, "--dims %s is more than %d processes", dims, SHAPE_PROCESSES_MAX);
    }
    if (product != shape->processes)
        return refuse(error, "--dims %s is %d processes, but --numprocs is %d", dims, (int)product,
                      shape->processes);
    return true;
}

bool shape_parse(struct shape *shape, const char *pattern, int processes, const char *dims,
                 GError **error)
{
    *shape = (struct shape){.processes = processes};
    if (!parse_pattern(shape, pattern, error))
        return false;
    if (processes < 2 || processes > SHAPE_PROCESSES_MAX)
        return refuse(error, "--numprocs is 2 to %d, not %d", SHAPE_PROCESSES_MAX, processes);
    bool grid = shape->pattern == PATTERN_MESH || shape->pattern == PATTERN_TORUS;
    if (dims && !grid)
        return refuse(error, "--dims is for mesh and torus, not for %s",
                      pattern_name(shape->pattern));
    if (shape->pattern == PATTERN_HYPERCUBE && (processes & (processes - 1)) != 0)
        return refuse(error, "a hypercube has 2, 4, 8, 16 ... processes, not %d", processes);
    if (dims)
        return parse_dims(shape, dims, error);
    if (grid)
        make_square(shape);
    return true;
}

char *shape_describe(const struct shape *shape)
{
    GString *text = g_string_new(pattern_name(shape->pattern));
    for (int d = 0; d < shape->n_dims; d++)
        g_string_append_printf(text, "%c%d", d == 0 ? ' ' : 'x', shape->dims[d]);
    if (shape->n_dims == 0)
        g_string_append_printf(text, " of %d", shape->processes);
    return g_string_free(text, FALSE);
}
