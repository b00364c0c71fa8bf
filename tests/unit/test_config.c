// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"
#include "daemon/values.h"

#include <string.h>
#include <vttif/error.h>

/* --- values ----------------------------------------------------------------------------------- */

static void bytes_have_units_or_none(void)
{
    uint64_t bytes = 7;
    const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"1500", 1500},
                {"1 MB", 1000000},
                {"1.5kB", 1500},
                {"2MiB", 2097152},
                {"512 MiB", 536870912},
                {"1gb", 1000000000},
                {"9007199254740992", 9007199254740992}};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(value_bytes(good[i].text, &bytes));
        g_assert_cmpuint(bytes, ==, good[i].bytes);
    }
    bytes = 7;
    const char *const bad[] = {"",    " 1",  "-1",  "1 m",   "MB",   "1e400",
                               "nan", "inf", "1,5", "1 MBx", "9 PB", "10000000 TB"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(value_bytes(bad[i], &bytes));
    g_assert_cmpuint(bytes, ==, 7);
}

static void times_need_a_unit(void)
{
    int64_t ns = 0;
    g_assert_true(value_duration_ns("100 ms", &ns));
    g_assert_cmpint(ns, ==, 100000000);
    g_assert_true(value_duration_ns("2.5s", &ns));
    g_assert_cmpint(ns, ==, 2500000000);
    g_assert_true(value_duration_ns("5 min", &ns));
    g_assert_cmpint(ns, ==, 300000000000);
    g_assert_false(value_duration_ns("10", &ns));
    g_assert_false(value_duration_ns("10 years", &ns));
    g_assert_false(value_duration_ns("1000000 d", &ns));
}

/* --- files ------------------------------------------------------------------------------------ */

static struct config *parse(const char *text)
{
    GError *error = NULL;
    struct config *config = config_parse(text, "test.conf", &error);
    g_assert_no_error(error);
    return config;
}

static void everything_that_is_said_holds(void)
{
    g_autoptr(config_handle) config = parse("# all of it\n"
                                            "[source]\n"
                                            "interface = eth0, tap*:port veth1:host\n"
                                            "type=af_packet\n"
                                            "  count = payload\n"
                                            "key = mac\n"
                                            "hosts = /etc/hosts file\n"
                                            "filter = not port 22 and (tcp or udp)\n"
                                            "keep = ssh, icmp\n"
                                            "launcher-ports = 29200-29263, 5000\n"
                                            "vxlan = yes\n"
                                            "pairs = 100\n"
                                            "idle = 2 min\n"
                                            "pin = /sys/fs/bpf/vttif\n"
                                            "\n"
                                            "[trigger]\n"
                                            "byte-threshold = 2 MB\n"
                                            "time-bound = 50 ms\n"
                                            "[history]\n"
                                            "seconds = 60\n"
                                            "memory = 1 MiB\n");
    g_assert_cmpuint(config->rules->len, ==, 3);
    struct live_rule tap = g_array_index(config->rules, struct live_rule, 1);
    g_assert_cmpstr(tap.glob, ==, "tap*");
    g_assert_cmpint(tap.side, ==, LIVE_SIDE_PORT);
    g_assert_cmpint(g_array_index(config->rules, struct live_rule, 2).side, ==, LIVE_SIDE_HOST);
    g_assert_cmpint(config->source, ==, CONFIG_AF_PACKET);
    g_assert_cmpint(config->count, ==, VTTIF_COUNT_PAYLOAD);
    g_assert_cmpint(config->key, ==, VTTIF_KEY_MAC);
    g_assert_cmpstr(config->hosts_file, ==, "/etc/hosts file");
    g_assert_cmpstr(config->filter, ==, "not port 22 and (tcp or udp)");
    g_assert_cmpuint(config->keep, ==, 1u << VTTIF_REASON_SSH | 1u << VTTIF_REASON_ICMP);
    g_assert_cmpuint(config->launcher.n, ==, 2);
    g_assert_cmpuint(config->launcher.ranges[0].last, ==, 29263);
    g_assert_true(config->vxlan);
    g_assert_cmpuint(config->max_pairs, ==, 100);
    g_assert_cmpint(config->idle_ns, ==, 120 * G_GINT64_CONSTANT(1000000000));
    g_assert_cmpstr(config->pin, ==, "/sys/fs/bpf/vttif");
    g_assert_cmpuint(config->trigger.byte_threshold, ==, 2000000);
    g_assert_cmpint(config->trigger.time_bound_ns, ==, 50000000);
    g_assert_cmpint(config->trigger.tmax_ns, ==, TRIGGER_TMAX_NS); /* the default */
    g_assert_cmpuint(config->history.seconds, ==, 60);
    g_assert_cmpuint(config->history.hours, ==, HISTORY_HOURS);
    g_assert_cmpuint(config->history.budget, ==, 1048576);
    g_assert_true(config_check(config, "test.conf", NULL));
}

static void an_empty_file_is_the_defaults_with_nothing_to_watch(void)
{
    g_autoptr(config_handle) config = parse("");
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(config->count, ==, VTTIF_COUNT_FRAME);
    g_assert_false(config_check(config, "test.conf", &error));
    g_assert_true(g_str_has_prefix(error->message, "test.conf: nothing to watch"));
    g_assert_true(config_set(config, "source", "interface", "eth0", NULL));
    g_assert_true(config_check(config, "test.conf", NULL));
}

