// SPDX-License-Identifier: Apache-2.0
/*
 * Groups: everyone to everyone within, little between. An endpoint's group is those of its partners
 * that share at least half of their partners with it, so that single strong pairs between groups,
 * or missing ones within, do no harm. Groups may differ in size.
 */
#include "infer/archetypes.h"
#include "infer/grid.h"
#include "infer/judge.h"

#define GROUP_LEAST 3
/* Groups look at every edge once or twice; where there are none, every endpoint would look at all
 * edges of its partners. */
#define STEPS_MOST 6
#define REGROUPED  4

static size_t *group_sizes(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    size_t *sizes = g_new0(size_t, shape->dims[0]);
    for (size_t u = 0; u < n; u++)
        if (position[u] != VTTIF_NOWHERE)
            sizes[position[u] / shape->dims[1]]++;
    return sizes;
}

static size_t edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    g_autofree size_t *sizes = group_sizes(shape, position, n);
    size_t sum = 0;
    for (uint32_t g = 0; g < shape->dims[0]; g++)
        sum += sizes[g] * (sizes[g] - 1) / 2;
    return sum;
}

static uint32_t block(const struct vttif_shape *shape, uint32_t p)
{
    return p / shape->dims[1];
}

static bool adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    return p != q && block(shape, p) == block(shape, q);
}

static double symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    g_autofree size_t *sizes = group_sizes(shape, position, n);
    double bits = log2_factorial(shape->dims[0]);
    for (uint32_t g = 0; g < shape->dims[0]; g++)
        bits += log2_factorial((double)sizes[g]);
    return bits;
}

/* Marks the group of seed with number; returns its size. */
static uint32_t gather(const struct strong *strong, uint32_t seed, uint32_t number, uint32_t *group,
                       bool *near, size_t *steps)
{
    uint32_t size = 1, degree = strong_degree(strong, seed);
    const uint32_t *begin = strong->to + strong->start[seed];
    near[seed] = true;
    for (uint32_t k = 0; k < degree; k++)
        near[begin[k]] = true;
    group[seed] = number;
    for (uint32_t k = 0; k < degree; k++) {
        uint32_t u = begin[k], shared = 0;
        if (group[u] != VTTIF_NOWHERE || u == strong->hub)
            continue;
        *steps += strong_degree(strong, u);
        for (size_t j = strong->start[u]; j < strong->start[u + 1]; j++)
            shared += near[strong->to[j]];
        if (2 * shared >= MAX(degree, strong_degree(strong, u))) {
            group[u] = number;
            size++;
        }
    }
    near[seed] = false;
    for (uint32_t k = 0; k < degree; k++)
        near[begin[k]] = false;
    return size;
}

/* Groups while their members change. */
struct grouping {
    const struct strong *strong;
    uint32_t *group; /* [endpoint] */
    GArray *sizes; /* of uint32_t, [group] */
    uint32_t *partners; /* [group]: of the one who is looked at */
    uint32_t *touched, n_touched; /* the groups of these */
    double share; /* of a group's members: tells who belongs to it */
};

/* Sets the share halfway between how many pairs are edges within groups, and between them. False if
 * most edges lie between groups: they are none. */
static bool set_share(struct grouping *grouping)
{
    const struct strong *strong = grouping->strong;
    const uint32_t *group = grouping->group;
    double within = 0, within_pairs = 1, members = 0, all = (double)strong->start[strong->n];
    for (uint32_t u = 0; u < strong->n; u++) {
        uint32_t here = 0, g = group[u];
        members += g != VTTIF_NOWHERE;
        for (size_t k = strong->start[u]; g != VTTIF_NOWHERE && k < strong->start[u + 1]; k++)
            here += group[strong->to[k]] == g;
        within += here;
    }
    for (guint g = 0; g < grouping->sizes->len; g++) {
        double size = g_array_index(grouping->sizes, uint32_t, g);
        within_pairs += size * (size - 1);
    }
    double between_pairs = MAX(members * (members - 1) - within_pairs, 0) + 1;
    grouping->share = (within / within_pairs + MIN((all - within) / between_pairs, 1)) / 2;
    return 2 * within >= all;
}

static void count_partners(struct grouping *grouping, uint32_t u)
{
    const struct strong *strong = grouping->strong;
    grouping->n_touched = 0;
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t g = grouping->group[strong->to[k]];
        if (g != VTTIF_NOWHERE && grouping->partners[g]++ == 0)
            grouping->touched[grouping->n_touched++] = g;
    }
}

/* The group of whose members u exchanges with most more than the share. Not with the largest share
 * of them: a handful that was left over of a group would be as good as all the rest of it. */
static uint32_t nearest(struct grouping *grouping, uint32_t u)
{
    uint32_t own = grouping->group[u], best = own;
    double most = 0;
    count_partners(grouping, u);
    for (uint32_t i = 0; i < grouping->n_touched; i++) {
        uint32_t g = grouping->touched[i];
        double others = (double)g_array_index(grouping->sizes, uint32_t, g) - (g == own);
        double more =
            others + 1 >= GROUP_LEAST ? grouping->partners[g] - grouping->share * others : -1;
        grouping->partners[g] = 0;
        if (more < most || (more == most && g != own))
            continue;
        most = more;
        best = g;
    }
    return best;
}

