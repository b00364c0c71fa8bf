// SPDX-License-Identifier: Apache-2.0
#include "replays.h"
#include "source/source.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <vttif/error.h>
#include <vttif/tally.h>

static double cell(const struct vttif_matrix *matrix, const char *from, const char *to)
{
    gssize i = vttif_matrix_find(matrix, from), j = vttif_matrix_find(matrix, to);
    return i < 0 || j < 0 ? 0 : vttif_matrix_get(matrix, (size_t)i, (size_t)j);
}

/* --- replays ---------------------------------------------------------------------------------- */

static int compare_times(const void *a, const void *b)
{
    return (int)(((const struct sent *)a)->ms - ((const struct sent *)b)->ms);
}

static struct sent *some_traffic(size_t n, int hosts, int64_t span_ms)
{
    struct sent *sent = g_new(struct sent, n);
    for (size_t i = 0; i < n; i++) {
        sent[i].from = g_test_rand_int_range(1, hosts + 1);
        sent[i].to = 1 + (sent[i].from + g_test_rand_int_range(0, hosts - 1)) % hosts;
        sent[i].ms = g_test_rand_int_range(0, (gint32)span_ms);
        sent[i].payload = (unsigned)g_test_rand_int_range(1, 1400);
    }
    sent[0].ms = 0;
    qsort(sent, n, sizeof *sent, compare_times);
    return sent;
}

static uint64_t expected_bytes(const struct sent *sent, size_t n, int from, int to,
                               const struct monitor_interval *interval)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t second = BEGIN + sent[i].ms / 1000;
        if (sent[i].from == from && sent[i].to == to && second >= interval->from &&
            second < interval->to)
            bytes += sent[i].payload;
    }
    return bytes;
}

enum { HOSTS = 6, FRAMES = 3000, SPAN_MS = 90000 };

static void assert_interval(const struct monitor *monitor, const struct sent *sent, int64_t from,
                            int64_t to)
{
    struct monitor_interval interval = {.from = BEGIN + from, .to = BEGIN + to};
    GError *error = NULL;
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, false, &error);
    g_assert_no_error(error);
    g_assert_cmpint(interval.from, ==, BEGIN + from);
    g_assert_cmpint(interval.to, ==, BEGIN + to);
    for (int i = 1; i <= HOSTS; i++)
        for (int j = 1; j <= HOSTS; j++) {
            g_autofree char *src = g_strdup_printf("10.0.0.%d", i);
            g_autofree char *dst = g_strdup_printf("10.0.0.%d", j);
            g_assert_cmpfloat(cell(matrix, src, dst), ==,
                              (double)expected_bytes(sent, FRAMES, i, j, &interval));
        }
}

static void the_matrix_of_any_interval_of_a_replay_is_that_of_its_frames(void)
{
    char *folder = folder_new();
    g_autofree struct sent *sent = some_traffic(FRAMES, HOSTS, SPAN_MS);
    g_autofree char *path = write_capture(folder, sent, FRAMES);
    g_autoptr(monitor_handle) monitor = replay(&usual, path);
    play_to_end(monitor);
    for (int round = 0; round < 100; round++) {
        int64_t from = g_test_rand_int_range(0, SPAN_MS / 1000 - 2);
        assert_interval(monitor, sent, from, g_test_rand_int_range((gint32)from + 1, 89));
    }
    folder_remove(folder);
}

static void feed_tally(void *context, const struct source_record *record)
{
    vttif_tally_add(context, VTTIF_LINK_ETHERNET, record->bytes, record->captured, record->wire,
                    record->time_ns);
}

