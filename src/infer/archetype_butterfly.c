// SPDX-License-Identifier: Apache-2.0
/*
 * The butterfly: the stages of a Fourier transform or a sorting network, one endpoint for every row
 * of every level. Level l joins the rows that differ in bit l:
 *
 *     level 0   o   o   o   o      row 0..3
 *               | X |   | X |      bit 0
 *     level 1   o   o   o   o
 *               | \ | X | / |      bit 1
 *     level 2   o   o   o   o
 *
 * Its edges fall into squares, the blocks, every edge in one. Levels are passed on through blocks:
 * from one side of a block to the other, and straight on through the next. The bits below l of a
 * row at level l are told by what it is connected to over the levels from l on, the others by what
 * it is connected to over the levels up to l; union-find over levels, which one missing edge of a
 * block does not disturb.
 */
#include "infer/archetypes.h"
#include "infer/fit.h"
#include "infer/grid.h"
#include "infer/judge.h"
#include "infer/links.h"
#include "infer/squares.h"

#include <math.h>
#include <string.h>

static size_t edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return 2 * (size_t)(shape->dims[0] - 1) * shape->dims[1];
}

static bool adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    uint32_t rows = shape->dims[1], low = MIN(p, q), high = MAX(p, q), level = low / rows;
    uint32_t differ = low % rows ^ high % rows;
    return high / rows == level + 1 && (differ == 0 || differ == 1u << level);
}

static unsigned neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out)
{
    uint32_t rows = shape->dims[1], level = p / rows, row = p % rows;
    unsigned n = 0;
    if (level > 0) {
        out[n++] = p - rows;
        out[n++] = (level - 1) * rows + (row ^ (1u << (level - 1)));
    }
    if (level + 1 < shape->dims[0]) {
        out[n++] = p + rows;
        out[n++] = (level + 1) * rows + (row ^ (1u << level));
    }
    return n;
}

/* Every part of consecutive levels can be swapped with its twin, from both ends; and the whole be
 * turned round. */
static double symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return 2.0 * shape->dims[1] - 1;
}

struct block {
    uint32_t side[2][2];
};

struct flight {
    const struct strong *strong;
    GArray *blocks; /* of struct block */
    uint32_t (*in)[2]; /* [endpoint]: its blocks + 1, 0 for none */
    uint32_t *n_in;
    int32_t *level;
    bool *levelled;
    int32_t levels;
};

static void collect(struct flight *flight, const struct squares *squares)
{
    for (guint k = 0; k < squares->met->len; k++) {
        const struct square *square = &g_array_index(squares->met, struct square, k);
        if (!square_is_first(squares, square))
            continue;
        struct block block = {
            {{square->u, square_w(squares, square)},
             {square_middle(squares, square, 0), square_middle(squares, square, 1)}}};
        g_array_append_val(flight->blocks, block);
        for (int i = 0; i < 4; i++) {
            uint32_t u = block.side[i / 2][i % 2];
            if (flight->n_in[u]++ < 2)
                flight->in[u][flight->n_in[u] - 1] = flight->blocks->len;
        }
    }
}

struct entry {
    uint32_t block, endpoint; /* levelled through that block, */
    int32_t step; /* the other side of which is a level further that way */
};

/* Gives the other side of a block its level; those that are new go on the queue. */
static void pass(struct flight *flight, uint32_t number, uint32_t u, int32_t step, GArray *queue)
{
    const struct block *block = &g_array_index(flight->blocks, struct block, number);
    int mine = block->side[1][0] == u || block->side[1][1] == u;
    for (int i = 0; i < 4; i++) {
        uint32_t v = block->side[i / 2][i % 2];
        if (flight->levelled[v])
            continue;
        flight->levelled[v] = true;
        flight->level[v] = flight->level[u] + (i / 2 == mine ? 0 : step);
        struct entry entry = {number, v, i / 2 == mine ? step : -step};
        g_array_append_val(queue, entry);
    }
}

