// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* File names and the like may hold anything; a terminal must not obey it. */
static char *printable(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '\n' || !g_unichar_iscntrl(c))
            g_string_append_unichar(out, c);
        else
            g_string_append_printf(out, "\\x%02x", c);
    }
    return g_string_free(out, FALSE);
}

static void say(const char *prefix, const char *format, va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    g_autofree char *safe = printable(text);
    cli_progress(NULL, 0, 0);
    fprintf(stderr, "%s%s\n", prefix, safe);
}

void cli_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
}

int cli_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("vttif: ", format, arguments);
    va_end(arguments);
    return CLI_FAILED;
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    g_autofree char *prefix = g_strdup_printf("vttif %s: ", command);
    va_start(arguments, format);
    say(prefix, format, arguments);
    va_end(arguments);
    cli_say("vttif %s --help lists the options", command);
    return CLI_USAGE;
}

/* --- the terminal ------------------------------------------------------------------------- */

unsigned cli_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 120;
}

bool cli_colours(void)
{
    const char *terminal = g_getenv("TERM"), *no_color = g_getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (!no_color || !*no_color) && terminal &&
           strcmp(terminal, "dumb") != 0;
}

/* --- progress ----------------------------------------------------------------------------- */

enum { BAR_CELLS = 30 };

static struct {
    gint64 started_us, drawn_us;
    char what[64];
    bool visible;
} bar;

static void erase_bar(void)
{
    if (bar.visible)
        fputs("\r\033[K", stderr);
    bar.visible = false;
}

void cli_progress(const char *what, uint64_t done, uint64_t of)
{
    gint64 now = g_get_monotonic_time();
    if (!what || done >= of) {
        erase_bar();
        bar.started_us = what ? 0 : bar.started_us;
        return;
    }
    if (bar.started_us == 0 || strcmp(bar.what, what) != 0) {
        bar.started_us = now;
        g_strlcpy(bar.what, what, sizeof bar.what);
    }
    if (now - bar.started_us < G_TIME_SPAN_SECOND || now - bar.drawn_us < G_TIME_SPAN_SECOND / 20 ||
        !isatty(STDERR_FILENO))
        return;
    int cells = (int)(done * BAR_CELLS / of);
    fprintf(stderr, "\r\033[K%s [%.*s%*s] %3d %%", what, cells, "##############################",
            BAR_CELLS - cells, "", (int)(done * 100 / of));
    bar.drawn_us = now;
    bar.visible = true;
}
