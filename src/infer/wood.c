// SPDX-License-Identifier: Apache-2.0
#include "infer/wood.h"
#include "infer/links.h"
#include "infer/median.h"

#include <string.h>
#include <vttif/recognition.h>

/* Trees of up to so many endpoints are tried from every one. */
#define SMALL 6
/* Beyond so many endpoints only the centre itself is tried. */
#define LARGE 300

/* --- the forest --------------------------------------------------------------------------------
 */

/* The median of what the hub exchanges, each way. */
static double star_of(const struct strong *strong)
{
    const struct graph *graph = strong->graph;
    if (strong->hub == VTTIF_NOWHERE)
        return 0;
    g_autofree double *bytes = graph_bytes_each_way(graph, strong->hub);
    return median(bytes, 2 * graph_degree(graph, strong->hub));
}

double wood_evidence(const struct wood *wood, uint32_t child, uint32_t parent, enum tide tide)
{
    const struct arc *arc = graph_arc(wood->strong->graph, child, parent);
    uint32_t hub = wood->strong->hub;
    if (!arc)
        return 0;
    double bytes = tide == TIDE_UP ? arc->out : tide == TIDE_DOWN ? arc->in : arc_weight(arc);
    return child == hub || parent == hub ? MAX(bytes - wood->star, 0) : bytes;
}

/* The links of the heaviest spanning forest (Kruskal 1956). */
static GArray *span(const struct wood *wood)
{
    const struct strong *strong = wood->strong;
    GArray *links = g_array_sized_new(FALSE, FALSE, sizeof(struct link), (guint)strong->n_edges);
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            struct link link = {0, u, strong->to[k]};
            if (link.v < u)
                continue;
            link.weight = (float)wood_evidence(wood, u, link.v, TIDE_BOTH);
            g_array_append_val(links, link);
        }
    }
    links_sort(links);
    g_autofree uint32_t *piece = pieces_new(strong->n);
    guint kept = 0;
    for (guint i = 0; i < links->len; i++) {
        struct link link = g_array_index(links, struct link, i);
        uint32_t a = pieces_find(piece, link.u), b = pieces_find(piece, link.v);
        if (a == b)
            continue;
        piece[a] = b;
        g_array_index(links, struct link, kept++) = link;
    }
    g_array_set_size(links, kept);
    return links;
}

static void connect(struct wood *wood)
{
    size_t n = wood->strong->n;
    g_autoptr(GArray) links = span(wood);
    wood->n_edges = links->len;
    wood->start = g_new0(size_t, n + 1);
    wood->to = g_new(uint32_t, MAX(2 * links->len, 1));
    for (guint i = 0; i < links->len; i++) {
        wood->start[g_array_index(links, struct link, i).u + 1]++;
        wood->start[g_array_index(links, struct link, i).v + 1]++;
    }
    for (size_t u = 0; u < n; u++)
        wood->start[u + 1] += wood->start[u];
    g_autofree size_t *next = g_memdup2(wood->start, (n + 1) * sizeof *next);
    for (guint i = 0; i < links->len; i++) {
        struct link link = g_array_index(links, struct link, i);
        wood->to[next[link.u]++] = link.v;
        wood->to[next[link.v]++] = link.u;
    }
}

static void find_trees(struct wood *wood)
{
    size_t n = wood->strong->n;
    g_autofree bool *seen = g_new0(bool, MAX(n, 1));
    wood->tree = g_new(uint32_t, MAX(n, 1));
    for (uint32_t u = 0; u < n; u++) {
        if (seen[u] || wood_degree(wood, u) == 0)
            continue;
        struct walk walk = walk_new(wood, u, NULL);
        for (size_t i = 0; i < walk.n; i++)
            seen[walk.node[i]] = true;
        wood->n_members += (uint32_t)walk.n;
        wood->tree[wood->n_trees++] = u;
        if (walk.n > wood->largest) {
            wood->largest = (uint32_t)walk.n;
            wood->tree[wood->n_trees - 1] = wood->tree[0];
            wood->tree[0] = u;
        }
        walk_clear(&walk);
    }
}

static void count_pairs(struct wood *wood)
{
    const struct graph *graph = wood->strong->graph;
    wood->at_least = g_memdup2(graph->pairs, sizeof graph->pairs);
    for (unsigned bin = 1; bin < WEIGHT_BINS; bin++)
        wood->at_least[bin] += wood->at_least[bin - 1];
}

struct wood *wood_new(const struct strong *strong)
{
    struct wood *wood = g_new0(struct wood, 1);
    wood->strong = strong;
    wood->star = star_of(strong);
    connect(wood);
    find_trees(wood);
    count_pairs(wood);
    return wood;
}

