// SPDX-License-Identifier: Apache-2.0
/* How far the run is, on standard error: a bar on a terminal, else a line for each tenth. */
#ifndef POV_PROGRESS_H
#define POV_PROGRESS_H

#include <stdbool.h>

struct progress {
    const char *what; /* "blocks" */
    int of;
    bool terminal;
    int shown; /* tenths, if it is no terminal */
};

struct progress progress_start(const char *what, int of);
void progress_show(struct progress *progress, int done);

/* Before anything else is written: takes the bar away. */
void progress_clear(const struct progress *progress);

#endif
