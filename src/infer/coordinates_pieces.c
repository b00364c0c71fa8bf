// SPDX-License-Identifier: Apache-2.0
/*
 * Pieces that missing edges cut off are rigid: each has coordinates of its own, which may be turned
 * and shifted. A ladder that lacks a rail in the middle:
 *
 *     o - o - o   o - o - o      the right piece shares one edge with the left one; of the ways to
 *     |   |   |   |   |   |      lay it there, one keeps within two rows
 *     o - o - o - o - o - o
 */
#include "infer/coordinates.h"

#include <math.h>
#include <string.h>

#define DIMS_MOST 3
/* So many endpoints in pieces are looked at; more are no lattice with a few edges missing. */
#define PIECES_MOST  64
#define ACROSS_MOST  64
#define TRIED_ACROSS 8

struct piece {
    GArray *members; /* of uint32_t */
    unsigned n_dims;
    uint32_t root[DIMS_MOST]; /* class of each of its dimensions */
    bool done;
};

/* Dimension d of a piece goes along axis[d], backwards where turned; then it is shifted. */
struct pose {
    unsigned axis[DIMS_MOST];
    bool turned[DIMS_MOST];
    int32_t shift[DIMS_MOST];
    int realised; /* edges across that become steps */
    double growth; /* of what is spanned, for each member */
};

struct across {
    uint32_t inside, outside;
};

struct assembly {
    struct counted *counted;
    int32_t (*own)[DIMS_MOST]; /* [n]: coordinates within the piece */
    bool *seen; /* [n]: is in a piece */
    GHashTable *taken;
    int32_t low[DIMS_MOST], high[DIMS_MOST];
    GArray *pieces; /* of struct piece */
};

static void take(struct assembly *assembly, uint32_t u)
{
    const struct counted *counted = assembly->counted;
    const int32_t *at = counted->at + (size_t)u * counted->n_dims;
    g_hash_table_add(assembly->taken, (gpointer)seat_of(at, counted->n_dims));
    for (unsigned d = 0; d < counted->n_dims; d++) {
        assembly->low[d] = MIN(assembly->low[d], at[d]);
        assembly->high[d] = MAX(assembly->high[d], at[d]);
    }
}

/* --- finding pieces --------------------------------------------------------------------------- */

static int dim_of(struct piece *piece, uint32_t root, unsigned n_dims)
{
    for (unsigned d = 0; d < piece->n_dims; d++)
        if (piece->root[d] == root)
            return (int)d;
    if (piece->n_dims == n_dims)
        return -1;
    piece->root[piece->n_dims] = root;
    return (int)piece->n_dims++;
}

/* Those that u reaches over edges that lie in squares. */
static struct piece piece_from(struct assembly *assembly, uint32_t start)
{
    const struct counted *counted = assembly->counted;
    const struct squares *squares = counted->squares;
    const struct strong *strong = squares->strong;
    struct piece piece = {.members = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
    g_array_append_val(piece.members, start);
    assembly->seen[start] = true;
    for (guint i = 0; i < piece.members->len; i++) {
        uint32_t u = g_array_index(piece.members, uint32_t, i);
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            uint32_t v = strong->to[k], edge = squares->edge_of[k];
            if (assembly->seen[v] || counted->placed[v] || squares->support[edge] == 0)
                continue;
            int dim = dim_of(&piece, counted->directions->root_of[edge], counted->n_dims);
            if (dim < 0)
                continue;
            memcpy(assembly->own[v], assembly->own[u], sizeof assembly->own[v]);
            assembly->own[v][dim] += step_direction(counted, u, k);
            assembly->seen[v] = true;
            g_array_append_val(piece.members, v);
        }
    }
    return piece;
}

static bool find_pieces(struct assembly *assembly)
{
    const struct strong *strong = assembly->counted->squares->strong;
    bool some = false;
    for (uint32_t u = 0; u < strong->n; u++) {
        if (assembly->counted->placed[u] || assembly->seen[u] || strong_degree(strong, u) == 0)
            continue;
        if (assembly->pieces->len == PIECES_MOST)
            return false;
        struct piece piece = piece_from(assembly, u);
        some = some || piece.members->len >= 4;
        g_array_append_val(assembly->pieces, piece);
    }
    return some;
}

/* --- laying them ------------------------------------------------------------------------------ */

static void posed(const struct assembly *assembly, const struct pose *pose, uint32_t u, int32_t *at)
{
    for (unsigned d = 0; d < assembly->counted->n_dims; d++)
        at[pose->axis[d]] =
            pose->shift[pose->axis[d]] + assembly->own[u][d] * (pose->turned[d] ? -1 : 1);
}

static bool is_step(const int32_t *a, const int32_t *b, unsigned n_dims)
{
    int32_t apart = 0;
    for (unsigned d = 0; d < n_dims; d++)
        apart += ABS(a[d] - b[d]);
    return apart == 1;
}

/* How much more is spanned with the piece there, for each member; INFINITY where somebody sits. */
static double growth_of(const struct assembly *assembly, const struct piece *piece,
                        const struct pose *pose)
{
    unsigned n_dims = assembly->counted->n_dims;
    int32_t low[DIMS_MOST], high[DIMS_MOST], at[DIMS_MOST];
    memcpy(low, assembly->low, sizeof low);
    memcpy(high, assembly->high, sizeof high);
    for (guint i = 0; i < piece->members->len; i++) {
        posed(assembly, pose, g_array_index(piece->members, uint32_t, i), at);
        if (g_hash_table_contains(assembly->taken, (gpointer)seat_of(at, n_dims)))
            return INFINITY;
        for (unsigned d = 0; d < n_dims; d++) {
            low[d] = MIN(low[d], at[d]);
            high[d] = MAX(high[d], at[d]);
        }
    }
    double before = 1, after = 1;
    for (unsigned d = 0; d < n_dims; d++) {
        before *= assembly->high[d] - assembly->low[d] + 1;
        after *= high[d] - low[d] + 1;
    }
    return (after - before) / piece->members->len;
}

