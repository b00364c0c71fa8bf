// SPDX-License-Identifier: Apache-2.0
#include "infer/forest.h"

#include "base/random.h"

#include <glib.h>
#include <vttif/recognition.h>

static int compare_subtrees(const void *first, const void *second, void *data)
{
    const struct forest *forest = data;
    uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    if (forest->height[a] != forest->height[b])
        return forest->height[a] > forest->height[b] ? -1 : 1;
    if (forest->size[a] != forest->size[b])
        return forest->size[a] > forest->size[b] ? -1 : 1;
    if (forest->code[a] != forest->code[b])
        return forest->code[a] < forest->code[b] ? -1 : 1;
    if (!forest->weight || forest->weight[a] == forest->weight[b])
        return 0;
    return forest->weight[a] > forest->weight[b] ? -1 : 1;
}

/* From the leaves up. */
static void measure(struct forest *forest)
{
    for (size_t u = 0; u < forest->n; u++) {
        forest->size[u] = 1;
        forest->code[u] = 1;
    }
    for (size_t u = forest->n; u-- > 0;) {
        uint32_t up = forest->parent[u];
        forest->code[u] = random_mix(forest->code[u]);
        if (up == VTTIF_NOWHERE)
            continue;
        forest->size[up] += forest->size[u];
        forest->height[up] = MAX(forest->height[up], forest->height[u] + 1);
        forest->code[up] += random_mix(forest->code[u] + 1);
    }
}

static void list_children(struct forest *forest)
{
    for (size_t u = 0; u < forest->n; u++)
        if (forest->parent[u] != VTTIF_NOWHERE)
            forest->start[forest->parent[u] + 1]++;
    for (size_t u = 0; u < forest->n; u++)
        forest->start[u + 1] += forest->start[u];
    g_autofree size_t *next = g_memdup2(forest->start, (forest->n + 1) * sizeof *next);
    for (uint32_t u = 0; u < forest->n; u++)
        if (forest->parent[u] != VTTIF_NOWHERE)
            forest->child[next[forest->parent[u]]++] = u;
    for (size_t u = 0; u < forest->n; u++)
        if (forest->start[u + 1] - forest->start[u] > 1)
            g_qsort_with_data(forest->child + forest->start[u],
                              (gint)(forest->start[u + 1] - forest->start[u]),
                              sizeof *forest->child, compare_subtrees, forest);
}

struct forest *forest_new(size_t n, uint32_t *parent, const double *weight)
{
    struct forest *forest = g_new0(struct forest, 1);
    forest->n = n;
    forest->parent = parent;
    forest->weight = weight;
    forest->start = g_new0(size_t, n + 1);
    forest->child = g_new(uint32_t, MAX(n, 1));
    forest->height = g_new0(uint32_t, MAX(n, 1));
    forest->size = g_new(uint32_t, MAX(n, 1));
    forest->code = g_new(uint64_t, MAX(n, 1));
    measure(forest);
    list_children(forest);
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
