// SPDX-License-Identifier: Apache-2.0
/*
 * Which trees the strong graph may be, and with which root.
 *
 * The heaviest spanning forest is taken. Of its largest tree the centre, or one beside it, is the
 * root: in a heap and in a binomial tree all leaves are about as deep. Where the bytes go one way,
 * the end of all ways is the root. How many endpoints there were before noise took some, the tree
 * tells itself: with the right number most of it is the pattern's.
 */
#include "infer/judge.h"
#include "infer/tree.h"
#include "infer/tree_place.h"

#include <math.h>

/* More edges than this for each endpoint: no tree with a little noise. */
#define EDGES_MOST 1.35
/* Roots that serve a kind of tree equally well, and numbers of endpoints that do nearly so. */
#define ROOTS_KEPT  4
#define ORDERS_KEPT 3
#define ORDERS_MOST 16

/* Among so few any number of children may be the tree's: its root's, if nobody else's. */
#define FEW 24

struct task {
    struct search *search;
    const struct wood *wood;
    unsigned arity; /* 0: binomial */
    struct roots roots;
};

static void propose_order(const struct task *task, uint32_t order)
{
    const char *name = task->arity == 0   ? "binomial-tree"
                       : task->arity == 2 ? "binary-tree"
                                          : "k-ary-tree";
    const struct strong *strong = task->wood->strong;
    struct vttif_shape shape = shape_new(name, 1, &order);
    shape.arity = task->arity;
    struct vttif_shape both = shape;
    both.archetype = "tree-allreduce";
    struct pattern *pattern = pattern_new(order, task->arity);
    for (unsigned i = 0; i < task->roots.n && !budget_is_spent(task->wood->steps); i++) {
        uint32_t *position = tree_place(task->wood, task->roots.root[i], pattern, task->arity);
        uint32_t *copy = g_memdup2(position, strong->n * sizeof *position);
        search_propose(task->search, strong, &shape, position, false);
        search_propose(task->search, strong, &both, copy, false);
    }
    pattern_free(pattern);
}

/* What a vacant place costs where a weak edge may fill it. */
#define FILLED 0.3
/* A tree in more pieces than this share of its endpoints is none. */
#define PIECES_MOST 0.15

/* Roots that serve within so many edges of the best are tried. */
#define NEARLY 1.5

/* Keeps the roots from which most of the largest tree is the pattern's, the best first; returns how
 * much. */
static double choose_roots(struct task *task, const struct roots *roots, uint32_t order)
{
    struct pattern *pattern = pattern_new(order, task->arity);
    double common[ROOTS_MAX], best = 0;
    task->roots.n = 0;
    for (unsigned i = 0; i < roots->n; i++) {
        common[i] = tree_common(task->wood, roots->root[i], pattern);
        best = MAX(best, common[i]);
    }
    for (unsigned kept = 0; kept < MIN(roots->n, ROOTS_KEPT); kept++) {
        unsigned next = 0;
        for (unsigned i = 1; i < roots->n; i++)
            if (common[i] > common[next])
                next = i;
        if (common[next] < best - NEARLY || common[next] < 0)
            break;
        task->roots.root[task->roots.n++] = roots->root[next];
        common[next] = -1;
    }
    pattern_free(pattern);
    return best;
}

struct orders {
    uint32_t order[ORDERS_MOST];
    double common[ORDERS_MOST];
    unsigned chosen[ORDERS_MOST];
    unsigned n;
    uint32_t full; /* a full tree of about as many */
};

static void add_order(struct orders *orders, double order)
{
    uint32_t whole = (uint32_t)MAX(order, 0);
    for (unsigned i = 0; i < orders->n; i++)
        if (orders->order[i] == whole)
            return;
    if (whole >= 3 && orders->n < ORDERS_MOST)
        orders->order[orders->n++] = whole;
}

/* Numbers of endpoints near n: a few more and less, and those of full trees. */
static struct orders orders_near(uint32_t n, unsigned arity)
{
    struct orders orders = {.n = 0};
    double full = 1, level = 1, step = MAX(1, n / 100.0);
    add_order(&orders, n);
    while (full < 0.9 * n) {
        level *= arity == 0 ? 2 : arity;
        full = arity == 0 ? level : full + level;
    }
    if (full <= 1.1 * n) {
        add_order(&orders, full);
        orders.full = (uint32_t)full;
    }
    for (int i = -3; i <= 4; i++)
        add_order(&orders, round(n + i * step));
    return orders;
}

/* The largest common part from any of the roots. */
static double common_with(const struct task *task, uint32_t order)
{
    struct pattern *pattern = pattern_new(order, task->arity);
    double most = 0;
    for (unsigned i = 0; i < task->roots.n; i++)
        most = MAX(most, tree_common(task->wood, task->roots.root[i], pattern));
    pattern_free(pattern);
    return most;
}

