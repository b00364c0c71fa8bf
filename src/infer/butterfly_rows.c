// SPDX-License-Identifier: Apache-2.0
#include "infer/butterfly.h"

#include "infer/links.h"

#include <stdlib.h>
#include <string.h>

struct rows {
    const struct flight *flight;
    int32_t front, next; /* the levels where pieces end, and where who joins them sits */
    unsigned bit; /* in which the two of a pair differ */
    uint32_t full; /* so many endpoints has a piece that none is missing of */
    uint32_t *piece; /* [endpoint]: of the levels so far; VTTIF_NOWHERE: none, or in doubt */
    uint32_t *whole; /* [piece]: of what it is half, or VTTIF_NOWHERE */
    int *half; /* [piece]: which of the two */
    uint32_t (*size)[2]; /* [piece]: of the halves of a whole; of a piece that is in none, the
                            first */
    uint32_t *row; /* [endpoint] */
    bool *sure; /* [endpoint]: of its row */
};

/* Two pieces that one endpoint joins. */
struct joint {
    uint32_t low, high;
};

static int compare_joints(const void *a, const void *b)
{
    const struct joint *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->high > y->high) - (x->high < y->high);
}

static bool is_at(const struct rows *rows, uint32_t u, int32_t level)
{
    return rows->flight->levelled[u] && rows->flight->level[u] == level;
}

static bool is_in_piece(const struct rows *rows, uint32_t u)
{
    return is_at(rows, u, rows->front) && rows->piece[u] != VTTIF_NOWHERE;
}

static void add_joints_of(const struct rows *rows, uint32_t u, GArray *joints)
{
    const struct strong *strong = rows->flight->strong;
    for (size_t i = strong->start[u]; i < strong->start[u + 1]; i++) {
        for (size_t k = i + 1; k < strong->start[u + 1]; k++) {
            uint32_t v = strong->to[i], w = strong->to[k];
            if (!is_in_piece(rows, v) || !is_in_piece(rows, w) || rows->piece[v] == rows->piece[w])
                continue;
            struct joint joint = {MIN(rows->piece[v], rows->piece[w]),
                                  MAX(rows->piece[v], rows->piece[w])};
            g_array_append_val(joints, joint);
        }
    }
}

/* Each two pieces that anyone joins, by how many do. */
static GArray *count_joints(const struct rows *rows)
{
    g_autoptr(GArray) joints = g_array_new(FALSE, FALSE, sizeof(struct joint));
    GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));
    for (uint32_t u = 0; u < rows->flight->strong->n; u++)
        if (is_at(rows, u, rows->next))
            add_joints_of(rows, u, joints);
    g_array_sort(joints, compare_joints);
    for (guint i = 0, begin = 0; i < joints->len; i++) {
        const struct joint *joint = &g_array_index(joints, struct joint, i);
        if (i + 1 < joints->len && compare_joints(joint, joint + 1) == 0)
            continue;
        struct link link = {(float)(i + 1 - begin), joint->low, joint->high};
        g_array_append_val(links, link);
        begin = i + 1;
    }
    links_sort(links);
    return links;
}

static void count_sizes(struct rows *rows)
{
    size_t n = rows->flight->strong->n;
    memset(rows->size, 0, n * sizeof *rows->size);
    for (uint32_t u = 0; u < n; u++)
        if (rows->piece[u] != VTTIF_NOWHERE)
            rows->size[rows->piece[u]][0]++;
}

static bool is_free(const struct rows *rows, uint32_t piece)
{
    return rows->whole[piece] == VTTIF_NOWHERE;
}

static void pair_two(struct rows *rows, uint32_t low, uint32_t high)
{
    rows->whole[low] = rows->whole[high] = low;
    rows->half[low] = 0;
    rows->half[high] = 1;
    rows->size[low][1] = rows->size[high][0];
}

/* A fragment is of the other half than who it is joined with, if there is room. */
static void add_fragment(struct rows *rows, uint32_t fragment, uint32_t joined)
{
    uint32_t whole = rows->whole[joined], size = rows->size[fragment][0];
    int half = !rows->half[joined];
    if (rows->size[whole][half] + size > rows->full)
        return;
    rows->size[whole][half] += size;
    rows->whole[fragment] = whole;
    rows->half[fragment] = half;
}

