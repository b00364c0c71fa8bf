// SPDX-License-Identifier: Apache-2.0
/* Captures made of a list of datagrams, and monitors that replay them. */
#ifndef TEST_REPLAYS_H
#define TEST_REPLAYS_H

#include "captures.h"
#include "monitor/monitor.h"

#define BEGIN INT64_C(1700000000) /* the second in which captures begin */
#define NS    INT64_C(1000000000)
#define MS    INT64_C(1000000)

/* --- captures --------------------------------------------------------------------------------- */

/* A UDP datagram; hosts are 10.0.0.1, 10.0.0.2, ... */
struct sent {
    int64_t ms; /* after BEGIN */
    int from, to;
    unsigned payload;
};

static void put_sent(GByteArray *bytes, const struct sent *sent)
{
    g_autofree char *src = g_strdup_printf("10.0.0.%d", sent->from);
    g_autofree char *dst = g_strdup_printf("10.0.0.%d", sent->to);
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.src = src,
                                                              .dst = dst,
                                                              .protocol = 17,
                                                              .src_port = 5000,
                                                              .dst_port = 5001,
                                                              .payload = sent->payload});
    put_pcap_record(bytes, LITTLE, (uint32_t)(BEGIN + sent->ms / 1000),
                    (uint32_t)(sent->ms % 1000 * MS), frame->data, frame->len, frame->len);
}

static inline char *write_capture(const char *folder, const struct sent *sent, size_t n)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    put_pcap_header(bytes, LITTLE, true, 1);
    for (size_t i = 0; i < n; i++)
        put_sent(bytes, &sent[i]);
    return folder_write(folder, "replay.pcap", bytes->data, bytes->len);
}

/* --- monitors --------------------------------------------------------------------------------- */

static const struct monitor_options usual G_GNUC_UNUSED = {
    .count = VTTIF_COUNT_PAYLOAD,
    .source_clock = true,
    .history = {.seconds = 3600, .minutes = 1440, .hours = 744},
    .trigger = {1000, 250 * MS, NS, NS}};

static struct live_config config_for(struct monitor *monitor, const struct monitor_options *options)
{
    return (struct live_config){.key = VTTIF_KEY_IP,
                                .count = options->count,
                                .hosts = options->hosts,
                                .max_pairs = options->max_pairs,
                                .byte_threshold = options->trigger.byte_threshold,
                                .time_bound_ns = options->trigger.time_bound_ns,
                                .events = monitor_events(monitor)};
}

static inline struct monitor *replay(const struct monitor_options *options, const char *path)
{
    struct monitor *monitor = monitor_new(options);
    struct live_config config = config_for(monitor, options);
    GError *error = NULL;
    struct live *source = live_replay_open(path, &config, 0, &error);
    g_assert_no_error(error);
    monitor_start(monitor, source, &error);
    g_assert_no_error(error);
    return monitor;
}

static inline void play_to_end(struct monitor *monitor)
{
    GError *error = NULL;
    while (!monitor_status(monitor).ended) {
        monitor_poll(monitor, &error);
        g_assert_no_error(error);
    }
}

#endif
