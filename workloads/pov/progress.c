// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <assert.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 40

struct progress progress_start(const char *what, int of)
{
    return (struct progress){.what = what, .of = of, .terminal = isatty(STDERR_FILENO)};
}

static void show_bar(const struct progress *progress, int done)
{
    static const char hashes[] = "########################################";
    static_assert(sizeof hashes == BAR_WIDTH + 1, "as long as the bar");
    int filled = (int)((gint64)BAR_WIDTH * done / progress->of);
    fprintf(stderr, "\r[%-*.*s] %d of %d %s", BAR_WIDTH, filled, hashes, done, progress->of,
            progress->what);
    if (done == progress->of)
        fputc('\n', stderr);
}

void progress_show(struct progress *progress, int done)
{
    if (progress->terminal) {
        show_bar(progress, done);
        return;
    }
    int tenths = (int)((gint64)10 * done / progress->of);
    if (tenths > progress->shown)
        fprintf(stderr, "%s: %d of %d %s\n", g_get_prgname(), done, progress->of, progress->what);
    progress->shown = tenths;
}

void progress_clear(const struct progress *progress)
{
    if (progress->terminal)
        fputs("\r\033[K", stderr);
}
