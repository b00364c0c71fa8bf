// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include <math.h>
#include <string.h>

/* --- the arcs of an answer ----------------------------------------------------------------- */

struct arcs {
    const struct vttif_name *name;
    GArray *pairs; /* of struct true_edge: from has the lower position; strong: not a diagonal */
    GHashTable *at; /* coordinates as one number + 1 -> endpoint + 1 */
};

static const int32_t *coordinates(const struct vttif_name *name, size_t endpoint)
{
    return name->place + endpoint * name->width;
}

static bool takes_part(const struct vttif_name *name, size_t endpoint)
{
    return name->position[endpoint] != VTTIF_NOWHERE;
}

/* Coordinates as one number; every coordinate is below 2^17, archetypes with more than three have
 * small ones, so that collisions cannot happen below 2^64 for those that are measured. */
static gpointer key_of(const struct vttif_name *name, const int32_t *place)
{
    uint64_t key = 1;
    for (unsigned d = 0; d < name->width; d++)
        key = key * (name->width <= 3 ? 1u << 17 : 1u << 5) + (uint32_t)place[d];
    return (gpointer)key;
}

static gssize endpoint_at(const struct arcs *arcs, const int32_t *place)
{
    return (gssize)GPOINTER_TO_SIZE(g_hash_table_lookup(arcs->at, key_of(arcs->name, place))) - 1;
}

static void add_pair(struct arcs *arcs, gssize from, gssize to, bool strong)
{
    if (from < 0 || to < 0 || from == to)
        return;
    struct true_edge pair = {(uint32_t)from, (uint32_t)to, strong};
    g_array_append_val(arcs->pairs, pair);
}

/* +1 in one dimension. */
static void add_steps(struct arcs *arcs, size_t from, bool around)
{
    const struct vttif_shape *shape = &arcs->name->shape;
    int32_t place[VTTIF_DIMS_MAX];
    for (unsigned d = 0; d < shape->n_dims && d < arcs->name->width; d++) {
        memcpy(place, coordinates(arcs->name, from), arcs->name->width * sizeof *place);
        int32_t size = (int32_t)shape->dims[d];
        if (++place[d] == size) {
            if (!(around || shape->periodic[d]) || size <= 2)
                continue;
            place[d] = 0;
        }
        add_pair(arcs, (gssize)from, endpoint_at(arcs, place), true);
    }
}

/* The diagonals of a stencil with two or three dimensions: those ahead in row-major order. */
static void add_diagonals(struct arcs *arcs, size_t from)
{
    const struct vttif_shape *shape = &arcs->name->shape;
    unsigned n = shape->n_dims;
    unsigned combinations = n == 2 ? 9 : 27;
    for (unsigned code = combinations / 2 + 1; code < combinations; code++) {
        int32_t place[VTTIF_DIMS_MAX];
        memcpy(place, coordinates(arcs->name, from), arcs->name->width * sizeof *place);
        unsigned steps = 0, rest = code;
        bool inside = true;
        for (unsigned d = n; d-- > 0; rest /= 3) {
            int32_t step = (int32_t)(rest % 3) - 1;
            place[d] += step;
            steps += step != 0;
            int32_t size = (int32_t)shape->dims[d];
            if (shape->periodic[d])
                place[d] = (place[d] + size) % size;
            inside = inside && place[d] >= 0 && place[d] < size;
        }
        if (inside && steps > 1)
            add_pair(arcs, (gssize)from, endpoint_at(arcs, place), false);
    }
}

static void add_parent(struct arcs *arcs, size_t child)
{
    const struct vttif_shape *shape = &arcs->name->shape;
    int32_t place[VTTIF_DIMS_MAX];
    memcpy(place, coordinates(arcs->name, child), arcs->name->width * sizeof *place);
    if (place[0] == 0)
        return;
    place[0]--;
    if (shape->arity == 0)
        place[1] &= place[1] - 1;
    else
        place[1] /= (int32_t)shape->arity;
    add_pair(arcs, endpoint_at(arcs, place), (gssize)child, true);
}

