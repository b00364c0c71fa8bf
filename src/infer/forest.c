// SPDX-License-Identifier: Apache-2.0
#include "infer/tree.h"

#include <string.h>

static uint64_t mix(uint64_t x) /* the finaliser of SplitMix64 */
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static int compare_subtrees(const void *first, const void *second, void *data)
{
    const struct forest *forest = data;
    uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    if (forest->height[a] != forest->height[b])
        return forest->height[a] > forest->height[b] ? -1 : 1;
    if (forest->size[a] != forest->size[b])
        return forest->size[a] > forest->size[b] ? -1 : 1;
    return forest->code[a] < forest->code[b] ? -1 : forest->code[a] > forest->code[b];
}

/* From the leaves up. */
static void measure(struct forest *forest, const uint32_t *order, size_t n_order)
{
    for (size_t u = 0; u < forest->n; u++) {
        forest->size[u] = 1;
        forest->code[u] = 1;
    }
    for (size_t i = n_order; i-- > 0;) {
        uint32_t u = order[i], up = forest->parent[u];
        forest->code[u] = mix(forest->code[u]);
        if (up == VTTIF_NOWHERE)
            continue;
        forest->size[up] += forest->size[u];
        forest->height[up] = MAX(forest->height[up], forest->height[u] + 1);
        forest->code[up] += mix(forest->code[u] + 1);
    }
}

static void list_children(struct forest *forest, const uint32_t *order, size_t n_order)
{
    for (size_t i = 0; i < n_order; i++)
        if (forest->parent[order[i]] != VTTIF_NOWHERE)
            forest->start[forest->parent[order[i]] + 1]++;
    for (size_t u = 0; u < forest->n; u++)
        forest->start[u + 1] += forest->start[u];
    g_autofree size_t *next = g_memdup2(forest->start, (forest->n + 1) * sizeof *next);
    for (size_t i = 0; i < n_order; i++)
        if (forest->parent[order[i]] != VTTIF_NOWHERE)
            forest->child[next[forest->parent[order[i]]]++] = order[i];
    for (size_t u = 0; u < forest->n; u++)
        if (forest->start[u + 1] - forest->start[u] > 1)
            g_qsort_with_data(forest->child + forest->start[u],
                              (gint)(forest->start[u + 1] - forest->start[u]),
                              sizeof *forest->child, compare_subtrees, forest);
}

struct forest *forest_new(size_t n, uint32_t *parent, const uint32_t *order, size_t n_order)
{
    struct forest *forest = g_new0(struct forest, 1);
    forest->n = n;
    forest->parent = parent;
    forest->start = g_new0(size_t, n + 1);
    forest->child = g_new(uint32_t, MAX(n, 1));
    forest->height = g_new0(uint32_t, MAX(n, 1));
    forest->size = g_new(uint32_t, MAX(n, 1));
    forest->code = g_new(uint64_t, MAX(n, 1));
    measure(forest, order, n_order);
    list_children(forest, order, n_order);
    return forest;
}

void forest_free(struct forest *forest)
{
    if (!forest)
        return;
    g_free(forest->parent);
    g_free(forest->start);
    g_free(forest->child);
    g_free(forest->height);
    g_free(forest->size);
    g_free(forest->code);
    g_free(forest);
}

struct pair {
    uint32_t node, position;
};

/* Pairs the children of a node with those of its position. Both lists are sorted, so those with
 * equal codes stand close together; a second pass gives the rest what is left, in order. */
static void pair_children(const struct forest *forest, const struct forest *template,
                          struct pair parents, GArray *pairs)
{
    size_t a = forest->start[parents.node], a_end = forest->start[parents.node + 1];
    size_t b = template->start[parents.position], b_end = template->start[parents.position + 1];
    g_autofree bool *given = g_new0(bool, MAX(b_end - b, 1));
    g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (; a < a_end; a++) {
        uint32_t node = forest->child[a];
        size_t found = b;
        while (found < b_end &&
               (given[found - b] || template->code[template->child[found]] != forest->code[node]))
            found++;
        if (found == b_end) {
            g_array_append_val(rest, node);
            continue;
        }
        given[found - b] = true;
        struct pair pair = {node, template->child[found]};
        g_array_append_val(pairs, pair);
    }
    size_t next = b;
    for (guint i = 0; i < rest->len; i++) {
        while (next < b_end && given[next - b])
            next++;
        if (next == b_end)
            return;
        struct pair pair = {g_array_index(rest, uint32_t, i), template->child[next++]};
        g_array_append_val(pairs, pair);
    }
}

void forest_lay(const struct forest *forest, uint32_t node, const struct forest *template,
                uint32_t p, uint32_t *position)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(struct pair));
    struct pair first = {node, p};
    g_array_append_val(pairs, first);
    while (pairs->len > 0) {
        struct pair pair = g_array_index(pairs, struct pair, pairs->len - 1);
        g_array_set_size(pairs, pairs->len - 1);
        position[pair.node] = pair.position;
        pair_children(forest, template, pair, pairs);
    }
}
