// SPDX-License-Identifier: Apache-2.0
#include "infer/butterfly.h"

#include "infer/squares.h"

#include <string.h>

/* More levels than a matrix has room for. */
#define LEVELS_MOST 20
/* Of the blocks that so many edges would make. */
#define BLOCKS_LEAST 0.4
#define BLOCKS_MOST  1.2
/* Two are usual. Who is in more than so many blocks says nothing, */
#define BLOCKS_EACH 4
/* so that a block has at most so many votes. */
#define VOTES_MOST (4 * BLOCKS_EACH)
#define ROUNDS     4
/* Four are usual. */
#define DEGREE_MOST 8

/* --- blocks ----------------------------------------------------------------------------------- */

static struct block *block_at(const struct flight *flight, uint32_t number)
{
    return &g_array_index(flight->blocks, struct block, number);
}

static void collect_blocks(struct flight *flight, const struct squares *squares)
{
    for (guint k = 0; k < squares->met->len; k++) {
        const struct square *square = &g_array_index(squares->met, struct square, k);
        if (!square_is_first(squares, square))
            continue;
        struct block block = {
            .side = {{square->u, square_w(squares, square)},
                     {square_middle(squares, square, 0), square_middle(squares, square, 1)}}};
        g_array_append_val(flight->blocks, block);
    }
}

static void list_blocks_of_endpoints(struct flight *flight)
{
    size_t n = flight->strong->n;
    guint n_blocks = flight->blocks->len;
    flight->start = g_new0(size_t, n + 1);
    flight->in = g_new(uint32_t, 4 * (size_t)n_blocks + 1);
    for (guint b = 0; b < n_blocks; b++)
        for (int i = 0; i < 4; i++)
            flight->start[block_at(flight, b)->side[i / 2][i % 2] + 1]++;
    for (size_t u = 0; u < n; u++)
        flight->start[u + 1] += flight->start[u];
    g_autofree size_t *next = g_memdup2(flight->start, (n + 1) * sizeof *next);
    for (guint b = 0; b < n_blocks; b++)
        for (int i = 0; i < 4; i++)
            flight->in[next[block_at(flight, b)->side[i / 2][i % 2]]++] = b;
}

struct flight *flight_new(const struct strong *strong)
{
    const struct squares *squares = squares_of(strong);
    double expected = (double)strong->n_edges / 4;
    if (!squares || squares->met->len / 2.0 < BLOCKS_LEAST * expected ||
        squares->met->len / 2.0 > BLOCKS_MOST * expected)
        return NULL;
    struct flight *flight = g_new0(struct flight, 1);
    flight->strong = strong;
    flight->blocks = g_array_new(FALSE, FALSE, sizeof(struct block));
    flight->level = g_new0(int32_t, strong->n);
    flight->levelled = g_new0(bool, strong->n);
    collect_blocks(flight, squares);
    list_blocks_of_endpoints(flight);
    return flight;
}

void flight_free(struct flight *flight)
{
    g_array_unref(flight->blocks);
    g_free(flight->start);
    g_free(flight->in);
    g_free(flight->level);
    g_free(flight->levelled);
    g_free(flight);
}

/* --- levels ----------------------------------------------------------------------------------- */

struct vote {
    int32_t low;
    int upper;
    int votes;
};

/* What is most voted for, and by how many more than anything else. */
struct tally {
    struct vote all[VOTES_MOST], best;
    int n, margin;
};

static void vote(struct tally *tally, int32_t low, int upper)
{
    int i = 0;
    while (i < tally->n && (tally->all[i].low != low || tally->all[i].upper != upper))
        i++;
    if (i == VOTES_MOST)
        return;
    if (i == tally->n)
        tally->all[tally->n++] = (struct vote){low, upper, 0};
    tally->all[i].votes++;
}

static void find_best(struct tally *tally)
{
    int second = 0;
    for (int i = 0; i < tally->n; i++) {
        if (tally->all[i].votes > tally->best.votes) {
            second = tally->best.votes;
            tally->best = tally->all[i];
        } else {
            second = MAX(second, tally->all[i].votes);
        }
    }
    tally->margin = tally->best.votes - second;
}

static bool is_on(const struct block *block, int side, uint32_t u)
{
    return block->side[side][0] == u || block->side[side][1] == u;
}

/* What u, on that side of a block, says of it by its other blocks. */
static void ask(const struct flight *flight, uint32_t number, int side, uint32_t u,
                struct tally *tally)
{
    if (flight->start[u + 1] - flight->start[u] > BLOCKS_EACH)
        return;
    for (size_t k = flight->start[u]; k < flight->start[u + 1]; k++) {
        const struct block *other = block_at(flight, flight->in[k]);
        if (flight->in[k] == number || !other->levelled)
            continue;
        if (is_on(other, other->upper, u))
            vote(tally, other->low + 1, !side);
        else
            vote(tally, other->low - 1, side);
    }
}

static struct tally ask_all(const struct flight *flight, uint32_t number)
{
    struct tally tally = {.n = 0};
    const struct block *block = block_at(flight, number);
    for (int i = 0; i < 4; i++)
        ask(flight, number, i / 2, block->side[i / 2][i % 2], &tally);
    find_best(&tally);
    return tally;
}

/* Blocks in the order in which they were voted for, by margin. */
struct agenda {
    GArray *queue[VOTES_MOST + 1]; /* of uint32_t */
    guint head[VOTES_MOST + 1];
};

