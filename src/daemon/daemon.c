// SPDX-License-Identifier: Apache-2.0
/*
 *     configure ──► open the source ──► attach ──► signals ──► ready ──► loop ──► undo
 *                     SIGHUP: configure again, reload        SIGTERM, SIGINT: end
 */
#include "daemon/daemon.h"
#include "base/units.h"
#include "daemon/notify.h"

#include <glib-unix.h>
#include <vttif/error.h>
#include <vttif/view.h>

void daemon_say(bool is_problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const char *priority = !g_getenv("JOURNAL_STREAM") ? "" : is_problem ? "<4>" : "<6>";
    g_printerr("%svttifd: %s\n", priority, sentence);
}

static void report(void *context, bool is_problem, const char *sentence)
{
    daemon_say(is_problem, "%s", sentence);
}

/* --- configuration ---------------------------------------------------------------------------- */

static bool apply_overrides(const struct daemon *daemon, struct config *config, GError **error)
{
    for (char **override = daemon->overrides; override && *override; override++) {
        g_auto(GStrv) parts = g_strsplit_set(*override, ".=", 3);
        if (!config_set(config, parts[0], parts[1], parts[2], error))
            return false;
    }
    return true;
}

static struct config *read_config(const struct daemon *daemon, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) reason = NULL;
    if (g_file_get_contents(daemon->config_file, &text, NULL, &reason))
        return config_parse(text, daemon->config_file, error);
    if (!daemon->config_file_given && g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return config_new();
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s", reason->message);
    return NULL;
}

static bool read_hosts(const struct config *config, struct vttif_hosts **hosts, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) reason = NULL;
    *hosts = NULL;
    if (!config->hosts_file)
        return true;
    if (!g_file_get_contents(config->hosts_file, &text, NULL, &reason)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s", reason->message);
        return false;
    }
    *hosts = vttif_hosts_parse(text, config->hosts_file, error);
    return *hosts != NULL;
}

bool daemon_configure(const struct daemon *daemon, struct config **config,
                      struct vttif_hosts **hosts, GError **error)
{
    g_autoptr(config_handle) read = read_config(daemon, error);
    if (!read || !apply_overrides(daemon, read, error) ||
        !config_check(read, daemon->config_file, error) || !read_hosts(read, hosts, error))
        return false;
    *config = g_steal_pointer(&read);
    return true;
}

static struct monitor_options monitor_options_of(const struct config *config,
                                                 const struct vttif_hosts *hosts)
{
    return (struct monitor_options){.hosts = hosts,
                                    .count = config->count,
                                    .source_clock = config->replay != NULL,
                                    .history = config->history,
                                    .trigger = config->trigger,
                                    .max_pairs = config->max_pairs,
                                    .report = report};
}

/* --- the source ------------------------------------------------------------------------------- */

static struct live_config live_config_of(const struct daemon *daemon)
{
    const struct config *config = daemon->config;
    return (struct live_config){
        .key = config->key,
        .count = config->count,
        .keep = config->keep,
        .launcher = config->launcher,
        .filter = config->filter,
        .vxlan = config->vxlan,
        .max_pairs = config->max_pairs,
        .idle_ns = config->idle_ns,
        .hosts = daemon->hosts,
        .rules = (const struct live_rule *)(void *)config->rules->data,
        .n_rules = config->rules->len,
        .sent_only = config->sent_only,
        .byte_threshold = config->trigger.byte_threshold,
        .time_bound_ns = config->trigger.time_bound_ns,
        /* A pair must be heard of again before it seems to be below the threshold. */
        .crossing_gap_ns = MIN(LIVE_CROSSING_GAP_NS, config->trigger.time_bound_ns / 2),
        .pin = config->pin,
        .discard = config->discard,
        .events = monitor_events(daemon->monitor)};
}

/* The kernel's counters, or where there is no such thing a ring of packets. */
static struct live *open_best(const struct live_config *live, GError **error)
{
    g_autoptr(GError) reason = NULL;
    struct live *source = live_bpf_open(live, &reason);
    if (source)
        return source;
    if (!g_error_matches(reason, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE) || live->pin) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    daemon_say(true, "%s; packets are counted here instead", reason->message);
    return live_packet_open(live, error);
}