static void find_levels(struct flight *flight, uint32_t start)
{
    g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(struct entry));
    flight->levelled[start] = true;
    pass(flight, flight->in[start][0] - 1, start, 1, queue);
    for (guint head = 0; head < queue->len; head++) {
        struct entry entry = g_array_index(queue, struct entry, head);
        if (flight->n_in[entry.endpoint] > 2)
            continue; /* noise: an edge too many */
        for (uint32_t i = 0; i < flight->n_in[entry.endpoint]; i++) {
            uint32_t number = flight->in[entry.endpoint][i] - 1;
            if (number != entry.block)
                pass(flight, number, entry.endpoint, -entry.step, queue);
        }
    }
}

/* More levels than a matrix has room for. */
#define LEVELS_MOST 20

/* The run of levels that are at least a third as full as the fullest; others are noise. */
static bool trim(struct flight *flight)
{
    uint32_t count[4 * LEVELS_MOST] = {0}, most = 0;
    int32_t middle = 2 * LEVELS_MOST, low = 0, high = G_N_ELEMENTS(count);
    for (size_t u = 0; u < flight->strong->n; u++) {
        flight->levelled[u] = flight->levelled[u] && ABS(flight->level[u]) < middle;
        if (!flight->levelled[u])
            continue;
        uint32_t members = ++count[flight->level[u] + middle];
        most = MAX(most, members);
    }
    while (low < high && 3 * count[low] < most)
        low++;
    while (high > low && 3 * count[high - 1] < most)
        high--;
    flight->levels = high - low;
    for (size_t u = 0; u < flight->strong->n; u++) {
        flight->level[u] += middle - low;
        flight->levelled[u] =
            flight->levelled[u] && flight->level[u] >= 0 && flight->level[u] < flight->levels;
    }
    return flight->levels >= 2 && flight->levels <= LEVELS_MOST;
}

/* Turns the levels so that the bytes go up, if they go one way. */
static void turn(struct flight *flight)
{
    const struct graph *graph = flight->strong->graph;
    double up = 0, down = 0;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; flight->levelled[u] && k < graph->start[u + 1]; k++) {
            const struct arc *arc = &graph->arcs[k];
            if (flight->levelled[arc->to] && flight->level[arc->to] == flight->level[u] + 1) {
                up += arc->out;
                down += arc->in;
            }
        }
    }
    for (uint32_t u = 0; down > up && u < graph->n; u++)
        flight->level[u] = flight->levels - 1 - flight->level[u];
}

static bool is_likely(const struct flight *flight)
{
    double n = (double)flight->levels * ldexp(1, flight->levels - 1);
    double active = (double)flight->strong->n_active;
    return n >= 0.7 * active && n <= 1.3 * active;
}

/*
 * One bit of the rows on one side of it: the parts that the levels so far fall into are joined in
 * pairs by the edges between low and low + 1, and the two of a pair get 0 and 1, the larger parts
 * before fragments.
 */
static void set_bit(const struct flight *flight, uint32_t *piece, int32_t low, bool above,
                    uint32_t *row, bool *sure)
{
    const struct strong *strong = flight->strong;
    size_t n = strong->n;
    g_autofree uint32_t *old = g_new(uint32_t, n), *size = g_new0(uint32_t, n);
    g_autofree uint32_t(*pair)[2] = g_malloc_n(n, sizeof *pair);
    memset(pair, 0xff, n * sizeof *pair);
    for (uint32_t u = 0; u < n; u++)
        size[old[u] = pieces_find(piece, u)]++;
    for (uint32_t u = 0; u < n; u++)
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            if (flight->levelled[u] && flight->levelled[strong->to[k]] && flight->level[u] == low &&
                flight->level[strong->to[k]] == low + 1)
                piece[pieces_find(piece, u)] = pieces_find(piece, strong->to[k]);
    for (uint32_t u = 0; u < n; u++) {
        bool on_side = above ? flight->level[u] > low : flight->level[u] <= low;
        if (!flight->levelled[u] || !on_side || old[u] != u)
            continue;
        uint32_t *both = pair[pieces_find(piece, u)], part = u;
        for (int i = 0; i < 2; i++) {
            if (both[i] != VTTIF_NOWHERE && size[both[i]] >= size[part])
                continue;
            uint32_t swap = both[i];
            both[i] = part;
            part = swap;
            if (part == VTTIF_NOWHERE)
                break;
        }
    }
    for (uint32_t u = 0; u < n; u++) {
        bool on_side = above ? flight->level[u] > low : flight->level[u] <= low;
        if (!flight->levelled[u] || !on_side)
            continue;
        const uint32_t *both = pair[pieces_find(piece, u)];
        sure[u] = sure[u] && (old[u] == both[0] || old[u] == both[1]);
        row[u] |= (uint32_t)(old[u] == both[1]) << low;
    }
}

