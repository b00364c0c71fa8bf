// SPDX-License-Identifier: Apache-2.0
#include "view/input.h"

#include "view/terminal.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* How much of a bad text a message shows, in characters. */
#define QUOTE_MAX 40

static const char byte_order_mark[] = "\xef\xbb\xbf";

bool view_input_open(struct view_input *input, const char *text, size_t length, const char *name,
                     GError **error)
{
    *input = (struct view_input){name, text, text + length};
    if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        input->text += 3;
    const char *bad;
    if (g_utf8_validate_len(input->text, (gsize)(input->end - input->text), &bad))
        return true;
    return view_input_fail(input, bad, error, VTTIF_ERROR_FORMAT,
                           "byte 0x%02x is not UTF-8 text; expected a CSV or JSON matrix",
                           (unsigned)(unsigned char)*bad);
}

bool view_input_fail(const struct view_input *input, const char *at, GError **error,
                     enum vttif_error code, const char *format, ...)
{
    size_t line = 1, column = 1;
    for (const char *p = input->text; p < at; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            column++;
        }
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, VTTIF_ERROR, code, "%s:%" G_GSIZE_FORMAT ":%" G_GSIZE_FORMAT ": %s",
                input->name, line, column, message);
    return false;
}

char *view_quote(const char *at, const char *end)
{
    g_autoptr(GString) quoted = g_string_new("\"");
    g_autofree char *text = g_strndup(at, (gsize)MIN(end - at, 6 * QUOTE_MAX));
    bool whole = terminal_append_cut(quoted, text, QUOTE_MAX);
    g_string_append(quoted, whole && end - at > 6 * QUOTE_MAX ? "\u2026\"" : "\"");
    return g_string_free(g_steal_pointer(&quoted), FALSE);
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && g_ascii_isdigit(*at))
        at++;
    return at;
}

/* Whether [at, end) is [+-] digits [. digits] [e [+-] digits], with a digit before the e. */
static bool is_number(const char *at, const char *end)
{
    if (at < end && (*at == '+' || *at == '-'))
        at++;
    const char *whole = at;
    at = skip_digits(at, end);
    ptrdiff_t digits = at - whole;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = skip_digits(at, end);
        digits += at - fraction;
    }
    if (digits == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        const char *exponent = at;
        at = skip_digits(at, end);
        if (at == exponent)
            return false;
    }
    return at == end;
}

bool view_number_parse(const char *at, const char *end, double *value)
{
    char copy[VIEW_NUMBER_MAX + 1];
    size_t length = (size_t)(end - at);
    if (length > VIEW_NUMBER_MAX || !is_number(at, end))
        return false;
    memcpy(copy, at, length);
    copy[length] = '\0';
    *value = g_ascii_strtod(copy, NULL);
    return true;
}

bool view_input_cell(const struct view_input *input, const char *place, const char *begin,
                     const char *end, double unit, double *bytes, GError **error)
{
    double value;
    const char *wrong = NULL;
    if (!view_number_parse(begin, end, &value))
        wrong = "is not a number";
    else if (value < 0)
        wrong = "is negative";
    else if (!(value * unit < VIEW_CELL_LIMIT))
        wrong = "is too large";
    if (wrong) {
        g_autofree char *found = view_quote(begin, end);
        return view_input_fail(input, place, error, VTTIF_ERROR_FORMAT,
                               "%s %s; expected a number of bytes, at least 0 and below 2^64",
                               found, wrong);
    }
    *bytes = unit == 1 ? value : rint(value * unit);
    return true;
}

bool view_input_check_name(const struct view_input *input, const char *at, const char *name,
                           GError **error)
{
    const char *wrong = NULL;
    if (*name == '\0')
        wrong = "an endpoint's name is empty; expected a name";
    else if (strlen(name) > VIEW_NAME_MAX)
        wrong = "an endpoint's name is too long; expected at most 255 bytes";
    else if (!terminal_is_harmless(name))
        wrong = "an endpoint's name has a control character in it; expected printable text";
    return !wrong || view_input_fail(input, at, error, VTTIF_ERROR_FORMAT, "%s", wrong);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct view_pair *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return left->to < right->to ? -1 : left->to > right->to;
}

struct vttif_matrix *view_matrix_from_pairs(const struct view_input *input, size_t n,
                                            const char *const *names, GArray *pairs, GError **error)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, names);
    g_array_sort(pairs, compare_pairs);
    for (guint k = 0; k < pairs->len; k++) {
        const struct view_pair *pair = &g_array_index(pairs, struct view_pair, k);
        vttif_matrix_add(matrix, pair->from, pair->to, pair->bytes);
        if (vttif_matrix_get(matrix, pair->from, pair->to) < VIEW_CELL_LIMIT)
            continue;
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "%s: the entries of the pair %s, %s add up to 2^64 bytes or more", input->name,
                    vttif_matrix_name(matrix, pair->from), vttif_matrix_name(matrix, pair->to));
        return NULL;
    }
    return g_steal_pointer(&matrix);
}