static bool is_better(const struct pose *a, const struct pose *b)
{
    return a->realised != b->realised ? a->realised > b->realised : a->growth < b->growth;
}

struct laying {
    const struct assembly *assembly;
    const struct piece *piece;
    const GArray *across; /* of struct across */
    struct pose best;
};

/* The pose, shifted so that one edge across becomes a step of that dimension and direction. */
static void try_shift(struct laying *laying, struct pose pose, const struct across *across,
                      unsigned dim, int32_t step)
{
    const struct assembly *assembly = laying->assembly;
    const struct counted *counted = assembly->counted;
    int32_t at[DIMS_MOST];
    memset(pose.shift, 0, sizeof pose.shift);
    posed(assembly, &pose, across->inside, at);
    const int32_t *to = counted->at + (size_t)across->outside * counted->n_dims;
    for (unsigned d = 0; d < counted->n_dims; d++)
        pose.shift[d] = to[d] - at[d] + (d == dim ? step : 0);
    pose.realised = 0;
    for (guint i = 0; i < laying->across->len; i++) {
        const struct across *other = &g_array_index(laying->across, struct across, i);
        posed(assembly, &pose, other->inside, at);
        pose.realised +=
            is_step(at, counted->at + (size_t)other->outside * counted->n_dims, counted->n_dims);
    }
    if (pose.realised < laying->best.realised)
        return;
    pose.growth = growth_of(assembly, laying->piece, &pose);
    if (pose.growth < INFINITY && is_better(&pose, &laying->best))
        laying->best = pose;
}

static void try_axes(struct laying *laying, const unsigned *axes)
{
    unsigned n_dims = laying->assembly->counted->n_dims;
    for (unsigned d = 0; d < n_dims; d++)
        if (axes[d] >= n_dims)
            return;
    for (unsigned turns = 0; turns < 1u << n_dims; turns++) {
        struct pose pose = {.realised = 0};
        for (unsigned d = 0; d < n_dims; d++) {
            pose.axis[d] = axes[d];
            pose.turned[d] = turns >> d & 1;
        }
        for (guint i = 0; i < MIN(laying->across->len, TRIED_ACROSS); i++) {
            const struct across *across = &g_array_index(laying->across, struct across, i);
            for (unsigned d = 0; d < n_dims; d++) {
                try_shift(laying, pose, across, d, 1);
                try_shift(laying, pose, across, d, -1);
            }
        }
    }
}

static GArray *across_of(const struct assembly *assembly, const struct piece *piece)
{
    const struct strong *strong = assembly->counted->squares->strong;
    GArray *across = g_array_new(FALSE, FALSE, sizeof(struct across));
    for (guint i = 0; i < piece->members->len; i++) {
        uint32_t u = g_array_index(piece->members, uint32_t, i);
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            struct across pair = {u, strong->to[k]};
            if (assembly->counted->placed[pair.outside] && across->len < ACROSS_MOST)
                g_array_append_val(across, pair);
        }
    }
    return across;
}

static struct pose lay(const struct assembly *assembly, const struct piece *piece)
{
    static const unsigned axes[][DIMS_MOST] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                               {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    g_autoptr(GArray) across = across_of(assembly, piece);
    struct laying laying = {assembly, piece, across, {.growth = INFINITY}};
    for (size_t i = 0; i < G_N_ELEMENTS(axes); i++)
        try_axes(&laying, axes[i]);
    return laying.best;
}

static void put(struct assembly *assembly, struct piece *piece, const struct pose *pose)
{
    struct counted *counted = assembly->counted;
    for (guint i = 0; i < piece->members->len; i++) {
        uint32_t u = g_array_index(piece->members, uint32_t, i);
        posed(assembly, pose, u, counted->at + (size_t)u * counted->n_dims);
        counted->placed[u] = true;
        take(assembly, u);
    }
    piece->done = true;
}

/* Lays the piece that is surest. False if none has an edge to what is placed. */
static bool lay_next(struct assembly *assembly)
{
    struct piece *next = NULL;
    struct pose best = {.growth = INFINITY};
    for (guint i = 0; i < assembly->pieces->len; i++) {
        struct piece *piece = &g_array_index(assembly->pieces, struct piece, i);
        struct pose pose = {.growth = INFINITY};
        if (!piece->done)
            pose = lay(assembly, piece);
        if (pose.realised > 0 && (!next || is_better(&pose, &best))) {
            next = piece;
            best = pose;
        }
    }
    if (next)
        put(assembly, next, &best);
    return next;
}

void add_pieces(struct counted *counted)
{
    size_t n = counted->squares->strong->n;
    if (counted->n_dims < 2 || counted->n_dims > DIMS_MOST)
        return;
    struct assembly assembly = {.counted = counted,
                                .own = g_malloc0_n(n, sizeof *assembly.own),
                                .seen = g_new0(bool, n),
                                .taken = g_hash_table_new(NULL, NULL),
                                .pieces = g_array_new(FALSE, FALSE, sizeof(struct piece))};
    for (uint32_t u = 0; u < n; u++)
        if (counted->placed[u])
            take(&assembly, u);
    if (find_pieces(&assembly))
        while (lay_next(&assembly))
            continue;
    for (guint i = 0; i < assembly.pieces->len; i++)
        g_array_unref(g_array_index(assembly.pieces, struct piece, i).members);
    g_array_unref(assembly.pieces);
    g_free(assembly.own);
    g_free(assembly.seen);
    g_hash_table_unref(assembly.taken);
}
