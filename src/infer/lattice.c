// SPDX-License-Identifier: Apache-2.0
#include "infer/lattice.h"

#include "infer/squares.h"
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
    struct squares *squares;
    struct classes classes;
    struct votes votes;
    uint32_t support_least;
};

static bool is_sound(const struct work *work, const struct wedge *wedge, unsigned n_middles)
{
    const uint32_t *support = work->squares->support;
    for (unsigned i = 0; i < n_middles; i++)
        if (support[wedge->edge_u[i]] < work->support_least ||
            support[wedge->edge_w[i]] < work->support_least)
            return false;
    return true;
}

/* Step 2. */
static void join_opposite(void *data, const struct wedge *wedge)
{
    struct work *work = data;
    if (!wedge_is_square(wedge, work->strong) || !is_sound(work, wedge, 2))
        return;
    uint32_t a = wedge->middle[0], b = wedge->middle[1], u = wedge->u, w = wedge->w;
    classes_join(&work->classes, wedge->edge_u[0], wedge->edge_w[1], (u > a) != (b > w));
    classes_join(&work->classes, wedge->edge_u[1], wedge->edge_w[0], (u > b) != (a > w));
}

/* Step 3. */
static void vote(void *data, const struct wedge *wedge)
{
    struct work *work = data;
    bool flip_a, flip_b;
    if (wedge_is_square(wedge, work->strong) && is_sound(work, wedge, 2)) {
        uint32_t a = class_of(&work->classes, wedge->edge_u[0], &flip_a);
        uint32_t b = class_of(&work->classes, wedge->edge_u[1], &flip_b);
        votes_of(&work->votes, a, b)->apart++;
    } else if (wedge->n_middles == 1 && is_sound(work, wedge, 1)) {
        uint32_t a = class_of(&work->classes, wedge->edge_u[0], &flip_a);
        uint32_t b = class_of(&work->classes, wedge->edge_w[0], &flip_b);
        bool turned = (wedge->u > wedge->middle[0]) != (wedge->middle[0] > wedge->w);
        if (a != b)
            votes_of(&work->votes, a, b)->along[turned ^ flip_a ^ flip_b]++;
    }
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

/* --- coordinates --------------------------------------------------------------------------- */

struct dimensions {
    unsigned n;
    uint32_t root[VTTIF_DIMS_MAX]; /* class */
    int8_t *of_edge; /* [edge], -1 for none */
    bool *flip; /* [edge] */
};

static void dimensions_clear(struct dimensions *dimensions)
{
    g_free(dimensions->of_edge);
    g_free(dimensions->flip);
}

/* The largest classes, if they hold nearly all edges. A dimension has at least n/3 of them. */
static bool find_dimensions(struct work *work, struct dimensions *dimensions)
{
    size_t n_edges = work->squares->n_edges, held = 0;
    uint32_t least = (uint32_t)(work->strong->n_active / 6);
    dimensions->of_edge = g_new(int8_t, MAX(n_edges, 1));
    dimensions->flip = g_new(bool, MAX(n_edges, 1));
    for (uint32_t e = 0; e < n_edges; e++) {
        if (work->classes.parent[e] != e || work->classes.size[e] <= MAX(least, 1))
            continue;
        if (dimensions->n == VTTIF_DIMS_MAX)
            return false;
        dimensions->root[dimensions->n++] = e;
    }
    for (uint32_t e = 0; e < n_edges; e++) {
        uint32_t root = class_of(&work->classes, e, &dimensions->flip[e]);
        dimensions->of_edge[e] = -1;
        for (unsigned d = 0; d < dimensions->n; d++)
            if (dimensions->root[d] == root)
                dimensions->of_edge[e] = (int8_t)d;
        held += dimensions->of_edge[e] >= 0;
    }
    return dimensions->n >= 2 && 2 * held > n_edges;
}

/* Counting coordinates along edges: a queue for each support, the best served first. */
#define QUEUES 4

struct count {
    const struct work *work;
    const struct dimensions *dimensions;
    int32_t *at; /* [n][dims] */
    bool *placed;
    GArray *queue[QUEUES]; /* of slots whose owner is placed */
    guint head[QUEUES];
    GHashTable *turns[VTTIF_DIMS_MAX]; /* length of a closed cycle -> edges that say so */
};

struct step {
    uint32_t from;
    size_t slot;
};

static void count_from(struct count *count, uint32_t u)
{
    const struct strong *strong = count->work->strong;
    count->placed[u] = true;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t edge = count->work->squares->edge_of[k];
        struct step step = {u, k};
        uint32_t support = MIN(count->work->squares->support[edge], QUEUES - 1);
        if (count->dimensions->of_edge[edge] >= 0)
            g_array_append_val(count->queue[support], step);
    }
}

