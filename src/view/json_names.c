// SPDX-License-Identifier: Apache-2.0
#include "view/json_names.h"

#include "view/output.h"
#include "view/place.h"

static const char *const verdicts[] = {
    [VTTIF_VERDICT_NAMED] = "named",
    [VTTIF_VERDICT_NONE] = "none",
    [VTTIF_VERDICT_TOO_LITTLE] = "too little traffic",
};

static const char *const flows[] = {
    [VTTIF_FLOW_BOTH] = "both",
    [VTTIF_FLOW_FORWARD] = "forward",
    [VTTIF_FLOW_BACKWARD] = "backward",
};

static void append_number(GString *out, const char *member, double value)
{
    g_string_append_printf(out, ", \"%s\": ", member);
    output_number(out, value);
}

static void append_shape(const struct vttif_shape *shape, GString *out)
{
    bool any_periodic = false;
    g_string_append_printf(out, "{\"name\": \"%s\", \"dims\": [", shape->archetype);
    for (unsigned d = 0; d < shape->n_dims; d++) {
        g_string_append_printf(out, "%s%u", d > 0 ? ", " : "", shape->dims[d]);
        any_periodic = any_periodic || shape->periodic[d];
    }
    g_string_append_c(out, ']');
    for (unsigned d = 0; any_periodic && d < shape->n_dims; d++)
        g_string_append_printf(out, "%s%s", d == 0 ? ", \"periodic\": [" : ", ",
                               shape->periodic[d] ? "true" : "false");
    g_string_append(out, any_periodic ? "]" : "");
    if (shape->arity > 0)
        append_number(out, "arity", shape->arity);
}

void json_append_edges(const struct vttif_edge *edges, size_t n, const struct vttif_matrix *matrix,
                       GString *out)
{
    for (size_t e = 0; e < n; e++) {
        g_string_append(out, e > 0 ? ",\n  {\"from\": " : "\n  {\"from\": ");
        output_json_string(out, vttif_matrix_name(matrix, edges[e].from));
        g_string_append(out, ", \"to\": ");
        output_json_string(out, vttif_matrix_name(matrix, edges[e].to));
        append_number(out, "bytes", edges[e].bytes);
        append_number(out, "ratio", edges[e].ratio);
        g_string_append_c(out, '}');
    }
}

/* {"h1": [0, 1], ...}, one endpoint after the other in the order of their places. */
static void append_places(const struct vttif_name *name, const struct vttif_matrix *matrix,
                          GString *out)
{
    size_t n;
    g_autofree uint32_t *order = place_order(name, &n);
    g_string_append(out, ",\n   \"place\": {");
    for (size_t k = 0; k < n; k++) {
        g_string_append(out, k > 0 ? ", " : "");
        output_json_string(out, vttif_matrix_name(matrix, order[k]));
        for (unsigned d = 0; d < name->width; d++)
            g_string_append_printf(out, "%s%d", d == 0 ? ": [" : ", ", place_of(name, order[k])[d]);
        g_string_append_c(out, ']');
    }
    g_string_append_c(out, '}');
}

static void append_name(const struct vttif_name *name, const struct vttif_matrix *matrix,
                        GString *out)
{
    append_shape(&name->shape, out);
    append_number(out, "score", name->score);
    append_number(out, "bmin", name->bmin);
    append_number(out, "explained", name->explained);
    append_number(out, "edges", (double)name->n_edges);
    append_number(out, "missing", (double)name->n_missing);
    append_number(out, "extra", (double)name->n_extra);
    g_string_append_printf(out, ", \"by_weight\": %s, \"flow\": \"%s\"",
                           name->by_weight ? "true" : "false", flows[name->flow]);
    if (name->centre >= 0) {
        g_string_append(out, ", \"centre\": ");
        output_json_string(out, vttif_matrix_name(matrix, (size_t)name->centre));
    }
    append_places(name, matrix, out);
    g_string_append_c(out, '}');
}

static void append_others(const struct vttif_recognition *recognition,
                          const struct vttif_topology *topology, GString *out)
{
    const struct vttif_matrix *matrix = vttif_topology_matrix(topology);
    size_t n_others;
    const struct vttif_edge *others = vttif_topology_others(topology, &n_others);
    g_string_append(out, " \"other\": {\"share\": ");
    output_number(out, vttif_recognition_other(recognition));
    g_string_append(out, ", \"pairs\": [");
    json_append_edges(others, n_others, matrix, out);
    g_string_append(out, "]},\n");
}

void json_append_recognition(const struct vttif_recognition *recognition,
                             const struct vttif_topology *topology, GString *out)
{
    const struct vttif_matrix *matrix = vttif_topology_matrix(topology);
    size_t n_names, n_parts;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    g_string_append_printf(out, " \"verdict\": \"%s\", \"reason\": ",
                           verdicts[vttif_recognition_verdict(recognition)]);
    output_json_string(out, vttif_recognition_reason(recognition));
    g_string_append(out, ",\n \"names\": [");
    for (size_t k = 0; k < n_names; k++) {
        g_string_append(out, k > 0 ? ",\n  " : "\n  ");
        append_name(&names[k], matrix, out);
    }
    g_string_append(out, "],\n \"parts\": [");
    for (size_t k = 0; k < n_parts; k++) {
        g_string_append(out, k > 0 ? ",\n  {\"share\": " : "\n  {\"share\": ");
        output_number(out, parts[k].share);
        g_string_append(out, ", \"name\": ");
        append_name(&parts[k].name, matrix, out);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "],\n");
    append_others(recognition, topology, out);
}