/* Pairs the pieces that most join; edges that are missing leave fragments of some. */
static void pair_pieces(struct rows *rows)
{
    g_autoptr(GArray) links = count_joints(rows);
    memset(rows->whole, 0xff, rows->flight->strong->n * sizeof *rows->whole);
    count_sizes(rows);
    for (guint i = 0; i < links->len; i++) {
        const struct link *link = &g_array_index(links, struct link, i);
        if (is_free(rows, link->u) && is_free(rows, link->v))
            pair_two(rows, MIN(link->u, link->v), MAX(link->u, link->v));
    }
    for (guint i = 0; i < links->len; i++) {
        const struct link *link = &g_array_index(links, struct link, i);
        if (is_free(rows, link->u))
            add_fragment(rows, link->u, link->v);
        else if (is_free(rows, link->v))
            add_fragment(rows, link->v, link->u);
    }
}

/* The piece that u joins with most edges; VTTIF_NOWHERE if two are as good. */
static uint32_t piece_joined(const struct rows *rows, uint32_t u)
{
    const struct strong *strong = rows->flight->strong;
    uint32_t best = VTTIF_NOWHERE, most = 0;
    for (size_t i = strong->start[u]; i < strong->start[u + 1]; i++) {
        uint32_t v = strong->to[i], edges = 0;
        if (!is_in_piece(rows, v))
            continue;
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++)
            edges +=
                is_in_piece(rows, strong->to[k]) && rows->piece[strong->to[k]] == rows->piece[v];
        if (edges == most && best != rows->piece[v])
            best = VTTIF_NOWHERE;
        if (edges > most) {
            most = edges;
            best = rows->piece[v];
        }
    }
    return best;
}

/* One bit of all who are in pieces; the two of a pair are one piece then, and who joins them is in
 * it. */
static void set_bit(struct rows *rows)
{
    size_t n = rows->flight->strong->n;
    pair_pieces(rows);
    for (uint32_t u = 0; u < n; u++) {
        uint32_t piece = rows->piece[u];
        if (piece == VTTIF_NOWHERE)
            continue;
        if (is_free(rows, piece)) {
            rows->sure[u] = false;
            continue;
        }
        rows->row[u] |= (uint32_t)rows->half[piece] << rows->bit;
        rows->piece[u] = rows->whole[piece];
    }
    for (uint32_t u = 0; u < n; u++) {
        if (!is_at(rows, u, rows->next))
            continue;
        rows->piece[u] = piece_joined(rows, u);
        rows->sure[u] = rows->sure[u] && rows->piece[u] != VTTIF_NOWHERE;
    }
}

/* The bits below each level, from the last down, or those from it on, from the first up. */
static void set_bits(struct rows *rows, bool above)
{
    const struct flight *flight = rows->flight;
    int32_t last = flight->levels - 1;
    for (uint32_t u = 0; u < flight->strong->n; u++)
        rows->piece[u] = is_at(rows, u, above ? last : 0) ? u : VTTIF_NOWHERE;
    for (int32_t i = 0; i < last; i++) {
        rows->front = above ? last - i : i;
        rows->next = above ? last - i - 1 : i + 1;
        rows->bit = (unsigned)MIN(rows->front, rows->next);
        rows->full = (uint32_t)(i + 1) << i;
        set_bit(rows);
    }
}

uint32_t *flight_positions(const struct flight *flight)
{
    size_t n = flight->strong->n, n_rows = (size_t)1 << (flight->levels - 1);
    g_autofree uint32_t *piece = g_new(uint32_t, n), *whole = g_new(uint32_t, n);
    g_autofree int *half = g_new(int, n);
    g_autofree uint32_t(*size)[2] = g_malloc_n(n, sizeof *size);
    g_autofree uint32_t *row = g_new0(uint32_t, n);
    g_autofree bool *sure = g_memdup2(flight->levelled, n * sizeof *sure);
    g_autofree bool *taken = g_new0(bool, n_rows *(size_t)flight->levels);
    uint32_t *position = g_new(uint32_t, n);
    struct rows rows = {.flight = flight,
                        .piece = piece,
                        .whole = whole,
                        .half = half,
                        .size = size,
                        .row = row,
                        .sure = sure};
    set_bits(&rows, true);
    set_bits(&rows, false);
    for (uint32_t u = 0; u < n; u++) {
        size_t p = (size_t)flight->level[u] * n_rows + row[u];
        position[u] = VTTIF_NOWHERE;
        if (!sure[u] || taken[p])
            continue;
        taken[p] = true;
        position[u] = (uint32_t)p;
    }
    return position;
}
