// SPDX-License-Identifier: Apache-2.0
/* Bytes and durations as people write them. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <glib.h>
#include <stdbool.h>

/* A decimal unit of bytes: 1 B, 1e3 kB, 1e6 MB, ... */
struct unit {
    const char *name;
    double bytes;
};

/* The largest unit in which value is at least 1 (B for less). Never NULL. */
const struct unit *unit_for(double bytes);
/* "B", "kB", "MB", "GB", "TB", "PB", in any case; NULL if it is none. */
const struct unit *unit_parse(const char *name);
/* "0 B", "84 B", "1.20 kB", "63.4 MB": three digits that count. */
void unit_append_bytes(GString *out, double bytes);
/* "0.35 s", "12.4 s", "3 min 20 s", "2 h 5 min". */
void unit_append_seconds(GString *out, double seconds);

#endif
