// SPDX-License-Identifier: Apache-2.0
#include "infer/coordinates.h"

#include <string.h>

/* Counting coordinates along edges: a queue for each support, the best served first. */
#define QUEUES 4

struct step {
    uint32_t from;
    size_t slot;
};

struct count {
    struct counted *counted;
    GArray *queue[QUEUES]; /* of steps whose owner is placed */
    guint head[QUEUES];
};

static void count_from(struct count *count, uint32_t u)
{
    const struct counted *counted = count->counted;
    const struct strong *strong = counted->squares->strong;
    counted->placed[u] = true;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t edge = counted->squares->edge_of[k];
        struct step step = {u, k};
        uint32_t support = MIN(counted->squares->support[edge], QUEUES - 1);
        if (counted->directions->of_edge[edge] >= 0 && !counted->placed[strong->to[k]])
            g_array_append_val(count->queue[support], step);
    }
}

static void count_step(struct count *count, const struct step *step)
{
    struct counted *counted = count->counted;
    unsigned n_dims = counted->n_dims;
    uint32_t to = counted->squares->strong->to[step->slot];
    unsigned dim = (unsigned)counted->directions->of_edge[counted->squares->edge_of[step->slot]];
    if (counted->placed[to])
        return;
    int32_t *at = counted->at + (size_t)to * n_dims;
    memcpy(at, counted->at + (size_t)step->from * n_dims, n_dims * sizeof *at);
    at[dim] += step_direction(counted, step->from, step->slot);
    count_from(count, to);
}

static void count_in_a_row(struct counted *counted, uint32_t start)
{
    struct count count = {.counted = counted};
    for (int q = 0; q < QUEUES; q++)
        count.queue[q] = g_array_new(FALSE, FALSE, sizeof(struct step));
    count_from(&count, start);
    for (int q = QUEUES - 1; q >= 0;) {
        if (count.head[q] == count.queue[q]->len) {
            q--;
            continue;
        }
        struct step step = g_array_index(count.queue[q], struct step, count.head[q]);
        count.head[q]++;
        count_step(&count, &step);
        q = QUEUES - 1;
    }
    for (int q = 0; q < QUEUES; q++)
        g_array_unref(count.queue[q]);
}

/* --- cycles ----------------------------------------------------------------------------------- */

struct cycles {
    GHashTable *turns[VTTIF_DIMS_MAX]; /* length of a closed cycle -> edges that say so */
    size_t against; /* edges that neither are a step nor close a cycle */
};

static void cycles_clear(struct cycles *cycles)
{
    for (unsigned d = 0; d < VTTIF_DIMS_MAX; d++)
        if (cycles->turns[d])
            g_hash_table_unref(cycles->turns[d]);
    *cycles = (struct cycles){.against = 0};
}

/* An edge between two that are placed: do they differ by more than the step, in its dimension
 * only? Then they are a whole turn apart. */
static void close_cycle(struct cycles *cycles, const struct counted *counted, uint32_t from,
                        size_t slot, unsigned dim)
{
    unsigned n_dims = counted->n_dims;
    const int32_t *u = counted->at + (size_t)from * n_dims;
    const int32_t *v = counted->at + (size_t)counted->squares->strong->to[slot] * n_dims;
    int32_t turn = 0, aside = 0;
    for (unsigned d = 0; d < n_dims; d++) {
        int32_t off = u[d] + (d == dim ? step_direction(counted, from, slot) : 0) - v[d];
        aside += d != dim && off != 0;
        turn = d == dim ? ABS(off) : turn;
    }
    if (aside > 0 || turn == 1 || turn == 2)
        cycles->against++;
    if (aside > 0 || turn < 3)
        return;
    if (!cycles->turns[dim])
        cycles->turns[dim] = g_hash_table_new(NULL, NULL);
    gpointer key = GINT_TO_POINTER(turn);
    guint sum = GPOINTER_TO_UINT(g_hash_table_lookup(cycles->turns[dim], key)) + 1;
    g_hash_table_insert(cycles->turns[dim], key, GUINT_TO_POINTER(sum));
}

static void close_cycles(struct cycles *cycles, const struct counted *counted)
{
    const struct strong *strong = counted->squares->strong;
    cycles_clear(cycles);
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; counted->placed[u] && k < strong->start[u + 1]; k++) {
            int8_t dim = counted->directions->of_edge[counted->squares->edge_of[k]];
            if (dim >= 0 && counted->placed[strong->to[k]])
                close_cycle(cycles, counted, u, k, (unsigned)dim);
        }
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
    if (!turns)
        return 0;
    g_hash_table_iter_init(&iter, turns);
    while (g_hash_table_iter_next(&iter, &turn, &votes)) {
        if (GPOINTER_TO_UINT(votes) > best) {
            best = GPOINTER_TO_UINT(votes);
            length = GPOINTER_TO_UINT(turn);
        }
    }
    return length > 0 && (double)best >= 0.6 * (double)n / length ? length : 0;
}

/* --- extents ---------------------------------------------------------------------------------- */

static void fold(struct lattice *lattice, const struct counted *counted, unsigned dim)
{
    uint32_t length = lattice->extent[dim];
    for (size_t u = 0; u < lattice->n; u++) {
        int32_t rest = counted->at[u * lattice->n_dims + dim] % (int32_t)length;
        lattice->coordinate[u * lattice->n_dims + dim] =
            (uint32_t)(rest < 0 ? rest + (int32_t)length : rest);
    }
}

static uint32_t span_of(const struct counted *counted, size_t n, unsigned dim, int32_t *lowest)
{
    int32_t low = G_MAXINT32, high = G_MININT32;
    for (size_t u = 0; u < n; u++) {
        if (!counted->placed[u])
            continue;
        low = MIN(low, counted->at[u * counted->n_dims + dim]);
        high = MAX(high, counted->at[u * counted->n_dims + dim]);
    }
    *lowest = low;
    return (uint32_t)(high - low) + 1;
}

