// SPDX-License-Identifier: Apache-2.0
/* Where the endpoints of a drawing stand. */
#include "view/input.h"

#include <math.h>
#include <string.h>
#include <vttif/view.h>

void vttif_layout_circle(size_t n, struct vttif_point *points)
{
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * G_PI * (double)i / (double)n;
        points[i].x = 0.5 + 0.5 * sin(angle);
        points[i].y = 0.5 + 0.5 * cos(angle);
    }
}

/* The narrowest full grid that is at most twice as wide as high, else the squarest with a gap. */
static size_t grid_columns(size_t n)
{
    size_t square = (size_t)ceil(sqrt((double)n));
    for (size_t columns = square; columns * columns <= 2 * n; columns++)
        if (n % columns == 0)
            return columns;
    return square;
}

void vttif_layout_grid(size_t n, struct vttif_point *points)
{
    if (n == 0)
        return;
    size_t columns = grid_columns(n), rows = (n + columns - 1) / columns;
    double step = columns > 1 ? 1.0 / (double)(columns - 1) : 0;
    double top = 0.5 + step * (double)(rows - 1) / 2;
    for (size_t i = 0; i < n; i++) {
        points[i].x = columns > 1 ? step * (double)(i % columns) : 0.5;
        points[i].y = top - step * (double)(size_t)(i / columns);
    }
}

/* --- a file of places ----------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the last word off the text from begin to *end; returns where it begins. */
static const char *cut_word(const char *begin, const char **end, const char **word_end)
{
    while (*end > begin && is_blank((*end)[-1]))
        --*end;
    *word_end = *end;
    while (*end > begin && !is_blank((*end)[-1]))
        --*end;
    return *end;
}

static bool parse_coordinate(const struct view_input *input, const char *begin, const char **end,
                             double *value, GError **error)
{
    const char *word_end, *word = cut_word(begin, end, &word_end);
    if (view_number_parse(word, word_end, value) && fabs(*value) <= 1e100)
        return true;
    g_autofree char *found = view_quote(word, word_end);
    return view_input_fail(input, word, error, VTTIF_ERROR_FORMAT,
                           "%s is not a coordinate; expected a line \"NAME X Y\"", found);
}

/* Takes one line; seen marks endpoints that have a place. Names of no endpoint are left alone, so
 * that one file serves many programs. */
static bool parse_line(const struct view_input *input, const char *begin, const char *end,
                       const struct vttif_matrix *matrix, struct vttif_point *points, bool *seen,
                       GError **error)
{
    while (begin < end && is_blank(*begin))
        begin++;
    if (begin == end || *begin == '#')
        return true;
    struct vttif_point point;
    if (!parse_coordinate(input, begin, &end, &point.y, error) ||
        !parse_coordinate(input, begin, &end, &point.x, error))
        return false;
    while (end > begin && is_blank(end[-1]))
        end--;
    g_autofree char *name = g_strndup(begin, (gsize)(end - begin));
    gssize i = vttif_matrix_find(matrix, name);
    if (i < 0)
        return true;
    g_autofree char *quoted = view_quote(begin, end);
    if (seen[i])
        return view_input_fail(input, begin, error, VTTIF_ERROR_FORMAT,
                               "a second place for %s; expected one", quoted);
    seen[i] = true;
    points[i] = point;
    return true;
}

void vttif_layout_fit(size_t n, struct vttif_point *points)
{
    struct vttif_point low = {G_MAXDOUBLE, G_MAXDOUBLE}, high = {-G_MAXDOUBLE, -G_MAXDOUBLE};
    for (size_t i = 0; i < n; i++) {
        low = (struct vttif_point){MIN(low.x, points[i].x), MIN(low.y, points[i].y)};
        high = (struct vttif_point){MAX(high.x, points[i].x), MAX(high.y, points[i].y)};
    }
    double size = MAX(high.x - low.x, high.y - low.y);
    for (size_t i = 0; i < n; i++) {
        double x = points[i].x - (low.x + high.x) / 2, y = points[i].y - (low.y + high.y) / 2;
        points[i].x = size > 0 ? 0.5 + x / size : 0.5;
        points[i].y = size > 0 ? 0.5 + y / size : 0.5;
    }
}

bool vttif_layout_parse(const char *text, const char *file, const struct vttif_matrix *matrix,
                        struct vttif_point *points, GError **error)
{
    struct view_input input;
    size_t n = vttif_matrix_size(matrix);
    g_autofree bool *seen = g_new0(bool, n);
    if (!view_input_open(&input, text, strlen(text), file, error))
        return false;
    for (const char *line = input.text; line < input.end;) {
        const char *end = memchr(line, '\n', (size_t)(input.end - line));
        end = end ? end : input.end;
        if (!parse_line(&input, line, end, matrix, points, seen, error))
            return false;
        line = end < input.end ? end + 1 : end;
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = vttif_matrix_name(matrix, i);
        g_autofree char *quoted = view_quote(name, name + strlen(name));
        if (!seen[i])
            return view_input_fail(&input, input.end, error, VTTIF_ERROR_FORMAT,
                                   "the file ends without a place for %s; expected a line \"NAME X "
                                   "Y\" for each endpoint",
                                   quoted);
    }
    vttif_layout_fit(n, points);
    return true;
}
