// SPDX-License-Identifier: Apache-2.0
/* The rules of recognition.h, which hold for the answer to any matrix. Each is asserted. */
#ifndef FUZZ_RULES_H
#define FUZZ_RULES_H

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* What rounding may do to a sum of shares, or to a weight next to a cut. */
#define RULES_ROUNDING 1e-6

static inline size_t rules_order(const struct vttif_shape *shape)
{
    size_t order = shape->dims[0];
    if (strcmp(shape->archetype, "bipartite") == 0)
        return order + shape->dims[1];
    for (unsigned d = 1; d < shape->n_dims; d++)
        order *= shape->dims[d];
    return order;
}

static inline bool rules_is_grid(const struct vttif_shape *shape)
{
    static const char *const grids[] = {"mesh",      "torus",     "hypercube",
                                        "wavefront", "stencil-9", "stencil-27"};
    for (size_t i = 0; i < G_N_ELEMENTS(grids); i++)
        if (strcmp(shape->archetype, grids[i]) == 0)
            return true;
    return false;
}

static inline void rules_hold_for_shape(const struct vttif_shape *shape)
{
    g_assert_cmpuint(shape->n_dims, >, 0);
    g_assert_cmpuint(shape->n_dims, <=, VTTIF_DIMS_MAX);
    for (unsigned d = 0; d < shape->n_dims; d++)
        g_assert_cmpuint(shape->dims[d], >, 0);
    for (unsigned d = 1; rules_is_grid(shape) && d < shape->n_dims; d++) {
        g_assert_cmpuint(shape->dims[d], <=, shape->dims[d - 1]);
        g_assert_true(shape->dims[d] < shape->dims[d - 1] || !shape->periodic[d] ||
                      shape->periodic[d - 1]);
    }
    if (strcmp(shape->archetype, "bipartite") == 0)
        g_assert_cmpuint(shape->dims[0], <=, shape->dims[1]);
    g_autoptr(GString) text = g_string_new(NULL);
    vttif_shape_describe(shape, text);
    g_assert_cmpuint(text->len, >, 0);
}

/* Coordinates are below the extents where dims are extents, and below the order elsewhere. */
static inline void rules_hold_for_place(const struct vttif_name *name, size_t u)
{
    const int32_t *place = name->place + u * name->width;
    bool extents = rules_is_grid(&name->shape) || strcmp(name->shape.archetype, "clustered") == 0 ||
                   strcmp(name->shape.archetype, "butterfly") == 0;
    for (unsigned d = 0; d < name->width; d++) {
        if (name->position[u] == VTTIF_NOWHERE) {
            g_assert_cmpint(place[d], ==, -1);
            continue;
        }
        g_assert_cmpint(place[d], >=, 0);
        g_assert_cmpuint((size_t)place[d], <,
                         extents ? name->shape.dims[d] : rules_order(&name->shape));
    }
    if (extents)
        g_assert_cmpuint(name->width, ==, name->shape.n_dims);
}

/* Every endpoint that takes part has a position of its own. */
static inline void rules_hold_for_positions(const struct vttif_name *name)
{
    size_t order = rules_order(&name->shape), members = 0;
    g_autofree bool *taken = g_new0(bool, order);
    for (size_t u = 0; u < name->n_endpoints; u++) {
        rules_hold_for_place(name, u);
        if (name->position[u] == VTTIF_NOWHERE)
            continue;
        g_assert_cmpuint(name->position[u], <, order);
        g_assert_false(taken[name->position[u]]);
        taken[name->position[u]] = true;
        members++;
    }
    g_assert_cmpuint(members, ==, name->n_members);
    g_assert_cmpint(name->centre, >=, -1);
    g_assert_cmpint(name->centre, <, (gssize)name->n_endpoints);
    if (name->centre >= 0)
        g_assert_cmpuint(name->position[name->centre], ==, 0);
}