static void put_on(struct agenda *agenda, const struct flight *flight, uint32_t number)
{
    int margin = ask_all(flight, number).margin;
    if (margin > 0)
        g_array_append_val(agenda->queue[MIN(margin, VOTES_MOST)], number);
}

/* The blocks that share an endpoint with it. */
static void put_neighbours_on(struct agenda *agenda, const struct flight *flight, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        uint32_t u = block_at(flight, number)->side[i / 2][i % 2];
        size_t end = MIN(flight->start[u + 1], flight->start[u] + BLOCKS_EACH);
        for (size_t k = flight->start[u]; k < end; k++)
            if (!block_at(flight, flight->in[k])->levelled)
                put_on(agenda, flight, flight->in[k]);
    }
}

/* The block that is agreed upon most, or VTTIF_NOWHERE. */
static uint32_t take_surest(struct agenda *agenda, const struct flight *flight)
{
    for (int margin = VOTES_MOST; margin > 0; margin--) {
        while (agenda->head[margin] < agenda->queue[margin]->len) {
            uint32_t number = g_array_index(agenda->queue[margin], uint32_t, agenda->head[margin]);
            agenda->head[margin]++;
            if (!block_at(flight, number)->levelled &&
                MIN(ask_all(flight, number).margin, VOTES_MOST) == margin)
                return number;
        }
    }
    return VTTIF_NOWHERE;
}

static void set_level(struct block *block, struct vote vote)
{
    block->levelled = true;
    block->low = vote.low;
    block->upper = vote.upper;
}

static void level_blocks(struct flight *flight, uint32_t start)
{
    struct agenda agenda = {.head = {0}};
    for (int i = 0; i <= VOTES_MOST; i++)
        agenda.queue[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint b = 0; b < flight->blocks->len; b++)
        block_at(flight, b)->levelled = false;
    set_level(block_at(flight, start), (struct vote){.upper = 1});
    for (uint32_t next = start; next != VTTIF_NOWHERE; next = take_surest(&agenda, flight)) {
        if (next != start)
            set_level(block_at(flight, next), ask_all(flight, next).best);
        put_neighbours_on(&agenda, flight, next);
    }
    for (int i = 0; i <= VOTES_MOST; i++)
        g_array_unref(agenda.queue[i]);
}

/* Whom most others contradict is as they say. */
static void level_again(struct flight *flight)
{
    bool changed = true;
    for (int round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (guint b = 0; b < flight->blocks->len; b++) {
            struct block *block = block_at(flight, b);
            struct tally tally = ask_all(flight, b);
            bool same = block->low == tally.best.low && block->upper == tally.best.upper;
            if (!block->levelled || same || tally.margin == 0)
                continue;
            set_level(block, tally.best);
            changed = true;
        }
    }
}

/* Who is in blocks that do not agree has no level. */
static void level_endpoints(struct flight *flight)
{
    for (uint32_t u = 0; u < flight->strong->n; u++) {
        struct tally tally = {.n = 0};
        for (size_t k = flight->start[u]; k < flight->start[u + 1]; k++) {
            const struct block *block = block_at(flight, flight->in[k]);
            if (block->levelled && flight->start[u + 1] - flight->start[u] <= BLOCKS_EACH)
                vote(&tally, block->low + is_on(block, block->upper, u), 0);
        }
        find_best(&tally);
        flight->levelled[u] = tally.margin > 0;
        flight->level[u] = tally.best.low;
    }
}

/* --- who is in no block ----------------------------------------------------------------------- */

/* How many of u's partners are that many levels up. */
static int count_at(const struct flight *flight, uint32_t u, int32_t up)
{
    const struct strong *strong = flight->strong;
    int count = 0;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
        count += flight->levelled[strong->to[k]] &&
                 flight->level[strong->to[k]] == flight->level[u] + up;
    return count;
}

/* By its edges: whose two partners of the next level are known has no third. */
static struct tally ask_partners(const struct flight *flight, uint32_t u)
{
    const struct strong *strong = flight->strong;
    struct tally tally = {.n = 0};
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t v = strong->to[k];
        if (!flight->levelled[v])
            continue;
        for (int32_t up = -1; up <= 1; up += 2)
            if (count_at(flight, v, up) < 2)
                vote(&tally, flight->level[v] + up, 0);
    }
    find_best(&tally);
    return tally;
}

/* The surest first: one who is wrong speaks for others that are. */
static void level_others(struct flight *flight)
{
    for (int margin = 3; margin > 0; margin--) {
        for (bool again = true; again;) {
            again = false;
            for (uint32_t u = 0; u < flight->strong->n; u++) {
                if (flight->levelled[u] || strong_degree(flight->strong, u) > DEGREE_MOST)
                    continue;
                struct tally tally = ask_partners(flight, u);
                if (tally.margin < margin)
                    continue;
                flight->levelled[u] = true;
                flight->level[u] = tally.best.low;
                again = true;
            }
        }
    }
}

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

bool flight_find_levels(struct flight *flight, uint32_t start)
{
    if (start >= flight->blocks->len)
        return false;
    level_blocks(flight, start);
    level_again(flight);
    level_endpoints(flight);
    level_others(flight);
    if (!trim(flight))
        return false;
    turn(flight);
    return true;
}
