// SPDX-License-Identifier: Apache-2.0
/* What is made of a matrix: its name and topology, as text on standard output, files, pictures. */
#include "cli/cli.h"

#include "view/picture.h"
#include <string.h>
#include <vttif/error.h>
#include <vttif/view.h>

/* Of text in files. */
enum { TEXT_COLUMNS = 120 };

/* --- what was found -------------------------------------------------------------------------- */

struct cli_results {
    struct vttif_matrix *by_place; /* the matrix in the order of the places */
    struct vttif_topology *topology; /* in the order of the matrix */
    struct vttif_recognition *recognition;
};

struct cli_results *cli_results_new(struct vttif_matrix *matrix, double bmin, GError **error)
{
    g_autoptr(cli_results) results = g_new0(struct cli_results, 1);
    struct vttif_recognize_options options = {.bmin = bmin};
    results->recognition = vttif_recognize(matrix, &options, error);
    if (!results->recognition)
        return NULL;
    results->topology = bmin > 0 ? vttif_topology_infer(matrix, bmin, error)
                                 : vttif_topology_of_recognition(matrix, results->recognition);
    if (!results->topology)
        return NULL;
    results->by_place = vttif_view_by_place(matrix, results->recognition);
    return g_steal_pointer(&results);
}

void cli_results_free(struct cli_results *results)
{
    if (!results)
        return;
    vttif_recognition_free(results->recognition);
    vttif_topology_free(results->topology);
    g_clear_pointer(&results->by_place, vttif_matrix_unref);
    g_free(results);
}

/* --- places of the endpoints ----------------------------------------------------------------- */

/* One place an endpoint, as --layout says; NULL on error. */
static struct vttif_point *lay_out(const struct cli_results *results, GError **error)
{
    const struct vttif_matrix *matrix = vttif_topology_matrix(results->topology);
    const char *layout = cli_showing.layout;
    size_t n = vttif_matrix_size(matrix);
    g_autofree struct vttif_point *points = g_new0(struct vttif_point, MAX(n, 1));
    bool automatic = !layout || strcmp(layout, "auto") == 0;
    if (automatic && vttif_layout_recognition(results->recognition, points))
        return g_steal_pointer(&points);
    if (!layout || strcmp(layout, "circle") == 0) {
        vttif_layout_circle(n, points);
    } else if (strcmp(layout, "grid") == 0) {
        vttif_layout_grid(n, points);
    } else if (strcmp(layout, "auto") == 0) {
        if (!picture_place(results->topology, points, error))
            return NULL;
    } else {
        g_autofree char *text = NULL;
        gsize length;
        if (!cli_read_file(layout, &text, &length, error) ||
            !vttif_layout_parse(text, layout, matrix, points, error))
            return NULL;
    }
    return g_steal_pointer(&points);
}

/* --- one file, by its suffix ------------------------------------------------------------------ */

struct request {
    const struct cli_results *results;
    const char *format; /* the suffix */
    bool heatmap; /* in pictures, the matrix instead of the topology */
    bool on_terminal;
};

static bool make_dot(const struct request *request, GString *out, GError **error)
{
    g_autofree struct vttif_point *points = lay_out(request->results, error);
    if (points)
        vttif_view_dot(request->results->topology, points, out);
    return points != NULL;
}

static bool make_picture(const struct request *request, GString *out, GError **error)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GString) dot = g_string_new(NULL);
    bool made = request->heatmap
                    ? picture_heatmap(request->results->by_place, request->format, &bytes, error)
                    : make_dot(request, dot, error) &&
                          picture_render_dot(dot->str, NULL, request->format, &bytes, error);
    if (!made)
        return false;
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_string_append_len(out, data, (gssize)length);
    return true;
}

static bool make_samba(const struct request *request, GString *out, GError **error)
{
    g_autofree struct vttif_point *points = lay_out(request->results, error);
    if (points)
        vttif_view_samba(request->results->topology, points, out);
    return points != NULL;
}

static bool make_csv(const struct request *request, GString *out, GError **error)
{
    vttif_view_csv(vttif_topology_matrix(request->results->topology), out);
    return true;
}

static bool make_json(const struct request *request, GString *out, GError **error)
{
    vttif_view_json_topology(request->results->topology, request->results->recognition, out);
    return true;
}

