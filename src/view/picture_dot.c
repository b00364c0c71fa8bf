// SPDX-License-Identifier: Apache-2.0
#include "view/picture.h"

#include <graphviz/gvc.h>
#include <string.h>
#include <vttif/error.h>

static const struct {
    const char *name, *device; /* Graphviz's: without ":cairo" another renderer might be taken */
} formats[] = {{"svg", "svg"}, {"png", "png:cairo"}, {"pdf", "pdf:cairo"}, {"dot", "dot"}};

bool picture_format_is_known(const char *format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(format, formats[i].name) == 0)
            return true;
    return false;
}

/* What Graphviz wanted to print. Its hook has no argument for ours, hence this. */
static GString *complaints;

/* One context for the whole process: Graphviz's text measuring keeps pointers into the first one
 * that it saw, and would read freed memory with the next. */
static GVC_t *shared_context(void)
{
    static GVC_t *context;
    if (!context)
        context = gvContext();
    return context;
}

static int complain(char *text)
{
    g_string_append(complaints, text);
    return 0;
}

static const char *device_of(const char *format, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(format, formats[i].name) == 0)
            return formats[i].device;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                "no pictures are made in the format \"%s\"; use svg, png, pdf or dot", format);
    return NULL;
}

static bool fail(const char *what, GError **error)
{
    g_strdelimit(g_strstrip(complaints->str), "\n", ' ');
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "Graphviz could not %s%s%s", what,
                *complaints->str ? ": " : "", complaints->str);
    return false;
}

/* The engine's name: the one given, else the graph's own, else "dot". */
static const char *engine_of(Agraph_t *graph, const char *engine)
{
    const char *own = agget(graph, (char *)"layout");
    return engine ? engine : own && *own ? own : "dot";
}

/* What is to be done with a graph that Graphviz has laid out. */
typedef bool (*use_graph)(GVC_t *context, Agraph_t *graph, void *data, GError **error);

static bool lay_out(GVC_t *context, Agraph_t *graph, const char *engine, use_graph use, void *data,
                    GError **error)
{
    if (gvLayout(context, graph, engine_of(graph, engine)) != 0)
        return fail("lay out the graph", error);
    bool done = use(context, graph, data, error);
    gvFreeLayout(context, graph);
    return done;
}

/* Reads the text, lays the graph out without or with ways for its edges, and uses it. */
static bool with_graph(const char *dot, const char *engine, bool edges, use_graph use, void *data,
                       GError **error)
{
    complaints = g_string_new(NULL);
    agusererrf before = agseterrf(complain);
    GVC_t *context = shared_context();
    Agraph_t *graph = agmemread(dot);
    bool done = graph || fail("read the graph", error);
    if (done && !edges)
        agsafeset(graph, (char *)"splines", (char *)"false", (char *)"");
    done = done && lay_out(context, graph, engine, use, data, error);
    if (graph)
        agclose(graph);
    agseterrf(before);
    g_string_free(complaints, TRUE);
    complaints = NULL;
    return done;
}

/* --- pictures ------------------------------------------------------------------------------- */

struct rendering {
    const char *device;
    GBytes *bytes;
};

static bool render(GVC_t *context, Agraph_t *graph, void *data, GError **error)
{
    struct rendering *rendering = data;
    char *bytes = NULL;
    unsigned length = 0;
    bool done = gvRenderData(context, graph, rendering->device, &bytes, &length) == 0 && bytes;
    if (done)
        rendering->bytes = g_bytes_new(bytes, length);
    gvFreeRenderData(bytes);
    return done || fail("draw the graph", error);
}

bool picture_render_dot(const char *dot, const char *engine, const char *format, GBytes **out,
                        GError **error)
{
    struct rendering rendering = {.device = device_of(format, error)};
    if (!rendering.device || !with_graph(dot, engine, true, render, &rendering, error))
        return false;
    *out = rendering.bytes;
    return true;
}

/* --- places --------------------------------------------------------------------------------- */

struct placing {
    struct vttif_point *points;
    size_t n;
};

/* Nodes are in the order of the text, which is that of the endpoints. */
static bool take_places(GVC_t *context, Agraph_t *graph, void *data, GError **error)
{
    struct placing *placing = data;
    size_t i = 0;
    (void)context;
    for (Agnode_t *node = agfstnode(graph); node && i < placing->n; node = agnxtnode(graph, node)) {
        placing->points[i].x = ND_coord(node).x;
        placing->points[i++].y = ND_coord(node).y;
    }
    return i == placing->n || fail("tell where it put the endpoints", error);
}

bool picture_place(const struct vttif_topology *topology, struct vttif_point *points,
                   GError **error)
{
    struct placing placing = {points, vttif_matrix_size(vttif_topology_matrix(topology))};
    g_autoptr(GString) dot = g_string_new(NULL);
    vttif_view_dot(topology, NULL, dot);
    if (!with_graph(dot->str, NULL, false, take_places, &placing, error))
        return false;
    vttif_layout_fit(placing.n, points);
    return true;
}
