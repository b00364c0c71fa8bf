// SPDX-License-Identifier: Apache-2.0
#include "infer/embed.h"
#include "infer/tree.h"

#include <string.h>

/* --- patterns ----------------------------------------------------------------------------------
 */

static void find_kinds(struct pattern *pattern)
{
    const struct forest *forest = pattern->forest;
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (uint32_t p = 0; p < forest->n; p++) {
        gpointer number = g_hash_table_lookup(numbers, &forest->code[p]);
        if (!number) {
            pattern->model[pattern->n_kinds++] = p;
            number = GUINT_TO_POINTER(pattern->n_kinds);
            g_hash_table_insert(numbers, &forest->code[p], number);
        }
        pattern->kind[p] = GPOINTER_TO_UINT(number) - 1;
    }
}

struct pattern *pattern_new(uint32_t order, unsigned arity)
{
    struct pattern *pattern = g_new0(struct pattern, 1);
    uint32_t *parent = g_new(uint32_t, order);
    for (uint32_t p = 0; p < order; p++)
        parent[p] = p == 0 ? VTTIF_NOWHERE : tree_parent(arity, p);
    pattern->forest = forest_new(order, parent, NULL);
    pattern->kind = g_new(uint32_t, order);
    pattern->model = g_new(uint32_t, order);
    find_kinds(pattern);
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    forest_free(pattern->forest);
    g_free(pattern->kind);
    g_free(pattern->model);
    g_free(pattern);
}

/* --- matching children -------------------------------------------------------------------------
 */

/* How good a common part is: EDGE for each edge, less one for each gap. */
#define EDGE ((int64_t)1 << 24)

struct embedding {
    const struct forest *tree;
    const struct pattern *pattern;
    int64_t *value; /* [node][kind] */
    size_t steps;
};

/* So many children with children of their own are matched at best, further ones as they come. */
#define MATCHED_MOST 24

/* Children: those that have children come first. */
struct brood {
    const uint32_t *child;
    unsigned n, n_parents;
};

static unsigned n_children(const struct forest *forest, uint32_t node)
{
    return (unsigned)(forest->start[node + 1] - forest->start[node]);
}

static struct brood brood_of(const struct forest *forest, uint32_t node)
{
    struct brood brood = {forest->child + forest->start[node], n_children(forest, node), 0};
    while (brood.n_parents < brood.n && brood.n_parents < MATCHED_MOST &&
           forest->height[brood.child[brood.n_parents]] > 0)
        brood.n_parents++;
    return brood;
}

/* The children of a node and of a position, each of the rows with a column of its own. */
struct match {
    struct brood ours, theirs;
    bool turned; /* columns are ours */
    unsigned rows, columns; /* rows <= columns */
    unsigned n_leaves; /* rows at the end: leaves that have no place but where there are children */
    int64_t value[MATCHED_MOST][MATCHED_MOST];
    unsigned row_of[MATCHED_MOST + 1]; /* [column + 1]: its row + 1, or 0 */
};

/* One more row of the assignment along the cheapest alternating path (the Hungarian method; Kuhn
 * 1955, Munkres 1957). */
static void assign_row(struct match *match, unsigned row, int64_t *of_row, int64_t *of_column)
{
    unsigned way[MATCHED_MOST + 1] = {0}, column = 0;
    int64_t least[MATCHED_MOST + 1];
    bool used[MATCHED_MOST + 1] = {false};
    for (unsigned j = 0; j <= match->columns; j++)
        least[j] = G_MAXINT64;
    match->row_of[0] = row;
    do {
        unsigned from = match->row_of[column], next = 0;
        int64_t step = G_MAXINT64;
        used[column] = true;
        for (unsigned j = 1; j <= match->columns; j++) {
            if (used[j])
                continue;
            int64_t cost = -match->value[from - 1][j - 1] - of_row[from] - of_column[j];
            if (cost < least[j]) {
                least[j] = cost;
                way[j] = column;
            }
            if (least[j] < step) {
                step = least[j];
                next = j;
            }
        }
        for (unsigned j = 0; j <= match->columns; j++) {
            if (used[j]) {
                of_row[match->row_of[j]] += step;
                of_column[j] -= step;
            } else {
                least[j] -= step;
            }
        }
        column = next;
    } while (match->row_of[column] != 0);
    for (; column != 0; column = way[column])
        match->row_of[column] = match->row_of[way[column]];
}

