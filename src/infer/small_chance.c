// SPDX-License-Identifier: Apache-2.0
/*
 * A graph without a rule: every pair is what it likes best, at each weight that an arc may have. It
 * is told as a forest, if it is one, or pair by pair.
 *
 * Every archetype is such a graph, too. Of few endpoints it is often the likeliest of them, and
 * that it is told by more bits than the archetype would say little: what counts is the likeliest
 * graph that has no rule.
 */
#include "infer/judge.h"
#include "infer/small_likelihood.h"

#include <math.h>
#include <string.h>

/* --- what it takes to tell a forest ---------------------------------------------------------- */

/* A graph that may be a forest: what it takes to tell which. */
struct woods {
    unsigned n, edges;
    unsigned out[SMALL_MOST], in[SMALL_MOST], degree[SMALL_MOST]; /* partners */
    unsigned above[SMALL_MOST]; /* towards one of a piece */
    bool has_cycle;
};

static unsigned piece_of(const struct woods *woods, unsigned u)
{
    while (woods->above[u] != u)
        u = woods->above[u];
    return u;
}

static void woods_set(struct woods *woods, const uint32_t *sends, unsigned n)
{
    *woods = (struct woods){.n = n};
    for (unsigned u = 0; u < n; u++)
        woods->above[u] = u;
    for (unsigned u = 0; u < n; u++) {
        for (unsigned v = 0; v < u; v++) {
            bool ahead = sends[u] >> v & 1, back = sends[v] >> u & 1;
            if (!ahead && !back)
                continue;
            unsigned a = piece_of(woods, u), b = piece_of(woods, v);
            woods->has_cycle |= a == b;
            woods->above[a] = b;
            woods->edges++;
            woods->degree[u]++;
            woods->degree[v]++;
            woods->out[u] += ahead;
            woods->in[v] += ahead;
            woods->out[v] += back;
            woods->in[u] += back;
        }
    }
}

static unsigned largest(const unsigned *count, unsigned n)
{
    unsigned most = 0;
    for (unsigned u = 0; u < n; u++)
        most = MAX(most, count[u]);
    return most;
}

/* How many ways there are to write a number as a sum, in bits (Hardy, Ramanujan 1918, roughly). */
static double bits_of_sum(double number)
{
    return M_PI * sqrt(2 * number / 3) / M_LN2 - log2(4 * sqrt(3) * MAX(number, 1));
}

/* Who has how many of something, if it is known how many there are of all: first how often each
 * number occurs. */
static double bits_of_counts(const unsigned *count, unsigned n, unsigned all)
{
    double bits = MAX(bits_of_sum(all), 0) + log2_factorial(n);
    for (unsigned value = 0; value <= all; value++) {
        unsigned times = 0;
        for (unsigned u = 0; u < n; u++)
            times += count[u] == value;
        bits -= log2_factorial(times);
    }
    return bits;
}

/* Rooted forests of so many edges: C(n - 1, k - 1) n^(n - k) have k roots (Cayley 1889), and as
 * many as a multinomial coefficient those in which it is known who has how many children. */
static double bits_of_rooted(const struct woods *woods, const unsigned *children)
{
    double n = woods->n, edges = woods->edges, roots = log2_binomial(n - 1, n - edges - 1);
    double by_children = bits_of_counts(children, woods->n, woods->edges) + log2_factorial(edges);
    for (unsigned u = 0; u < woods->n; u++)
        by_children -= log2_factorial(children[u]);
    return roots + MIN(by_children, edges * log2(n));
}

/* The same if it does not matter who of a piece is its root, which is about one of n / k. */
static double bits_of_unrooted(const struct woods *woods)
{
    double n = woods->n, trees = n - woods->edges, least = HUGE_VAL;
    unsigned children[SMALL_MOST];
    for (unsigned root = 0; root < woods->n; root++) {
        if (woods->degree[root] < largest(woods->degree, woods->n))
            continue;
        for (unsigned u = 0; u < woods->n; u++)
            children[u] = woods->degree[u] - MIN(woods->degree[u], u != root);
        least = MIN(least, bits_of_rooted(woods, children));
    }
    return least - trees * log2(n / trees);
}

/* HUGE_VAL if it is none: the pairs are a forest, and if all are one way, everyone sends to one at
 * most, or hears from one. A bit says so, another one which way the bytes go. */
static double bits_of_forest(const uint32_t *sends, unsigned n, bool both)
{
    struct woods woods;
    woods_set(&woods, sends, n);
    if (woods.has_cycle || woods.edges == 0)
        return HUGE_VAL;
    double bits = HUGE_VAL;
    if (both)
        bits = bits_of_unrooted(&woods);
    else if (largest(woods.out, n) <= 1)
        bits = bits_of_rooted(&woods, woods.in) + 1;
    else if (largest(woods.in, n) <= 1)
        bits = bits_of_rooted(&woods, woods.out) + 1;
    return bits + 1 + log2(n);
}

/* --- the likeliest graph -----------------------------------------------------------------------
 */

/* What it takes to tell a graph without a rule: a coin decides about each pair, or it is told how
 * many there are and which; and one more coin about the way where there is but one. Or that it is a
 * forest, and which of all. */