static bool make_text(const struct request *request, GString *out, GError **error)
{
    const struct cli_results *results = request->results;
    const struct vttif_matrix *matrix = vttif_topology_matrix(results->topology);
    unsigned columns = request->on_terminal ? cli_columns() : TEXT_COLUMNS;
    vttif_view_names(results->recognition, matrix, columns, out);
    g_string_append_c(out, '\n');
    vttif_view_table(results->by_place, columns, out);
    g_string_append_c(out, '\n');
    vttif_view_heatmap(results->by_place, columns, request->on_terminal && cli_colours(), out);
    g_string_append_c(out, '\n');
    vttif_view_topology(results->topology, columns, out);
    g_string_append_c(out, '\n');
    vttif_view_account(matrix, out);
    return true;
}

static const struct kind {
    const char *suffix;
    bool (*make)(const struct request *, GString *, GError **);
} kinds[] = {
    {"svg", make_picture}, {"png", make_picture}, {"pdf", make_picture}, {"dot", make_dot},
    {"samba", make_samba}, {"csv", make_csv},     {"json", make_json},   {"txt", make_text},
};

static const struct kind *kind_of(const char *path)
{
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix && i < G_N_ELEMENTS(kinds); i++)
        if (g_ascii_strcasecmp(suffix + 1, kinds[i].suffix) == 0)
            return &kinds[i];
    return NULL;
}

bool cli_knows_suffix(const char *path)
{
    return kind_of(path) != NULL;
}

bool cli_suffix_has_heatmap(const char *path)
{
    const struct kind *kind = kind_of(path);
    return kind && kind->make == make_picture;
}

bool cli_write_view(const struct cli_results *results, const char *path, bool heatmap,
                    GError **error)
{
    const struct kind *kind = kind_of(path);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!kind) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "%s: its name must end with .svg, .png, .pdf, .dot, .samba, .csv, .json or "
                    ".txt",
                    path);
        return false;
    }
    struct request request = {results, kind->suffix, heatmap, false};
    return kind->make(&request, out, error) && cli_write_file(path, out->str, out->len, error);
}

/* --- all of them --------------------------------------------------------------------------------
 */

static int print_results(const struct cli_results *results, const GString *mentions)
{
    const char *format = cli_showing.format ? cli_showing.format : "text";
    g_autoptr(GString) out = g_string_new(NULL);
    struct request request = {results, format, false, true};
    if (strcmp(format, "json") == 0)
        make_json(&request, out, NULL);
    else if (strcmp(format, "csv") == 0)
        make_csv(&request, out, NULL);
    else
        make_text(&request, out, NULL);
    g_string_append_len(out, mentions->str, (gssize)mentions->len);
    return cli_print(out);
}

/* The path of the picture, if text is what the user reads. */
static void mention(const char *what, const char *path, GString *mentions)
{
    if (!cli_showing.format || strcmp(cli_showing.format, "text") == 0)
        g_string_append_printf(mentions, "%s: %s\n", what, path);
}

/* The files of a results directory. */
static const struct {
    const char *name, *mention; /* NULL: not mentioned */
    bool heatmap;
} files[] = {
    {"matrix.csv", NULL, false},      {"topology.json", NULL, false},
    {"topology.samba", NULL, false},  {"topology.svg", "picture", false},
    {"matrix.svg", "heat map", true},
};

static bool write_directory(const struct cli_results *results, const char *directory,
                            GString *mentions, GError **error)
{
    if (!cli_make_directory(directory, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(directory, files[i].name, NULL);
        if (!cli_write_view(results, path, files[i].heatmap, error))
            return false;
        if (files[i].mention)
            mention(files[i].mention, path, mentions);
    }
    return true;
}

static bool write_pictures(const struct cli_results *results, GString *mentions, GError **error)
{
    for (char **picture = cli_showing.pictures; picture && *picture; picture++) {
        if (!cli_write_view(results, *picture, false, error))
            return false;
        mention("picture", *picture, mentions);
    }
    return true;
}

int cli_show_results(struct vttif_matrix *matrix, double bmin, const char *directory)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cli_results) results = cli_results_new(matrix, bmin, &error);
    if (!results)
        return cli_fail("%s", error->message);
    /* Files first: who reads standard output may be gone after the first lines. */
    g_autoptr(GString) mentions = g_string_new(NULL);
    bool written = (!directory || write_directory(results, directory, mentions, &error)) &&
                   write_pictures(results, mentions, &error);
    int status = print_results(results, mentions);
    return written ? status : cli_fail("%s", error->message);
}
