// SPDX-License-Identifier: Apache-2.0
#include "infer/lattice.h"

#include "infer/coordinates.h"
#include "infer/votes.h"

#include <string.h>

/* A mesh of 2 x k has a square for three edges, all others more; noise may take some. */
#define SQUARES_LEAST 0.12

/*
 * Sets of edges that go the same way. An edge's own direction is from its lower endpoint to the
 * higher; flip says that it runs against its parent's.
 */
struct classes {
    uint32_t *parent;
    bool *flip;
    uint32_t *size;
};

static struct classes classes_new(size_t n)
{
    struct classes classes = {g_new(uint32_t, MAX(n, 1)), g_new0(bool, MAX(n, 1)),
                              g_new(uint32_t, MAX(n, 1))};
    for (size_t i = 0; i < n; i++) {
        classes.parent[i] = (uint32_t)i;
        classes.size[i] = 1;
    }
    return classes;
}

static void classes_clear(struct classes *classes)
{
    g_free(classes->parent);
    g_free(classes->flip);
    g_free(classes->size);
}

/* The representative of an edge; *flip gets whether the edge runs against it. Halves paths. */
static uint32_t class_of(struct classes *classes, uint32_t edge, bool *flip)
{
    *flip = false;
    while (classes->parent[edge] != edge) {
        uint32_t up = classes->parent[edge];
        if (classes->parent[up] != up) {
            classes->flip[edge] ^= classes->flip[up];
            classes->parent[edge] = classes->parent[up];
        }
        *flip ^= classes->flip[edge];
        edge = classes->parent[edge];
    }
    return edge;
}

static void classes_join(struct classes *classes, uint32_t a, uint32_t b, bool opposite)
{
    bool flip_a, flip_b;
    a = class_of(classes, a, &flip_a);
    b = class_of(classes, b, &flip_b);
    if (a == b)
        return;
    if (classes->size[a] < classes->size[b]) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    classes->parent[b] = a;
    classes->flip[b] = flip_a ^ flip_b ^ opposite;
    classes->size[a] += classes->size[b];
}

struct work {
    const struct strong *strong;
    const struct squares *squares;
    struct classes classes;
    struct votes votes;
    uint32_t support_least;
};

static bool is_sound(const struct work *work, uint32_t edge)
{
    return work->squares->support[edge] >= work->support_least;
}

static bool is_sound_square(const struct work *work, const struct square *square)
{
    const uint32_t *edge_of = work->squares->edge_of;
    for (int i = 0; i < 2; i++)
        if (!is_sound(work, edge_of[square->slot_u[i]]) ||
            !is_sound(work, edge_of[square->slot_w[i]]))
            return false;
    return true;
}

/* Step 2. */
static void join_opposite(struct work *work, const struct square *square)
{
    const uint32_t *edge_of = work->squares->edge_of, u = square->u;
    uint32_t a = square_middle(work->squares, square, 0), w = square_w(work->squares, square);
    uint32_t b = square_middle(work->squares, square, 1);
    uint32_t ua = edge_of[square->slot_u[0]], ub = edge_of[square->slot_u[1]];
    uint32_t aw = edge_of[square->slot_w[0]], bw = edge_of[square->slot_w[1]];
    classes_join(&work->classes, ua, bw, (u > a) != (b > w));
    classes_join(&work->classes, ub, aw, (u > b) != (a > w));
}

/* Step 3, at a square. */
static void vote_apart(struct work *work, const struct square *square)
{
    const uint32_t *edge_of = work->squares->edge_of;
    bool flip;
    uint32_t a = class_of(&work->classes, edge_of[square->slot_u[0]], &flip);
    uint32_t b = class_of(&work->classes, edge_of[square->slot_u[1]], &flip);
    votes_of(&work->votes, a, b)->apart++;
}