/* Numbers of any name, also of one that was found in what another left. */
static inline void rules_hold_for_numbers(const struct vttif_name *name)
{
    size_t n_pairs;
    g_autofree struct vttif_pair *pairs = vttif_name_edges(name, &n_pairs);
    if (name->n_members == rules_order(&name->shape)) /* else some lead to a vacant position */
        g_assert_cmpuint(name->n_edges, <=, n_pairs);
    g_assert_cmpuint(name->n_missing, <=, name->n_edges);
    g_assert_cmpfloat(name->score, <=, 1);
    g_assert_true(isfinite(name->score));
    g_assert_cmpfloat(name->bmin, >, 0);
    g_assert_cmpfloat(name->bmin, <=, 1);
    g_assert_cmpfloat(name->explained, >=, 0);
    g_assert_cmpfloat(name->explained, <=, 1);
    for (size_t i = 0; i < n_pairs; i++) {
        g_assert_cmpuint(pairs[i].from, <, name->n_endpoints);
        g_assert_cmpuint(pairs[i].to, <, name->n_endpoints);
        g_assert_cmpuint(pairs[i].from, !=, pairs[i].to);
    }
}

static inline void rules_hold_for_name(const struct vttif_name *name,
                                       const struct vttif_matrix *matrix)
{
    g_assert_cmpuint(name->n_endpoints, ==, vttif_matrix_size(matrix));
    rules_hold_for_shape(&name->shape);
    rules_hold_for_positions(name);
    rules_hold_for_numbers(name);
}

/* --- errors, counted again ------------------------------------------------------------------- */

/* Pairs at or above a cut: those that are so for certain, and those that rounding may add. */
struct rules_count {
    size_t least, most;
};

static inline void rules_add(struct rules_count *count, double weight, double cut)
{
    count->least += weight > 0 && weight >= cut * (1 + RULES_ROUNDING);
    count->most += weight > 0 && weight >= cut * (1 - RULES_ROUNDING);
}

static inline double rules_weight(const struct vttif_matrix *matrix, size_t u, size_t v)
{
    return MAX(vttif_matrix_get(matrix, u, v), vttif_matrix_get(matrix, v, u));
}

/* Of endpoint u (the size of the matrix: of all) the pairs that reach the cut and are no edge. */
static inline struct rules_count rules_extra(const struct vttif_name *name,
                                             const struct vttif_matrix *matrix, const bool *is_edge,
                                             double cut, size_t u)
{
    struct rules_count extra = {0};
    size_t n = name->n_endpoints;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++)
            if (!is_edge[a * n + b] && (u == n || a == u || b == u))
                rules_add(&extra, rules_weight(matrix, a, b), cut);
    return extra;
}

/*
 * What the best name says about its edges is what the matrix says at its cut. All pairs of one
 * endpoint, a master, may be left out of the extra ones: they belong to a star beside it; and where
 * another program is beside it, so are that one's. A stencil's diagonals are edges, but no matter
 * of the cut.
 */
static inline void rules_hold_for_errors(const struct vttif_name *name,
                                         const struct vttif_matrix *matrix, bool has_beside)
{
    size_t n = name->n_endpoints, n_pairs;
    double cut = name->bmin * vttif_matrix_max(matrix);
    bool faint = g_str_has_prefix(name->shape.archetype, "stencil");
    struct rules_count present = {0};
    g_autofree struct vttif_pair *pairs = vttif_name_edges(name, &n_pairs);
    g_autofree bool *is_edge = g_new0(bool, n *n);
    for (size_t i = 0; i < n_pairs; i++) {
        size_t a = pairs[i].from, b = pairs[i].to;
        g_assert_false(is_edge[a * n + b]); /* each edge once */
        is_edge[a * n + b] = is_edge[b * n + a] = true;
        rules_add(&present, rules_weight(matrix, a, b), cut);
    }
    if (!faint) {
        g_assert_cmpuint(name->n_edges, >=, n_pairs);
        g_assert_cmpuint(name->n_missing + present.most, >=, name->n_edges);
        g_assert_cmpuint(name->n_missing + present.least, <=, name->n_edges);
        double score = 1 - (double)(name->n_missing + name->n_extra) / (double)name->n_edges;
        g_assert_cmpfloat(fabs(name->score - score), <, RULES_ROUNDING);
    }
    struct rules_count all = rules_extra(name, matrix, is_edge, cut, n);
    bool found = name->n_extra >= all.least && name->n_extra <= all.most;
    for (size_t u = 0; u < n && !found; u++) {
        struct rules_count of = rules_extra(name, matrix, is_edge, cut, u);
        found = name->n_extra + of.most >= all.least && name->n_extra + of.least <= all.most;
    }
    g_assert_true(found || (has_beside && name->n_extra <= all.most));
}

