// SPDX-License-Identifier: Apache-2.0
/*
 * Matrices from CSV (RFC 4180, and what spreadsheets make of it: a byte order mark, LF or CR LF,
 * blanks around cells). Three forms, told apart by the first line:
 *
 *     from,to,bytes      ,h1,h2         0,1200
 *     h1,h2,1200         h1,,1200       1180,0
 *     h2,h1,1180         h2,1180,
 *
 * "from,to,bytes" is the sparse form: one pair a line, endpoints in the order of their first
 * appearance. A first line that begins with a number is a row of bare numbers. Anything else in the
 * first cell, also nothing, is the corner of a table with names; its rows may come in any order. An
 * empty cell is 0, a blank line is nothing.
 */
#include "view/input.h"

#include <string.h>

struct csv {
    const struct view_input *input;
    const char *at;
    bool line_ended; /* the field before was the last one of its line */
    /* The field before: where it stands, and its text without quotes and blanks around it. */
    const char *place;
    const char *begin, *end;
    GString *unquoted; /* backs begin and end when the field was quoted */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Skips empty lines; false at the end of the text. */
static bool next_line(struct csv *csv)
{
    const char *line = csv->at;
    while (csv->at < csv->input->end) {
        char c = *csv->at;
        if (c == '\n')
            line = csv->at + 1;
        else if (!is_blank(c) && c != '\r')
            break;
        csv->at++;
    }
    bool more = csv->at < csv->input->end;
    csv->at = line;
    csv->line_ended = false;
    return more;
}

/* Steps over what ends a field: a comma, a line end or the end of the text. */
static void end_field(struct csv *csv)
{
    csv->line_ended = csv->at == csv->input->end || *csv->at != ',';
    if (csv->at < csv->input->end)
        csv->at++;
}

static bool fail(const struct csv *csv, const char *at, GError **error, const char *message)
{
    return view_input_fail(csv->input, at, error, VTTIF_ERROR_FORMAT, "%s", message);
}

/* The rest of a field whose opening quote is at csv->at. */
static bool read_quoted(struct csv *csv, GError **error)
{
    const char *end = csv->input->end;
    g_string_truncate(csv->unquoted, 0);
    for (const char *part = csv->at + 1;; part = csv->at + 1) {
        const char *quote = memchr(part, '"', (size_t)(end - part));
        if (!quote)
            return fail(csv, csv->at, error, "a quote is opened here and never closed");
        g_string_append_len(csv->unquoted, part, quote - part);
        csv->at = quote + 1;
        if (csv->at == end || *csv->at != '"')
            break;
        g_string_append_c(csv->unquoted, '"');
    }
    csv->begin = csv->unquoted->str;
    csv->end = csv->begin + csv->unquoted->len;
    while (csv->at < end && (is_blank(*csv->at) || *csv->at == '\r'))
        csv->at++;
    if (csv->at < end && *csv->at != ',' && *csv->at != '\n')
        return fail(csv, csv->at, error,
                    "text after a closing quote; expected a comma or the end of the line "
                    "(a quote within a quoted cell is written twice)");
    return true;
}

static bool next_field(struct csv *csv, GError **error)
{
    const char *end = csv->input->end;
    while (csv->at < end && is_blank(*csv->at))
        csv->at++;
    csv->place = csv->at;
    if (csv->at < end && *csv->at == '"') {
        if (!read_quoted(csv, error))
            return false;
    } else {
        csv->begin = csv->at;
        while (csv->at < end && *csv->at != ',' && *csv->at != '\n')
            csv->at++;
        csv->end = csv->at;
        while (csv->end > csv->begin && (is_blank(csv->end[-1]) || csv->end[-1] == '\r'))
            csv->end--;
    }
    end_field(csv);
    return true;
}

static bool field_is(const struct csv *csv, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(csv->end - csv->begin) == length &&
           g_ascii_strncasecmp(csv->begin, word, length) == 0;
}

static bool field_as_cell(const struct csv *csv, double unit, double *bytes, GError **error)
{
    *bytes = 0;
    return csv->begin == csv->end ||
           view_input_cell(csv->input, csv->place, csv->begin, csv->end, unit, bytes, error);
}

/* The name in the field, checked, or NULL. */
static char *field_as_name(const struct csv *csv, GError **error)
{
    g_autofree char *name = g_strndup(csv->begin, (gsize)(csv->end - csv->begin));
    if (!view_input_check_name(csv->input, csv->place, name, error))
        return NULL;
    return g_steal_pointer(&name);
}

/* --- names --------------------------------------------------------------------------------- */

struct names {
    GPtrArray *list; /* of char *, owned */
    GHashTable *index_of; /* name -> index + 1 */
};

static void names_init(struct names *names)
{
    names->list = g_ptr_array_new_with_free_func(g_free);
    names->index_of = g_hash_table_new(g_str_hash, g_str_equal);
}

static void names_clear(struct names *names)
{
    g_hash_table_unref(names->index_of);
    g_ptr_array_unref(names->list);
}

/* Index of the name, or -1. */
static gssize names_find(const struct names *names, const char *name)
{
    return (gssize)GPOINTER_TO_SIZE(g_hash_table_lookup(names->index_of, name)) - 1;
}

/* Adds a name that is not there yet; takes it. */
static bool names_add(struct names *names, const struct csv *csv, char *name, GError **error)
{
    g_ptr_array_add(names->list, name);
    g_hash_table_insert(names->index_of, name, GSIZE_TO_POINTER(names->list->len));
    return names->list->len <= VTTIF_MATRIX_MAX ||
           view_input_fail(csv->input, csv->place, error, VTTIF_ERROR_LIMIT,
                           "more than %d endpoints, the most that a matrix may have",
                           VTTIF_MATRIX_MAX);
}

/* --- dense: a row a line ------------------------------------------------------------------- */

/* Reads the first line after its corner: one name a column. */
static bool read_header(struct csv *csv, struct names *names, GError **error)
{
    while (!csv->line_ended) {
        if (!next_field(csv, error))
            return false;
        g_autofree char *name = field_as_name(csv, error);
        if (!name)
            return false;
        if (names_find(names, name) >= 0) {
            g_autofree char *quoted = view_quote(csv->begin, csv->end);
            return view_input_fail(csv->input, csv->place, error, VTTIF_ERROR_FORMAT,
                                   "two columns are named %s; expected different names", quoted);
        }
        if (!names_add(names, csv, g_steal_pointer(&name), error))
            return false;
    }
    return names->list->len > 0 ||
           fail(csv, csv->input->text, error,
                "the first line is neither \"from,to,bytes\" nor a row of numbers nor a row of "
                "names (its cells must be separated by commas)");
}

/* Counts the fields of the line without using it up. */
static bool count_fields(struct csv *csv, size_t *n, GError **error)
{
    const char *line = csv->at;
    for (*n = 0; !csv->line_ended; ++*n)
        if (!next_field(csv, error))
            return false;
    csv->at = line;
    csv->line_ended = false;
    return *n <= VTTIF_MATRIX_MAX ||
           view_input_fail(csv->input, line, error, VTTIF_ERROR_LIMIT,
                           "%" G_GSIZE_FORMAT " columns; a matrix may have at most %d", *n,
                           VTTIF_MATRIX_MAX);
}

/* Reads the cells of a row, after its name. */
static bool read_cells(struct csv *csv, struct vttif_matrix *matrix, size_t from, double unit,
                       GError **error)
{
    size_t n = vttif_matrix_size(matrix);
    const char *line = csv->at;
    for (size_t to = 0; to < n; to++) {
        if (to > 0 && csv->line_ended)
            return view_input_fail(csv->input, line, error, VTTIF_ERROR_FORMAT,
                                   "this row has %" G_GSIZE_FORMAT
                                   " cells; expected %" G_GSIZE_FORMAT ", one a column",
                                   to, n);
        double bytes;
        if (!next_field(csv, error) || !field_as_cell(csv, unit, &bytes, error))
            return false;
        vttif_matrix_add(matrix, from, to, bytes);
    }
    return csv->line_ended || view_input_fail(csv->input, csv->at, error, VTTIF_ERROR_FORMAT,
                                              "this row has more cells than the %" G_GSIZE_FORMAT
                                              " columns of the first line",
                                              n);
}

/* Reads the name that begins a row; *from gets its index. */
static bool read_row_name(struct csv *csv, const struct names *names, bool *seen, size_t *from,
                          GError **error)
{
    if (!next_field(csv, error))
        return false;
    g_autofree char *name = field_as_name(csv, error);
    if (!name)
        return false;
    gssize index = names_find(names, name);
    g_autofree char *quoted = view_quote(csv->begin, csv->end);
    if (index < 0)
        return view_input_fail(csv->input, csv->place, error, VTTIF_ERROR_FORMAT,
                               "row %s is none of the columns; expected the same endpoints in rows "
                               "and columns (a file without names must begin with a number)",
                               quoted);
    if (seen[index])
        return view_input_fail(csv->input, csv->place, error, VTTIF_ERROR_FORMAT,
                               "a second row %s; expected one row an endpoint", quoted);
    if (csv->line_ended)
        return view_input_fail(csv->input, csv->place, error, VTTIF_ERROR_FORMAT,
                               "row %s has no cells; expected %u, one a column", quoted,
                               names->list->len);
    seen[index] = true;
    *from = (size_t)index;
    return true;
}

/* Reads all rows; names is NULL for bare numbers. */
static bool read_rows(struct csv *csv, struct vttif_matrix *matrix, const struct names *names,
                      double unit, GError **error)
{
    size_t n = vttif_matrix_size(matrix), rows = 0;
    g_autofree bool *seen = g_new0(bool, n);
    for (; next_line(csv); rows++) {
        size_t from = rows;
        if (rows == n)
            return view_input_fail(csv->input, csv->at, error, VTTIF_ERROR_FORMAT,
                                   "more rows than the %" G_GSIZE_FORMAT
                                   " columns of the first line; expected a square matrix",
                                   n);
        if ((names && !read_row_name(csv, names, seen, &from, error)) ||
            !read_cells(csv, matrix, from, unit, error))
            return false;
    }
    return rows == n ||
           view_input_fail(csv->input, csv->input->end, error, VTTIF_ERROR_FORMAT,
                           "the matrix ends after %" G_GSIZE_FORMAT
                           " rows; expected %" G_GSIZE_FORMAT ", as many as it has columns",
                           rows, n);
}

static struct vttif_matrix *read_bare(struct csv *csv, double unit, GError **error)
{
    size_t n;
    if (!count_fields(csv, &n, error))
        return NULL;
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, NULL);
    return read_rows(csv, matrix, NULL, unit, error) ? g_steal_pointer(&matrix) : NULL;
}

