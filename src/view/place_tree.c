// SPDX-License-Identifier: Apache-2.0
/*
 * Trees: the root above, leaves side by side, every parent over the middle of its children. One
 * with many leaves is drawn around its root instead, where there is more room for them.
 */
#include <math.h>

#include "view/place.h"

#define LEAVES_IN_A_ROW 40

struct tree {
    const struct vttif_name *name;
    uint32_t *order; /* members by position: parents come before their children */
    size_t n;
    gssize *parent; /* [endpoint], -1 for a root */
    uint32_t *depth; /* [endpoint] */
    uint32_t *leaves; /* [endpoint]: leaves below it, itself if it is one */
    double *begin; /* [endpoint]: number of leaves to its left */
    uint32_t deepest, all_leaves;
};

static void find_parents(struct tree *tree)
{
    size_t n_pairs;
    g_autofree struct vttif_pair *pairs = vttif_name_edges(tree->name, &n_pairs);
    for (size_t i = 0; i < tree->name->n_endpoints; i++)
        tree->parent[i] = -1;
    for (size_t k = 0; k < n_pairs; k++)
        tree->parent[pairs[k].to] = pairs[k].from;
}

/* Children come after their parents in the order of positions, so that one pass in either direction
 * is enough. */
static void count_leaves(struct tree *tree)
{
    for (size_t k = tree->n; k-- > 0;) {
        uint32_t i = tree->order[k];
        tree->leaves[i] = MAX(tree->leaves[i], 1);
        if (tree->parent[i] >= 0)
            tree->leaves[tree->parent[i]] += tree->leaves[i];
        else
            tree->all_leaves += tree->leaves[i];
    }
}

static void assign_rooms(struct tree *tree)
{
    g_autofree double *next = g_new0(double, tree->name->n_endpoints);
    double next_root = 0;
    for (size_t k = 0; k < tree->n; k++) {
        uint32_t i = tree->order[k];
        double *room = tree->parent[i] >= 0 ? &next[tree->parent[i]] : &next_root;
        tree->begin[i] = next[i] = *room;
        *room += tree->leaves[i];
        tree->depth[i] = tree->parent[i] >= 0 ? tree->depth[tree->parent[i]] + 1 : 0;
        tree->deepest = MAX(tree->deepest, tree->depth[i]);
    }
}

void place_tree(const struct vttif_name *name, struct vttif_point *points)
{
    size_t n = MAX(name->n_endpoints, 1);
    g_autofree gssize *parent = g_new(gssize, n);
    g_autofree uint32_t *depth = g_new0(uint32_t, n);
    g_autofree uint32_t *leaves = g_new0(uint32_t, n);
    g_autofree double *begin = g_new0(double, n);
    struct tree tree = {name, NULL, 0, parent, depth, leaves, begin, 0, 0};
    g_autofree uint32_t *order = place_order(name, &tree.n);
    tree.order = order;
    find_parents(&tree);
    count_leaves(&tree);
    assign_rooms(&tree);
    bool in_rows = tree.all_leaves <= LEAVES_IN_A_ROW;
    double height = MAX(0.7, 0.45 * tree.all_leaves / (tree.deepest + 1)); /* of a level */
    for (size_t k = 0; k < tree.n; k++) {
        uint32_t i = tree.order[k];
        double middle = begin[i] + leaves[i] / 2.0;
        if (in_rows) {
            points[i] = (struct vttif_point){middle, -height * depth[i]};
        } else {
            double angle = 2 * G_PI * middle / tree.all_leaves, radius = pow(depth[i], 1.15);
            points[i] = (struct vttif_point){radius * sin(angle), radius * cos(angle)};
        }
    }
}
