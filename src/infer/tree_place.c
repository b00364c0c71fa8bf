// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_place.h"
#include "infer/median.h"
#include "infer/tree.h"

#include <math.h>
#include <string.h>

/* So many pieces are laid; more is no tree. */
#define PIECES_MAX 200
/* What an endpoint of a piece takes beside its common parts. */
#define WALK_STEPS 8
/* Bytes go one way when such a share does. */
#define ONE_WAY 0.8
/* So many endpoints may be placed by traffic that is there by chance. */
#define CHANCE_MOST 0.5
/* An edge weighs at least this share of the usual: a missing one is likelier. */
#define LIGHTEST 0.12

/* Each gap that a piece leaves is one that another has to fill; less than an edge. */
#define GAP_COST 0.2

struct ground {
    const struct wood *wood;
    const struct pattern *pattern;
    struct vttif_shape shape; /* for its neighbours */
    uint32_t *position; /* [endpoint] */
    uint32_t *endpoint; /* [position] */
    enum tide tide;
    double usual; /* weight of an edge */
};

/* --- pieces ------------------------------------------------------------------------------------
 */

/* A rooted piece, and its common parts with the pattern. */
struct piece {
    struct walk walk;
    double *weight;
    struct forest *forest;
    struct embedding *embedding;
};

static struct piece piece_new(const struct wood *wood, uint32_t root, const uint32_t *position,
                              const struct pattern *pattern, enum tide tide)
{
    struct piece piece = {.walk = walk_new(wood, root, position)};
    piece.weight = g_new0(double, piece.walk.n);
    for (size_t i = 1; i < piece.walk.n; i++)
        piece.weight[i] =
            wood_evidence(wood, piece.walk.node[i], piece.walk.node[piece.walk.parent[i]], tide);
    piece.forest = forest_new(piece.walk.n, g_steal_pointer(&piece.walk.parent), piece.weight);
    piece.embedding = embedding_new(piece.forest, pattern);
    budget_spend(wood->steps, embedding_steps(piece.embedding) + WALK_STEPS * piece.walk.n);
    return piece;
}

static void piece_clear(struct piece *piece)
{
    embedding_free(piece->embedding);
    forest_free(piece->forest);
    g_free(piece->weight);
    walk_clear(&piece->walk);
}

static bool is_taken(const struct ground *ground, uint32_t p)
{
    return ground->endpoint[p] != VTTIF_NOWHERE;
}

/* What an edge to the piece's parent adds: that it may be there, and how heavy it is. */
#define PARENT_WORTH 0.05
#define WEIGHT_WORTH 0.6

/* What speaks for a piece at a vacant position, if it may be more than most: whole numbers are
 * edges kept, all else decides between positions that keep as many. */
static double worth(const struct ground *ground, const struct piece *piece, uint32_t p, double most)
{
    const struct pattern *pattern = ground->pattern;
    uint32_t kind = pattern->kind[p];
    double value = embedding_gain(piece->embedding, 0, kind) -
                   GAP_COST * embedding_gaps(piece->embedding, 0, kind);
    if (p == 0 || !is_taken(ground, pattern->forest->parent[p]) ||
        value + PARENT_WORTH + WEIGHT_WORTH < most)
        return value;
    double bytes = wood_evidence(ground->wood, piece->walk.node[0],
                                 ground->endpoint[pattern->forest->parent[p]], ground->tide);
    return value + PARENT_WORTH + WEIGHT_WORTH * MIN(bytes / ground->usual, 1);
}

/* VTTIF_NOWHERE, and *most is -INFINITY, if none is vacant. */
static uint32_t best_position(const struct ground *ground, const struct piece *piece, double *most)
{
    uint32_t best = VTTIF_NOWHERE;
    *most = -INFINITY;
    budget_spend(ground->wood->steps, ground->pattern->forest->n);
    for (uint32_t p = 0; p < ground->pattern->forest->n; p++) {
        double value = is_taken(ground, p) ? -INFINITY : worth(ground, piece, p, *most);
        if (value <= *most)
            continue;
        *most = value;
        best = p;
    }
    return best;
}

