// SPDX-License-Identifier: Apache-2.0
#include "view/placement.h"

#include "view/place.h"
#include "view/terminal.h"

#include <string.h>

/* A drawing with more rows than this is a list instead. */
#define ROWS_MAX 200
/* Trees with more endpoints than this are told level by level. */
#define TREE_MAX 80

static const char *name_of(const struct vttif_matrix *matrix, size_t i)
{
    return vttif_matrix_name(matrix, i);
}

static size_t shown_width(const struct vttif_matrix *matrix, size_t i)
{
    return MIN(PLACEMENT_NAME_COLUMNS, terminal_width(name_of(matrix, i)));
}

static size_t widest_name(const struct vttif_name *name, const struct vttif_matrix *matrix)
{
    size_t widest = 1;
    for (size_t i = 0; i < name->n_endpoints; i++)
        if (place_is_set(name, i))
            widest = MAX(widest, shown_width(matrix, i));
    return widest;
}

/* --- lists --------------------------------------------------------------------------------------
 */

/* Names after a title, with a separator, broken at max columns and indented. */
struct list {
    GString *out;
    size_t column, indent, max;
    const char *separator;
    bool empty;
};

static struct list list_begin(GString *out, const char *title, const char *separator, size_t max)
{
    g_string_append(out, title);
    size_t indent = 2;
    return (struct list){out, terminal_width(title), indent, max, separator, true};
}

static void list_add_text(struct list *list, const char *text)
{
    size_t width = terminal_width(text), gap = terminal_width(list->separator);
    if (!list->empty)
        g_string_append(list->out, list->separator);
    list->column += list->empty ? 0 : gap;
    if (list->column + width > list->max && list->column > list->indent) {
        while (list->out->len > 0 && list->out->str[list->out->len - 1] == ' ')
            g_string_truncate(list->out, list->out->len - 1);
        g_string_append_c(list->out, '\n');
        terminal_append_times(list->out, ' ', list->indent);
        list->column = list->indent;
    }
    g_string_append(list->out, text);
    list->column += width;
    list->empty = false;
}

static void list_add(struct list *list, const char *name)
{
    g_autoptr(GString) shown = g_string_new(NULL);
    terminal_append_cut(shown, name, PLACEMENT_NAME_COLUMNS);
    list_add_text(list, shown->str);
}

static void list_end(struct list *list)
{
    g_string_append_c(list->out, '\n');
}

/* All members in order: a ring, a line, all-to-all. */
static void append_sequence(const struct vttif_name *name, const struct vttif_matrix *matrix,
                            const char *separator, bool closed, size_t max, GString *out)
{
    size_t n;
    g_autofree uint32_t *order = place_order(name, &n);
    struct list list = list_begin(out, "", separator, max);
    list.indent = 0;
    for (size_t k = 0; k < n; k++)
        list_add(&list, name_of(matrix, order[k]));
    if (closed && n > 0)
        list_add(&list, name_of(matrix, order[0]));
    list_end(&list);
}

/* A line for each value of the first coordinate: it has a title each, or a number after prefix. */
static void append_groups(const struct vttif_name *name, const struct vttif_matrix *matrix,
                          const char *const *titles, const char *prefix, size_t max, GString *out)
{
    size_t n;
    g_autofree uint32_t *order = place_order(name, &n);
    for (size_t k = 0; k < n;) {
        int32_t first = place_of(name, order[k])[0];
        g_autofree char *title =
            titles ? g_strdup(titles[MIN(first, 1)]) : g_strdup_printf("%s %d: ", prefix, first);
        struct list list = list_begin(out, title, " ", max);
        int32_t same = titles ? MIN(first, 1) : first;
        for (; k < n; k++) {
            int32_t next = place_of(name, order[k])[0];
            if ((titles ? MIN(next, 1) : next) != same)
                break;
            list_add(&list, name_of(matrix, order[k]));
        }
        list_end(&list);
    }
}

void placement_append_strangers(const struct vttif_name *const *names, size_t n,
                                const struct vttif_matrix *matrix, unsigned max_columns,
                                GString *out)
{
    struct list list = list_begin(out, "no part in it: ", " ", max_columns);
    gsize begin = out->len;
    for (size_t i = 0; i < names[0]->n_endpoints; i++) {
        bool placed = false;
        for (size_t k = 0; k < n; k++)
            placed |= place_is_set(names[k], i);
        if (!placed)
            list_add(&list, name_of(matrix, i));
    }
    if (list.empty)
        g_string_truncate(out, begin - strlen("no part in it: "));
    else
        list_end(&list);
}

/* --- grids --------------------------------------------------------------------------------------
 */