static void add_next_rank(struct arcs *arcs, size_t from)
{
    int32_t place[VTTIF_DIMS_MAX];
    memcpy(place, coordinates(arcs->name, from), arcs->name->width * sizeof *place);
    int32_t level = place[0], row = place[1];
    place[0]++;
    add_pair(arcs, (gssize)from, endpoint_at(arcs, place), true);
    place[1] = row ^ (1 << level);
    add_pair(arcs, (gssize)from, endpoint_at(arcs, place), true);
}

static bool belong_together(const struct vttif_name *name, size_t a, size_t b)
{
    const char *archetype = name->shape.archetype;
    int32_t ca = *coordinates(name, a), cb = *coordinates(name, b);
    if (strcmp(archetype, "star") == 0)
        return ca == 0;
    if (strcmp(archetype, "bipartite") == 0)
        return ca == 0 && cb == 1;
    if (strcmp(archetype, "clustered") == 0)
        return ca == cb && a < b;
    return a < b; /* all-to-all */
}

static void add_groups(struct arcs *arcs)
{
    for (size_t a = 0; a < arcs->name->n_endpoints; a++)
        for (size_t b = 0; b < arcs->name->n_endpoints; b++)
            if (a != b && takes_part(arcs->name, a) && takes_part(arcs->name, b) &&
                belong_together(arcs->name, a, b))
                add_pair(arcs, (gssize)a, (gssize)b, true);
}

static bool is_one_of(const char *archetype, const char *list)
{
    g_auto(GStrv) words = g_strsplit(list, " ", -1);
    return g_strv_contains((const char *const *)words, archetype);
}

static bool is_stencil(const char *archetype)
{
    return g_str_has_prefix(archetype, "stencil");
}

/* The pairs of an answer; free with g_array_unref. */
static GArray *answer_pairs(const struct vttif_name *name)
{
    const char *archetype = name->shape.archetype;
    struct arcs arcs = {name, g_array_new(FALSE, FALSE, sizeof(struct true_edge)),
                        g_hash_table_new(g_direct_hash, g_direct_equal)};
    for (size_t i = 0; i < name->n_endpoints; i++)
        if (takes_part(name, i))
            g_hash_table_insert(arcs.at, key_of(name, coordinates(name, i)),
                                GSIZE_TO_POINTER(i + 1));
    if (is_one_of(archetype, "star bipartite clustered all-to-all"))
        add_groups(&arcs);
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!takes_part(name, i))
            continue;
        if (is_one_of(archetype, "binary-tree k-ary-tree binomial-tree tree-allreduce"))
            add_parent(&arcs, i);
        else if (strcmp(archetype, "butterfly") == 0)
            add_next_rank(&arcs, i);
        else if (!is_one_of(archetype, "star bipartite clustered all-to-all"))
            add_steps(&arcs, i, is_one_of(archetype, "ring ring-allreduce"));
        if (is_stencil(archetype))
            add_diagonals(&arcs, i);
    }
    g_hash_table_unref(arcs.at);
    return arcs.pairs;
}

/* --- held against the truth ----------------------------------------------------------------- */

struct tallied {
    uint32_t present; /* true arcs in the matrix, at this endpoint */
    uint32_t absent; /* true arcs that noise took away */
    uint32_t found; /* present ones that the answer has */
    uint32_t answered; /* arcs of the answer */
};

/* Arcs are numbers in a set: from << 32 | to. */
static gpointer arc(uint32_t from, uint32_t to)
{
    return (gpointer)(((uint64_t)from + 1) << 32 | to);
}

static void count_answered(GHashTable *arcs, struct tallied *tallied, uint32_t from, uint32_t to)
{
    if (!g_hash_table_add(arcs, arc(from, to)))
        return;
    tallied[from].answered++;
    tallied[to].answered++;
}