/* The same capture, offline: paper sections 2 and 5 agree. */
static void a_replay_counts_what_an_offline_tally_does(void)
{
    char *folder = folder_new();
    g_autofree struct sent *sent = some_traffic(FRAMES, HOSTS, SPAN_MS);
    g_autofree char *path = write_capture(folder, sent, FRAMES);
    g_autoptr(vttif_tally) tally = vttif_tally_new(
        &(struct vttif_tally_options){.count = VTTIF_COUNT_PAYLOAD, .key = VTTIF_KEY_IP});
    g_autoptr(source_handle) source = source_open(path, NULL);
    source_run(source, feed_tally, tally, NULL, NULL);
    vttif_tally_finish(tally);
    struct vttif_capture capture = {.name = "x", .tally = tally};
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(vttif_matrix) offline = vttif_merge(&capture, 1, NULL, notes, NULL);

    g_autoptr(monitor_handle) monitor = replay(&usual, path);
    play_to_end(monitor);
    struct monitor_interval all = monitor_remembered(monitor);
    g_autoptr(vttif_matrix) online = monitor_matrix(monitor, &all, true, NULL);
    g_assert_cmpuint(vttif_matrix_size(online), ==, vttif_matrix_size(offline));
    for (size_t i = 0; i < vttif_matrix_size(offline); i++) {
        g_assert_cmpstr(vttif_matrix_name(online, i), ==, vttif_matrix_name(offline, i));
        for (size_t j = 0; j < vttif_matrix_size(offline); j++)
            g_assert_cmpfloat(vttif_matrix_get(online, i, j), ==, vttif_matrix_get(offline, i, j));
    }
    g_assert_cmpuint(vttif_matrix_account(online)->frames, ==, FRAMES);
    folder_remove(folder);
}

/* What the alerts of a replay said. */
struct heard {
    enum trigger_alert kind;
    int64_t time_ms, since_ms; /* after BEGIN */
    double fast, slow; /* h1 > h2, h3 > h4 */
    char pair[32];
};
struct listener {
    struct monitor *monitor;
    struct heard heard[8];
    size_t n;
    unsigned subscription; /* 0: stays */
};

static void listen(void *context, const struct monitor_alert *alert)
{
    struct listener *listener = context;
    struct heard *heard = &listener->heard[listener->n++];
    g_assert_cmpuint(listener->n, <=, G_N_ELEMENTS(listener->heard));
    heard->kind = alert->kind;
    heard->time_ms = (alert->time_ns - BEGIN * NS) / MS;
    heard->since_ms = (alert->since_ns - BEGIN * NS) / MS;
    heard->fast = cell(alert->matrix, "h1", "h2");
    heard->slow = cell(alert->matrix, "h3", "h4");
    g_snprintf(heard->pair, sizeof heard->pair, "%s>%s",
               monitor_endpoint_name(listener->monitor, alert->from),
               monitor_endpoint_name(listener->monitor, alert->to));
    if (listener->subscription)
        monitor_unsubscribe(listener->monitor, listener->subscription);
}

static const char hosts_text[] = "h1 10.0.0.1\nh2 10.0.0.2\nh3 10.0.0.3\nh4 10.0.0.4\n";

/*
 *     s        0    0.2  0.4  0.6        1         1.4       2   2.25      3.25  3.5
 *     h1>h2    500 bytes every 100 ms from 0.1 to 2.0: a stamp every 200 ms, 1000 bytes each
 *     h3>h4           100 at 0.3         100 at 1.0                              100 at 3.5
 *                    |                             |             |         |
 *                    0.2 and 0.4 are less than     0.4 + tmax:   2.0 +     2.25 + twait:
 *                    time_bound apart: begin       sustained     time_bound  quiet
 *
 * From after the frame of 0.4 to before that of 1.4 there are 9 frames of h1, 4500 bytes, and one
 * of h3; to 2.0 there are 16, 8000 bytes. What came before 0.4 is forgotten.
 */
static size_t two_programs(struct sent *sent)
{
    size_t n = 0;
    for (int tenth = 1; tenth <= 20; tenth++)
        sent[n++] = (struct sent){tenth * 100, 1, 2, 500};
    sent[n++] = (struct sent){300, 3, 4, 100};
    sent[n++] = (struct sent){1000, 3, 4, 100};
    sent[n++] = (struct sent){3500, 3, 4, 100};
    sent[n++] = (struct sent){0, 4, 3, 1};
    qsort(sent, n, sizeof *sent, compare_times);
    return n;
}