/*
 * Rows are the first dimension, columns the second:
 *
 *     ─ h1 ── h4 ── h7 ─       lines that leave the drawing come in again on the other side
 *       │     │     │
 *     ─ h2 ── h5 ── h8 ─
 */
struct plane {
    const struct vttif_name *name;
    const struct vttif_matrix *matrix;
    uint32_t rows, columns;
    size_t width; /* of a name */
    bool arrows; /* down and to the right only */
    gssize *endpoint; /* [rows * columns], -1 for none */
};

/* The endpoints of the plane with those further coordinates. */
static void fill_plane(struct plane *plane, const int32_t *rest)
{
    const struct vttif_name *name = plane->name;
    for (size_t k = 0; k < (size_t)plane->rows * plane->columns; k++)
        plane->endpoint[k] = -1;
    for (size_t i = 0; i < name->n_endpoints; i++) {
        if (!place_is_set(name, i))
            continue;
        const int32_t *at = place_of(name, i);
        bool here = true;
        for (unsigned d = 2; here && d < name->shape.n_dims; d++)
            here = at[d] == rest[d];
        if (here)
            plane->endpoint[(size_t)at[0] * plane->columns + (size_t)at[1]] = (gssize)i;
    }
}

static void append_bar(const struct plane *plane, const char *bar, bool around, GString *out)
{
    g_string_append(out, around ? "  " : "");
    for (uint32_t c = 0; c < plane->columns; c++) {
        g_string_append(out, bar);
        if (c + 1 < plane->columns)
            terminal_append_times(out, ' ', plane->width + 3);
    }
    g_string_append_c(out, '\n');
}

static void append_row(const struct plane *plane, uint32_t row, bool around, GString *out)
{
    g_string_append(out, around ? "─ " : "");
    for (uint32_t c = 0; c < plane->columns; c++) {
        gssize i = plane->endpoint[(size_t)row * plane->columns + c];
        g_autoptr(GString) shown = g_string_new(NULL);
        terminal_append_cut(shown, i >= 0 ? name_of(plane->matrix, (size_t)i) : "·",
                            PLACEMENT_NAME_COLUMNS);
        g_string_append(out, shown->str);
        if (c + 1 == plane->columns)
            break;
        g_string_append_c(out, ' ');
        for (size_t k = terminal_width(shown->str); k < plane->width; k++)
            g_string_append(out, "─");
        g_string_append(out, plane->arrows ? "─► " : "── ");
    }
    g_string_append(out, around ? " ─\n" : "\n");
}

static void append_plane(const struct plane *plane, GString *out)
{
    const struct vttif_shape *shape = &plane->name->shape;
    bool down = place_goes_around(shape, 0), across = place_goes_around(shape, 1);
    for (uint32_t row = 0; row < plane->rows; row++) {
        if (row > 0 || down)
            append_bar(plane, plane->arrows ? "▼" : "│", across, out);
        append_row(plane, row, across, out);
    }
    if (down)
        append_bar(plane, "│", across, out);
}

static bool next_rest(const struct vttif_shape *shape, int32_t *rest)
{
    for (unsigned d = shape->n_dims; d-- > 2;) {
        if ((uint32_t)++rest[d] < shape->dims[d])
            return true;
        rest[d] = 0;
    }
    return false;
}

static void append_plane_title(const struct vttif_shape *shape, const int32_t *rest, GString *out)
{
    g_string_append(out, "at (*, *");
    for (unsigned d = 2; d < shape->n_dims; d++)
        g_string_append_printf(out, ", %d", rest[d]);
    g_string_append(out, "):\n");
}

/* Where a plane is too wide or the whole too long: "(0, 1, 2) h7". */
static void append_coordinates(const struct vttif_name *name, const struct vttif_matrix *matrix,
                               size_t max, GString *out)
{
    size_t n;
    g_autofree uint32_t *order = place_order(name, &n);
    g_autoptr(GString) entry = g_string_new(NULL);
    struct list list = list_begin(out, "", "  ", max);
    list.indent = 0;
    for (size_t k = 0; k < n; k++) {
        g_string_truncate(entry, 0);
        for (unsigned d = 0; d < name->width; d++)
            g_string_append_printf(entry, "%s%d", d > 0 ? "," : "", place_of(name, order[k])[d]);
        g_string_append_c(entry, ' ');
        terminal_append_cut(entry, name_of(matrix, order[k]), PLACEMENT_NAME_COLUMNS);
        list_add_text(&list, entry->str);
    }
    list_end(&list);
}