/* Step 3, at a wedge that is in no square. */
static void vote_along(void *data, const struct straight *straight)
{
    struct work *work = data;
    bool flip_a, flip_b;
    if (!is_sound(work, straight->edge_u) || !is_sound(work, straight->edge_w))
        return;
    uint32_t a = class_of(&work->classes, straight->edge_u, &flip_a);
    uint32_t b = class_of(&work->classes, straight->edge_w, &flip_b);
    bool turned = (straight->u > straight->middle) != (straight->middle > straight->w);
    if (a != b)
        votes_of(&work->votes, a, b)->along[turned ^ flip_a ^ flip_b]++;
}

static void find_classes(struct work *work)
{
    const GArray *met = work->squares->met;
    for (int step = 2; step <= 3; step++) {
        for (guint i = 0; i < met->len; i++) {
            const struct square *square = &g_array_index(met, struct square, i);
            if (is_sound_square(work, square))
                (step == 2 ? join_opposite : vote_apart)(work, square);
        }
    }
    if (work->squares->n_straights > 0)
        squares_straights(work->squares, vote_along, work);
}

static int compare_votes(const void *first, const void *second)
{
    const struct vote *a = first, *b = second;
    uint32_t along_a = MAX(a->along[0], a->along[1]), along_b = MAX(b->along[0], b->along[1]);
    if (along_a != along_b)
        return along_a < along_b ? 1 : -1;
    if (a->apart != b->apart)
        return a->apart < b->apart ? -1 : 1;
    return a->a != b->a ? (a->a < b->a ? -1 : 1) : a->b < b->b ? -1 : a->b > b->b;
}

/*
 * What speaks against joining two groups of classes: the squares between their members. The counts
 * of a group that joins another are added to those of the larger one.
 */
struct groups {
    GHashTable **apart; /* [edge]: group -> count */
};

static guint count_between(const struct groups *groups, uint32_t a, uint32_t b)
{
    return groups->apart[a]
               ? GPOINTER_TO_UINT(g_hash_table_lookup(groups->apart[a], GUINT_TO_POINTER(b)))
               : 0;
}

static void count_add(struct groups *groups, uint32_t a, uint32_t b, guint count)
{
    if (!groups->apart[a])
        groups->apart[a] = g_hash_table_new(NULL, NULL);
    guint sum = count_between(groups, a, b) + count;
    g_hash_table_insert(groups->apart[a], GUINT_TO_POINTER(b), GUINT_TO_POINTER(sum));
}

static void groups_merge(struct groups *groups, uint32_t from, uint32_t into)
{
    GHashTableIter iter;
    gpointer other, count;
    if (!groups->apart[from])
        return;
    g_hash_table_iter_init(&iter, groups->apart[from]);
    while (g_hash_table_iter_next(&iter, &other, &count)) {
        uint32_t third = GPOINTER_TO_UINT(other);
        g_hash_table_remove(groups->apart[third], GUINT_TO_POINTER(from));
        if (third == into)
            continue;
        count_add(groups, third, into, GPOINTER_TO_UINT(count));
        count_add(groups, into, third, GPOINTER_TO_UINT(count));
    }
    g_clear_pointer(&groups->apart[from], g_hash_table_unref);
}

static void join_group(struct work *work, struct groups *groups, const struct vote *vote)
{
    bool flip;
    uint32_t a = class_of(&work->classes, vote->a, &flip);
    uint32_t b = class_of(&work->classes, vote->b, &flip);
    uint32_t along = MAX(vote->along[0], vote->along[1]);
    if (a == b || 3 * count_between(groups, a, b) > along)
        return;
    classes_join(&work->classes, vote->a, vote->b, vote->along[1] > vote->along[0]);
    uint32_t into = class_of(&work->classes, vote->a, &flip);
    groups_merge(groups, into == a ? b : a, into);
}

