// SPDX-License-Identifier: Apache-2.0
#include "view/graph.h"

static int compare_pairs(const void *x, const void *y)
{
    const struct graph_pair *left = x, *right = y;
    if (left->a != right->a)
        return left->a < right->a ? -1 : 1;
    return left->b < right->b ? -1 : left->b > right->b;
}

GArray *graph_pairs(const struct vttif_topology *topology)
{
    size_t n_edges;
    guint used = 0;
    const struct vttif_edge *edges = vttif_topology_edges(topology, &n_edges);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct graph_pair));
    for (size_t e = 0; e < n_edges; e++) {
        bool ascending = edges[e].from < edges[e].to;
        struct graph_pair pair = {.a = MIN(edges[e].from, edges[e].to),
                                  .b = MAX(edges[e].from, edges[e].to),
                                  .to_b = ascending ? edges[e].bytes : 0,
                                  .to_a = ascending ? 0 : edges[e].bytes};
        g_array_append_val(list, pair);
    }
    g_array_sort(list, compare_pairs);
    struct graph_pair *pairs = (struct graph_pair *)(void *)list->data;
    for (guint k = 0; k < list->len; k++) {
        if (used > 0 && compare_pairs(&pairs[used - 1], &pairs[k]) == 0) {
            pairs[used - 1].to_b += pairs[k].to_b;
            pairs[used - 1].to_a += pairs[k].to_a;
        } else {
            pairs[used++] = pairs[k];
        }
    }
    return g_array_set_size(list, used);
}

bool graph_pair_is_even(const struct graph_pair *pair)
{
    return MAX(pair->to_b, pair->to_a) <= GRAPH_EVEN * MIN(pair->to_b, pair->to_a);
}

double graph_widest(const GArray *pairs)
{
    double widest = 0;
    for (guint k = 0; k < pairs->len; k++) {
        const struct graph_pair *pair = &g_array_index(pairs, struct graph_pair, k);
        widest = MAX(widest, MAX(pair->to_b, pair->to_a));
    }
    return widest;
}