static void alerts_come_when_they_are_due_with_what_was_accumulated(void)
{
    char *folder = folder_new();
    struct sent sent[32];
    g_autofree char *path = write_capture(folder, sent, two_programs(sent));
    g_autoptr(vttif_hosts) hosts = vttif_hosts_parse(hosts_text, "hosts", NULL);
    struct monitor_options options = usual;
    options.hosts = hosts;
    g_autoptr(monitor_handle) monitor = replay(&options, path);
    struct listener all = {.monitor = monitor}, once = {.monitor = monitor};
    monitor_subscribe(monitor, listen, &all);
    once.subscription = monitor_subscribe(monitor, listen, &once);
    play_to_end(monitor);

    g_assert_cmpuint(all.n, ==, 2);
    g_assert_cmpint(all.heard[0].kind, ==, TRIGGER_SUSTAINED);
    g_assert_cmpint(all.heard[0].time_ms, ==, 1400);
    g_assert_cmpint(all.heard[0].since_ms, ==, 400);
    g_assert_cmpfloat(all.heard[0].fast, ==, 4500);
    g_assert_cmpfloat(all.heard[0].slow, ==, 100);
    g_assert_cmpstr(all.heard[0].pair, ==, "h1>h2");
    g_assert_cmpint(all.heard[1].kind, ==, TRIGGER_QUIET);
    g_assert_cmpint(all.heard[1].time_ms, ==, 3250);
    g_assert_cmpfloat(all.heard[1].fast, ==, 8000);
    g_assert_cmpfloat(all.heard[1].slow, ==, 100);
    g_assert_cmpuint(once.n, ==, 1);
    g_assert_cmpuint(monitor_latest_alert(monitor)->sequence, ==, 2);
    g_assert_cmpint(monitor_status(monitor).state, ==, TRIGGER_IDLE);
    folder_remove(folder);
}

static void strangers_and_noise_are_in_the_account_of_their_interval(void)
{
    char *folder = folder_new();
    const struct sent sent[] = {
        {0, 1, 2, 10}, {500, 1, 9, 20}, {1500, 9, 1, 30}, {1600, 9, 1, 30}, {2500, 2, 1, 40}};
    g_autofree char *path = write_capture(folder, sent, G_N_ELEMENTS(sent));
    g_autoptr(vttif_hosts) hosts = vttif_hosts_parse(hosts_text, "hosts", NULL);
    struct monitor_options options = usual;
    options.hosts = hosts;
    g_autoptr(monitor_handle) monitor = replay(&options, path);
    play_to_end(monitor);
    struct monitor_interval interval = {.from = BEGIN + 1, .to = BEGIN + 3};
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, false, NULL);
    g_assert_cmpuint(vttif_matrix_size(matrix), ==, 4); /* all hosts, in the order of the file */
    g_assert_cmpstr(vttif_matrix_name(matrix, 3), ==, "h4");
    const struct vttif_account *account = vttif_matrix_account_const(matrix);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_STRANGER].frames, ==, 2);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_STRANGER].bytes, ==, 60);
    g_assert_cmpuint(account->frames, ==, 1);
    g_assert_cmpfloat(account->seconds, ==, 2);
    folder_remove(folder);
}

static void take_sentence(void *context, bool is_problem, const char *sentence)
{
    if (is_problem)
        g_string_append_printf(context, "%s\n", sentence);
}

/* Two places for pairs, three pairs: the third is "other", and the matrix a lower bound. */
static void pairs_that_find_no_place_are_counted_as_other(void)
{
    char *folder = folder_new();
    const struct sent sent[] = {
        {0, 1, 2, 10}, {10, 2, 1, 20}, {20, 3, 1, 30}, {30, 1, 2, 40}, {1500, 3, 2, 1}};
    g_autofree char *path = write_capture(folder, sent, G_N_ELEMENTS(sent));
    struct monitor_options options = usual;
    g_autoptr(GString) said = g_string_new(NULL);
    options.max_pairs = 2;
    options.report = take_sentence;
    options.report_context = said;
    g_autoptr(monitor_handle) monitor = replay(&options, path);
    play_to_end(monitor);
    struct monitor_interval interval = monitor_last(monitor, 100);
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, true, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 50);
    g_assert_cmpfloat(cell(matrix, "10.0.0.2", "10.0.0.1"), ==, 20);
    g_assert_cmpfloat(cell(matrix, "other", "other"), ==, 31);
    const struct vttif_account *account = vttif_matrix_account_const(matrix);
    g_assert_cmpuint(account->overflow.bytes, ==, 31);
    g_assert_cmpuint(account->overflow.frames, ==, 2);
    g_assert_true(vttif_account_is_lower_bound(account));
    g_assert_cmpstr(
        said->str, ==,
        "the table of 2 pairs is full: traffic of further pairs is counted as 'other'; "
        "a larger table, a shorter idle time, a hosts file or other keys help\n"); /* once */
    folder_remove(folder);
}

