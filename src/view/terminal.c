// SPDX-License-Identifier: Apache-2.0
#include "view/terminal.h"

#include <string.h>

/* One character of a text as it is shown. */
struct glyph {
    char text[11]; /* the UTF-8 sequence, or "\x1b", "\u202e" */
    size_t columns;
};

/* Marks that turn the direction of what follows on the line. */
static bool turns_direction(gunichar c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static bool is_harmful(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
           type == G_UNICODE_PARAGRAPH_SEPARATOR || turns_direction(c);
}

/* Takes the next character of a text that need not be UTF-8. Returns what follows it. */
static const char *next_glyph(const char *text, struct glyph *glyph)
{
    gunichar c = g_utf8_get_char_validated(text, -1);
    if (c == (gunichar)-1 || c == (gunichar)-2 || (is_harmful(c) && c < 0x100)) {
        bool broken = c == (gunichar)-1 || c == (gunichar)-2;
        g_snprintf(glyph->text, sizeof glyph->text, "\\x%02x",
                   broken ? (unsigned)(unsigned char)*text : (unsigned)c);
        glyph->columns = 4;
        return broken ? text + 1 : g_utf8_next_char(text);
    }
    if (is_harmful(c)) {
        g_snprintf(glyph->text, sizeof glyph->text, "\\u%04x", (unsigned)c);
        glyph->columns = 6;
    } else {
        glyph->text[g_unichar_to_utf8(c, glyph->text)] = '\0';
        glyph->columns = g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
    }
    return g_utf8_next_char(text);
}

bool terminal_is_harmless(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text))
        if (is_harmful(g_utf8_get_char(text)))
            return false;
    return true;
}

size_t terminal_width(const char *text)
{
    size_t columns = 0;
    struct glyph glyph;
    while (*text) {
        text = next_glyph(text, &glyph);
        columns += glyph.columns;
    }
    return columns;
}

void terminal_append(GString *out, const char *text)
{
    struct glyph glyph;
    while (*text) {
        text = next_glyph(text, &glyph);
        g_string_append(out, glyph.text);
    }
}

bool terminal_append_cut(GString *out, const char *text, size_t columns)
{
    struct glyph glyph;
    size_t used = 0;
    gsize fits = out->len; /* what to keep if the rest has to go */
    while (*text) {
        text = next_glyph(text, &glyph);
        used += glyph.columns;
        if (used > columns) {
            g_string_truncate(out, fits);
            g_string_append(out, "\u2026");
            return false;
        }
        g_string_append(out, glyph.text);
        if (used < columns)
            fits = out->len;
    }
    return true;
}

/* The text cut to columns, and in *width how wide that is. */
static char *cut(const char *text, size_t columns, size_t *width)
{
    GString *shown = g_string_new(NULL);
    terminal_append_cut(shown, text, columns);
    *width = terminal_width(shown->str);
    return g_string_free(shown, FALSE);
}

void terminal_append_left(GString *out, const char *text, size_t columns)
{
    size_t width;
    g_autofree char *shown = cut(text, columns, &width);
    g_string_append(out, shown);
    terminal_append_times(out, ' ', columns - MIN(width, columns));
}

void terminal_append_right(GString *out, const char *text, size_t columns)
{
    size_t width;
    g_autofree char *shown = cut(text, columns, &width);
    terminal_append_times(out, ' ', columns - MIN(width, columns));
    g_string_append(out, shown);
}

void terminal_append_times(GString *out, char character, size_t times)
{
    for (size_t i = 0; i < times; i++)
        g_string_append_c(out, character);
}