static struct live *open_source(const struct daemon *daemon, GError **error)
{
    struct live_config live = live_config_of(daemon);
    if (daemon->config->replay)
        return live_replay_open(daemon->config->replay, &live, daemon->config->speed, error);
    switch (daemon->config->source) {
    case CONFIG_EBPF:
        return live_bpf_open(&live, error);
    case CONFIG_AF_PACKET:
        return live_packet_open(&live, error);
    case CONFIG_AUTO:
    case CONFIG_REPLAY:
        break;
    }
    return open_best(&live, error);
}

/* --- while it runs ---------------------------------------------------------------------------- */

static void tell_status(const struct daemon *daemon)
{
    size_t n;
    live_interfaces(monitor_source(daemon->monitor), &n);
    notify_systemd("STATUS=%s, %" G_GSIZE_FORMAT " interfaces, %" G_GSIZE_FORMAT " pairs",
                   monitor_source(daemon->monitor)->ops->name, n,
                   monitor_status(daemon->monitor).pairs - 1);
}

static void say_alert(void *context, const struct monitor_alert *alert)
{
    const struct daemon *daemon = context;
    g_autoptr(GString) amount = g_string_new(NULL);
    unit_append_bytes(amount, vttif_matrix_total(alert->matrix));
    g_string_append(amount, " in ");
    unit_append_seconds(amount, (double)(alert->time_ns - alert->since_ns) / 1e9);
    daemon_say(false, "alert %" G_GUINT64_FORMAT ", %s: %s, begun by %s > %s", alert->sequence,
               trigger_alert_name(alert->kind), amount->str,
               monitor_endpoint_name(daemon->monitor, alert->from),
               monitor_endpoint_name(daemon->monitor, alert->to));
}

static bool reload(struct daemon *daemon, GError **error)
{
    g_autoptr(config_handle) config = NULL;
    g_autoptr(vttif_hosts) hosts = NULL;
    if (!daemon_configure(daemon, &config, &hosts, error))
        return false;
    g_autofree char *fixed = config_fixed_differences(daemon->config, config);
    if (fixed)
        daemon_say(true, "%s: only a restart changes that; it stays as it is", fixed);
    struct monitor_options options = monitor_options_of(config, hosts);
    if (!monitor_reload(daemon->monitor, &options, error))
        return false;
    vttif_hosts_free(daemon->hosts);
    daemon->hosts = g_steal_pointer(&hosts);
    return true; /* daemon->config stays that of the start, by which what is fixed goes on */
}