static int32_t direction(const struct count *count, const struct step *step)
{
    uint32_t to = count->work->strong->to[step->slot];
    bool flip = count->dimensions->flip[count->work->squares->edge_of[step->slot]];
    return (step->from > to) != flip ? -1 : 1;
}

/* An edge between two that are placed: do they differ by more than the step, in its dimension
 * only? Then they are a whole turn apart. */
static void close_cycle(struct count *count, const struct step *step, unsigned dim)
{
    unsigned n_dims = count->dimensions->n;
    const int32_t *u = count->at + (size_t)step->from * n_dims;
    const int32_t *v = count->at + (size_t)count->work->strong->to[step->slot] * n_dims;
    int32_t turn = 0;
    for (unsigned d = 0; d < n_dims; d++) {
        int32_t off = u[d] + (d == dim ? direction(count, step) : 0) - v[d];
        if (d != dim && off != 0)
            return;
        if (d == dim)
            turn = ABS(off);
    }
    if (turn < 3)
        return;
    gpointer key = GINT_TO_POINTER(turn);
    guint sum = GPOINTER_TO_UINT(g_hash_table_lookup(count->turns[dim], key)) + 1;
    g_hash_table_insert(count->turns[dim], key, GUINT_TO_POINTER(sum));
}

static void count_step(struct count *count, const struct step *step)
{
    unsigned n_dims = count->dimensions->n;
    uint32_t to = count->work->strong->to[step->slot];
    unsigned dim = (unsigned)count->dimensions->of_edge[count->work->squares->edge_of[step->slot]];
    if (count->placed[to]) {
        close_cycle(count, step, dim);
        return;
    }
    int32_t *at = count->at + (size_t)to * n_dims;
    memcpy(at, count->at + (size_t)step->from * n_dims, n_dims * sizeof *at);
    at[dim] += direction(count, step);
    count_from(count, to);
}

/* Step 5, from the endpoint given. */
static void count_all(struct count *count, uint32_t start)
{
    count_from(count, start);
    for (int q = QUEUES - 1; q >= 0;) {
        if (count->head[q] == count->queue[q]->len) {
            q--;
            continue;
        }
        struct step step = g_array_index(count->queue[q], struct step, count->head[q]);
        count->head[q]++;
        count_step(count, &step);
        q = QUEUES - 1;
    }
}

/* Step 6: the length on which the closing edges agree, or 0. A periodic dimension of length L has
 * n/L of them, each met from both ends. */
static uint32_t period_of(GHashTable *turns, size_t n)
{
    GHashTableIter iter;
    gpointer turn, votes;
    guint best = 0;
    uint32_t length = 0;
    g_hash_table_iter_init(&iter, turns);
    while (g_hash_table_iter_next(&iter, &turn, &votes)) {
        if (GPOINTER_TO_UINT(votes) > best) {
            best = GPOINTER_TO_UINT(votes);
            length = GPOINTER_TO_UINT(turn);
        }
    }
    return length > 0 && (double)best >= 0.6 * (double)n / length ? length : 0;
}

static void fold(struct lattice *lattice, const struct count *count, unsigned dim)
{
    uint32_t length = lattice->extent[dim];
    for (size_t u = 0; u < lattice->n; u++) {
        int32_t rest = count->at[u * lattice->n_dims + dim] % (int32_t)length;
        lattice->coordinate[u * lattice->n_dims + dim] =
            (uint32_t)(rest < 0 ? rest + (int32_t)length : rest);
    }
}

