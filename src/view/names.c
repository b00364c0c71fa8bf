// SPDX-License-Identifier: Apache-2.0
/* What was recognised, as text: the name, how well it fits, its twins, and what is left over. */
#include "view/place.h"
#include "view/placement.h"
#include "view/terminal.h"

#include <math.h>
#include <string.h>
#include <vttif/view.h>

/* A part with less than this share of the bytes is not told of. */
#define PART_LEAST 0.0005

/* "97.3 %"; "under 0.1 %" and "over 99.9 %" where the digits would lie. */
static void append_percent(GString *out, double share)
{
    if (share > 0 && share < 0.001)
        g_string_append(out, "under 0.1 %");
    else if (share < 1 && share >= 0.9995)
        g_string_append(out, "over 99.9 %");
    else
        g_string_append_printf(out, "%.3g %%", 100 * share);
}

static void append_endpoint(GString *out, const struct vttif_matrix *matrix, gssize i)
{
    terminal_append_cut(out, vttif_matrix_name(matrix, (size_t)i), PLACEMENT_NAME_COLUMNS);
}

static bool is_tree(const struct vttif_shape *shape)
{
    return strstr(shape->archetype, "tree") != NULL;
}

/* ", root h3, to the root" */
static void append_details(const struct vttif_name *name, const struct vttif_matrix *matrix,
                           GString *out)
{
    bool tree = is_tree(&name->shape);
    if (name->centre >= 0) {
        g_string_append(out, tree ? ", root " : ", centre ");
        append_endpoint(out, matrix, name->centre);
    }
    if (name->flow == VTTIF_FLOW_BOTH)
        return;
    bool forward = name->flow == VTTIF_FLOW_FORWARD;
    if (tree)
        g_string_append(out, forward ? ", from the root" : ", to the root");
    else if (strcmp(name->shape.archetype, "star") == 0)
        g_string_append(out, forward ? ", from the centre" : ", to the centre");
    else
        g_string_append(out, forward ? ", in ascending order only" : ", in descending order only");
}

static void append_fit(const struct vttif_name *name, GString *out)
{
    g_string_append_printf(out,
                           "  %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                           " endpoints have a place; at bmin %.3g %" G_GSIZE_FORMAT
                           " of %" G_GSIZE_FORMAT " edges are there, %" G_GSIZE_FORMAT
                           " other pair%s (score %.2f); ",
                           name->n_members, name->n_endpoints, name->bmin,
                           name->n_edges - name->n_missing, name->n_edges, name->n_extra,
                           name->n_extra == 1 ? "" : "s", floor(100 * name->score) / 100);
    append_percent(out, name->explained);
    g_string_append(out, " of the bytes\n");
}

static void append_twins(const struct vttif_name *names, size_t n, GString *out)
{
    for (size_t k = 1; k < n; k++) {
        g_string_append(out, k == 1 ? "  also consistent with " : ", ");
        vttif_shape_describe(&names[k].shape, out);
        if (names[k].score < names[0].score)
            g_string_append_printf(out, " (score %.2f)", floor(100 * names[k].score) / 100);
    }
    g_string_append(out, n > 1 ? "\n" : "");
    if (names[0].by_weight)
        g_string_append(out, "  told from other names of the same graph by its bytes\n");
}

void vttif_view_parts(const struct vttif_recognition *recognition,
                      const struct vttif_matrix *matrix, GString *out)
{
    size_t n_parts;
    const struct vttif_part *parts = vttif_recognition_parts(recognition, &n_parts);
    double other = vttif_recognition_other(recognition);
    for (size_t k = 0; k < n_parts; k++) {
        const struct vttif_name *name = &parts[k].name;
        g_string_append(out, k > 0 ? " + " : "");
        vttif_shape_describe(&name->shape, out);
        if (name->centre >= 0) {
            g_string_append(out, " at ");
            append_endpoint(out, matrix, name->centre);
        }
        g_string_append_c(out, ' ');
        append_percent(out, parts[k].share);
    }
    if (other >= PART_LEAST) {
        g_string_append(out, " + other ");
        append_percent(out, other);
    }
}

static void append_parts(const struct vttif_recognition *recognition,
                         const struct vttif_matrix *matrix, GString *out)
{
    size_t n_parts;
    vttif_recognition_parts(recognition, &n_parts);
    if (n_parts < 2 && vttif_recognition_other(recognition) < PART_LEAST)
        return;
    g_string_append(out, "  all of it: ");
    vttif_view_parts(recognition, matrix, out);
    g_string_append_c(out, '\n');
}

static void append_title(const struct vttif_name *name, const struct vttif_matrix *matrix,
                         GString *out)
{
    vttif_shape_describe(&name->shape, out);
    append_details(name, matrix, out);
}

/* Each program below its title, if there are several. */
static void append_placements(const struct vttif_recognition *recognition,
                              const struct vttif_matrix *matrix, unsigned max_columns, GString *out)
{
    size_t n;
    g_autofree const struct vttif_name **names = place_names(recognition, &n);
    for (size_t k = 0; k < n; k++) {
        g_string_append(out, k > 0 ? "\n" : "");
        if (n > 1) {
            append_title(names[k], matrix, out);
            g_string_append(out, ":\n");
        }
        placement_append(names[k], matrix, max_columns, out);
    }
    placement_append_strangers(names, n, matrix, max_columns, out);
}

void vttif_view_names(const struct vttif_recognition *recognition,
                      const struct vttif_matrix *matrix, unsigned max_columns, GString *out)
{
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    if (vttif_recognition_verdict(recognition) == VTTIF_VERDICT_TOO_LITTLE) {
        g_string_append_printf(out, "Too little traffic to name a topology: %s.\n",
                               vttif_recognition_reason(recognition));
        return;
    }
    if (n_names == 0) {
        g_string_append_printf(out, "No archetype: %s.\n", vttif_recognition_reason(recognition));
        return;
    }
    append_title(&names[0], matrix, out);
    g_string_append_c(out, '\n');
    append_fit(&names[0], out);
    append_twins(names, n_names, out);
    append_parts(recognition, matrix, out);
    g_string_append_c(out, '\n');
    append_placements(recognition, matrix, max_columns, out);
}
