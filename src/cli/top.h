// SPDX-License-Identifier: Apache-2.0
/* vttif top in three files: cmd_top.c asks and goes round, top_screen.c draws, top_terminal.c has
 * the terminal. */
#ifndef CLI_TOP_H
#define CLI_TOP_H

#include "cli/asking.h"

/* What is drawn. */
struct top_view {
    const char *where; /* the daemon is */
    unsigned seconds; /* of the matrix */
    struct vttif_matrix *matrix; /* NULL: there is none, and problem says why */
    char *topology; /* what it looks like, in a line; NULL: it is too large to ask */
    JsonNode *status; /* vttif.status/1 */
    const char *problem;
};

struct top_size {
    unsigned columns, lines;
};

/* Appends the screen, lines of at most so many columns, each but the last ended by line_end. */
void top_draw(const struct top_view *view, struct top_size size, bool colour, const char *line_end,
              GString *out);

/* Takes the terminal over: other screen, no echo, keys as they come. It is given back by
 * top_terminal_leave, and by a stop (Ctrl-Z) as long as that lasts. */
void top_terminal_enter(void);
void top_terminal_leave(void);
struct top_size top_terminal_size(void);
void top_terminal_show(const GString *screen);
/* Waits for a key, at most so long: the key, 'q' if a signal wants us to end or the terminal is
 * gone, 0 if there was none or the size has changed. */
char top_terminal_key(int milliseconds);

#endif