static uint32_t *find_positions(const struct flight *flight)
{
    size_t n = flight->strong->n, rows = (size_t)1 << (flight->levels - 1);
    g_autofree uint32_t *down = pieces_new(n), *up = pieces_new(n), *row = g_new0(uint32_t, n);
    g_autofree bool *sure = g_memdup2(flight->levelled, n * sizeof *sure);
    g_autofree bool *taken = g_new0(bool, rows *(size_t)flight->levels);
    uint32_t *position = g_new(uint32_t, n);
    for (int32_t low = flight->levels - 2; low >= 0; low--)
        set_bit(flight, down, low, true, row, sure);
    for (int32_t low = 0; low < flight->levels - 1; low++)
        set_bit(flight, up, low, false, row, sure);
    for (uint32_t u = 0; u < n; u++) {
        size_t p = (size_t)flight->level[u] * rows + row[u];
        position[u] = VTTIF_NOWHERE;
        if (!sure[u] || taken[p])
            continue;
        taken[p] = true;
        position[u] = (uint32_t)p;
    }
    return position;
}

#define STARTS_MOST 6

static void propose_from(struct search *search, struct flight *flight, uint32_t start)
{
    memset(flight->levelled, 0, flight->strong->n * sizeof *flight->levelled);
    memset(flight->level, 0, flight->strong->n * sizeof *flight->level);
    find_levels(flight, start);
    if (!trim(flight) || !is_likely(flight))
        return;
    turn(flight);
    uint32_t dims[] = {(uint32_t)flight->levels, 1u << (flight->levels - 1)};
    struct vttif_shape shape = shape_new("butterfly", 2, dims);
    uint32_t *position = find_positions(flight);
    fit(flight->strong, &shape, position);
    search_propose(search, flight->strong, &shape, position, false);
}

/* From a few endpoints of the first or last level: in one block, with two partners. */
static void propose_flight(struct search *search, struct flight *flight)
{
    int starts = 0;
    for (uint32_t u = 0; u < flight->strong->n && starts < STARTS_MOST; u++) {
        if (flight->n_in[u] != 1 || strong_degree(flight->strong, u) != 2)
            continue;
        propose_from(search, flight, u);
        starts++;
    }
}

static void propose(struct search *search, const struct strong *strong)
{
    const struct squares *squares = squares_of(strong);
    if (!squares)
        return;
    guint blocks = squares->met->len / 2;
    double expected = (double)strong->n_edges / 4;
    if (blocks < 0.4 * expected || blocks > 1.2 * expected)
        return;
    size_t n = strong->n;
    struct flight flight = {.strong = strong,
                            .blocks = g_array_new(FALSE, FALSE, sizeof(struct block)),
                            .n_in = g_new0(uint32_t, n),
                            .level = g_new0(int32_t, n),
                            .levelled = g_new0(bool, n)};
    flight.in = g_malloc0_n(n, sizeof *flight.in);
    collect(&flight, squares);
    propose_flight(search, &flight);
    g_array_unref(flight.blocks);
    g_free(flight.in);
    g_free(flight.n_in);
    g_free(flight.level);
    g_free(flight.levelled);
}

const struct archetype archetype_butterfly = {
    .name = "butterfly",
    .least_score = 0.7,
    .order = grid_order,
    .edges = edges,
    .adjacent = adjacent,
    .neighbours = neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = symmetry_bits,
    .propose = propose,
};
