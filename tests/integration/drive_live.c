// SPDX-License-Identifier: Apache-2.0
/*
 * Drives a live source by lines on standard input, for live.sh and bench/overhead:
 *
 *     drive-live [--packet] [--pin DIR] [--discard] [--no-tcx] [--sent-only] [--vxlan]
 *                [--key ip|mac|port] [--filter EXPR] [--hosts FILE] [--max-pairs N]
 *                [--threshold BYTES] [--bound NS] [GLOB[=port|host]...]
 *
 *     read                  the counters: "pair FROM TO sent|received FRAME IP PAYLOAD PACKETS",
 *                           "filtered REASON ...", "other ...", "undecodable N", "drops N"
 *     interfaces            "NAME port|host HOW" of each that is watched
 *     attach NAME[=port|host], detach NAME[=...]
 *     wait-interface NAME, wait-gone NAME, wait-crossing
 *     quit
 *
 * Each but quit is answered with "done" at last.
 *
 * Prints "ready" first; an error goes to standard error and ends it with 1.
 */
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source/live.h"

struct driver {
    struct live *live;
    struct live_snapshot snapshot;
    unsigned crossings;
};

static void on_crossing(void *context, const struct live_crossing *crossing)
{
    struct driver *driver = context;
    driver->crossings++;
}

static void on_interface(void *context, const struct live_interface *interface,
                         const GError *failure)
{
    if (failure)
        g_printerr("interface %s: %s\n", interface->name, failure->message);
}

static void print_sum(const char *what, const struct live_sum *sum)
{
    printf("%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
           "\n",
           what, sum->frame_bytes, sum->ip_bytes, sum->payload_bytes, sum->packets);
}

static void print_pair(const struct live_snapshot *snapshot, size_t i)
{
    char from[VTTIF_ADDRESS_TEXT_MAX], to[VTTIF_ADDRESS_TEXT_MAX];
    const struct live_pair *pair = &snapshot->pairs[i];
    vttif_address_format(&pair->from, from);
    vttif_address_format(&pair->to, to);
    g_autofree char *what =
        g_strdup_printf("pair %s %s %s", from, to, pair->place == LIVE_SENT ? "sent" : "received");
    print_sum(what, &snapshot->sums[i]);
}

static void read_all(struct driver *driver)
{
    g_autoptr(GError) error = NULL;
    struct live_snapshot *snapshot = &driver->snapshot;
    live_dispatch(driver->live);
    if (!live_read(driver->live, snapshot, &error)) {
        g_printerr("%s\n", error->message);
        return;
    }
    for (size_t i = 0; i < snapshot->n_pairs; i++)
        if (snapshot->pairs[i].from.kind != VTTIF_ADDRESS_NONE)
            print_pair(snapshot, i);
    for (unsigned reason = 1; reason < VTTIF_REASONS; reason++) {
        g_autofree char *what =
            g_strdup_printf("filtered %s", vttif_reason_name((enum vttif_reason)reason));
        if (snapshot->filtered[reason].packets)
            print_sum(what, &snapshot->filtered[reason]);
    }
    print_sum("other", &snapshot->other);
    printf("undecodable %" G_GUINT64_FORMAT "\ndrops %" G_GUINT64_FORMAT "\n",
           snapshot->undecodable, snapshot->kernel_drops);
}

static bool is_watched(const struct driver *driver, const char *name)
{
    size_t n;
    const struct live_interface *all = live_interfaces(driver->live, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return true;
    return false;
}

static void print_interfaces(const struct driver *driver)
{
    size_t n;
    const struct live_interface *all = live_interfaces(driver->live, &n);
    for (size_t i = 0; i < n; i++)
        printf("%s %s %s\n", all[i].name, all[i].side == LIVE_SIDE_PORT ? "port" : "host",
               all[i].how);
}

/* At most 20 s. */
static void wait_until(struct driver *driver, const char *interface, bool watched)
{
    for (int i = 0; i < 200; i++) {
        if (interface ? is_watched(driver, interface) == watched : driver->crossings > 0)
            return;
        struct pollfd fd = {.fd = live_fd(driver->live), .events = POLLIN};
        poll(&fd, 1, 100);
        live_dispatch(driver->live);
    }
    printf("not seen\n");
}

static struct live_rule rule_of(char *text)
{
    char *side = strchr(text, '=');
    if (side)
        *side++ = '\0';
    return (struct live_rule){text, g_strcmp0(side, "port") == 0   ? LIVE_SIDE_PORT
                                    : g_strcmp0(side, "host") == 0 ? LIVE_SIDE_HOST
                                                                   : LIVE_SIDE_AUTO};
}

static void change(struct driver *driver, const char *text, bool attach)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *own = g_strdup(text);
    struct live_rule rule = rule_of(own);
    bool done = attach ? live_attach(driver->live, rule.glob, rule.side, &error)
                       : live_detach(driver->live, rule.glob, &error);
    if (!done)
        printf("%s\n", error->message);
}