/* Returns the sum of the values. */
static int64_t assign(struct match *match)
{
    int64_t of_row[MATCHED_MOST + 1] = {0}, of_column[MATCHED_MOST + 1] = {0}, sum = 0;
    memset(match->row_of, 0, sizeof match->row_of);
    for (unsigned row = 1; row <= match->rows; row++)
        assign_row(match, row, of_row, of_column);
    for (unsigned j = 1; j <= match->columns; j++)
        if (match->row_of[j] != 0)
            sum += match->value[match->row_of[j] - 1][j - 1];
    return sum;
}

static int64_t value_of(const struct embedding *embedding, uint32_t node, uint32_t position)
{
    const struct pattern *pattern = embedding->pattern;
    return embedding->value[node * pattern->n_kinds + pattern->kind[position]];
}

/* The sum alone, where it does not take the whole method. */
static int64_t assigned_sum(struct match *match)
{
    int64_t best = match->rows > 0 ? G_MININT64 : 0;
    if (match->rows > 2)
        return assign(match);
    for (unsigned i = 0; match->rows > 0 && i < match->columns; i++) {
        if (match->rows == 1)
            best = MAX(best, match->value[0][i]);
        for (unsigned j = 0; match->rows == 2 && j < match->columns; j++)
            if (i != j)
                best = MAX(best, match->value[0][i] + match->value[1][j]);
    }
    return best;
}

/* Those with children are to be matched, and leaves for which there are too few leaves. Rows are
 * whichever side has fewer. */
static void match_prepare(const struct embedding *embedding, struct match *match)
{
    const struct brood *ours = &match->ours, *theirs = &match->theirs;
    unsigned our_leaves = ours->n - ours->n_parents, their_leaves = theirs->n - theirs->n_parents;
    match->turned = ours->n_parents > theirs->n_parents;
    match->rows = MIN(ours->n_parents, theirs->n_parents);
    match->columns = MAX(ours->n_parents, theirs->n_parents);
    match->n_leaves = 0;
    if (!match->turned && our_leaves > their_leaves)
        match->n_leaves = MIN(our_leaves - their_leaves, match->columns - match->rows);
    for (unsigned i = 0; i < match->rows; i++)
        for (unsigned j = 0; j < match->columns; j++)
            match->value[i][j] = value_of(embedding, ours->child[match->turned ? j : i],
                                          theirs->child[match->turned ? i : j]);
    for (unsigned i = match->rows; i < match->rows + match->n_leaves; i++)
        for (unsigned j = 0; j < match->columns; j++)
            match->value[i][j] = -(int64_t)n_children(embedding->pattern->forest, theirs->child[j]);
    match->rows += match->n_leaves;
}

static int64_t best_value(const struct embedding *embedding, uint32_t node, uint32_t position)
{
    const struct forest *tree = embedding->tree, *forest = embedding->pattern->forest;
    if (tree->height[node] == 0 || forest->height[position] == 0)
        return -(int64_t)(tree->height[node] == 0 ? n_children(forest, position) : 0);
    if (tree->code[node] == forest->code[position])
        return EDGE * (tree->size[node] - 1);
    struct match match;
    match.ours = brood_of(tree, node);
    match.theirs = brood_of(forest, position);
    unsigned both = MIN(match.ours.n, match.theirs.n);
    match_prepare(embedding, &match);
    return EDGE * both - (match.theirs.n - both) + assigned_sum(&match);
}

/* Of a node with every kind: a look, or a matching of children that have children. */
static size_t steps_of(const struct embedding *embedding, uint32_t node)
{
    const struct pattern *pattern = embedding->pattern;
    size_t steps = pattern->n_kinds, ours = brood_of(embedding->tree, node).n_parents;
    for (uint32_t k = 0; k < pattern->n_kinds && ours > 1; k++) {
        size_t theirs = brood_of(pattern->forest, pattern->model[k]).n_parents;
        steps += MIN(ours, theirs) * ours * theirs;
    }
    return steps;
}

/* Nodes by the code of their subtrees: equal ones have equal values. */
static int64_t *values_known(GHashTable *known, const struct embedding *embedding, uint32_t node)
{
    int64_t *values = embedding->value + (size_t)node * embedding->pattern->n_kinds;
    int64_t *same = g_hash_table_lookup(known, &embedding->tree->code[node]);
    if (!same)
        g_hash_table_insert(known, &embedding->tree->code[node], values);
    return same;
}