static void append_grid(const struct vttif_name *name, const struct vttif_matrix *matrix,
                        size_t max, GString *out)
{
    const struct vttif_shape *shape = &name->shape;
    struct plane plane = {name, matrix, shape->dims[0], shape->dims[1], 0, false, NULL};
    plane.width = widest_name(name, matrix);
    plane.arrows = strcmp(shape->archetype, "wavefront") == 0;
    size_t cells = (size_t)plane.rows * plane.columns, planes = 1;
    for (unsigned d = 2; d < shape->n_dims; d++)
        planes *= shape->dims[d];
    if (plane.columns * (plane.width + 4) > max || planes * (2 * plane.rows + 1) > ROWS_MAX) {
        append_coordinates(name, matrix, max, out);
        return;
    }
    g_autofree gssize *endpoint = g_new0(gssize, cells);
    plane.endpoint = endpoint;
    int32_t rest[VTTIF_DIMS_MAX] = {0};
    do {
        if (shape->n_dims > 2)
            append_plane_title(shape, rest, out);
        fill_plane(&plane, rest);
        append_plane(&plane, out);
    } while (next_rest(shape, rest));
}

/* --- trees ------------------------------------------------------------------------------------ */

struct branch {
    const struct vttif_pair *pairs; /* parent, child; by parent's position */
    size_t n_pairs;
    const struct vttif_name *name;
    const struct vttif_matrix *matrix;
    GString *out;
};

static bool is_last_child(const struct branch *branch, size_t k, uint32_t parent)
{
    for (size_t later = k + 1; later < branch->n_pairs; later++)
        if (branch->pairs[later].from == parent)
            return false;
    return true;
}

/* The children of a parent; indent is what stands to the left of all of them. */
static void append_children(const struct branch *branch, uint32_t parent, GString *indent)
{
    for (size_t k = 0; k < branch->n_pairs; k++) {
        if (branch->pairs[k].from != parent)
            continue;
        bool last = is_last_child(branch, k, parent);
        gsize length = indent->len;
        g_string_append_printf(branch->out, "%s%s", indent->str, last ? "└─ " : "├─ ");
        terminal_append_cut(branch->out, name_of(branch->matrix, branch->pairs[k].to),
                            PLACEMENT_NAME_COLUMNS);
        g_string_append_c(branch->out, '\n');
        g_string_append(indent, last ? "   " : "│  ");
        append_children(branch, branch->pairs[k].to, indent);
        g_string_truncate(indent, length);
    }
}

static void append_tree(const struct vttif_name *name, const struct vttif_matrix *matrix,
                        size_t max, GString *out)
{
    if (name->n_members > TREE_MAX) {
        append_groups(name, matrix, NULL, "depth", max, out);
        return;
    }
    size_t n_pairs, n;
    g_autofree struct vttif_pair *pairs = vttif_name_edges(name, &n_pairs);
    g_autofree uint32_t *order = place_order(name, &n);
    g_autofree bool *has_parent = g_new0(bool, name->n_endpoints);
    for (size_t k = 0; k < n_pairs; k++)
        has_parent[pairs[k].to] = true;
    struct branch branch = {pairs, n_pairs, name, matrix, out};
    for (size_t k = 0; k < n; k++) {
        if (has_parent[order[k]])
            continue;
        g_autoptr(GString) indent = g_string_new(NULL);
        terminal_append_cut(out, name_of(matrix, order[k]), PLACEMENT_NAME_COLUMNS);
        g_string_append_c(out, '\n');
        append_children(&branch, order[k], indent);
    }
}

/* --- which for whom ------------------------------------------------------------------------------
 */

void placement_append(const struct vttif_name *name, const struct vttif_matrix *matrix,
                      unsigned max_columns, GString *out)
{
    static const char *const star[] = {"centre: ", "around it: "};
    static const char *const sides[] = {"one side: ", "other side: "};
    const char *archetype = name->shape.archetype;
    bool forward = name->flow == VTTIF_FLOW_FORWARD;
    if (strstr(archetype, "tree"))
        append_tree(name, matrix, max_columns, out);
    else if (strcmp(archetype, "star") == 0)
        append_groups(name, matrix, star, NULL, max_columns, out);
    else if (strcmp(archetype, "bipartite") == 0)
        append_groups(name, matrix, sides, NULL, max_columns, out);
    else if (strcmp(archetype, "clustered") == 0)
        append_groups(name, matrix, NULL, "cluster", max_columns, out);
    else if (strcmp(archetype, "butterfly") == 0)
        append_groups(name, matrix, NULL, "rank", max_columns, out);
    else if (strcmp(archetype, "all-to-all") == 0)
        append_sequence(name, matrix, " ", false, max_columns, out);
    else if (name->shape.n_dims < 2)
        append_sequence(name, matrix, forward ? " ─► " : " ── ",
                        strncmp(archetype, "ring", 4) == 0 || place_goes_around(&name->shape, 0),
                        max_columns, out);
    else
        append_grid(name, matrix, max_columns, out);
}