/* Whoever lacks the edge to the one that a group began with is still with it, and what a group fell
 * into comes together again. False if they are no groups. */
static bool regroup(const struct strong *strong, uint32_t *group, GArray *sizes)
{
    g_autofree uint32_t *partners = g_new0(uint32_t, sizes->len);
    g_autofree uint32_t *touched = g_new(uint32_t, sizes->len);
    struct grouping grouping = {strong, group, sizes, partners, touched, 0, 0};
    if (!set_share(&grouping))
        return false;
    bool changed = true;
    for (int round = 0; round < REGROUPED && changed; round++) {
        changed = false;
        for (uint32_t u = 0; u < strong->n; u++) {
            if (group[u] == VTTIF_NOWHERE || u == strong->hub)
                continue;
            uint32_t g = nearest(&grouping, u);
            g_array_index(sizes, uint32_t, group[u])--;
            g_array_index(sizes, uint32_t, g)++;
            changed |= g != group[u];
            group[u] = g;
        }
    }
    return true;
}

/* The hub has partners everywhere; its group is the one that it exchanges most with, by endpoint.
 */
static void place_hub(const struct strong *strong, uint32_t *group, GArray *sizes)
{
    const struct graph *graph = strong->graph;
    g_autofree double *bytes = g_new0(double, MAX(sizes->len, 1));
    uint32_t hub = strong->hub, best = VTTIF_NOWHERE;
    double most = 0;
    for (size_t k = graph->start[hub]; k < graph->start[hub + 1]; k++)
        if (group[graph->arcs[k].to] != VTTIF_NOWHERE)
            bytes[group[graph->arcs[k].to]] += arc_weight(&graph->arcs[k]);
    for (uint32_t g = 0; g < sizes->len; g++) {
        uint32_t size = g_array_index(sizes, uint32_t, g);
        if (size + 1 < GROUP_LEAST || bytes[g] / size <= most)
            continue;
        most = bytes[g] / size;
        best = g;
    }
    if (best == VTTIF_NOWHERE)
        return;
    group[hub] = best;
    g_array_index(sizes, uint32_t, best)++;
}

/* Positions from groups, those that are too small left out. */
static uint32_t *positions(const uint32_t *group, const uint32_t *sizes, uint32_t n_groups,
                           size_t n, uint32_t largest)
{
    g_autofree uint32_t *next = g_new(uint32_t, MAX(n_groups, 1));
    uint32_t number = 0;
    for (uint32_t g = 0; g < n_groups; g++)
        next[g] = sizes[g] >= GROUP_LEAST ? number++ * largest : VTTIF_NOWHERE;
    uint32_t *position = g_new(uint32_t, n);
    for (size_t u = 0; u < n; u++) {
        bool placed = group[u] != VTTIF_NOWHERE && next[group[u]] != VTTIF_NOWHERE;
        position[u] = placed ? next[group[u]]++ : VTTIF_NOWHERE;
    }
    return position;
}

static void propose(struct search *search, const struct strong *strong)
{
    g_autofree uint32_t *group = g_new(uint32_t, strong->n);
    g_autofree bool *near = g_new0(bool, strong->n);
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t largest = 0, n_groups = 0;
    size_t steps = 0;
    for (uint32_t u = 0; u < strong->n; u++)
        group[u] = VTTIF_NOWHERE;
    for (uint32_t u = 0; u < strong->n; u++) {
        if (group[u] != VTTIF_NOWHERE || strong_degree(strong, u) == 0 || u == strong->hub)
            continue;
        uint32_t size = gather(strong, u, sizes->len, group, near, &steps);
        if (steps > STEPS_MOST * strong->start[strong->n])
            return;
        g_array_append_val(sizes, size);
    }
    if (sizes->len < 2 || !regroup(strong, group, sizes))
        return;
    if (strong->hub != VTTIF_NOWHERE && group[strong->hub] == VTTIF_NOWHERE)
        place_hub(strong, group, sizes);
    for (guint g = 0; g < sizes->len; g++) {
        largest = MAX(largest, g_array_index(sizes, uint32_t, g));
        n_groups += g_array_index(sizes, uint32_t, g) >= GROUP_LEAST;
    }
    if (n_groups < 2 || (size_t)n_groups * largest >= VTTIF_NOWHERE)
        return;
    uint32_t dims[] = {n_groups, largest};
    struct vttif_shape shape = shape_new("clustered", 2, dims);
    const uint32_t *size = (const uint32_t *)(const void *)sizes->data;
    search_propose(search, strong, &shape, positions(group, size, sizes->len, strong->n, largest),
                   false);
}

const struct archetype archetype_clustered = {
    .name = "clustered",
    .least_score = 0.8,
    .order = grid_order,
    .edges = edges,
    .adjacent = adjacent,
    .block = block,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = symmetry_bits,
    .propose = propose,
};