/* The layers of an open dimension that are at least a third as full as the fullest, in one run. */
static bool trim(struct lattice *lattice, const struct count *count, unsigned dim)
{
    int32_t low = G_MAXINT32, high = G_MININT32;
    for (size_t u = 0; u < lattice->n; u++) {
        if (!lattice->placed[u])
            continue;
        low = MIN(low, count->at[u * lattice->n_dims + dim]);
        high = MAX(high, count->at[u * lattice->n_dims + dim]);
    }
    uint32_t span = (uint32_t)(high - low) + 1, most = 0, begin = 0, end = span;
    g_autofree uint32_t *layer = g_new0(uint32_t, span);
    for (size_t u = 0; u < lattice->n; u++) {
        if (!lattice->placed[u])
            continue;
        uint32_t members = ++layer[count->at[u * lattice->n_dims + dim] - low];
        most = MAX(most, members);
    }
    while (3 * layer[begin] < most)
        begin++;
    while (3 * layer[end - 1] < most)
        end--;
    lattice->extent[dim] = end - begin;
    for (size_t u = 0; u < lattice->n; u++) {
        if (!lattice->placed[u])
            continue;
        uint32_t at = (uint32_t)(count->at[u * lattice->n_dims + dim] - low);
        lattice->placed[u] = at >= begin && at < end;
        lattice->coordinate[u * lattice->n_dims + dim] = at - begin;
    }
    return lattice->extent[dim] >= 2;
}

static bool set_extents(struct lattice *lattice, const struct count *count, size_t n_active)
{
    double volume = 1;
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        lattice->extent[d] = period_of(count->turns[d], n_active);
        lattice->wraps[d] = lattice->extent[d] > 0;
        if (lattice->wraps[d])
            fold(lattice, count, d);
        else if (!trim(lattice, count, d))
            return false;
        volume *= lattice->extent[d];
    }
    return volume <= 2 * (double)n_active + 4;
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

/* An endpoint in the middle of things: the one whose edges lie in most squares. */
static uint32_t start_of(const struct work *work)
{
    uint32_t best = 0, start = 0;
    for (uint32_t u = 0; u < work->strong->n; u++) {
        uint32_t sum = 0;
        for (size_t k = work->strong->start[u]; k < work->strong->start[u + 1]; k++)
            sum += work->squares->support[work->squares->edge_of[k]];
        if (sum > best) {
            best = sum;
            start = u;
        }
    }
    return start;
}

static struct lattice *place(const struct work *work, const struct dimensions *dimensions)
{
    size_t n = work->strong->n;
    struct lattice *lattice = lattice_new(n, dimensions->n);
    struct count count = {.work = work, .dimensions = dimensions, .placed = lattice->placed};
    count.at = g_new0(int32_t, n * dimensions->n);
    for (int q = 0; q < QUEUES; q++)
        count.queue[q] = g_array_new(FALSE, FALSE, sizeof(struct step));
    for (unsigned d = 0; d < dimensions->n; d++)
        count.turns[d] = g_hash_table_new(NULL, NULL);
    count_all(&count, start_of(work));
    bool good = set_extents(lattice, &count, work->strong->n_active);
    g_free(count.at);
    for (int q = 0; q < QUEUES; q++)
        g_array_unref(count.queue[q]);
    for (unsigned d = 0; d < dimensions->n; d++)
        g_hash_table_unref(count.turns[d]);
    if (!good)
        g_clear_pointer(&lattice, lattice_free);
    return lattice;
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
    struct work work = {.strong = strong, .squares = squares_new(strong)};
    struct lattice *lattice = NULL;
    struct dimensions dimensions = {0};
    if (!work.squares ||
        (double)work.squares->n_squares < SQUARES_LEAST * (double)work.squares->n_edges) {
        squares_free(work.squares);
        return NULL;
    }
    work.support_least = least_support(work.squares);
    work.classes = classes_new(work.squares->n_edges);
    votes_init(&work.votes);
    squares_walk(work.squares, join_opposite, &work);
    squares_walk(work.squares, vote, &work);
    join_classes(&work);
    if (find_dimensions(&work, &dimensions))
        lattice = place(&work, &dimensions);
    dimensions_clear(&dimensions);
    votes_clear(&work.votes);
    classes_clear(&work.classes);
    squares_free(work.squares);
    return lattice;
}
