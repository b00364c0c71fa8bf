// SPDX-License-Identifier: Apache-2.0
#include "infer/chain_flow.h"

#include "infer/assign.h"
#include "infer/flow_odds.h"

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* Shorter ones say too little about what edges are like. */
#define CHAIN_LEAST 24
/* Edges are learned from what was found, again and again. */
#define ROUNDS 3
/* Two belong together where all others of either are so much less likely, in nats. */
#define SURE 7.0
/* In doubt are no more: their assignment takes up to the third power of it. */
#define DOUBTFUL_MOST 384

struct best {
    double gain, second;
    uint32_t endpoint;
};

struct flow {
    const struct graph *graph;
    uint32_t hub;
    struct flow_odds *odds;
    uint32_t *next, *before; /* [endpoint], or VTTIF_NOWHERE */
    uint32_t *column; /* [endpoint]: of those in doubt who comes before, their number */
};

static void see(struct best *best, double gain, uint32_t endpoint)
{
    if (gain > best->gain) {
        best->second = best->gain;
        best->gain = gain;
        best->endpoint = endpoint;
    } else {
        best->second = MAX(best->second, gain);
    }
}

static void forget(struct flow *flow)
{
    memset(flow->next, 0xff, flow->graph->n * sizeof *flow->next);
    memset(flow->before, 0xff, flow->graph->n * sizeof *flow->before);
}

static void join(struct flow *flow, uint32_t u, uint32_t v)
{
    flow->next[u] = v;
    flow->before[v] = u;
}

/* Joins those whom nobody else comes near to. */
static void join_sure(struct flow *flow)
{
    const struct graph *graph = flow->graph;
    const struct best nobody = {flow_missing, flow_missing, VTTIF_NOWHERE};
    g_autofree struct best *after = g_new(struct best, graph->n);
    g_autofree struct best *from = g_new(struct best, graph->n);
    for (size_t u = 0; u < graph->n; u++)
        after[u] = from[u] = nobody;
    for (uint32_t u = 0; u < graph->n; u++) {
        for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++) {
            uint32_t v = graph->arcs[k].to;
            double gain = flow_gain(flow->odds, u, &graph->arcs[k]);
            see(&after[u], gain, v);
            see(&from[v], gain, u);
        }
    }
    for (uint32_t u = 0; u < graph->n; u++) {
        uint32_t v = after[u].endpoint;
        if (v != VTTIF_NOWHERE && from[v].endpoint == u &&
            after[u].gain >= MAX(after[u].second, from[v].second) + SURE)
            join(flow, u, v);
    }
}

/* Those with traffic whom nobody is joined to, on that side. */
static GArray *list_open(const struct flow *flow, const uint32_t *joined)
{
    GArray *open = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t u = 0; u < flow->graph->n; u++)
        if (joined[u] == VTTIF_NOWHERE && graph_degree(flow->graph, u) > 0)
            g_array_append_val(open, u);
    return open;
}

/*
 * To take no part is worth as much as the best of so many others gains by chance where an edge is
 * missing. A hub may as well take part as not.
 */
static double worth_of_none(const struct flow *flow, uint32_t u, size_t n_idle)
{
    return u == flow->hub ? 0 : log((double)n_idle + 1);
}

static void fill_row(const struct flow *flow, uint32_t u, size_t n_idle, double *value, guint n)
{
    const struct graph *graph = flow->graph;
    for (guint i = 0; i < n; i++)
        value[i] = flow_missing;
    for (size_t k = graph->start[u]; k < graph->start[u + 1]; k++)
        if (flow->column[graph->arcs[k].to] != VTTIF_NOWHERE)
            value[flow->column[graph->arcs[k].to]] = flow_gain(flow->odds, u, &graph->arcs[k]);
    if (flow->column[u] != VTTIF_NOWHERE)
        value[flow->column[u]] = worth_of_none(flow, u, n_idle);
}