/* All arcs of the answer, as a set. */
static GHashTable *answered_arcs(const struct vttif_name *name, bool strong_only,
                                 struct tallied *tallied)
{
    GHashTable *arcs = g_hash_table_new(g_direct_hash, g_direct_equal);
    g_autoptr(GArray) pairs = answer_pairs(name);
    for (size_t i = 0; i < pairs->len; i++) {
        struct true_edge pair = g_array_index(pairs, struct true_edge, i);
        if (strong_only && !pair.strong)
            continue;
        if (name->flow != VTTIF_FLOW_BACKWARD)
            count_answered(arcs, tallied, pair.from, pair.to);
        if (name->flow != VTTIF_FLOW_FORWARD)
            count_answered(arcs, tallied, pair.to, pair.from);
    }
    return arcs;
}

/* Endpoint of each place. */
static uint32_t *endpoints_by_place(const struct trial *trial)
{
    uint32_t *endpoint = g_new0(uint32_t, trial->program->n);
    for (uint32_t i = 0; i < vttif_matrix_size(trial->matrix); i++)
        if (trial->place[i] != NO_PLACE)
            endpoint[trial->place[i]] = i;
    return endpoint;
}

static void count_truth(const struct trial *trial, GHashTable *answered, struct tallied *tallied)
{
    g_autofree uint32_t *endpoint = endpoints_by_place(trial);
    for (size_t i = 0; i < trial->program->edges->len; i++) {
        const struct program_edge *edge =
            &g_array_index(trial->program->edges, struct program_edge, i);
        if (edge->strong) {
            tallied[endpoint[edge->from]].absent++;
            tallied[endpoint[edge->to]].absent++;
        }
    }
    for (size_t i = 0; i < trial->edges->len; i++) {
        struct true_edge edge = g_array_index(trial->edges, struct true_edge, i);
        if (!edge.strong)
            continue;
        bool found = g_hash_table_contains(answered, arc(edge.from, edge.to));
        const uint32_t ends[] = {edge.from, edge.to};
        for (int k = 0; k < 2; k++) {
            tallied[ends[k]].present++;
            tallied[ends[k]].absent--;
            tallied[ends[k]].found += found;
        }
    }
}

/* Arcs of the answer at an endpoint that are not in the matrix. */
static uint32_t claimed(const struct tallied *at)
{
    return at->answered - at->found;
}

/* What the answer may claim beyond the matrix without being less likely than the truth: as many
 * arcs as noise took away, less those that it does claim where they were. */
static uint32_t room_for_claims(const struct trial *trial, const struct tallied *tallied, size_t n)
{
    uint32_t room = 0;
    for (size_t i = 0; i < n; i++)
        if (trial->place[i] != NO_PLACE)
            room += tallied[i].absent - MIN(tallied[i].absent, claimed(&tallied[i]));
    return room;
}

struct shares {
    double right, strict; /* of the endpoints that are looked at */
    unsigned n_passed; /* endpoints that are not: no true arc of theirs is left */
};

static struct shares share_right(const struct trial *trial, const struct vttif_name *name)
{
    size_t n = vttif_matrix_size(trial->matrix);
    g_autofree struct tallied *tallied = g_new0(struct tallied, n);
    bool strong_only = trial->program->side > 0;
    g_autoptr(GHashTable) answered = answered_arcs(name, strong_only, tallied);
    count_truth(trial, answered, tallied);
    uint32_t room = room_for_claims(trial, tallied, n);
    size_t looked_at = 0, right = 0, strict = 0, passed = 0;
    for (size_t i = 0; i < n; i++) {
        const struct tallied *at = &tallied[i];
        bool takes_part = trial->place[i] != NO_PLACE;
        passed += takes_part && at->present == 0;
        if (takes_part ? at->present == 0 : at->answered == 0)
            continue;
        looked_at++;
        if (!takes_part || at->found < at->present)
            continue;
        uint32_t excess = claimed(at) - MIN(claimed(at), at->absent);
        strict += excess == 0;
        right += excess <= room;
        room -= MIN(excess, room);
    }
    double of = (double)MAX(looked_at, 1);
    return (struct shares){(double)right / of, (double)strict / of, (unsigned)passed};
}