struct embedding *embedding_new(const struct forest *tree, const struct pattern *pattern)
{
    struct embedding *embedding = g_new0(struct embedding, 1);
    *embedding = (struct embedding){tree, pattern, g_new(int64_t, tree->n * pattern->n_kinds), 0};
    g_autoptr(GHashTable) known = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (uint32_t u = (uint32_t)tree->n; u-- > 0;) {
        const int64_t *same = values_known(known, embedding, u);
        int64_t *values = embedding->value + (size_t)u * pattern->n_kinds;
        embedding->steps += same ? pattern->n_kinds : steps_of(embedding, u);
        for (uint32_t k = 0; k < pattern->n_kinds; k++)
            values[k] = same ? same[k] : best_value(embedding, u, pattern->model[k]);
    }
    return embedding;
}

void embedding_free(struct embedding *embedding)
{
    if (!embedding)
        return;
    g_free(embedding->value);
    g_free(embedding);
}

size_t embedding_steps(const struct embedding *embedding)
{
    return embedding->steps;
}

uint32_t embedding_gain(const struct embedding *embedding, uint32_t node, uint32_t kind)
{
    int64_t value = embedding->value[node * embedding->pattern->n_kinds + kind];
    return (uint32_t)((value + EDGE - 1) / EDGE);
}

uint32_t embedding_gaps(const struct embedding *embedding, uint32_t node, uint32_t kind)
{
    int64_t value = embedding->value[node * embedding->pattern->n_kinds + kind];
    return (uint32_t)(EDGE * embedding_gain(embedding, node, kind) - value);
}

/* --- laying ------------------------------------------------------------------------------------
 */

struct laid {
    uint32_t node, position;
};

static void lay_on(GArray *stack, uint32_t node, uint32_t position)
{
    struct laid laid = {node, position};
    g_array_append_val(stack, laid);
}

/* The child without a place whose edge weighs most: at a leaf's place its own children come off
 * anyway. */
static unsigned heaviest(const struct forest *tree, const struct brood *ours, const bool *laid)
{
    unsigned best = ours->n;
    for (unsigned i = 0; i < ours->n; i++)
        if (!laid[i] && (best == ours->n || (tree->weight && tree->weight[ours->child[i]] >
                                                                 tree->weight[ours->child[best]])))
            best = i;
    return best;
}

/* The places that are left, leaves first. */
static void lay_rest(const struct forest *tree, const struct match *match, bool *laid,
                     const bool *taken, GArray *stack)
{
    for (unsigned their = match->theirs.n; their-- > 0;) {
        unsigned our = taken[their] ? match->ours.n : heaviest(tree, &match->ours, laid);
        if (our == match->ours.n)
            continue;
        laid[our] = true;
        lay_on(stack, match->ours.child[our], match->theirs.child[their]);
    }
}

/* Those with children by the best matching, all others by weight. */
static void lay_children(const struct embedding *embedding, struct laid parents, GArray *stack)
{
    struct match match;
    match.ours = brood_of(embedding->tree, parents.node);
    match.theirs = brood_of(embedding->pattern->forest, parents.position);
    if (match.ours.n == 0 || match.theirs.n == 0)
        return;
    g_autofree bool *laid = g_new0(bool, match.ours.n), *taken = g_new0(bool, match.theirs.n);
    match_prepare(embedding, &match);
    if (match.rows > 0)
        assign(&match);
    for (unsigned j = 0; j < match.columns; j++) {
        if (match.rows == 0 || match.row_of[j + 1] == 0)
            continue;
        unsigned i = match.row_of[j + 1] - 1;
        unsigned our = match.turned ? j : i, their = match.turned ? i : j;
        laid[our] = taken[their] = true;
        lay_on(stack, match.ours.child[our], match.theirs.child[their]);
    }
    lay_rest(embedding->tree, &match, laid, taken, stack);
}

void embedding_lay(const struct embedding *embedding, uint32_t node, uint32_t position,
                   uint32_t *place)
{
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(struct laid));
    lay_on(stack, node, position);
    while (stack->len > 0) {
        struct laid laid = g_array_index(stack, struct laid, stack->len - 1);
        g_array_set_size(stack, stack->len - 1);
        place[laid.node] = laid.position;
        lay_children(embedding, laid, stack);
    }
}
