// SPDX-License-Identifier: Apache-2.0
#include "daemon/values.h"

#include <glib.h>
#include <math.h>

struct unit {
    const char *name;
    double factor;
};

static const struct unit byte_units[] = {
    {"", 1},      {"B", 1},      {"kB", 1e3},      {"MB", 1e6},         {"GB", 1e9},
    {"TB", 1e12}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824},
};
static const struct unit time_units[] = {
    {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9},
};

/* A number and a unit, at least 0 and at most max after multiplication. */
static bool parse(const char *text, const struct unit *units, size_t n, double max, double *value)
{
    char *end;
    double number = g_ascii_strtod(text, &end);
    if (end == text || !isfinite(number) || number < 0 || g_ascii_isspace(*text))
        return false;
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < n; i++)
        if (g_ascii_strcasecmp(end, units[i].name) == 0 && number * units[i].factor <= max) {
            *value = number * units[i].factor;
            return true;
        }
    return false;
}

bool value_bytes(const char *text, uint64_t *bytes)
{
    double value;
    if (!parse(text, byte_units, G_N_ELEMENTS(byte_units), 9007199254740992.0, &value))
        return false;
    *bytes = (uint64_t)value;
    return true;
}

bool value_duration_ns(const char *text, int64_t *ns)
{
    double value;
    if (!parse(text, time_units, G_N_ELEMENTS(time_units), 3650 * 86400e9, &value))
        return false;
    *ns = (int64_t)value;
    return true;
}

bool value_number(const char *text, double *number)
{
    const struct unit none = {"", 1};
    return parse(text, &none, 1, 1e15, number);
}

bool value_whole(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
    return g_ascii_string_to_unsigned(text, 10, least, most, number, NULL);
}

bool value_bool(const char *text, bool *is_true)
{
    const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
        bool is_yes = g_ascii_strcasecmp(text, yes[i]) == 0;
        if (is_yes || g_ascii_strcasecmp(text, no[i]) == 0) {
            *is_true = is_yes;
            return true;
        }
    }
    return false;
}