static void what_is_wrong_is_told_with_its_line(void)
{
    const struct {
        const char *text, *message;
    } bad[] = {
        {"x = 1\n", "c:1: this is neither [GROUP]"},
        {"[source]\nnonsense\n", "c:2: this is neither"},
        {"[source]\n\n[sauce]\n", "c:3: there is no group [sauce]"},
        {"# a\n[source]\ncolour = red\n", "c:3: [source] has no key 'colour'"},
        {"[trigger]\ncount = ip\n", "c:2: [trigger] has no key 'count'"},
        {"[source]\ncount = ip\nkey = ip\n count = ip\n", "c:4: count is given a second time"},
        {"[source]\ncount = bytes\n",
         "c:2: 'bytes' is no value for count; expected frame, ip or payload"},
        {"[source]\ninterface = a_very_long_name_of_one\n", "is no value for interface"},
        {"[source]\ninterface = eth0:left\n", "is no value for interface"},
        {"[source]\nlauncher-ports = 5000-1\n", "c:2: '5000-1' is no value for launcher-ports"},
        {"[source]\nkeep = ssh, love\n", "c:2: 'ssh, love' is no value for keep"},
        {"[source]\npairs = 0\n", "from 1 to 4194304"},
        {"[source]\nidle = 5\n", "expected 0, or a time with its unit"},
        {"[source]\npairs = 1.5\n", "c:2: '1.5' is no value for pairs; expected a whole number"},
        {"[history]\nseconds = 59.9\n", "a whole number from 1 to 1048576"},
        {"[query]\nconnections = 2.5\n", "a whole number from 1 to 10000"},
        {"[query]\nrows = 1e3\n", "a whole number from 1 to 10000000"},
        {"[source]\nspeed = -1\n", "expected a number above 0, or max"},
        {"[source]\nvxlan = maybe\n", "expected yes or no"},
        {"[trigger]\ntmax = 0 s\n", "expected a time with its unit"},
        {"[trigger]\ntmax = 5\n", "expected a time with its unit"},
        {"[history]\nseconds = 2000000\n", "from 1 to 1048576"},
        {"[history]\nmemory = 0\n", "expected a number of bytes above 0"},
        {"[source]\nhosts = \xff\xfe\n", "c:2: hosts is no text in UTF-8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(config_parse(bad[i].text, "c", &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
        if (!strstr(error->message, bad[i].message))
            g_error("'%s' is not in '%s'", bad[i].message, error->message);
    }
}

static void a_replay_needs_its_file_and_a_file_its_replay(void)
{
    g_autoptr(config_handle) no_file = parse("[source]\ntype = replay\n");
    g_autoptr(config_handle) no_replay = parse("[source]\ntype = ebpf\nreplay = x.pcap\n");
    g_autoptr(config_handle) good = parse("[source]\nreplay = x.pcap\nspeed = max\n");
    g_assert_false(config_check(no_file, "c", NULL));
    g_assert_false(config_check(no_replay, "c", NULL));
    g_assert_true(config_check(good, "c", NULL));
    g_assert_cmpfloat(good->speed, ==, 0);
}

static void a_reload_knows_what_cannot_change(void)
{
    const char *text = "[source]\ninterface = eth0\ncount = ip\n[trigger]\ntmax = 1 s\n";
    g_autoptr(config_handle) old = parse(text);
    g_autoptr(config_handle) same = parse(text);
    g_autoptr(config_handle) other =
        parse("[source]\ninterface = eth0\ncount = frame\n[trigger]\ntmax = 1 s\n");
    g_autoptr(config_handle) more = parse(text);
    g_autoptr(config_handle) later =
        parse("[source]\ninterface = eth0\ncount = ip\n[trigger]\ntmax = 2 s\n");
    g_autoptr(config_handle) both =
        parse("[source]\ninterface = eth0\npairs = 7\n[trigger]\ntmax = 1 s\n");
    g_assert_true(config_set(more, "source", "interface", "eth1", NULL));
    const struct {
        const struct config *other;
        const char *keys;
    } cases[] = {
        {same, NULL}, {later, NULL}, {other, "count"}, {more, "interface"}, {both, "count, pairs"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *keys = config_fixed_differences(old, cases[i].other);
        g_assert_cmpstr(keys, ==, cases[i].keys);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/bytes have units or none", bytes_have_units_or_none);
    g_test_add_func("/config/times need a unit", times_need_a_unit);
    g_test_add_func("/config/everything that is said holds", everything_that_is_said_holds);
    g_test_add_func("/config/an empty file is the defaults with nothing to watch",
                    an_empty_file_is_the_defaults_with_nothing_to_watch);
    g_test_add_func("/config/what is wrong is told with its line",
                    what_is_wrong_is_told_with_its_line);
    g_test_add_func("/config/a replay needs its file and a file its replay",
                    a_replay_needs_its_file_and_a_file_its_replay);
    g_test_add_func("/config/a reload knows what cannot change", a_reload_knows_what_cannot_change);
    return g_test_run();
}