static void the_top_pairs_come_in_order(void)
{
    char *folder = folder_new();
    g_autofree struct sent *sent = some_traffic(FRAMES, HOSTS, SPAN_MS);
    g_autofree char *path = write_capture(folder, sent, FRAMES);
    g_autoptr(monitor_handle) monitor = replay(&usual, path);
    play_to_end(monitor);
    struct monitor_interval interval = monitor_last(monitor, 1000);
    size_t n_all, n_some;
    g_autofree struct monitor_pair *all = monitor_top(monitor, &interval, SIZE_MAX, &n_all, NULL);
    g_assert_cmpuint(n_all, ==, HOSTS * (HOSTS - 1));
    for (size_t i = 1; i < n_all; i++)
        g_assert_cmpuint(all[i - 1].bytes, >=, all[i].bytes);
    for (size_t limit = 0; limit <= n_all; limit++) {
        g_autofree struct monitor_pair *some =
            monitor_top(monitor, &interval, limit, &n_some, NULL);
        g_assert_cmpuint(n_some, ==, limit);
        for (size_t i = 0; i < limit; i++)
            g_assert_cmpuint(some[i].pair, ==, all[i].pair);
    }
    folder_remove(folder);
}

/* --- a source of our own ---------------------------------------------------------------------- */

struct fake {
    struct live live;
    int64_t now_ns; /* 0: the real time */
    uint64_t epoch, sums[3];
    bool fails;
    int event_fd;
    struct live_events events;
    size_t crossing; /* crossings to tell of */
    bool never_quiet; /* there is always something to dispatch */
    unsigned dispatched;
};

static struct fake *fake_of(const struct live *live)
{
    return (struct fake *)(uintptr_t)live;
}

static int fake_fd(const struct live *live)
{
    return fake_of(live)->event_fd;
}

static int64_t fake_now(const struct live *live)
{
    return fake_of(live)->now_ns ? fake_of(live)->now_ns : g_get_monotonic_time() * 1000;
}

static void fake_dispatch(struct live *live)
{
    struct fake *fake = fake_of(live);
    eventfd_t ignored;
    if (!fake->never_quiet)
        eventfd_read(fake->event_fd, &ignored);
    fake->dispatched++;
    for (; fake->crossing > 0; fake->crossing--)
        fake->events.crossing(fake->events.context,
                              &(struct live_crossing){.pair = 1, .time_ns = fake_now(live)});
}

static bool fake_read(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    struct fake *fake = fake_of(live);
    if (fake->fails) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "the test says so");
        return false;
    }
    live_snapshot_reserve(snapshot, G_N_ELEMENTS(fake->sums));
    snapshot->n_pairs = G_N_ELEMENTS(fake->sums);
    snapshot->epoch = fake->epoch;
    snapshot->time_ns = fake_now(live);
    for (size_t i = 0; i < snapshot->n_pairs; i++) {
        snapshot->pairs[i] =
            (struct live_pair){.from = address_of("10.0.0.1"), .to = address_of("10.0.0.2")};
        snapshot->pairs[i].to.low += i;
        snapshot->sums[i] = (struct live_sum){.payload_bytes = fake->sums[i], .packets = 1};
    }
    return true;
}

static bool fake_set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                               GError **error)
{
    return true;
}

static bool fake_set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error)
{
    return true;
}

static void fake_close(struct live *live)
{
    close(fake_of(live)->event_fd);
    g_free(fake_of(live));
}