static bool obey(struct driver *driver, const char *line)
{
    if (strcmp(line, "quit") == 0)
        return false;
    if (strcmp(line, "read") == 0)
        read_all(driver);
    else if (strcmp(line, "interfaces") == 0)
        print_interfaces(driver);
    else if (g_str_has_prefix(line, "attach "))
        change(driver, line + strlen("attach "), true);
    else if (g_str_has_prefix(line, "detach "))
        change(driver, line + strlen("detach "), false);
    else if (g_str_has_prefix(line, "wait-interface "))
        wait_until(driver, line + strlen("wait-interface "), true);
    else if (g_str_has_prefix(line, "wait-gone "))
        wait_until(driver, line + strlen("wait-gone "), false);
    else if (strcmp(line, "wait-crossing") == 0)
        wait_until(driver, NULL, true);
    printf("done\n");
    return true;
}

static struct vttif_hosts *read_hosts(const char *file, GError **error)
{
    g_autofree char *text = NULL;
    return g_file_get_contents(file, &text, NULL, error) ? vttif_hosts_parse(text, file, error)
                                                         : NULL;
}

struct options {
    struct live_config config;
    char *key, *hosts;
    int max_pairs;
    gboolean packet, discard, no_tcx, sent_only, vxlan;
    gint64 threshold, bound;
};

static bool parse(struct options *o, int *argc, char ***argv, GError **error)
{
    GOptionEntry entries[] = {
        {"packet", 0, 0, G_OPTION_ARG_NONE, &o->packet, NULL, NULL},
        {"pin", 0, 0, G_OPTION_ARG_FILENAME, &o->config.pin, NULL, NULL},
        {"discard", 0, 0, G_OPTION_ARG_NONE, &o->discard, NULL, NULL},
        {"no-tcx", 0, 0, G_OPTION_ARG_NONE, &o->no_tcx, NULL, NULL},
        {"sent-only", 0, 0, G_OPTION_ARG_NONE, &o->sent_only, NULL, NULL},
        {"vxlan", 0, 0, G_OPTION_ARG_NONE, &o->vxlan, NULL, NULL},
        {"key", 0, 0, G_OPTION_ARG_STRING, &o->key, NULL, NULL},
        {"filter", 0, 0, G_OPTION_ARG_STRING, &o->config.filter, NULL, NULL},
        {"hosts", 0, 0, G_OPTION_ARG_FILENAME, &o->hosts, NULL, NULL},
        {"max-pairs", 0, 0, G_OPTION_ARG_INT, &o->max_pairs, NULL, NULL},
        {"threshold", 0, 0, G_OPTION_ARG_INT64, &o->threshold, NULL, NULL},
        {"bound", 0, 0, G_OPTION_ARG_INT64, &o->bound, NULL, NULL},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    o->config.key = g_strcmp0(o->key, "mac") == 0    ? VTTIF_KEY_MAC
                    : g_strcmp0(o->key, "port") == 0 ? VTTIF_KEY_PORT
                                                     : VTTIF_KEY_IP;
    o->config.count = VTTIF_COUNT_FRAME;
    o->config.discard = o->discard;
    o->config.no_tcx = o->no_tcx;
    o->config.sent_only = o->sent_only;
    o->config.vxlan = o->vxlan;
    o->config.max_pairs = (size_t)o->max_pairs;
    o->config.byte_threshold = (uint64_t)o->threshold;
    o->config.time_bound_ns = o->bound;
    return true;
}

static struct live *open_source(struct options *o, GArray *rules, GError **error)
{
    g_autoptr(vttif_hosts) hosts = o->hosts ? read_hosts(o->hosts, error) : NULL;
    if (o->hosts && !hosts)
        return NULL;
    o->config.hosts = hosts;
    o->config.rules = (const struct live_rule *)rules->data;
    o->config.n_rules = rules->len;
    return o->packet ? live_packet_open(&o->config, error) : live_bpf_open(&o->config, error);
}

/* Reads standard input byte by byte while the source is served. */
static void serve(struct driver *driver)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (;;) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = live_fd(driver->live), .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[1].revents)
            live_dispatch(driver->live);
        char c;
        if (!fds[0].revents)
            continue;
        if (read(STDIN_FILENO, &c, 1) != 1)
            return;
        if (c != '\n') {
            g_string_append_c(line, c);
            continue;
        }
        if (!obey(driver, line->str))
            return;
        fflush(stdout);
        g_string_truncate(line, 0);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) rules = g_array_new(false, false, sizeof(struct live_rule));
    struct driver driver = {0};
    struct options options = {0};
    if (!parse(&options, &argc, &argv, &error)) {
        g_printerr("%s\n", error->message);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        struct live_rule rule = rule_of(argv[i]);
        g_array_append_val(rules, rule);
    }
    options.config.events = (struct live_events){
        .crossing = on_crossing, .interface = on_interface, .context = &driver};
    driver.live = open_source(&options, rules, &error);
    if (!driver.live) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    serve(&driver);
    live_close(driver.live);
    live_snapshot_clear(&driver.snapshot);
    g_free(options.key);
    g_free(options.hosts);
    g_free((char *)options.config.pin);
    g_free((char *)options.config.filter);
    return 0;
}