static void lay_piece(struct ground *ground, const struct piece *piece, uint32_t p)
{
    g_autofree uint32_t *place = g_new(uint32_t, piece->walk.n);
    memset(place, 0xff, piece->walk.n * sizeof *place);
    embedding_lay(piece->embedding, 0, p, place);
    for (size_t i = 0; i < piece->walk.n; i++) {
        uint32_t parent = piece->forest->parent[i];
        bool hangs = i == 0 || ground->position[piece->walk.node[parent]] != VTTIF_NOWHERE;
        if (place[i] == VTTIF_NOWHERE || !hangs || is_taken(ground, place[i]))
            continue;
        ground->position[piece->walk.node[i]] = place[i];
        ground->endpoint[place[i]] = piece->walk.node[i];
    }
}

/* The share of a piece's bytes that goes up, without the hub's if there are others. */
static double share_up(const struct wood *wood, const struct piece *piece)
{
    double up = 0, down = 0;
    for (int all = 0; all < 2 && up + down <= 0; all++) {
        for (size_t i = 1; i < piece->walk.n; i++) {
            uint32_t u = piece->walk.node[i], v = piece->walk.node[piece->forest->parent[i]];
            if (!all && (u == wood->strong->hub || v == wood->strong->hub))
                continue;
            up += wood_evidence(wood, u, v, TIDE_UP);
            down += wood_evidence(wood, u, v, TIDE_DOWN);
        }
    }
    return up + down > 0 ? up / (up + down) : 0.5;
}

static enum tide tide_of(double up)
{
    return up > ONE_WAY ? TIDE_UP : up < 1 - ONE_WAY ? TIDE_DOWN : TIDE_BOTH;
}

/* Edges whose bytes go against the others', more or less. */
static double against_tide(const struct wood *wood, const struct piece *piece)
{
    double up = share_up(wood, piece);
    enum tide tide = tide_of(up);
    double against = tide == TIDE_UP ? 1 - up : tide == TIDE_DOWN ? up : 0;
    return against * (double)(piece->walk.n - 1);
}

double tree_common(const struct wood *wood, uint32_t root, const struct pattern *pattern)
{
    struct piece piece = piece_new(wood, root, NULL, pattern, TIDE_BOTH);
    double most = 0;
    for (uint32_t k = 0; k < pattern->n_kinds; k++)
        most = MAX(most, embedding_gain(piece.embedding, 0, k) -
                             GAP_COST * embedding_gaps(piece.embedding, 0, k));
    most -= against_tide(wood, &piece);
    piece_clear(&piece);
    return MAX(most, 0);
}

static double usual_weight(const struct piece *piece)
{
    size_t n = piece->walk.n - 1;
    g_autofree double *weight = g_memdup2(piece->weight + 1, MAX(n, 1) * sizeof *weight);
    return n > 0 ? median(weight, n) : 1;
}

static void lay_first(struct ground *ground, uint32_t root)
{
    struct piece piece = piece_new(ground->wood, root, NULL, ground->pattern, TIDE_BOTH);
    ground->tide = tide_of(share_up(ground->wood, &piece));
    if (ground->tide != TIDE_BOTH) { /* of siblings, those whose bytes go its way go first */
        piece_clear(&piece);
        piece = piece_new(ground->wood, root, NULL, ground->pattern, ground->tide);
    }
    ground->usual = MAX(usual_weight(&piece), 1e-300);
    double value;
    lay_piece(ground, &piece, best_position(ground, &piece, &value));
    piece_clear(&piece);
}