static gboolean on_hangup(gpointer data)
{
    struct daemon *daemon = data;
    g_autoptr(GError) error = NULL;
    notify_systemd("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
    reload(daemon, &error);
    if (error)
        daemon_say(true, "%s; everything stays as it was", error->message);
    else
        daemon_say(false, "%s is read again", daemon->config_file);
    notify_systemd("READY=1");
    tell_status(daemon);
    return G_SOURCE_CONTINUE;
}

static gboolean on_end_signal(gpointer data)
{
    struct daemon *daemon = data;
    g_main_loop_quit(daemon->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean on_second(gpointer data)
{
    struct daemon *daemon = data;
    if (notify_watchdog_us())
        notify_systemd("WATCHDOG=1");
    if (daemon->exit_at_end && monitor_status(daemon->monitor).ended)
        g_main_loop_quit(daemon->loop);
    return G_SOURCE_CONTINUE;
}

/* --- the end ------------------------------------------------------------------------------------
 */

static bool write_matrix(const struct daemon *daemon, GError **error)
{
    if (!monitor_poll(daemon->monitor, error))
        return false;
    struct monitor_interval all = monitor_remembered(daemon->monitor);
    g_autoptr(vttif_matrix) matrix = monitor_matrix(daemon->monitor, &all, true, error);
    if (!matrix)
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    if (g_str_has_suffix(daemon->output, ".json"))
        vttif_view_json_matrix(matrix, text);
    else
        vttif_view_csv(matrix, text);
    return g_file_set_contents(daemon->output, text->str, (gssize)text->len, error);
}

/* --- stages ----------------------------------------------------------------------------------- */

static bool start_configuration(struct daemon *daemon, GError **error)
{
    return daemon_configure(daemon, &daemon->config, &daemon->hosts, error);
}

static void end_configuration(struct daemon *daemon)
{
    g_clear_pointer(&daemon->config, config_free);
    g_clear_pointer(&daemon->hosts, vttif_hosts_free);
}

static bool start_monitor(struct daemon *daemon, GError **error)
{
    struct monitor_options options = monitor_options_of(daemon->config, daemon->hosts);
    daemon->monitor = monitor_new(&options);
    struct live *source = open_source(daemon, error);
    if (!source || !monitor_start(daemon->monitor, source, error)) {
        g_clear_pointer(&daemon->monitor, monitor_free);
        return false;
    }
    monitor_subscribe(daemon->monitor, say_alert, daemon);
    monitor_attach(daemon->monitor, NULL);
    return true;
}

static void end_monitor(struct daemon *daemon)
{
    g_clear_pointer(&daemon->monitor, monitor_free);
}

/* Who plays a capture is asked only where that was said; /run/vttif is systemd's to make, or ours.
 */
static const char *socket_of(const struct config *config)
{
    if (!config_has_default_socket(config))
        return config->query_socket;
    if (config->replay)
        return NULL;
    g_autofree char *directory = g_path_get_dirname(config->query_socket);
    g_mkdir_with_parents(directory, 0755); /* if it cannot be, binding says so */
    return config->query_socket;
}

static bool start_query(struct daemon *daemon, GError **error)
{
    const struct config *config = daemon->config;
    struct query_config query = {.socket = socket_of(config),
                                 .group = config->query_group,
                                 .listen = config->query_listen,
                                 .token_file = config->query_token_file,
                                 .connections = config->query_connections,
                                 .patience = config->query_patience,
                                 .metrics_pairs = config->query_metrics_pairs,
                                 .sql = config->sql};
    if (!query.socket && !query.listen)
        return true;
    daemon->query = query_serve(daemon->monitor, &query, error);
    return daemon->query != NULL;
}

static void end_query(struct daemon *daemon)
{
    g_clear_pointer(&daemon->query, query_free);
}

static bool start_signals(struct daemon *daemon, GError **error)
{
    gint64 watchdog_us = notify_watchdog_us();
    daemon->loop = g_main_loop_new(NULL, FALSE);
    daemon->signals[0] = g_unix_signal_add(SIGHUP, on_hangup, daemon);
    daemon->signals[1] = g_unix_signal_add(SIGTERM, on_end_signal, daemon);
    daemon->signals[2] = g_unix_signal_add(SIGINT, on_end_signal, daemon);
    guint every_ms = watchdog_us ? (guint)CLAMP(watchdog_us / 1000, 10, 1000) : 1000;
    daemon->watchdog = g_timeout_add(every_ms, on_second, daemon);
    return true;
}

static void end_signals(struct daemon *daemon)
{
    for (size_t i = 0; i < G_N_ELEMENTS(daemon->signals); i++)
        g_source_remove(daemon->signals[i]);
    g_source_remove(daemon->watchdog);
    g_clear_pointer(&daemon->loop, g_main_loop_unref);
}

/* What asks the monitor comes behind it, and goes before it. */
static const struct stage {
    bool (*start)(struct daemon *daemon, GError **error);
    void (*end)(struct daemon *daemon);
} stages[] = {
    {start_configuration, end_configuration},
    {start_monitor, end_monitor},
    {start_query, end_query},
    {start_signals, end_signals},
};

bool daemon_run(struct daemon *daemon, GError **error)
{
    size_t started = 0;
    while (started < G_N_ELEMENTS(stages) && stages[started].start(daemon, error))
        started++;
    bool all_started = started == G_N_ELEMENTS(stages), written = true;
    if (all_started) {
        notify_systemd("READY=1");
        tell_status(daemon);
        g_main_loop_run(daemon->loop);
        notify_systemd("STOPPING=1");
        written = !daemon->output || write_matrix(daemon, error);
    }
    while (started-- > 0)
        stages[started].end(daemon);
    return all_started && written;
}