static const struct live_ops fake_ops = {.name = "fake",
                                         .fd = fake_fd,
                                         .dispatch = fake_dispatch,
                                         .now_ns = fake_now,
                                         .read = fake_read,
                                         .set_threshold = fake_set_threshold,
                                         .set_hosts = fake_set_hosts,
                                         .close = fake_close};

static struct monitor *watch_fake(const struct monitor_options *options, struct fake **fake)
{
    struct monitor *monitor = monitor_new(options);
    *fake = g_new0(struct fake, 1);
    (*fake)->live.ops = &fake_ops;
    (*fake)->epoch = 1;
    (*fake)->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    (*fake)->events = monitor_events(monitor);
    (*fake)->now_ns = options->source_clock ? BEGIN * NS + 300 * MS : 0;
    (*fake)->sums[0] = 1000; /* before the monitor began */
    g_assert_true(monitor_start(monitor, &(*fake)->live, NULL));
    return monitor;
}

static void poll_at(struct monitor *monitor, struct fake *fake, int64_t ms)
{
    fake->now_ns = BEGIN * NS + ms * MS;
    g_assert_true(monitor_poll(monitor, NULL));
}

static double bytes_in(const struct monitor *monitor, int64_t second)
{
    struct monitor_interval interval = {.from = BEGIN + second, .to = BEGIN + second + 1};
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, true, NULL);
    return vttif_matrix_total(matrix);
}

/*     second           0          |         1          |    2    |    3
 *     poll         .3     .7           1.001    1.5                 3.2
 *     counter     1000   1010           1030    1070                1150   */
static void what_came_since_a_poll_belongs_to_the_second_that_ran(void)
{
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&usual, &fake);
    fake->sums[0] = 1010;
    poll_at(monitor, fake, 700);
    fake->sums[0] = 1030;
    poll_at(monitor, fake, 1001);
    fake->sums[0] = 1070;
    poll_at(monitor, fake, 1500);
    fake->sums[0] = 1150;
    poll_at(monitor, fake, 3200);
    g_assert_cmpfloat(bytes_in(monitor, 0), ==, 30);
    g_assert_cmpfloat(bytes_in(monitor, 1), ==, 120);
    g_assert_cmpfloat(bytes_in(monitor, 2), ==, 0);
    g_assert_cmpuint(monitor_counter(monitor, 1).bytes, ==, 1150); /* what was before, too */
}

static void counters_that_begin_anew_are_added_to_the_old(void)
{
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&usual, &fake);
    fake->epoch = 2;
    fake->sums[0] = 5;
    poll_at(monitor, fake, 900);
    g_assert_cmpuint(monitor_counter(monitor, 1).bytes, ==, 1005);
    g_assert_cmpfloat(bytes_in(monitor, 0), ==, 5);
}

static void a_source_that_cannot_be_read_loses_nothing(void)
{
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&usual, &fake);
    g_autoptr(GError) error = NULL;
    fake->fails = true;
    fake->sums[0] = 1100;
    g_assert_false(monitor_poll(monitor, &error));
    g_assert_cmpstr(error->message, ==, "the test says so");
    fake->fails = false;
    poll_at(monitor, fake, 900);
    g_assert_cmpfloat(bytes_in(monitor, 0), ==, 100);
}

static void a_reload_gives_new_names_and_keeps_all_counts(void)
{
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&usual, &fake);
    fake->sums[0] = 1100;
    poll_at(monitor, fake, 1000);
    g_autoptr(vttif_hosts) hosts = vttif_hosts_parse(hosts_text, "hosts", NULL);
    struct monitor_options options = usual;
    options.hosts = hosts;
    options.history.seconds = 60;
    g_assert_true(monitor_reload(monitor, &options, NULL));
    fake->sums[0] = 1250;
    poll_at(monitor, fake, 2000);
    struct monitor_interval interval = monitor_last(monitor, 10);
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, true, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 100);
    g_assert_cmpfloat(cell(matrix, "h1", "h2"), ==, 150);
}