/* Whether a stencil's nearest diagonals stand out of the noise. */
static bool has_visible_diagonals(const struct trial *trial)
{
    double nearest = 1 / trial->program->side;
    return nearest > 2 * trial->noise.background_level;
}

/* A spec has no second hyphen there. */
static const char *literal_name(const char *archetype)
{
    return strcmp(archetype, "kary-tree") == 0 ? "k-ary-tree" : archetype;
}

static int by_value(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Grids must also have the dims of the program, in any order: a hypercube's are all 2. */
static bool has_same_dims(const struct program *program, const struct vttif_shape *shape)
{
    if (!is_one_of(program->archetype, "mesh torus wavefront stencil-9 stencil-27"))
        return true;
    uint32_t wanted[PROGRAM_DIMS_MAX], got[PROGRAM_DIMS_MAX];
    if (shape->n_dims != program->n_dims)
        return false;
    memcpy(wanted, program->dims, sizeof wanted);
    memcpy(got, shape->dims, program->n_dims * sizeof *got);
    qsort(wanted, program->n_dims, sizeof *wanted, by_value);
    qsort(got, program->n_dims, sizeof *got, by_value);
    return memcmp(wanted, got, program->n_dims * sizeof *got) == 0;
}

static bool is_literal(const struct program *program, const struct vttif_shape *shape)
{
    return strcmp(literal_name(program->archetype), shape->archetype) == 0 &&
           has_same_dims(program, shape);
}

static void judge_name(const struct trial *trial, const struct vttif_name *name, bool is_first,
                       struct verdict *verdict)
{
    if (trial->program->side > 0 && !is_stencil(name->shape.archetype) &&
        has_visible_diagonals(trial))
        return;
    struct shares shares = share_right(trial, name);
    verdict->placed = fmax(verdict->placed, shares.right);
    verdict->n_passed = shares.n_passed;
    verdict->strict = verdict->strict || shares.strict >= RIGHT_SHARE;
    if (shares.right < RIGHT_SHARE)
        return;
    verdict->right = true;
    verdict->first = verdict->first || is_first;
    verdict->literal = verdict->literal || is_literal(trial->program, &name->shape);
}

/* The master's star is there, also among what is no archetype: to name it is right. */
static bool is_masters_star(const struct trial *trial, const struct vttif_name *name)
{
    if (trial->master == NO_PLACE)
        return false;
    g_autoptr(GArray) pairs = answer_pairs(name);
    for (size_t i = 0; i < pairs->len; i++) {
        struct true_edge pair = g_array_index(pairs, struct true_edge, i);
        if (pair.from != trial->master && pair.to != trial->master)
            return false;
    }
    return true;
}

struct verdict answer_judge_names(const struct trial *trial, const struct vttif_name *names,
                                  size_t n_names)
{
    struct verdict verdict = {.n_names = n_names};
    for (size_t i = 0; i < n_names; i++) {
        verdict.named = verdict.named || !is_masters_star(trial, &names[i]);
        if (!trial->program->negative)
            judge_name(trial, &names[i], i == 0, &verdict);
    }
    return verdict;
}

struct verdict answer_judge(const struct trial *trial, const struct vttif_recognition *recognition)
{
    size_t n_names, n_parts;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    struct verdict verdict = answer_judge_names(trial, names, n_names);
    if (trial->master != NO_PLACE && !trial->program->negative)
        for (size_t i = 1; i < n_parts; i++)
            judge_name(trial, &parts[i].name, false, &verdict);
    return verdict;
}

void answer_describe(const struct vttif_recognition *recognition, GString *out)
{
    size_t n;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n);
    if (n == 0)
        g_string_append_printf(out, "nothing (%s)", vttif_recognition_reason(recognition));
    for (size_t i = 0; i < n; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        vttif_shape_describe(&names[i].shape, out);
        g_string_append_printf(out, " %.3f", names[i].score);
    }
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n);
    for (size_t i = 1; i < n; i++) {
        g_string_append(out, i > 1 ? ", " : "; then ");
        vttif_shape_describe(&parts[i].name.shape, out);
    }
}
