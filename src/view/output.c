// SPDX-License-Identifier: Apache-2.0
#include "view/output.h"

#include "view/terminal.h"

#include <math.h>
#include <string.h>

void output_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (fabs(value) < 9007199254740992.0 && value == rint(value)) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)value);
        return;
    }
    /* 15 digits are always kept by a double, 17 always tell two doubles apart. */
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    g_string_append(out, text);
}

static void json_character(GString *out, gunichar c)
{
    char utf8[7] = "";
    utf8[g_unichar_to_utf8(c, utf8)] = '\0';
    if (c == '"' || c == '\\')
        g_string_append_printf(out, "\\%s", utf8);
    else if (terminal_is_harmless(utf8))
        g_string_append(out, utf8);
    else
        g_string_append_printf(out, "\\u%04x", (unsigned)c); /* none is beyond 16 bits */
}

void output_json_string(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(out, '"');
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        if (*at >= ' ' && *at < 0x7f && *at != '"' && *at != '\\')
            g_string_append_c(out, *at);
        else
            json_character(out, g_utf8_get_char(at));
    }
    g_string_append_c(out, '"');
}

void output_csv_text(GString *out, const char *text)
{
    size_t length = strlen(text);
    bool plain = length > 0 && !strpbrk(text, ",\"\r\n") && !g_ascii_isspace(text[0]) &&
                 !g_ascii_isspace(text[length - 1]);
    if (plain) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *at = text; *at; at++) {
        if (*at == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}
