// SPDX-License-Identifier: Apache-2.0
/*
 * Text in columns of a terminal: names come from files and the network, so nothing of them may
 * reach the terminal as a command, and wide and combining characters must not break the columns.
 */
#ifndef VIEW_TERMINAL_H
#define VIEW_TERMINAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* True if the text is UTF-8 without control characters, line breaks or changes of direction. */
bool terminal_is_harmless(const char *text);
/* Columns that terminal_append of the text takes. */
size_t terminal_width(const char *text);
/* Appends the text with every harmful character escaped: "\x1b", "\u202e". */
void terminal_append(GString *out, const char *text);
/* The same, but at most columns (> 0) wide: "…" takes the place of the rest. Returns whether all of
 * it fitted. */
bool terminal_append_cut(GString *out, const char *text, size_t columns);
/* The same, padded to exactly that many columns. */
void terminal_append_left(GString *out, const char *text, size_t columns);
void terminal_append_right(GString *out, const char *text, size_t columns);
/* Appends a character several times. */
void terminal_append_times(GString *out, char character, size_t times);

#endif
