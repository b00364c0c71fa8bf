// SPDX-License-Identifier: Apache-2.0
#include "query/prometheus.h"

static void head(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void value(GString *out, const char *name, const char *type, const char *help, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    head(out, name, type, help);
    g_string_append_printf(out, "%s %s\n", name, g_ascii_dtostr(text, sizeof text, number));
}

/* In the value of a label, \ " and the line's end are escaped. */
static void append_label(GString *out, const char *text)
{
    for (const char *c = text; *c; c++)
        switch (*c) {
        case '\\':
        case '"':
            g_string_append_c(out, '\\');
            g_string_append_c(out, *c);
            break;
        case '\n':
            g_string_append(out, "\\n");
            break;
        default:
            g_string_append_c(out, *c);
        }
}

/* --- pairs -------------------------------------------------------------------------------------
 */

static void pair_line(GString *out, const char *name, const char *src, const char *dst,
                      uint64_t number)
{
    g_string_append_printf(out, "%s{src=\"", name);
    append_label(out, src);
    g_string_append(out, "\",dst=\"");
    append_label(out, dst);
    g_string_append_printf(out, "\"} %" G_GUINT64_FORMAT "\n", number);
}

/* All pairs of one metric stand together, as the format asks. Pair 0 is "other" already. */
static void write_pairs(const struct monitor *monitor, size_t max, bool frames, const char *name,
                        GString *out)
{
    uint64_t others = 0;
    for (uint32_t i = 0; i < monitor_pairs(monitor); i++) {
        struct monitor_counter pair = monitor_counter(monitor, i);
        uint64_t number = frames ? pair.frames : pair.bytes;
        if (i == 0 || i > max)
            others += number;
        else if (monitor_is_pair(monitor, i))
            pair_line(out, name, monitor_endpoint_name(monitor, pair.from),
                      monitor_endpoint_name(monitor, pair.to), number);
    }
    pair_line(out, name, "other", "other", others);
}

/* --- the rest ----------------------------------------------------------------------------------
 */

static void write_account(const struct monitor *monitor, GString *out)
{
    struct vttif_account account = monitor_account(monitor);
    head(out, "vttif_filtered_bytes_total", "counter", "Bytes that are not the program's.");
    for (int reason = 0; reason < VTTIF_REASONS; reason++)
        if (account.filtered[reason].frames > 0)
            g_string_append_printf(
                out, "vttif_filtered_bytes_total{reason=\"%s\"} %" G_GUINT64_FORMAT "\n",
                vttif_reason_name((enum vttif_reason)reason), account.filtered[reason].bytes);
    value(out, "vttif_dropped_frames_total", "counter", "Frames that the kernel lost uncounted.",
          (double)account.kernel_drops);
    value(out, "vttif_undecodable_frames_total", "counter", "Frames that do not say who sent them.",
          (double)account.undecodable);
    value(out, "vttif_overflow_bytes_total", "counter", "Bytes of pairs beyond the table.",
          (double)account.overflow.bytes);
    value(out, "vttif_overflow_packets_total", "counter", "Packets of pairs beyond the table.",
          (double)account.overflow.frames);
}

static void write_status(const struct monitor *monitor, GString *out)
{
    struct monitor_status status = monitor_status(monitor);
    value(out, "vttif_endpoints", "gauge", "Endpoints known.", (double)status.endpoints);
    value(out, "vttif_pairs", "gauge", "Pairs known.", (double)status.pairs);
    value(out, "vttif_table_pairs", "gauge", "Pairs that have a place where frames are counted.",
          (double)status.table_pairs);
    value(out, "vttif_forgotten_pairs_total", "counter",
          "Pairs that became part of other, as they were silent and others needed their place.",
          (double)status.forgotten);
    value(out, "vttif_alerts_total", "counter", "Alerts raised.", (double)status.alerts);
    value(out, "vttif_triggered", "gauge", "1 while traffic is above the rate threshold.",
          status.state != TRIGGER_IDLE);
    value(out, "vttif_history_bytes", "gauge", "Memory that the history takes.",
          (double)status.history_bytes);
    value(out, "vttif_history_budget_bytes", "gauge", "Memory that the history may take.",
          (double)status.history_budget);
    value(out, "vttif_polls_total", "counter", "How often the counters were read.",
          (double)status.polls);
    value(out, "vttif_poll_seconds_total", "counter", "Processor time spent in that.",
          (double)status.poll_ns / 1e9);
}

void prometheus_write(const struct monitor *monitor, size_t max_pairs, GString *out)
{
    head(out, "vttif_bytes_total", "counter", "Bytes sent from src to dst.");
    write_pairs(monitor, max_pairs, false, "vttif_bytes_total", out);
    head(out, "vttif_packets_total", "counter", "Packets sent from src to dst.");
    write_pairs(monitor, max_pairs, true, "vttif_packets_total", out);
    write_account(monitor, out);
    write_status(monitor, out);
}
