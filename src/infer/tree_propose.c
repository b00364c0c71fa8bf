// SPDX-License-Identifier: Apache-2.0
/*
 * Which trees the strong graph may be, and with which root.
 *
 * The heaviest spanning forest is taken. Of its largest tree the centre, or one beside it, is the
 * root: in a heap and in a binomial tree all leaves are about as deep. Where the bytes go one way,
 * the end of all ways is the root. Smaller trees are subtrees that lost the edge to their parent;
 * they are laid into the vacant place that fits their size best.
 */
#include "infer/fit.h"
#include "infer/judge.h"
#include "infer/links.h"
#include "infer/tree.h"

#include <math.h>
#include <string.h>

/* More edges than this for each endpoint: no tree with a little noise. */
#define EDGES_MOST 1.35
#define ROOTS_MAX  8

struct wood {
    const struct strong *strong;
    size_t *start; /* adjacency of the spanning forest */
    uint32_t *to;
    uint32_t *component; /* [endpoint]: VTTIF_NOWHERE outside */
    uint32_t *order; /* breadth first, component by component */
    size_t n_order;
    uint32_t largest; /* component */
    size_t largest_size;
};

/* The links of the heaviest spanning forest (Kruskal 1956). */
static GArray *span(const struct strong *strong)
{
    GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));
    for (uint32_t u = 0; u < strong->n; u++) {
        for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
            uint32_t v = strong->to[k];
            struct link link = {0, u, v};
            if (v < u)
                continue;
            link.weight = arc_weight(graph_arc(strong->graph, u, v));
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
    g_autoptr(GArray) links = span(wood->strong);
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

/* Lists a component breadth first from u. Returns the last found. */
static uint32_t walk(const struct wood *wood, uint32_t u, uint32_t *parent, uint32_t *order,
                     size_t *n_order)
{
    size_t head = *n_order;
    order[(*n_order)++] = u;
    parent[u] = VTTIF_NOWHERE;
    while (head < *n_order) {
        uint32_t v = order[head++];
        for (size_t k = wood->start[v]; k < wood->start[v + 1]; k++) {
            if (wood->to[k] == parent[v])
                continue;
            parent[wood->to[k]] = v;
            order[(*n_order)++] = wood->to[k];
        }
    }
    return order[*n_order - 1];
}

static void find_components(struct wood *wood, uint32_t *parent)
{
    wood->component = g_new(uint32_t, wood->strong->n);
    wood->order = g_new(uint32_t, MAX(wood->strong->n, 1));
    memset(wood->component, 0xff, wood->strong->n * sizeof *wood->component);
    uint32_t number = 0;
    for (uint32_t u = 0; u < wood->strong->n; u++) {
        if (wood->component[u] != VTTIF_NOWHERE || wood->start[u] == wood->start[u + 1])
            continue;
        size_t before = wood->n_order;
        walk(wood, u, parent, wood->order, &wood->n_order);
        for (size_t i = before; i < wood->n_order; i++)
            wood->component[wood->order[i]] = number;
        if (wood->n_order - before > wood->largest_size) {
            wood->largest_size = wood->n_order - before;
            wood->largest = number;
        }
        number++;
    }
}

/* The centres of the tree that u is in: the middle of a longest path. Returns 1 or 2. */
static unsigned centres(const struct wood *wood, uint32_t u, uint32_t *parent, uint32_t *scratch,
                        uint32_t centre[2])
{
    size_t n = 0, length = 0;
    uint32_t end = walk(wood, u, parent, scratch, &n);
    n = 0;
    uint32_t other = walk(wood, end, parent, scratch, &n);
    for (uint32_t v = other; parent[v] != VTTIF_NOWHERE; v = parent[v])
        length++;
    uint32_t v = other;
    for (size_t i = 0; i < length / 2; i++)
        v = parent[v];
    centre[0] = v;
    if (length % 2 == 0)
        return 1;
    centre[1] = parent[v];
    return 2;
}

/* Does the larger part of the bytes go from u to v? */
static bool goes_to(const struct wood *wood, uint32_t u, uint32_t v)
{
    const struct arc *arc = graph_arc(wood->strong->graph, u, v);
    return arc && arc->out > arc->in;
}

/* Where all ways end when every endpoint passes on to the one it sends most of its surplus to;
 * where bytes go both ways that says nothing, and does no harm. */
static uint32_t flow_end(const struct wood *wood, uint32_t u, bool upstream)
{
    for (size_t steps = 0; steps < wood->largest_size; steps++) {
        size_t k = wood->start[u];
        while (k < wood->start[u + 1] && (goes_to(wood, u, wood->to[k]) == upstream))
            k++;
        if (k == wood->start[u + 1])
            return u;
        u = wood->to[k];
    }
    return u;
}

struct roots {
    uint32_t root[ROOTS_MAX];
    unsigned n;
};

static void add_root(struct roots *roots, uint32_t root)
{
    for (unsigned i = 0; i < roots->n; i++)
        if (roots->root[i] == root)
            return;
    if (roots->n < ROOTS_MAX)
        roots->root[roots->n++] = root;
}

static struct roots find_roots(const struct wood *wood, uint32_t *parent, uint32_t *scratch)
{
    struct roots roots = {.n = 0};
    uint32_t first = 0, centre[2];
    while (wood->component[first] != wood->largest)
        first++;
    unsigned n_centres = centres(wood, first, parent, scratch, centre);
    for (unsigned i = 0; i < n_centres; i++)
        add_root(&roots, centre[i]);
    add_root(&roots, flow_end(wood, centre[0], false));
    add_root(&roots, flow_end(wood, centre[0], true));
    for (unsigned i = 0; i < n_centres && wood->largest_size <= 128; i++)
        for (size_t k = wood->start[centre[i]]; k < wood->start[centre[i] + 1]; k++)
            add_root(&roots, wood->to[k]);
    return roots;
}

/* --- laying ---------------------------------------------------------------------------------- */

static struct forest *template_of(uint32_t order, unsigned arity)
{
    uint32_t *parent = g_new(uint32_t, order);
    g_autofree uint32_t *list = g_new(uint32_t, order);
    for (uint32_t p = 0; p < order; p++) {
        list[p] = p;
        parent[p] = p == 0 ? VTTIF_NOWHERE : tree_parent(arity, p);
    }
    return forest_new(order, parent, list, order);
}

/* The forest with the largest tree hung up at root, the others at their centres. */
static struct forest *hang(const struct wood *wood, uint32_t root, GArray *others)
{
    size_t n = wood->strong->n, n_order = 0;
    uint32_t *parent = g_new(uint32_t, n), centre[2];
    g_autofree uint32_t *order = g_new(uint32_t, n), *scratch = g_new(uint32_t, n);
    g_autofree bool *seen = g_new0(bool, n);
    memset(parent, 0xff, n * sizeof *parent);
    walk(wood, root, parent, order, &n_order);
    for (size_t i = 0; i < wood->n_order; i++) {
        uint32_t u = wood->order[i], number = wood->component[u];
        if (number == wood->largest || (i > 0 && wood->component[wood->order[i - 1]] == number))
            continue;
        centres(wood, u, parent, scratch, centre);
        uint32_t end = flow_end(wood, centre[0], false);
        walk(wood, end, parent, order, &n_order);
        g_array_append_val(others, end);
    }
    return forest_new(n, parent, order, n_order);
}

static int compare_sizes(const void *first, const void *second, void *data)
{
    const struct forest *forest = data;
    uint32_t a = forest->size[*(const uint32_t *)first];
    uint32_t b = forest->size[*(const uint32_t *)second];
    return a > b ? -1 : a < b;
}

/* Lays a piece into the vacant position whose subtree is nearest to it in size. */
static void lay_piece(const struct forest *forest, uint32_t root, const struct forest *template,
                      uint32_t *position, bool *taken)
{
    uint32_t best = VTTIF_NOWHERE, least = G_MAXUINT32, size = forest->size[root];
    for (uint32_t p = 1; p < template->n; p++) {
        uint32_t off =
            template->size[p] > size ? template->size[p] - size : size - template->size[p];
        if (!taken[p] && taken[template->parent[p]] && off < least) {
            least = off;
            best = p;
        }
    }
    if (best == VTTIF_NOWHERE)
        return;
    forest_lay(forest, root, template, best, position);
}

static void mark_taken(const uint32_t *position, size_t n, bool *taken)
{
    for (size_t u = 0; u < n; u++)
        if (position[u] != VTTIF_NOWHERE)
            taken[position[u]] = true;
}

/* At most so many pieces are laid; more is no tree. */
#define PIECES_MAX 200

static uint32_t *lay(const struct wood *wood, uint32_t root, const struct forest *template)
{
    size_t n = wood->strong->n;
    g_autoptr(GArray) others = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    struct forest *forest = hang(wood, root, others);
    uint32_t *position = g_new(uint32_t, n);
    memset(position, 0xff, n * sizeof *position);
    forest_lay(forest, root, template, 0, position);
    g_array_sort_with_data(others, compare_sizes, forest);
    g_autofree bool *taken = g_new0(bool, template->n);
    for (guint i = 0; i < MIN(others->len, PIECES_MAX); i++) {
        mark_taken(position, n, taken);
        lay_piece(forest, g_array_index(others, uint32_t, i), template, position, taken);
    }
    forest_free(forest);
    return position;
}

static void propose_kind(struct search *search, const struct wood *wood, const struct roots *roots,
                         unsigned arity, uint32_t order)
{
    const char *name = arity == 0 ? "binomial-tree" : arity == 2 ? "binary-tree" : "k-ary-tree";
    struct vttif_shape shape = shape_new(name, 1, &order);
    shape.arity = arity;
    struct vttif_shape both = shape;
    both.archetype = "tree-allreduce";
    struct forest *template = template_of(order, arity);
    for (unsigned i = 0; i < roots->n; i++) {
        uint32_t *position = lay(wood, roots->root[i], template);
        fit(wood->strong, &shape, position);
        uint32_t *copy = g_memdup2(position, wood->strong->n * sizeof *position);
        search_propose(search, wood->strong, &shape, position, false);
        search_propose(search, wood->strong, &both, copy, false);
    }
    forest_free(template);
}

/* The smallest full tree of at least n, if it is not much larger; else n. */
static uint32_t full_order(unsigned arity, uint32_t n)
{
    uint64_t full = 1;
    for (uint64_t level = arity; full < n; level *= arity)
        full = arity == 0 ? full * 2 : full + level;
    return (double)full <= 1.1 * n ? (uint32_t)full : n;
}

static void propose_arity(struct search *search, const struct wood *wood, const struct roots *roots,
                          unsigned arity)
{
    uint32_t n = (uint32_t)wood->n_order, full = full_order(arity, n);
    if (arity > 0 && 4 * n < 5 * (arity + 1))
        return; /* a star */
    propose_kind(search, wood, roots, arity, n);
    if (full != n)
        propose_kind(search, wood, roots, arity, full);
}

/* The children that most of the inner endpoints have. */
static unsigned usual_arity(const struct wood *wood, uint32_t *largest)
{
    g_autofree uint32_t *count = g_new0(uint32_t, wood->strong->largest_degree + 1);
    unsigned best = 0;
    *largest = 0;
    for (uint32_t u = 0; u < wood->strong->n; u++) {
        uint32_t degree = (uint32_t)(wood->start[u + 1] - wood->start[u]);
        *largest = MAX(*largest, degree);
        if (degree > 1)
            count[degree - 1]++;
    }
    for (unsigned k = 1; k < *largest; k++)
        if (count[k] >= count[best])
            best = k;
    return best;
}

static void propose_trees(struct search *search, const struct wood *wood, const struct roots *roots)
{
    uint32_t largest;
    unsigned usual = usual_arity(wood, &largest);
    double levels = log2((double)wood->n_order);
    if (largest >= levels - 2.5 && largest <= levels + 2.5)
        propose_arity(search, wood, roots, 0);
    if (largest <= 6 || usual == 2)
        propose_arity(search, wood, roots, 2);
    if (usual > 2)
        propose_arity(search, wood, roots, usual);
    for (unsigned arity = 3; wood->n_order <= 24 && arity <= largest && arity <= 5; arity++)
        if (arity != usual)
            propose_arity(search, wood, roots, arity);
}

void tree_propose(struct search *search, const struct strong *strong)
{
    if (strong->n_active < 3 || (double)strong->n_edges > EDGES_MOST * (double)strong->n_active)
        return;
    struct wood wood = {.strong = strong};
    connect(&wood);
    g_autofree uint32_t *parent = g_new(uint32_t, strong->n);
    g_autofree uint32_t *scratch = g_new(uint32_t, strong->n);
    find_components(&wood, parent);
    if (wood.largest_size >= 3) {
        struct roots roots = find_roots(&wood, parent, scratch);
        propose_trees(search, &wood, &roots);
    }
    g_free(wood.start);
    g_free(wood.to);
    g_free(wood.component);
    g_free(wood.order);
}
