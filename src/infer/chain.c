// SPDX-License-Identifier: Apache-2.0
/*
 * One dimension. Every endpoint keeps its two heaviest partners, as far as they keep it as well;
 * what is left are paths and cycles. Paths are laid end to end, over the heaviest traffic between
 * their ends first: weak edges of the program lie there, and the hub, a path of its own, finds in.
 */
#include "infer/lattice.h"
#include "infer/links.h"

struct chains {
    const struct strong *strong;
    uint32_t (*next)[2]; /* [endpoint]: partners along the chain or VTTIF_NOWHERE */
    uint32_t *piece; /* [endpoint], to tell when a link would close a cycle */
};

/* The two heaviest partners of u. */
static void heaviest(const struct strong *strong, uint32_t u, uint32_t best[2])
{
    double weight[2] = {0, 0};
    best[0] = best[1] = VTTIF_NOWHERE;
    const struct arc *arc = strong->graph->arcs + strong->graph->start[u];
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t v = strong->to[k];
        while (arc->to != v) /* both are in ascending order */
            arc++;
        double between = strong_degree(strong, u) > 2 ? arc_weight(arc) : 1;
        if (between > weight[0]) {
            best[1] = best[0];
            weight[1] = weight[0];
            best[0] = v;
            weight[0] = between;
        } else if (between > weight[1]) {
            best[1] = v;
            weight[1] = between;
        }
    }
}

static bool has_room(const struct chains *chains, uint32_t u)
{
    return chains->next[u][1] == VTTIF_NOWHERE;
}

static void put(struct chains *chains, uint32_t u, uint32_t v)
{
    chains->next[u][chains->next[u][0] != VTTIF_NOWHERE] = v;
}

/* Links u and v; a link that closes a cycle is counted, and made only if asked for. */
static bool join(struct chains *chains, uint32_t u, uint32_t v)
{
    uint32_t a = pieces_find(chains->piece, u), b = pieces_find(chains->piece, v);
    if (a == b || !has_room(chains, u) || !has_room(chains, v))
        return false;
    chains->piece[a] = b;
    put(chains, u, v);
    put(chains, v, u);
    return true;
}

/* Returns how many links would have closed a cycle. */
static size_t join_heaviest(struct chains *chains)
{
    const struct strong *strong = chains->strong;
    g_autofree uint32_t(*best)[2] = g_malloc0_n(strong->n, sizeof *best);
    size_t closing = 0;
    for (uint32_t u = 0; u < strong->n; u++)
        heaviest(strong, u, best[u]);
    for (uint32_t u = 0; u < strong->n; u++) {
        for (int i = 0; i < 2; i++) {
            uint32_t v = best[u][i];
            if (v == VTTIF_NOWHERE || v < u || (best[v][0] != u && best[v][1] != u))
                continue;
            closing += !join(chains, u, v);
        }
    }
    return closing;
}

static bool takes_part(const struct strong *strong, uint32_t u)
{
    return strong_degree(strong, u) > 0 || u == strong->hub;
}

/*
 * Which way the bytes go at the end of a path: 1 if the end gets them, -1 if it sends them, 0 if
 * they go both ways. Ends of the same kind are no neighbours.
 */
static int flow_at(const struct chains *chains, uint32_t end)
{
    uint32_t next = chains->next[end][0];
    const struct arc *arc =
        next == VTTIF_NOWHERE ? NULL : graph_arc(chains->strong->graph, end, next);
    if (!arc)
        return 0;
    return arc->in > 4 * arc->out ? 1 : arc->out > 4 * arc->in ? -1 : 0;
}

static void collect_links(const struct chains *chains, GArray *links)
{
    const struct strong *strong = chains->strong;
    const struct graph *graph = strong->graph;
    g_autofree int *flow = g_new(int, MAX(strong->n, 1));
    g_autofree bool *open = g_new(bool, MAX(strong->n, 1));
    for (uint32_t u = 0; u < strong->n; u++) {
        open[u] = takes_part(strong, u) && has_room(chains, u);
        flow[u] = open[u] ? flow_at(chains, u) : 0;
    }
    for (uint32_t u = 0; u < strong->n; u++) {
        if (!open[u])
            continue;
        for (size_t k = graph_from(graph, u, u); k < graph->start[u + 1]; k++) {
            uint32_t v = graph->arcs[k].to;
            struct link link = {arc_weight(&graph->arcs[k]), u, v};
            if (open[v] && (flow[u] == 0 || flow[u] != flow[v]))
                g_array_append_val(links, link);
        }
    }
}

static void join_ends(struct chains *chains)
{
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(struct link));
    collect_links(chains, links);
    links_sort(links);
    for (guint i = 0; i < links->len; i++) {
        const struct link *link = &g_array_index(links, struct link, i);
        if (!has_room(chains, link->u) || !has_room(chains, link->v))
            continue;
        int flow = flow_at(chains, link->u);
        if (flow == 0 || flow != flow_at(chains, link->v))
            join(chains, link->u, link->v);
    }
}

static uint32_t number_from(const struct chains *chains, struct lattice *lattice, uint32_t end,
                            uint32_t next)
{
    for (uint32_t u = end, from = VTTIF_NOWHERE; u != VTTIF_NOWHERE && !lattice->placed[u];) {
        uint32_t to = chains->next[u][0] == from ? chains->next[u][1] : chains->next[u][0];
        lattice->placed[u] = true;
        lattice->coordinate[u] = next++;
        from = u;
        u = to;
    }
    return next;
}

/* Numbers the endpoints of all pieces, one piece after the other, downstream. */
static uint32_t number(const struct chains *chains, struct lattice *lattice)
{
    uint32_t next = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t end = 0; end < chains->strong->n; end++)
            if (takes_part(chains->strong, end) && has_room(chains, end) &&
                (pass == 1 || flow_at(chains, end) <= 0))
                next = number_from(chains, lattice, end, next);
    return next;
}

struct lattice *lattice_chain(const struct strong *strong)
{
    if (strong->n_active < 3 || strong->n_edges > 2 * strong->n_active)
        return NULL;
    struct chains chains = {.strong = strong};
    chains.next = g_malloc_n(strong->n, sizeof *chains.next);
    chains.piece = pieces_new(strong->n);
    for (uint32_t u = 0; u < strong->n; u++)
        chains.next[u][0] = chains.next[u][1] = VTTIF_NOWHERE;
    size_t closing = join_heaviest(&chains);
    join_ends(&chains);
    struct lattice *lattice = lattice_new(strong->n, 1);
    lattice->extent[0] = number(&chains, lattice);
    lattice->wraps[0] = closing == 1;
    g_free(chains.next);
    g_free(chains.piece);
    return lattice;
}