/* The layers of an open dimension that are at least a third as full as the fullest, in one run. */
static bool trim(struct lattice *lattice, const struct counted *counted, unsigned dim)
{
    int32_t low;
    uint32_t span = span_of(counted, lattice->n, dim, &low), most = 0, begin = 0, end = span;
    g_autofree uint32_t *layer = g_new0(uint32_t, span);
    for (size_t u = 0; u < lattice->n; u++) {
        if (!lattice->placed[u])
            continue;
        uint32_t members = ++layer[counted->at[u * lattice->n_dims + dim] - low];
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
        uint32_t at = (uint32_t)(counted->at[u * lattice->n_dims + dim] - low);
        lattice->placed[u] = at >= begin && at < end;
        lattice->coordinate[u * lattice->n_dims + dim] = at - begin;
    }
    return lattice->extent[dim] >= 2;
}

static bool set_extents(struct lattice *lattice, const struct counted *counted,
                        const uint32_t *period, size_t n_active)
{
    double volume = 1;
    for (unsigned d = 0; d < lattice->n_dims; d++) {
        lattice->extent[d] = period[d];
        lattice->wraps[d] = period[d] > 0;
        if (lattice->wraps[d])
            fold(lattice, counted, d);
        else if (!trim(lattice, counted, d))
            return false;
        volume *= lattice->extent[d];
    }
    return volume <= 2 * (double)n_active + 4;
}

/* --- all ------------------------------------------------------------------------------------ */

/* An endpoint in the middle of the largest piece: the one whose edges lie in most squares, and have
 * most that go the same way. */
static uint32_t start_of(const struct squares *squares, const struct directions *directions)
{
    const struct strong *strong = squares->strong;
    g_autofree uint32_t *size = g_new0(uint32_t, MAX(squares->n_edges, 1));
    uint64_t best = 0;
    uint32_t start = 0;
    for (size_t e = 0; e < squares->n_edges; e++)
        size[directions->root_of[e]]++;
    for (uint32_t u = 0; u < strong->n; u++) {
        uint64_t sum = 0;
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            uint32_t edge = squares->edge_of[k];
            if (directions->of_edge[edge] >= 0)
                sum += (uint64_t)squares->support[edge] * size[directions->root_of[edge]];
        }
        if (sum > best) {
            best = sum;
            start = u;
        }
    }
    return start;
}

/* Leaves dimensions out in which nobody differs: they belong to a piece that was not reached. */
static void drop_flat(struct counted *counted, uint32_t *period, size_t n)
{
    unsigned kept[VTTIF_DIMS_MAX], n_kept = 0, n_dims = counted->n_dims;
    int32_t low;
    for (unsigned d = 0; d < n_dims; d++)
        if (span_of(counted, n, d, &low) > 1)
            kept[n_kept++] = d;
    for (size_t u = 0; u < n && n_kept < n_dims; u++)
        for (unsigned d = 0; d < n_kept; d++)
            counted->at[u * n_kept + d] = counted->at[u * n_dims + kept[d]];
    for (unsigned d = 0; d < n_kept; d++)
        period[d] = period[kept[d]];
    counted->n_dims = n_kept;
}

static bool is_open(const struct counted *counted, const uint32_t *period)
{
    for (unsigned d = 0; d < counted->n_dims; d++)
        if (period[d] > 0)
            return false;
    return true;
}

/* Counts again by votes, and keeps that if fewer edges speak against it. */
static void count_again(struct counted *counted, struct cycles *cycles, uint32_t start)
{
    size_t n = counted->squares->strong->n;
    struct counted again = *counted;
    struct cycles of_again = {.against = 0};
    again.at = g_new0(int32_t, n * counted->n_dims);
    again.placed = g_new0(bool, n);
    count_by_votes(&again, start);
    close_cycles(&of_again, &again);
    struct counted worse = again;
    if (of_again.against < cycles->against) {
        worse = *counted;
        *counted = again;
        cycles_clear(cycles);
        *cycles = of_again;
    } else {
        cycles_clear(&of_again);
    }
    g_free(worse.at);
    g_free(worse.placed);
}

static void count(struct counted *counted, uint32_t *period)
{
    const struct strong *strong = counted->squares->strong;
    uint32_t start = start_of(counted->squares, counted->directions);
    struct cycles cycles = {.against = 0};
    count_in_a_row(counted, start);
    close_cycles(&cycles, counted);
    if (cycles.against > 0)
        count_again(counted, &cycles, start);
    for (unsigned d = 0; d < counted->n_dims; d++)
        period[d] = period_of(cycles.turns[d], strong->n_active);
    cycles_clear(&cycles);
    drop_flat(counted, period, strong->n);
    if (is_open(counted, period))
        add_pieces(counted);
}

struct lattice *coordinates_count(const struct squares *squares,
                                  const struct directions *directions)
{
    size_t n = squares->strong->n;
    uint32_t period[VTTIF_DIMS_MAX] = {0};
    struct counted counted = {squares, directions, directions->n,
                              g_new0(int32_t, n * directions->n), g_new0(bool, n)};
    count(&counted, period);
    struct lattice *lattice = lattice_new(n, counted.n_dims);
    memcpy(lattice->placed, counted.placed, n * sizeof *lattice->placed);
    if (lattice->n_dims < 2 || !set_extents(lattice, &counted, period, squares->strong->n_active))
        g_clear_pointer(&lattice, lattice_free);
    g_free(counted.at);
    g_free(counted.placed);
    return lattice;
}
