// SPDX-License-Identifier: Apache-2.0
#include "infer/tree_chance.h"

#include <math.h>

/* A tree is to be 64 times likelier than chance. Of graphs of 8 to 20 endpoints that are none one
 * in fifty passes under all noises, and one in 300 without. */
#define LEAST_BITS 6.0
/* A graph that is the tree without an exception is that tree, even if chance has drawn it. */
#define FEW_BITS    2.0
#define MOST_ERRORS 0.25

/* Those who take part or have traffic. */
struct table {
    size_t n;
    uint32_t *endpoint; /* [n] */
    double
        *ratio; /* [child * n + parent]: how much likelier it is what they exchange if they are */
};

static struct table table_new(const struct tree_nest *nest, const struct graph *graph)
{
    struct table table = {.endpoint = g_new(uint32_t, MAX(nest->n, 1))};
    for (uint32_t u = 0; u < nest->n; u++)
        if (graph_degree(graph, u) > 0 || nest->position[u] != VTTIF_NOWHERE)
            table.endpoint[table.n++] = u;
    size_t n = table.n;
    table.ratio = g_new0(double, MAX(n * n, 1));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (i != k)
                table.ratio[i * n + k] =
                    tree_ratio(nest->odds, table.endpoint[i], table.endpoint[k]);
    return table;
}

static void table_clear(struct table *table)
{
    g_free(table->endpoint);
    g_free(table->ratio);
}

/* --- the tree, and a coin --------------------------------------------------------------------- */

/* Sums over all pairs, of which those of the tree are edges. */
struct sums {
    double pairs, edges; /* their numbers */
    double likely, stray; /* expected numbers of edges, and of those that are not the tree's */
    double coin, rest; /* logarithms: all pairs by a coin; those that are not the tree's */
};

static bool is_edge(const struct table *table, const uint32_t *parent, size_t i, size_t k)
{
    uint32_t u = table->endpoint[i], v = table->endpoint[k];
    return parent[u] == v || parent[v] == u;
}

/* Either way round is as likely. */
static double ratio_of_pair(const struct table *table, size_t i, size_t k)
{
    return (table->ratio[i * table->n + k] + table->ratio[k * table->n + i]) / 2;
}

static void count_likely(struct sums *sums, const struct table *table, const uint32_t *parent)
{
    double share = MIN(sums->edges / sums->pairs, 0.9);
    for (size_t i = 0; i < table->n; i++) {
        for (size_t k = 0; k < i; k++) {
            double odds = share * ratio_of_pair(table, i, k);
            double likely = odds / (1 - share + odds);
            sums->likely += likely;
            sums->stray += is_edge(table, parent, i, k) ? 0 : likely;
        }
    }
}

static struct sums sums_of(const struct tree_nest *nest, const struct table *table)
{
    g_autofree uint32_t *parent = tree_nest_parents(nest);
    struct sums sums = {.pairs = (double)table->n * (double)(table->n - 1) / 2,
                        .edges = nest->order - 1.0};
    count_likely(&sums, table, parent);
    double share = MIN((sums.likely + 0.5) / (sums.pairs + 1), 0.5);
    double stray = (sums.stray + 0.5) / MAX(sums.pairs - sums.edges + 1, 1);
    for (size_t i = 0; i < table->n; i++) {
        for (size_t k = 0; k < i; k++) {
            double ratio = ratio_of_pair(table, i, k);
            sums.coin += log1p(share * (ratio - 1));
            sums.rest += is_edge(table, parent, i, k) ? 0 : log1p(stray * (ratio - 1));
        }
    }
    return sums;
}

static double count_missing(const struct tree_nest *nest)
{
    double missing = 0;
    for (uint32_t p = 1; p < nest->order; p++)
        missing += exp(tree_missing - tree_nest_edge(nest, p));
    return missing;
}

/* --- forests ---------------------------------------------------------------------------------- */

/*
 * The logarithm of the mean likelihood of all rooted forests, of about as many trees as it takes if
 * so many endpoints are one and the others are alone. What hangs nowhere has a weight; the sum over
 * all forests of the product of their ratios is then the determinant of the table's Laplacian with
 * that weight added, and with ratios of one it is w (w + n)^(n - 1). Eliminated without a
 * subtraction (Grassmann, Taksar, Heyman 1985), so that it is exact whatever the ratios; they are
 * spoilt.
 */
static double log_forests(struct table *table, double members)
{
    size_t n = table->n;
    double *ratio = table->ratio, weight = (double)n * ((double)n - members + 0.5) / members;
    g_autofree double *root = g_new(double, MAX(n, 1));
    double sum = -log(weight) - ((double)n - 1) * log(weight + (double)n);
    for (size_t i = 0; i < n; i++)
        root[i] = weight;
    for (size_t i = 0; i < n; i++) {
        double out = root[i];
        for (size_t k = i + 1; k < n; k++)
            out += ratio[i * n + k];
        sum += log(out);
        for (size_t j = i + 1; j < n; j++) {
            double share = ratio[j * n + i] / out;
            if (share == 0)
                continue;
            root[j] += share * root[i];
            for (size_t k = i + 1; k < n; k++)
                ratio[j * n + k] += k == j ? 0 : share * ratio[i * n + k];
        }
    }
    return sum;
}

/* --- the verdict ------------------------------------------------------------------------------ */

/* Binomial and binary trees are the usual ones. */
static double bits_of_arity(unsigned arity)
{
    return arity > 2 ? log2(arity * (arity - 1) / 2.0) : 0;
}

struct tree_chance tree_chance_of(struct tree_nest *nest, const struct graph *graph)
{
    struct tree_chance chance = {-INFINITY, INFINITY};
    if (nest->order < 3)
        return chance;
    struct table table = table_new(nest, graph);
    struct sums sums = sums_of(nest, &table);
    double tree = tree_nest_worth(nest) + sums.rest;
    double forests = log_forests(&table, (double)nest->n_placed);
    double by_chance = MAX(sums.coin, forests);
    chance.bits = (tree - by_chance) / G_LN2 - bits_of_arity(nest->arity);
    chance.errors = sums.stray + count_missing(nest);
    table_clear(&table);
    return chance;
}

bool tree_chance_is_sure(const struct tree_chance *chance)
{
    return chance->errors <= MOST_ERRORS;
}

bool tree_chance_stands(const struct tree_chance *chance)
{
    return chance->bits >= (tree_chance_is_sure(chance) ? FEW_BITS : LEAST_BITS);
}