static double bits_of_graph(const struct small_model *model, const uint32_t *sends, unsigned pairs,
                            bool both)
{
    unsigned n_edges = 0, n = model->cells->n;
    for (unsigned u = 0; u < n; u++)
        for (unsigned v = 0; v < u; v++)
            n_edges += (sends[u] >> v & 1) | (sends[v] >> u & 1);
    double list = log2(pairs + 1) + log2_binomial(pairs, n_edges);
    double bits = MIN(pairs, list) + (both ? 0 : n_edges);
    return MIN(bits, bits_of_forest(sends, n, both));
}

static double chance_of_graph(const struct small_model *model, const uint32_t *sends,
                              const uint32_t *skips, unsigned pairs, bool both)
{
    return small_likelihood(model, sends, skips) - bits_of_graph(model, sends, pairs, both) * M_LN2;
}

static double chance_arc(const struct small_model *model, unsigned u, unsigned v, unsigned scale)
{
    if (model->hidden[u][v])
        return model->lost[u][v];
    double log_mean = log(small_mean(model->cells, scale));
    return small_log_normal(model->log[u][v], log_mean, SMALL_SPREAD) + model->stretch[u][v];
}

/* The likelier of the two of a pair u < v: none, or an arc, both ways or the better way. */
static void choose_arcs(const struct small_model *model, unsigned u, unsigned v, unsigned scale,
                        bool both, uint32_t *sends)
{
    double none = model->none[scale][u][v] + log(0.5);
    double ahead = chance_arc(model, u, v, scale), behind = chance_arc(model, v, u, scale);
    bool out = true, in = true;
    if (both) {
        out = in = ahead + behind + log(0.5) > none;
    } else {
        ahead += model->back[v][u] + log(0.25);
        behind += model->back[u][v] + log(0.25);
        out = ahead >= behind && ahead > none;
        in = behind > ahead && behind > none;
    }
    sends[u] |= (uint32_t)(out << v);
    sends[v] |= (uint32_t)(in << u);
}

static bool is_skipped(const uint32_t *skips, unsigned u, unsigned v)
{
    return skips && (u > v ? skips[u] >> v & 1 : skips[v] >> u & 1);
}

/* The likeliest graph if arcs have that mean; returns the number of pairs that there are. */
static unsigned likeliest_graph(const struct small_model *model, unsigned scale, bool both,
                                const uint32_t *skips, uint32_t *sends)
{
    unsigned n = model->cells->n, pairs = 0;
    memset(sends, 0, SMALL_MOST * sizeof *sends);
    for (unsigned u = 0; u < n; u++) {
        for (unsigned v = u + 1; v < n; v++) {
            if (is_skipped(skips, u, v))
                continue;
            pairs++;
            choose_arcs(model, u, v, scale, both, sends);
        }
    }
    return pairs;
}

static void set_state(uint32_t *sends, unsigned u, unsigned v, unsigned state)
{
    sends[u] = (sends[u] & ~((uint32_t)1 << v)) | (state & 1) << v;
    sends[v] = (sends[v] & ~((uint32_t)1 << u)) | (state >> 1) << u;
}

/* The likeliest that differs by one pair and has no rule. */
static double chance_beside(const struct small_model *model, uint32_t *sends, bool both,
                            const uint32_t *skips, unsigned pairs, const struct small_rules *rules)
{
    unsigned n = model->cells->n;
    double best = -HUGE_VAL;
    for (unsigned u = 0; u < n; u++) {
        for (unsigned v = 0; v < u; v++) {
            unsigned was = (sends[u] >> v & 1) | (sends[v] >> u & 1) << 1;
            for (unsigned state = 0; state < 4 && !is_skipped(skips, u, v); state++) {
                if (state == was || (both ? state == 1 || state == 2 : state == 3))
                    continue;
                set_state(sends, u, v, state);
                if (!rules->is_one(sends, rules->data))
                    best = MAX(best, chance_of_graph(model, sends, skips, pairs, both));
            }
            set_state(sends, u, v, was);
        }
    }
    return best;
}

double small_by_chance(const struct small_model *model, const uint32_t *skips,
                       const struct small_rules *rules)
{
    double best = -HUGE_VAL;
    for (int both = 0; both < 2; both++) {
        uint32_t last[SMALL_MOST] = {0}, sends[SMALL_MOST];
        for (unsigned scale = 0; scale < SMALL_SCALES; scale++) {
            unsigned pairs = likeliest_graph(model, scale, both, skips, sends);
            if (scale > 0 && memcmp(sends, last, sizeof sends) == 0)
                continue;
            memcpy(last, sends, sizeof sends);
            bool has_rule = rules && rules->is_one(sends, rules->data);
            double value = has_rule ? chance_beside(model, sends, both, skips, pairs, rules)
                                    : chance_of_graph(model, sends, skips, pairs, both);
            best = MAX(best, value);
        }
    }
    return best;
}

double small_bits_by_chance(const GArray *models, double masters_bits, const uint32_t *skips,
                            const struct small_rules *rules)
{
    double best = -HUGE_VAL;
    for (guint i = 0; i < models->len; i++) {
        const struct small_model *model = &g_array_index(models, struct small_model, i);
        double value = small_by_chance(model, skips, rules);
        best = MAX(best, small_bits(model, value, masters_bits));
    }
    return best;
}