/* Assigns all others; false if they are too many. */
static bool join_others(struct flow *flow, size_t n_idle)
{
    g_autoptr(GArray) rows = list_open(flow, flow->next);
    g_autoptr(GArray) columns = list_open(flow, flow->before);
    guint n = rows->len; /* and as many columns */
    if (n > DOUBTFUL_MOST)
        return false;
    g_autofree double *value = g_new(double, MAX((size_t)n * n, 1));
    g_autofree uint32_t *column_of = g_new(uint32_t, MAX(n, 1));
    memset(flow->column, 0xff, flow->graph->n * sizeof *flow->column);
    for (guint i = 0; i < n; i++)
        flow->column[g_array_index(columns, uint32_t, i)] = i;
    for (guint i = 0; i < n; i++)
        fill_row(flow, g_array_index(rows, uint32_t, i), n_idle, value + (size_t)i * n, n);
    assign(value, n, n, column_of);
    for (guint i = 0; i < n; i++) {
        uint32_t u = g_array_index(rows, uint32_t, i);
        uint32_t v = g_array_index(columns, uint32_t, column_of[i]);
        if (u != v && value[(size_t)i * n + column_of[i]] > flow_missing + 1e-3)
            join(flow, u, v);
    }
    return true;
}

static size_t count_idle(const struct flow *flow)
{
    size_t n_idle = 0;
    for (uint32_t u = 0; u < flow->graph->n; u++)
        n_idle += flow->next[u] == VTTIF_NOWHERE && flow->before[u] == VTTIF_NOWHERE &&
                  graph_degree(flow->graph, u) > 0;
    return n_idle;
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void append_from(struct flow *flow, uint32_t first, GArray *chain, GArray *breaks)
{
    guint begin = chain->len;
    g_array_append_val(breaks, begin);
    for (uint32_t u = first; u != VTTIF_NOWHERE;) {
        uint32_t next = flow->next[u];
        g_array_append_val(chain, u);
        flow->next[u] = flow->before[u] = VTTIF_NOWHERE;
        u = next;
    }
}

/* Where the weakest link of a circle leads to; the link is cut. */
static uint32_t open_circle(struct flow *flow, uint32_t u)
{
    double least = G_MAXDOUBLE;
    uint32_t weakest = u, at = u;
    do {
        const struct arc *arc = graph_arc(flow->graph, at, flow->next[at]);
        double gain = arc ? flow_gain(flow->odds, at, arc) : flow_missing;
        if (gain < least) {
            least = gain;
            weakest = at;
        }
        at = flow->next[at];
    } while (at != u);
    uint32_t first = flow->next[weakest];
    flow->next[weakest] = flow->before[first] = VTTIF_NOWHERE;
    return first;
}

static void list_pieces(struct flow *flow, GArray *chain, GArray *breaks)
{
    g_array_set_size(chain, 0);
    g_array_set_size(breaks, 0);
    for (uint32_t u = 0; u < flow->graph->n; u++)
        if (flow->before[u] == VTTIF_NOWHERE && flow->next[u] != VTTIF_NOWHERE)
            append_from(flow, u, chain, breaks);
    for (uint32_t u = 0; u < flow->graph->n; u++)
        if (flow->next[u] != VTTIF_NOWHERE)
            append_from(flow, open_circle(flow, u), chain, breaks);
    g_array_append_val(breaks, chain->len);
}

/* Joins all anew, by the odds that those who are joined teach. */
static bool assign_round(struct flow *flow, bool first)
{
    size_t n_idle = count_idle(flow);
    flow_odds_free(flow->odds);
    flow->odds = flow_odds_new(flow->graph, flow->hub, flow->next, first);
    forget(flow);
    join_sure(flow);
    return join_others(flow, n_idle);
}

bool chain_flow(const struct graph *graph, uint32_t hub, GArray *chain, GArray *breaks)
{
    g_autofree uint32_t *next = g_new(uint32_t, MAX(graph->n, 1));
    g_autofree uint32_t *before = g_new(uint32_t, MAX(graph->n, 1));
    g_autofree uint32_t *column = g_new(uint32_t, MAX(graph->n, 1));
    struct flow flow = {
        .graph = graph, .hub = hub, .next = next, .before = before, .column = column};
    bool done = chain->len >= CHAIN_LEAST;
    forget(&flow);
    for (guint i = 0; i + 1 < chain->len; i++)
        join(&flow, g_array_index(chain, uint32_t, i), g_array_index(chain, uint32_t, i + 1));
    for (int round = 0; round < ROUNDS && done; round++)
        done = assign_round(&flow, round == 0);
    if (done)
        list_pieces(&flow, chain, breaks);
    flow_odds_free(flow.odds);
    return done;
}
