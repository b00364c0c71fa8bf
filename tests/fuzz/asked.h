// SPDX-License-Identifier: Apache-2.0
/* A monitor that has seen some traffic, for targets that ask it; made once. */
#ifndef FUZZ_ASKED_H
#define FUZZ_ASKED_H

#include "query/api.h"
#include "unit/replays.h"

static struct api asked;

static inline void asked_make(void)
{
    static const struct sent traffic[] = {
        {100, 1, 2, 100}, {200, 2, 1, 30}, {1100, 1, 2, 50}, {1500, 1, 3, 1000}, {9000, 1, 2, 7}};
    static const struct sql_limits limits = {.milliseconds = 100, .rows = 1000, .memory = 16 << 20};
    if (asked.monitor)
        return;
    GError *error = NULL;
    g_autofree char *folder = folder_new();
    g_autofree char *path = write_capture(folder, traffic, G_N_ELEMENTS(traffic));
    asked.monitor = replay(&usual, path);
    play_to_end(asked.monitor);
    asked.sql = sql_open(asked.monitor, &limits, &error);
    asked.metrics_pairs = 2;
    g_assert_no_error(error);
    folder_remove(g_steal_pointer(&folder));
}

#endif