static struct vttif_matrix *read_named(struct csv *csv, double unit, GError **error)
{
    struct names names;
    names_init(&names);
    g_autoptr(vttif_matrix) matrix = NULL;
    bool done = read_header(csv, &names, error);
    if (done) {
        matrix = vttif_matrix_new(names.list->len, (const char *const *)names.list->pdata);
        done = read_rows(csv, matrix, &names, unit, error);
    }
    names_clear(&names);
    return done ? g_steal_pointer(&matrix) : NULL;
}

/* --- sparse: a pair a line ----------------------------------------------------------------- */

/* Reads a name; *index gets its endpoint, a new one for a new name. */
static bool read_endpoint(struct csv *csv, struct names *names, uint32_t *index, GError **error)
{
    if (csv->line_ended)
        return fail(csv, csv->place, error, "a cell is missing; expected from,to,bytes");
    if (!next_field(csv, error))
        return false;
    g_autofree char *name = field_as_name(csv, error);
    if (!name)
        return false;
    gssize known = names_find(names, name);
    *index = known < 0 ? names->list->len : (uint32_t)known;
    return known >= 0 || names_add(names, csv, g_steal_pointer(&name), error);
}

static bool read_pair(struct csv *csv, struct names *names, GArray *pairs, double unit,
                      GError **error)
{
    struct view_pair pair = {0};
    if (!read_endpoint(csv, names, &pair.from, error) ||
        !read_endpoint(csv, names, &pair.to, error))
        return false;
    if (csv->line_ended)
        return fail(csv, csv->place, error, "the bytes are missing; expected from,to,bytes");
    if (!next_field(csv, error) || !field_as_cell(csv, unit, &pair.bytes, error))
        return false;
    if (!csv->line_ended)
        return fail(csv, csv->at, error, "a fourth cell; expected from,to,bytes");
    if (pair.bytes > 0)
        g_array_append_val(pairs, pair);
    return true;
}