/* --- the whole answer ------------------------------------------------------------------------- */

static inline bool rules_same_shape(const struct vttif_shape *a, const struct vttif_shape *b)
{
    return strcmp(a->archetype, b->archetype) == 0 && a->n_dims == b->n_dims &&
           a->arity == b->arity && memcmp(a->dims, b->dims, sizeof a->dims) == 0 &&
           memcmp(a->periodic, b->periodic, sizeof a->periodic) == 0;
}

/* Is there a part none of whose endpoints has a place in the name? */
static inline bool rules_has_beside(const struct vttif_recognition *recognition,
                                    const struct vttif_name *name)
{
    size_t n_parts;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    for (size_t i = 0; i < n_parts; i++) {
        bool beside = true;
        for (size_t u = 0; u < name->n_endpoints; u++)
            beside = beside && (name->position[u] == VTTIF_NOWHERE ||
                                parts[i].name.position[u] == VTTIF_NOWHERE);
        if (beside)
            return true;
    }
    return false;
}

static inline void rules_hold_for_names(const struct vttif_recognition *recognition,
                                        const struct vttif_matrix *matrix)
{
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    bool named = vttif_recognition_verdict(recognition) == VTTIF_VERDICT_NAMED;
    g_assert_true(named == (n_names > 0));
    g_assert_true(named == (vttif_recognition_reason(recognition)[0] == '\0'));
    g_assert_true(g_utf8_validate(vttif_recognition_reason(recognition), -1, NULL));
    for (size_t i = 0; i < n_names; i++) {
        rules_hold_for_name(&names[i], matrix);
        rules_hold_for_errors(&names[i], matrix, rules_has_beside(recognition, &names[i]));
        for (size_t k = 0; k < i; k++) /* more than once only with other places */
            g_assert_false(rules_same_shape(&names[i].shape, &names[k].shape) &&
                           memcmp(names[i].position, names[k].position,
                                  names[i].n_endpoints * sizeof *names[i].position) == 0);
    }
    if (named && rules_has_beside(recognition, names))
        g_assert_cmpfloat(vttif_recognition_bmin(recognition), <=, names[0].bmin);
    else if (named)
        g_assert_cmpfloat(vttif_recognition_bmin(recognition), ==, names[0].bmin);
}

static inline void rules_hold_for_parts(const struct vttif_recognition *recognition,
                                        const struct vttif_matrix *matrix, unsigned parts_max)
{
    size_t n_names, n_parts;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    double sum = vttif_recognition_other(recognition);
    g_assert_cmpfloat(sum, >=, 0);
    g_assert_cmpuint(n_parts, <=, parts_max);
    g_assert_true(n_parts == 0 || n_names > 0);
    for (size_t i = 0; i < n_parts; i++) {
        rules_hold_for_name(&parts[i].name, matrix);
        g_assert_cmpfloat(parts[i].share, >=, 0);
        g_assert_cmpfloat(parts[i].share, <=, 1);
        sum += parts[i].share;
    }
    g_assert_cmpfloat(fabs(sum - 1), <, RULES_ROUNDING);
    if (n_parts > 0)
        g_assert_true(rules_same_shape(&parts[0].name.shape, &names[0].shape));
}

#endif