/* Step 4: afterwards a class is a dimension. */
static void join_classes(struct work *work)
{
    g_autoptr(GArray) along = g_array_new(FALSE, FALSE, sizeof(struct vote));
    struct groups groups = {g_new0(GHashTable *, MAX(work->squares->n_edges, 1))};
    for (size_t i = 0; i < work->votes.n_places; i++) {
        const struct vote *vote = &work->votes.places[i];
        if (vote->a == G_MAXUINT32)
            continue;
        if (vote->apart > 0 && vote->a != vote->b) {
            count_add(&groups, vote->a, vote->b, vote->apart);
            count_add(&groups, vote->b, vote->a, vote->apart);
        }
        if (vote->along[0] + vote->along[1] > 0)
            g_array_append_val(along, *vote);
    }
    g_array_sort(along, compare_votes);
    for (guint i = 0; i < along->len; i++)
        join_group(work, &groups, &g_array_index(along, struct vote, i));
    for (size_t i = 0; i < work->squares->n_edges; i++)
        if (groups.apart[i])
            g_hash_table_unref(groups.apart[i]);
    g_free(groups.apart);
}

/* --- dimensions ------------------------------------------------------------------------------ */

static void directions_clear(struct directions *directions)
{
    g_free(directions->root_of);
    g_free(directions->of_edge);
    g_free(directions->flip);
}

/* The largest classes, if they hold nearly all edges. A dimension has at least n/3 of them. */
static bool find_directions(struct work *work, struct directions *directions)
{
    size_t n_edges = work->squares->n_edges, held = 0;
    uint32_t least = (uint32_t)(work->strong->n_active / 8);
    directions->root_of = g_new(uint32_t, MAX(n_edges, 1));
    directions->of_edge = g_new(int8_t, MAX(n_edges, 1));
    directions->flip = g_new(bool, MAX(n_edges, 1));
    for (uint32_t e = 0; e < n_edges; e++) {
        if (work->classes.parent[e] != e || work->classes.size[e] <= MAX(least, 1))
            continue;
        if (directions->n == VTTIF_DIMS_MAX)
            return false;
        directions->root[directions->n++] = e;
    }
    for (uint32_t e = 0; e < n_edges; e++) {
        uint32_t root = class_of(&work->classes, e, &directions->flip[e]);
        directions->root_of[e] = root;
        directions->of_edge[e] = -1;
        for (unsigned d = 0; d < directions->n; d++)
            if (directions->root[d] == root)
                directions->of_edge[e] = (int8_t)d;
        held += directions->of_edge[e] >= 0;
    }
    return directions->n >= 2 && 2 * held > n_edges;
}

struct lattice *lattice_new(size_t n, unsigned n_dims)
{
    struct lattice *lattice = g_new0(struct lattice, 1);
    lattice->n = n;
    lattice->n_dims = n_dims;
    lattice->coordinate = g_new0(uint32_t, MAX(n * n_dims, 1));
    lattice->placed = g_new0(bool, MAX(n, 1));
    return lattice;
}

void lattice_free(struct lattice *lattice)
{
    if (!lattice)
        return;
    g_free(lattice->coordinate);
    g_free(lattice->placed);
    g_free(lattice);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Step 1: a third of the usual number of squares. */
static uint32_t least_support(const struct squares *squares)
{
    g_autofree uint32_t *sorted =
        g_memdup2(squares->support, squares->n_edges * sizeof *squares->support);
    qsort(sorted, squares->n_edges, sizeof *sorted, compare_numbers);
    return MAX(1, sorted[squares->n_edges / 2] / 3);
}

struct lattice *lattice_find(const struct strong *strong)
{
    struct work work = {.strong = strong, .squares = squares_of(strong)};
    struct lattice *lattice = NULL;
    struct directions directions = {0};
    guint met = work.squares ? work.squares->met->len / 2 : 0;
    if (!work.squares || met < SQUARES_LEAST * (double)work.squares->n_edges)
        return NULL;
    work.support_least = least_support(work.squares);
    work.classes = classes_new(work.squares->n_edges);
    votes_init(&work.votes);
    find_classes(&work);
    join_classes(&work);
    if (find_directions(&work, &directions))
        lattice = coordinates_count(work.squares, &directions);
    directions_clear(&directions);
    votes_clear(&work.votes);
    classes_clear(&work.classes);
    return lattice;
}