/* With the root, of those that it may have, that serves it best. */
static void lay_at_best_root(struct ground *ground, uint32_t u)
{
    struct roots roots = roots_find(ground->wood, u, ground->position);
    struct piece best = {.forest = NULL};
    uint32_t best_p = VTTIF_NOWHERE;
    double most = 0;
    for (unsigned i = 0; i < roots.n; i++) {
        struct piece piece =
            piece_new(ground->wood, roots.root[i], ground->position, ground->pattern, ground->tide);
        double value;
        uint32_t p = best_position(ground, &piece, &value);
        double up = share_up(ground->wood, &piece);
        value += ground->tide == TIDE_UP ? up : ground->tide == TIDE_DOWN ? 1 - up : 0;
        if (p != VTTIF_NOWHERE && (best_p == VTTIF_NOWHERE || value > most)) {
            struct piece swap = best;
            best = piece;
            piece = swap;
            best_p = p;
            most = value;
        }
        if (piece.forest)
            piece_clear(&piece);
    }
    if (best_p != VTTIF_NOWHERE)
        lay_piece(ground, &best, best_p);
    if (best.forest)
        piece_clear(&best);
}

struct loose {
    uint32_t u, size;
};

/* The largest of the pieces that are still without a place. */
static struct loose largest_loose(const struct ground *ground, uint32_t *passed, uint32_t round)
{
    const struct wood *wood = ground->wood;
    struct loose largest = {VTTIF_NOWHERE, 1};
    for (unsigned t = 0; t < wood->strong->n; t++) {
        if (wood_degree(wood, t) == 0 || ground->position[t] != VTTIF_NOWHERE || passed[t] >= round)
            continue;
        struct walk walk = walk_new(wood, t, ground->position);
        budget_spend(wood->steps, walk.n);
        for (size_t i = 0; i < walk.n; i++)
            passed[walk.node[i]] = MAX(passed[walk.node[i]], round);
        if (walk.n > largest.size && passed[t] != G_MAXUINT32)
            largest = (struct loose){t, (uint32_t)walk.n};
        walk_clear(&walk);
    }
    return largest;
}

static void lay_others(struct ground *ground)
{
    g_autofree uint32_t *passed = g_new0(uint32_t, MAX(ground->wood->strong->n, 1));
    for (uint32_t round = 1; round <= PIECES_MAX && !budget_is_spent(ground->wood->steps);
         round++) {
        struct loose loose = largest_loose(ground, passed, round);
        if (loose.u == VTTIF_NOWHERE)
            return;
        lay_at_best_root(ground, loose.u);
        if (ground->position[loose.u] == VTTIF_NOWHERE)
            passed[loose.u] = G_MAXUINT32; /* no room for it, or in the branch that came off */
    }
}

/* --- single endpoints --------------------------------------------------------------------------
 */

static unsigned neighbours_of(const struct ground *ground, uint32_t p, uint32_t *near)
{
    return tree_neighbours(&ground->shape, p, near);
}

static GArray *find_vacant(const struct ground *ground)
{
    GArray *vacant = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t p = 0; p < ground->pattern->forest->n; p++)
        if (!is_taken(ground, p))
            g_array_append_val(vacant, p);
    return vacant;
}

/* The lightest traffic that is no accident when every vacant position looks at every endpoint
 * without one. */
static double least_evidence(const struct ground *ground, guint n_vacant)
{
    const struct graph *graph = ground->wood->strong->graph;
    double n = 0, without = 0;
    for (size_t u = 0; u < graph->n; u++) {
        n += graph->start[u + 1] > graph->start[u];
        without += graph->start[u + 1] > graph->start[u] && ground->position[u] == VTTIF_NOWHERE;
    }
    double tries = without * n_vacant / MAX(n * (n - 1) / 2, 1);
    double least = LIGHTEST * ground->usual;
    unsigned bin = 0;
    uint32_t edges = ground->wood->n_edges, *at_least = ground->wood->at_least;
    while (bin + 1 < WEIGHT_BINS &&
           (at_least[bin] <= edges || (at_least[bin] - edges) * tries < CHANCE_MOST))
        bin++;
    return MAX(least, weight_of_bin(graph, bin));
}

struct offer {
    double bytes;
    uint32_t position, endpoint;
};