void wood_free(struct wood *wood)
{
    g_free(wood->start);
    g_free(wood->to);
    g_free(wood->tree);
    g_free(wood->at_least);
    g_free(wood);
}

/* --- walks -------------------------------------------------------------------------------------
 */

static bool is_open(const uint32_t *position, uint32_t u)
{
    return !position || position[u] == VTTIF_NOWHERE;
}

struct walk walk_new(const struct wood *wood, uint32_t u, const uint32_t *position)
{
    g_autoptr(GArray) node = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) parent = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t none = VTTIF_NOWHERE;
    g_array_append_val(node, u);
    g_array_append_val(parent, none);
    for (uint32_t i = 0; i < node->len; i++) {
        uint32_t v = g_array_index(node, uint32_t, i), up = g_array_index(parent, uint32_t, i);
        uint32_t from = up == none ? none : g_array_index(node, uint32_t, up);
        for (size_t k = wood->start[v]; k < wood->start[v + 1]; k++) {
            if (wood->to[k] == from || !is_open(position, wood->to[k]))
                continue;
            g_array_append_val(node, wood->to[k]);
            g_array_append_val(parent, i);
        }
    }
    size_t n = node->len;
    return (struct walk){n, (uint32_t *)(void *)g_array_free(g_steal_pointer(&node), FALSE),
                         (uint32_t *)(void *)g_array_free(g_steal_pointer(&parent), FALSE)};
}

void walk_clear(struct walk *walk)
{
    g_clear_pointer(&walk->node, g_free);
    g_clear_pointer(&walk->parent, g_free);
}

/* --- roots -------------------------------------------------------------------------------------
 */

static void add_root(struct roots *roots, uint32_t root)
{
    for (unsigned i = 0; i < roots->n; i++)
        if (roots->root[i] == root)
            return;
    if (roots->n < ROOTS_MAX)
        roots->root[roots->n++] = root;
}

static uint32_t last_of(const struct wood *wood, uint32_t u, const uint32_t *position)
{
    struct walk walk = walk_new(wood, u, position);
    uint32_t last = walk.node[walk.n - 1];
    walk_clear(&walk);
    return last;
}

/* The middle of a longest path: one endpoint or two. */
static void add_centres(const struct wood *wood, uint32_t u, const uint32_t *position,
                        struct roots *roots)
{
    struct walk walk = walk_new(wood, last_of(wood, u, position), position);
    size_t length = 0;
    uint32_t at = (uint32_t)(walk.n - 1);
    for (uint32_t i = at; walk.parent[i] != VTTIF_NOWHERE; i = walk.parent[i])
        length++;
    for (size_t i = 0; i < length / 2; i++)
        at = walk.parent[at];
    add_root(roots, walk.node[at]);
    if (length % 2 == 1)
        add_root(roots, walk.node[walk.parent[at]]);
    walk_clear(&walk);
}

/* Does the larger part of the bytes go from u to v? */
static bool goes_to(const struct wood *wood, uint32_t u, uint32_t v)
{
    const struct arc *arc = graph_arc(wood->strong->graph, u, v);
    return arc && arc->out > arc->in;
}

/* Where all ways end when every endpoint passes on to the one it sends most of its surplus to;
 * where bytes go both ways that says nothing, and does no harm. */
static uint32_t flow_end(const struct wood *wood, uint32_t u, const uint32_t *position,
                         bool upstream)
{
    for (size_t steps = 0; steps < wood->n_members; steps++) {
        size_t k = wood->start[u];
        while (k < wood->start[u + 1] &&
               (!is_open(position, wood->to[k]) || goes_to(wood, u, wood->to[k]) == upstream))
            k++;
        if (k == wood->start[u + 1])
            return u;
        u = wood->to[k];
    }
    return u;
}

static void add_neighbours(const struct wood *wood, const uint32_t *position, struct roots *roots)
{
    unsigned known = roots->n;
    for (unsigned i = 0; i < known; i++)
        for (size_t k = wood->start[roots->root[i]]; k < wood->start[roots->root[i] + 1]; k++)
            if (is_open(position, wood->to[k]))
                add_root(roots, wood->to[k]);
}

struct roots roots_find(const struct wood *wood, uint32_t u, const uint32_t *position)
{
    struct roots roots = {.n = 0};
    struct walk walk = walk_new(wood, u, position);
    add_centres(wood, u, position, &roots);
    uint32_t centre = roots.root[0];
    add_root(&roots, flow_end(wood, centre, position, false));
    add_root(&roots, flow_end(wood, centre, position, true));
    for (size_t i = 0; walk.n <= SMALL && i < walk.n; i++)
        add_root(&roots, walk.node[i]);
    if (walk.n <= LARGE)
        add_neighbours(wood, position, &roots);
    walk_clear(&walk);
    return roots;
}
