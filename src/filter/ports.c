// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <vttif/filter.h>

/* "5000" or "29200-29263". */
static bool parse_range(const char *text, struct vttif_port_range *range)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    guint64 first = 0, last = 0;
    if (!ends[0] || !g_ascii_string_to_unsigned(g_strstrip(ends[0]), 10, 1, 65535, &first, NULL))
        return false;
    last = first;
    if (ends[1] && !g_ascii_string_to_unsigned(g_strstrip(ends[1]), 10, first, 65535, &last, NULL))
        return false;
    *range = (struct vttif_port_range){(uint16_t)first, (uint16_t)last};
    return true;
}

static bool has_range(const struct vttif_ports *ports, struct vttif_port_range range)
{
    for (size_t i = 0; i < ports->n; i++)
        if (ports->ranges[i].first == range.first && ports->ranges[i].last == range.last)
            return true;
    return false;
}

static bool add_range(struct vttif_ports *ports, struct vttif_port_range range)
{
    if (has_range(ports, range))
        return true;
    if (ports->n == VTTIF_PORT_RANGES_MAX)
        return false;
    ports->ranges[ports->n++] = range;
    return true;
}

bool vttif_ports_join(struct vttif_ports *ports, const struct vttif_ports *more)
{
    size_t before = ports->n;
    for (size_t i = 0; i < more->n; i++)
        if (!add_range(ports, more->ranges[i])) {
            ports->n = before;
            return false;
        }
    return true;
}

bool vttif_ports_add(struct vttif_ports *ports, const char *list)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    struct vttif_ports more = {.n = 0};
    for (char **word = words; *word; word++) {
        struct vttif_port_range range;
        if (!parse_range(*word, &range) || !add_range(&more, range))
            return false;
    }
    return more.n > 0 && vttif_ports_join(ports, &more);
}

bool vttif_ports_have(const struct vttif_ports *ports, uint16_t port)
{
    for (size_t i = 0; i < ports->n; i++)
        if (port >= ports->ranges[i].first && port <= ports->ranges[i].last)
            return true;
    return false;
}