/* Of those whom v, who sits beside p, exchanges anything with. */
static void collect_from(const struct ground *ground, uint32_t p, uint32_t v, bool above,
                         double least, GArray *offers)
{
    const struct graph *graph = ground->wood->strong->graph;
    for (size_t k = graph->start[v]; k < graph->start[v + 1]; k++) {
        uint32_t u = graph->arcs[k].to;
        if (ground->position[u] != VTTIF_NOWHERE || arc_weight(&graph->arcs[k]) < least)
            continue;
        struct offer offer = {.position = p, .endpoint = u};
        offer.bytes = wood_evidence(ground->wood, above ? u : v, above ? v : u, ground->tide);
        if (offer.bytes >= least)
            g_array_append_val(offers, offer);
    }
}

static void collect_offers(const struct ground *ground, uint32_t p, double least, GArray *offers)
{
    uint32_t near[NEIGHBOURS_MAX];
    unsigned n_near = neighbours_of(ground, p, near);
    for (unsigned i = 0; i < n_near; i++)
        if (is_taken(ground, near[i]))
            collect_from(ground, p, ground->endpoint[near[i]], near[i] < p, least, offers);
}

static int compare_offers(const void *first, const void *second)
{
    const struct offer *a = first, *b = second;
    if (a->position != b->position)
        return a->position < b->position ? -1 : 1;
    return a->endpoint < b->endpoint ? -1 : a->endpoint > b->endpoint;
}

static int compare_bytes(const void *first, const void *second)
{
    const struct offer *a = first, *b = second;
    return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

/* What an endpoint exchanges with all the neighbours of a position is one offer. */
static void sum_offers(GArray *offers)
{
    guint kept = 0;
    g_array_sort(offers, compare_offers);
    for (guint i = 0; i < offers->len; i++) {
        struct offer offer = g_array_index(offers, struct offer, i);
        struct offer *last = kept > 0 ? &g_array_index(offers, struct offer, kept - 1) : NULL;
        if (last && compare_offers(last, &offer) == 0)
            last->bytes += offer.bytes;
        else
            g_array_index(offers, struct offer, kept++) = offer;
    }
    g_array_set_size(offers, kept);
    g_array_sort(offers, compare_bytes);
}

/* Returns how many found a place. */
static size_t place_singles(struct ground *ground)
{
    g_autoptr(GArray) vacant = find_vacant(ground);
    g_autoptr(GArray) offers = g_array_new(FALSE, FALSE, sizeof(struct offer));
    double least = vacant->len > 0 ? least_evidence(ground, vacant->len) : 0;
    size_t placed = 0;
    for (guint i = 0; i < vacant->len; i++)
        collect_offers(ground, g_array_index(vacant, uint32_t, i), least, offers);
    sum_offers(offers);
    for (guint i = 0; i < offers->len; i++) {
        const struct offer *offer = &g_array_index(offers, struct offer, i);
        if (is_taken(ground, offer->position) || ground->position[offer->endpoint] != VTTIF_NOWHERE)
            continue;
        ground->position[offer->endpoint] = offer->position;
        ground->endpoint[offer->position] = offer->endpoint;
        placed++;
    }
    return placed;
}

uint32_t *tree_place(const struct wood *wood, uint32_t root, const struct pattern *pattern,
                     unsigned arity)
{
    size_t n = wood->strong->n, order = pattern->forest->n;
    uint32_t dims[] = {(uint32_t)order};
    struct ground ground = {.wood = wood, .pattern = pattern, .shape = shape_new("", 1, dims)};
    ground.shape.arity = arity;
    ground.position = g_new(uint32_t, MAX(n, 1));
    ground.endpoint = g_new(uint32_t, MAX(order, 1));
    memset(ground.position, 0xff, n * sizeof *ground.position);
    memset(ground.endpoint, 0xff, order * sizeof *ground.endpoint);
    lay_first(&ground, root);
    lay_others(&ground);
    for (int round = 0; round < 4 && place_singles(&ground) > 0; round++)
        ;
    g_free(ground.endpoint);
    return ground.position;
}
