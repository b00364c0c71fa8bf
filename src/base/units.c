// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

static const struct unit units[] = {
    {"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15},
};

const struct unit *unit_for(double bytes)
{
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(units) && bytes >= units[i + 1].bytes)
        i++;
    return &units[i];
}

const struct unit *unit_parse(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_ascii_strcasecmp(name, units[i].name) == 0)
            return &units[i];
    return NULL;
}

void unit_append_bytes(GString *out, double bytes)
{
    const struct unit *unit = unit_for(bytes);
    double value = bytes / unit->bytes;
    int decimals = unit->bytes == 1 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    g_string_append_printf(out, "%.*f %s", decimals, value, unit->name);
}

void unit_append_seconds(GString *out, double seconds)
{
    if (seconds < 10)
        g_string_append_printf(out, "%.2f s", seconds);
    else if (seconds < 60)
        g_string_append_printf(out, "%.1f s", seconds);
    else if (seconds < 3600)
        g_string_append_printf(out, "%.0f min %.0f s", (double)(long)(seconds / 60),
                               seconds - 60 * (double)(long)(seconds / 60));
    else
        g_string_append_printf(out, "%.0f h %.0f min", (double)(long)(seconds / 3600),
                               (double)((long)(seconds / 60) % 60));
}
