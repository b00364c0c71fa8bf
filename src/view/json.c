// SPDX-License-Identifier: Apache-2.0
#include "view/json.h"

#include <string.h>

/* How deep arrays and objects may be nested: no file of ours goes beyond 3. */
#define DEPTH_MAX 64

static bool fail(const struct json *json, const char *at, GError **error, const char *expected)
{
    if (at == json->input->end)
        return view_input_fail(json->input, at, error, VTTIF_ERROR_FORMAT,
                               "the file ends here; expected %s", expected);
    const char *end = at + 1;
    while (end < json->input->end && end - at < 200 && !strchr(" \t\r\n,:[]{}\"", *end))
        end++;
    g_autofree char *found = view_quote(at, end);
    return view_input_fail(json->input, at, error, VTTIF_ERROR_FORMAT, "%s; expected %s", found,
                           expected);
}

char json_peek(struct json *json)
{
    const char *end = json->input->end;
    while (json->at < end &&
           (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r'))
        json->at++;
    json->place = json->at;
    return json->at < end ? *json->at : '\0';
}

bool json_take(struct json *json, char c)
{
    if (json_peek(json) != c || json->at == json->input->end)
        return false;
    json->at++;
    return true;
}

bool json_expect(struct json *json, char c, GError **error)
{
    if (json_take(json, c))
        return true;
    const char expected[] = {'"', c, '"', '\0'};
    return fail(json, json->at, error, expected);
}

bool json_expect_end(struct json *json, GError **error)
{
    json_peek(json);
    return json->at == json->input->end ||
           fail(json, json->at, error, "nothing after the end of the JSON object");
}

/* --- strings ------------------------------------------------------------------------------- */

/* The four digits of \uXXXX at json->at. */
static bool read_hex(struct json *json, gunichar *value, GError **error)
{
    *value = 0;
    for (int i = 0; i < 4; i++, json->at++) {
        if (json->at == json->input->end || !g_ascii_isxdigit(*json->at))
            return fail(json, json->at, error, "four hexadecimal digits after \\u");
        *value = *value * 16 + (gunichar)g_ascii_xdigit_value(*json->at);
    }
    return true;
}

/* A character beyond 16 bits is two \u in a row, a high and a low surrogate. */
static bool read_unicode(struct json *json, GString *text, GError **error)
{
    const char *place = json->at;
    gunichar c, low;
    if (!read_hex(json, &c, error))
        return false;
    if (c >= 0xd800 && c < 0xdc00 && json->input->end - json->at >= 6 && json->at[0] == '\\' &&
        json->at[1] == 'u') {
        json->at += 2;
        if (!read_hex(json, &low, error))
            return false;
        if (low >= 0xdc00 && low < 0xe000)
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (c == 0 || (c >= 0xd800 && c < 0xe000))
        return fail(json, place, error, "a character, neither \\u0000 nor half of a pair");
    g_string_append_unichar(text, c);
    return true;
}

/* What follows a backslash. */
static bool read_escape(struct json *json, GString *text, GError **error)
{
    static const char codes[] = "\"\\/bfnrt", characters[] = "\"\\/\b\f\n\r\t";
    char code = json->at < json->input->end ? *json->at : '\0';
    if (code == 'u') {
        json->at++;
        return read_unicode(json, text, error);
    }
    const char *found = code ? strchr(codes, code) : NULL;
    if (!found)
        return fail(json, json->at, error, "one of \" \\ / b f n r t u after a backslash");
    g_string_append_c(text, characters[found - codes]);
    json->at++;
    return true;
}

bool json_read_string(struct json *json, GString *text, GError **error)
{
    if (json_peek(json) != '"')
        return fail(json, json->at, error, "a string in double quotes");
    const char *place = json->at++, *end = json->input->end;
    g_string_truncate(text, 0);
    for (;;) {
        const char *part = json->at;
        while (json->at < end && *json->at != '"' && *json->at != '\\' &&
               (unsigned char)*json->at >= 0x20)
            json->at++;
        g_string_append_len(text, part, json->at - part);
        if (json->at == end || (unsigned char)*json->at < 0x20)
            return fail(json, json->at, error, "the string to be closed on its line");
        if (*json->at++ == '"')
            break;
        if (!read_escape(json, text, error))
            return false;
    }
    json->place = place;
    return true;
}

/* --- numbers and words --------------------------------------------------------------------- */

bool json_read_number(struct json *json, const char **end, GError **error)
{
    json_peek(json);
    const char *at = json->at, *limit = json->input->end;
    while (at < limit && (g_ascii_isalnum(*at) || *at == '+' || *at == '-' || *at == '.'))
        at++;
    /* What view_number_parse takes, less what JSON does not: "+1", ".5", "1.", "012". */
    const char *digits = json->at + (at > json->at && *json->at == '-');
    double value;
    bool zero_first = at - digits > 1 && digits[0] == '0' && g_ascii_isdigit(digits[1]);
    const char *point = memchr(json->at, '.', (size_t)(at - json->at));
    bool open_point = point && (point + 1 == at || !g_ascii_isdigit(point[1]));
    if (digits == at || !g_ascii_isdigit(*digits) || zero_first || open_point ||
        !view_number_parse(json->at, at, &value))
        return fail(json, json->at, error, "a number");
    json->at = at;
    *end = at;
    return true;
}

bool json_read_double(struct json *json, double *value, GError **error)
{
    const char *end;
    if (!json_read_number(json, &end, error))
        return false;
    view_number_parse(json->place, end, value);
    if (*value >= -G_MAXDOUBLE && *value <= G_MAXDOUBLE)
        return true;
    return fail(json, json->place, error, "a number that a double can hold");
}

bool json_read_uint64(struct json *json, uint64_t *value, GError **error)
{
    const char *end;
    if (!json_read_number(json, &end, error))
        return false;
    *value = 0;
    for (const char *at = json->place; at < end; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (!g_ascii_isdigit(*at) || __builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, digit, value))
            return fail(json, json->place, error, "a whole number, at least 0 and below 2^64");
    }
    return true;
}

static bool take_word(struct json *json, const char *word)
{
    size_t length = strlen(word);
    json_peek(json);
    if ((size_t)(json->input->end - json->at) < length || memcmp(json->at, word, length) != 0)
        return false;
    json->at += length;
    return true;
}

bool json_read_bool(struct json *json, bool *value, GError **error)
{
    *value = take_word(json, "true");
    return *value || take_word(json, "false") || fail(json, json->at, error, "true or false");
}

/* --- arrays and objects -------------------------------------------------------------------- */

/* Steps over the opening bracket or the comma before the next item, or the closing bracket. */
static bool next_item(struct json *json, char open, char close, size_t *count, bool *more,
                      GError **error)
{
    *more = false;
    if (*count == 0 && !json_expect(json, open, error))
        return false;
    if (json_take(json, close))
        return true;
    if (*count > 0 && !json_take(json, ','))
        return fail(json, json->at, error,
                    close == ']' ? "\",\" or \"]\" after an element"
                                 : "\",\" or \"}\" after a member");
    ++*count;
    *more = true;
    return true;
}

bool json_next_element(struct json *json, size_t *count, bool *more, GError **error)
{
    return next_item(json, '[', ']', count, more, error);
}

bool json_next_member(struct json *json, size_t *count, bool *more, GString *key, GError **error)
{
    if (!next_item(json, '{', '}', count, more, error))
        return false;
    return !*more || (json_read_string(json, key, error) && json_expect(json, ':', error));
}

static bool skip_value(struct json *json, GString *scratch, int depth, GError **error);

static bool skip_items(struct json *json, GString *scratch, int depth, GError **error)
{
    bool object = json_peek(json) == '{', more;
    if (depth == DEPTH_MAX)
        return fail(json, json->at, error, "a value nested less deep (at most 64)");
    size_t count = 0;
    do {
        if (!(object ? json_next_member(json, &count, &more, scratch, error)
                     : json_next_element(json, &count, &more, error)) ||
            (more && !skip_value(json, scratch, depth + 1, error)))
            return false;
    } while (more);
    return true;
}

static bool skip_value(struct json *json, GString *scratch, int depth, GError **error)
{
    const char *end;
    char first = json_peek(json);
    if (first == '{' || first == '[')
        return skip_items(json, scratch, depth, error);
    if (first == '"')
        return json_read_string(json, scratch, error);
    if (first == '-' || g_ascii_isdigit(first))
        return json_read_number(json, &end, error);
    return take_word(json, "true") || take_word(json, "false") || take_word(json, "null") ||
           fail(json, json->at, error, "a JSON value");
}

bool json_skip(struct json *json, GError **error)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    return skip_value(json, scratch, 0, error);
}
