// SPDX-License-Identifier: Apache-2.0
/* The judge of recognition: what is true is right, what is not is wrong. */
#include <string.h>

#include "answer.h"

/* How an archetype is called and placed in recognition.h. */
struct form {
    const char *made;
    const char *named;
    unsigned arity;
    enum vttif_flow flow;
};

static const struct form forms[] = {
    {"mesh", "mesh", 0, VTTIF_FLOW_BOTH},
    {"torus", "torus", 0, VTTIF_FLOW_BOTH},
    {"hypercube", "hypercube", 0, VTTIF_FLOW_BOTH},
    {"all-to-all", "all-to-all", 0, VTTIF_FLOW_BOTH},
    {"binary-tree", "binary-tree", 2, VTTIF_FLOW_BACKWARD},
    {"binomial-tree", "binomial-tree", 0, VTTIF_FLOW_BACKWARD},
    {"kary-tree", "k-ary-tree", 1, VTTIF_FLOW_BACKWARD}, /* arity: dims[0] */
    {"ring", "ring", 0, VTTIF_FLOW_BOTH},
    {"line", "line", 0, VTTIF_FLOW_BOTH},
    {"star", "star", 0, VTTIF_FLOW_BOTH},
    {"bipartite", "bipartite", 0, VTTIF_FLOW_BOTH},
    {"butterfly", "butterfly", 0, VTTIF_FLOW_FORWARD},
    {"stencil-9", "stencil-9", 0, VTTIF_FLOW_BOTH},
    {"stencil-27", "stencil-27", 0, VTTIF_FLOW_BOTH},
    {"wavefront", "wavefront", 0, VTTIF_FLOW_FORWARD},
    {"ring-allreduce", "ring-allreduce", 0, VTTIF_FLOW_FORWARD},
    {"tree-allreduce", "tree-allreduce", 2, VTTIF_FLOW_BOTH},
    {"clustered", "clustered", 0, VTTIF_FLOW_BOTH},
};

static const struct form *form_of(const char *archetype)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strcmp(forms[i].made, archetype) == 0)
            return &forms[i];
    g_assert_not_reached();
}

static bool is_one_of(const char *archetype, const char *list)
{
    g_auto(GStrv) words = g_strsplit(list, " ", -1);
    return g_strv_contains((const char *const *)words, archetype);
}

static void set_shape(struct vttif_name *name, const struct program *program)
{
    const struct form *form = form_of(program->archetype);
    struct vttif_shape *shape = &name->shape;
    shape->archetype = form->named;
    shape->arity = form->arity == 1 ? program->dims[0] : form->arity;
    shape->n_dims = program->n_dims;
    memcpy(shape->dims, program->dims, program->n_dims * sizeof *shape->dims);
    for (unsigned d = 0; d < program->n_dims; d++)
        shape->periodic[d] = strcmp(program->archetype, "torus") == 0 && !program->open[d];
    name->flow = form->flow;
    name->width = program->n_dims;
    if (strcmp(program->archetype, "hypercube") == 0) {
        name->width = shape->n_dims = program->dims[0];
        for (unsigned d = 0; d < shape->n_dims; d++)
            shape->dims[d] = 2;
    }
    if (strcmp(program->archetype, "butterfly") == 0) {
        shape->n_dims = 2;
        shape->dims[0] = program->dims[0] + 1;
        shape->dims[1] = 1u << program->dims[0];
    }
    if (is_one_of(program->archetype, "bipartite clustered butterfly") ||
        strstr(form->named, "tree"))
        name->width = 2;
}

static void set_tree_place(uint32_t arity, uint32_t at, int32_t *place)
{
    if (arity == 0) {
        place[0] = __builtin_popcount(at);
        place[1] = (int32_t)at;
        return;
    }
    uint32_t first = 0, width = 1;
    for (place[0] = 0; at - first >= width; place[0]++) {
        first += width;
        width *= arity;
    }
    place[1] = (int32_t)(at - first);
}

static void set_place(const struct program *program, const struct vttif_name *name, uint32_t at,
                      int32_t *place)
{
    const char *archetype = program->archetype;
    if (strstr(archetype, "tree")) {
        set_tree_place(name->shape.arity, at, place);
    } else if (strcmp(archetype, "bipartite") == 0) {
        place[0] = at >= program->dims[0];
        place[1] = (int32_t)(at - (place[0] ? program->dims[0] : 0));
    } else {
        for (unsigned d = name->width; d-- > 0; at /= name->shape.dims[d])
            place[d] = (int32_t)(at % name->shape.dims[d]);
    }
}

/* The true answer. Free with name_clear. */
static void name_truth(const struct trial *trial, struct vttif_name *name)
{
    *name = (struct vttif_name){.n_endpoints = vttif_matrix_size(trial->matrix)};
    set_shape(name, trial->program);
    name->position = g_new(uint32_t, name->n_endpoints);
    name->place = g_new0(int32_t, name->n_endpoints * name->width);
    for (size_t i = 0; i < name->n_endpoints; i++) {
        name->position[i] = trial->place[i] == NO_PLACE ? VTTIF_NOWHERE : trial->place[i];
        if (trial->place[i] != NO_PLACE)
            set_place(trial->program, name, trial->place[i], name->place + i * name->width);
    }
}

static void name_clear(struct vttif_name *name)
{
    g_free(name->position);
    g_free(name->place);
}