static void add_common(const struct task *task, struct orders *orders)
{
    double others = (double)task->wood->n_edges - (task->wood->largest - 1.0);
    for (unsigned i = 0; i < orders->n; i++) {
        double room = MAX((double)orders->order[i] - task->wood->n_trees, 0);
        orders->common[i] = MIN(common_with(task, orders->order[i]) + others, room);
    }
}

/* Marks those with the fewest errors, if a vacant place counts as that share of one. */
static void choose_orders(struct orders *orders, double vacancy)
{
    for (unsigned kept = 0; kept < ORDERS_KEPT; kept++) {
        double least = INFINITY;
        unsigned best = 0;
        for (unsigned i = 0; i < orders->n; i++) {
            double errors = vacancy * orders->order[i] - 2 * orders->common[i];
            if ((orders->chosen[i] & (1 << (vacancy < 1))) || errors >= least)
                continue;
            least = errors;
            best = i;
        }
        orders->chosen[best] |= 1 << (vacancy < 1);
    }
}

static void propose_arity(struct search *search, const struct wood *wood, const struct roots *roots,
                          unsigned arity)
{
    struct task task = {search, wood, arity, {.n = 0}};
    uint32_t n = wood->n_members;
    if (arity > 0 && (n < arity + 2 || (n > FEW && 4 * n < 5 * (arity + 1))))
        return; /* a star */
    double common = choose_roots(&task, roots, n);
    if (common > n - 1.5 && wood->largest == n) { /* without an error */
        propose_order(&task, n);
        return;
    }
    struct orders orders = orders_near(n, arity);
    add_common(&task, &orders);
    choose_orders(&orders, 1);
    choose_orders(&orders, FILLED); /* weak edges will fill some */
    for (unsigned i = 0; i < orders.n; i++)
        if (orders.chosen[i] || orders.order[i] == orders.full)
            propose_order(&task, orders.order[i]);
}

/* The children that most of the inner endpoints have. */
static unsigned usual_arity(const struct wood *wood, uint32_t *largest)
{
    g_autofree uint32_t *count = g_new0(uint32_t, wood->strong->largest_degree + 1);
    unsigned best = 0;
    *largest = 0;
    for (uint32_t u = 0; u < wood->strong->n; u++) {
        uint32_t degree = wood_degree(wood, u);
        *largest = MAX(*largest, degree);
        if (degree > 1)
            count[degree - 1]++;
    }
    for (unsigned k = 1; k < *largest; k++)
        if (count[k] >= count[best])
            best = k;
    return best;
}

static void propose_trees(struct search *search, const struct wood *wood)
{
    struct roots roots = roots_find(wood, wood->tree[0], NULL);
    uint32_t largest;
    unsigned usual = usual_arity(wood, &largest);
    double levels = log2(wood->n_members);
    if (largest >= levels - 2.5 && largest <= levels + 2.5)
        propose_arity(search, wood, &roots, 0);
    if (largest <= 6 || usual == 2)
        propose_arity(search, wood, &roots, 2);
    if (usual > 2)
        propose_arity(search, wood, &roots, usual);
    for (unsigned arity = 3; wood->n_members <= FEW && arity <= largest; arity++)
        if (arity != usual && (arity <= 5 || arity == largest))
            propose_arity(search, wood, &roots, arity);
}

/* From wherever it is looked at, a tree is at most twice its height deep; with noise a little more,
 * but not as deep as a line or a ring, on which laying takes the square of their length. */
#define DEPTH_MOST 8

static bool is_too_deep(const struct wood *wood)
{
    struct walk walk = walk_new(wood, wood->tree[0], NULL);
    g_autofree uint32_t *depth = g_new0(uint32_t, MAX(walk.n, 1));
    uint32_t deepest = 0;
    for (size_t i = 1; i < walk.n; i++) {
        depth[i] = depth[walk.parent[i]] + 1;
        deepest = MAX(deepest, depth[i]);
    }
    walk_clear(&walk);
    return deepest > DEPTH_MOST * (log2(wood->n_members) + 2);
}

void tree_propose(struct search *search, const struct strong *strong)
{
    if (strong->n_active < 3 || (double)strong->n_edges > EDGES_MOST * (double)strong->n_active)
        return;
    struct wood *wood = wood_new(strong);
    wood->steps = &search->tree_steps;
    if (wood->largest >= 3 && wood->n_trees <= 2 + PIECES_MOST * wood->n_members &&
        !is_too_deep(wood))
        propose_trees(search, wood);
    wood_free(wood);
}