static void an_interval_of_which_nothing_is_remembered_is_refused(void)
{
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&usual, &fake);
    g_autoptr(GError) error = NULL;
    struct monitor_interval interval = {.from = BEGIN - 10, .to = BEGIN};
    g_assert_null(monitor_matrix(monitor, &interval, true, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    g_assert_true(strstr(error->message, "from 1700000000 to 1700000001") != NULL);
}

struct loop_listener {
    GMainLoop *loop;
    GString *kinds;
};

static void listen_in_loop(void *context, const struct monitor_alert *alert)
{
    struct loop_listener *listener = context;
    g_string_append_printf(listener->kinds, "%s ", trigger_alert_name(alert->kind));
    if (alert->kind == TRIGGER_QUIET)
        g_main_loop_quit(listener->loop);
}

static gboolean give_up(gpointer data)
{
    g_error("no quiet alert within 60 seconds");
    return G_SOURCE_REMOVE;
}

/* On the real clock, and nobody polls. time_bound is a second, so that a slow machine can hear of
 * the crossing before it is over. */
static void on_a_main_loop_alerts_come_by_themselves(void)
{
    struct monitor_options options = usual;
    options.source_clock = false;
    options.trigger = (struct trigger_options){1000, NS, 100 * MS, 100 * MS};
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&options, &fake);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GString) kinds = g_string_new(NULL);
    monitor_subscribe(monitor, listen_in_loop, &(struct loop_listener){loop, kinds});
    monitor_attach(monitor, NULL);
    fake->crossing = 1;
    eventfd_write(fake->event_fd, 1);
    guint watchdog = g_timeout_add_seconds(60, give_up, NULL);
    g_main_loop_run(loop);
    g_source_remove(watchdog);
    g_assert_cmpstr(kinds->str, ==, "sustained quiet ");
    g_assert_cmpuint(monitor_status(monitor).polls, >=, 2);
}

/* Without it, each turn of the loop would take them. */
static void events_that_go_on_coming_are_gathered(void)
{
    struct monitor_options options = usual;
    options.source_clock = false;
    struct fake *fake;
    g_autoptr(monitor_handle) monitor = watch_fake(&options, &fake);
    monitor_attach(monitor, NULL);
    fake->never_quiet = true;
    eventfd_write(fake->event_fd, 1);
    for (int i = 0; i < 10000; i++)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(fake->dispatched, >=, 1);
    g_assert_cmpuint(fake->dispatched, <, 5000);
    unsigned before = fake->dispatched;
    while (fake->dispatched < before + 10) /* and they are not forgotten */
        g_main_context_iteration(NULL, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitor/the matrix of any interval of a replay is that of its frames",
                    the_matrix_of_any_interval_of_a_replay_is_that_of_its_frames);
    g_test_add_func("/monitor/a replay counts what an offline tally does",
                    a_replay_counts_what_an_offline_tally_does);
    g_test_add_func("/monitor/alerts come when they are due with what was accumulated",
                    alerts_come_when_they_are_due_with_what_was_accumulated);
    g_test_add_func("/monitor/strangers and noise are in the account of their interval",
                    strangers_and_noise_are_in_the_account_of_their_interval);
    g_test_add_func("/monitor/pairs that find no place are counted as other",
                    pairs_that_find_no_place_are_counted_as_other);
    g_test_add_func("/monitor/the top pairs come in order", the_top_pairs_come_in_order);
    g_test_add_func("/monitor/what came since a poll belongs to the second that ran",
                    what_came_since_a_poll_belongs_to_the_second_that_ran);
    g_test_add_func("/monitor/counters that begin anew are added to the old",
                    counters_that_begin_anew_are_added_to_the_old);
    g_test_add_func("/monitor/a source that cannot be read loses nothing",
                    a_source_that_cannot_be_read_loses_nothing);
    g_test_add_func("/monitor/a reload gives new names and keeps all counts",
                    a_reload_gives_new_names_and_keeps_all_counts);
    g_test_add_func("/monitor/an interval of which nothing is remembered is refused",
                    an_interval_of_which_nothing_is_remembered_is_refused);
    g_test_add_func("/monitor/on a main loop alerts come by themselves",
                    on_a_main_loop_alerts_come_by_themselves);
    g_test_add_func("/monitor/events that go on coming are gathered",
                    events_that_go_on_coming_are_gathered);
    return g_test_run();
}