static void swap_places(struct vttif_name *name, size_t a, size_t b)
{
    uint32_t position = name->position[a];
    name->position[a] = name->position[b];
    name->position[b] = position;
    for (unsigned d = 0; d < name->width; d++) {
        int32_t coordinate = name->place[a * name->width + d];
        name->place[a * name->width + d] = name->place[b * name->width + d];
        name->place[b * name->width + d] = coordinate;
    }
}

static void the_truth_is_right_under_every_noise(void)
{
    for (const char *const *spec = program_specs; *spec; spec++) {
        for (const struct noise_kind *kind = noise_kinds; kind->name; kind++) {
            g_autoptr(recognition_program) program = program_new(*spec, 1);
            if (program->n > 128)
                continue;
            g_autoptr(recognition_trial) trial = trial_new(*spec, &kind->noise, 3);
            struct vttif_name name;
            name_truth(trial, &name);
            struct verdict verdict = answer_judge_names(trial, &name, 1);
            if (!verdict.right || !verdict.literal)
                g_error("%s, %s: placed %g", *spec, kind->name, verdict.placed);
            g_assert_cmpfloat(verdict.placed, ==, 1);
            name_clear(&name);
        }
    }
}

static bool is_right_after_swap(const char *spec, uint32_t a, uint32_t b)
{
    g_autoptr(recognition_trial) trial = trial_new(spec, noise_find("clean"), 5);
    struct vttif_name name;
    name_truth(trial, &name);
    size_t at[2] = {0, 0};
    for (size_t i = 0; i < name.n_endpoints; i++) {
        if (trial->place[i] == a)
            at[0] = i;
        if (trial->place[i] == b)
            at[1] = i;
    }
    swap_places(&name, at[0], at[1]);
    struct verdict verdict = answer_judge_names(trial, &name, 1);
    name_clear(&name);
    return verdict.right;
}

static void endpoints_that_changed_places_are_wrong_but_for_symmetry(void)
{
    g_assert_false(is_right_after_swap("mesh 4x4", 0, 5));
    g_assert_false(is_right_after_swap("torus 4x4", 0, 1));
    g_assert_false(is_right_after_swap("binary-tree 7", 1, 3));
    g_assert_true(is_right_after_swap("binary-tree 7", 3, 4)); /* leaves of one parent */
    g_assert_true(is_right_after_swap("star 8", 3, 4));
    g_assert_false(is_right_after_swap("star 8", 0, 4));
    g_assert_true(is_right_after_swap("all-to-all 8", 0, 4));
    g_assert_false(is_right_after_swap("clustered 4x4", 0, 4));
    g_assert_false(is_right_after_swap("bipartite 3x5", 0, 4));
    g_assert_false(is_right_after_swap("butterfly 3", 0, 9));
}

static bool is_right_with(const char *spec, const char *other_spec, const struct noise *noise,
                          uint64_t seed)
{
    g_autoptr(recognition_trial) trial = trial_new(spec, noise, seed);
    g_autoptr(recognition_trial) other = trial_new(other_spec, noise, seed);
    if (trial->program->n == other->program->n) /* the other's shape at the places of the first */
        memcpy(other->place, trial->place, vttif_matrix_size(trial->matrix) * sizeof(uint32_t));
    struct vttif_name name;
    name_truth(other, &name);
    struct verdict verdict = answer_judge_names(trial, &name, 1);
    name_clear(&name);
    return verdict.right;
}

static void twins_are_right_and_relatives_are_wrong(void)
{
    const struct noise *clean = noise_find("clean");
    g_assert_true(is_right_with("hypercube 4", "torus 2x2x2x2", clean, 1));
    g_assert_true(is_right_with("star 8", "bipartite 1x7", clean, 1));
    g_assert_true(is_right_with("ring 8", "torus 8", clean, 1));
    g_assert_true(is_right_with("binary-tree 7", "kary-tree 2x7", clean, 1));
    g_assert_false(is_right_with("ring 8", "line 8", clean, 1));
    g_assert_false(is_right_with("line 8", "ring 8", clean, 1));
    g_assert_false(is_right_with("mesh 4x4", "torus 4x4", clean, 1));
    g_assert_false(is_right_with("mesh 4x4", "all-to-all 16", clean, 1));
    g_assert_false(is_right_with("mesh 4x4", "stencil-9 4x4", clean, 1));
    g_assert_false(is_right_with("stencil-9 4x4", "mesh 4x4", clean, 1));
    g_assert_false(is_right_with("mesh 4x4", "wavefront 4x4", clean, 1));
    g_assert_false(is_right_with("binary-tree 7", "tree-allreduce 7", clean, 1));
    g_assert_false(is_right_with("ring-allreduce 8", "ring 8", clean, 1));
    g_assert_false(is_right_with("torus 4x6", "torus 6x4", clean, 1));
}

static void a_ring_that_lacks_an_edge_is_a_line(void)
{
    const struct noise missing = {.missing = 0.02};
    g_autoptr(recognition_trial) trial = trial_new("ring 32", &missing, 1);
    g_assert_cmpuint(trial->edges->len, ==, 62);
    g_assert_true(is_right_with("ring 32", "ring 32", &missing, 1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/answer/the truth is right under every noise",
                    the_truth_is_right_under_every_noise);
    g_test_add_func("/answer/endpoints that changed places are wrong but for symmetry",
                    endpoints_that_changed_places_are_wrong_but_for_symmetry);
    g_test_add_func("/answer/twins are right and relatives are wrong",
                    twins_are_right_and_relatives_are_wrong);
    g_test_add_func("/answer/a ring that lacks an edge is a line",
                    a_ring_that_lacks_an_edge_is_a_line);
    return g_test_run();
}