static struct vttif_matrix *read_sparse(struct csv *csv, double unit, GError **error)
{
    struct names names;
    names_init(&names);
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(struct view_pair));
    struct vttif_matrix *matrix = NULL;
    bool done = true;
    while (done && next_line(csv))
        done = read_pair(csv, &names, pairs, unit, error);
    if (done)
        matrix = view_matrix_from_pairs(csv->input, names.list->len,
                                        (const char *const *)names.list->pdata, pairs, error);
    names_clear(&names);
    return matrix;
}

/* Whether the line is "from,to,bytes"; if so it is used up, else left. */
static bool take_sparse_header(struct csv *csv)
{
    static const char *const words[] = {"from", "to", "bytes"};
    const char *line = csv->at;
    bool same = true;
    for (size_t i = 0; same && i < G_N_ELEMENTS(words); i++)
        same = !csv->line_ended && next_field(csv, NULL) && field_is(csv, words[i]);
    if (same && csv->line_ended)
        return true;
    csv->at = line;
    csv->line_ended = false;
    return false;
}

/* Also NaN and infinities, which no cell may hold: a row that begins with one is not one of names.
 */
static bool spells_number(const struct csv *csv)
{
    g_autofree char *text = g_strndup(csv->begin, (gsize)(csv->end - csv->begin));
    char *end;
    g_ascii_strtod(text, &end);
    return end > text && *end == '\0';
}

static struct vttif_matrix *read_dense(struct csv *csv, double unit, GError **error)
{
    const char *line = csv->at;
    if (!next_field(csv, error))
        return NULL;
    if (!spells_number(csv))
        return read_named(csv, unit, error);
    csv->at = line;
    csv->line_ended = false;
    return read_bare(csv, unit, error);
}

struct vttif_matrix *view_read_csv(const struct view_input *input, double unit, GError **error)
{
    g_autoptr(GString) unquoted = g_string_new(NULL);
    struct csv csv = {.input = input, .at = input->text, .unquoted = unquoted};
    if (!next_line(&csv)) {
        view_input_fail(input, input->text, error, VTTIF_ERROR_FORMAT,
                        "the file is empty; expected a CSV or JSON matrix");
        return NULL;
    }
    return take_sparse_header(&csv) ? read_sparse(&csv, unit, error)
                                    : read_dense(&csv, unit, error);
}
