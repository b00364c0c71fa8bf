// SPDX-License-Identifier: Apache-2.0
/* A monitor whose source has other pairs all the time (monitor/room.c). */
#include "monitor/monitor.h"

#include <string.h>

#define BEGIN INT64_C(1700000000)
#define NS    INT64_C(1000000000)

/* The source has PLACES pairs at a time; all but the first STAYING are others each second. Each
 * that ever was sends in one second only, those that stay in each. */
enum { PLACES = 32, STAYING = 4, SECONDS = 200, NEVER = PLACES * SECONDS, MOST_BYTES = 10000 };

struct changing {
    struct live live;
    int64_t second; /* after BEGIN */
    uint64_t sums[PLACES];
    uint32_t numbers[PLACES]; /* of the pair at a place, by which its address is */
    bool gone[PLACES];
    uint32_t lives[PLACES];
    uint32_t next;
    uint64_t sent[NEVER][2]; /* by number: bytes, second */
};

static struct changing *changing_of(const struct live *live)
{
    return (struct changing *)(uintptr_t)live;
}

static int no_fd(const struct live *live)
{
    return -1;
}

static void no_events(struct live *live)
{
}

static int64_t now_ns(const struct live *live)
{
    return (BEGIN + changing_of(live)->second) * NS;
}

static struct vttif_address address_of(uint32_t low)
{
    return (struct vttif_address){.low = low, .kind = VTTIF_ADDRESS_IPV4};
}

static bool read_all(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    const struct changing *source = changing_of(live);
    live_snapshot_reserve(snapshot, PLACES);
    *snapshot = (struct live_snapshot){.time_ns = now_ns(live),
                                       .epoch = 1,
                                       .n_pairs = PLACES,
                                       .pairs = snapshot->pairs,
                                       .sums = snapshot->sums,
                                       .forgotten = {.frame_bytes = 77, .packets = 1}};
    for (size_t i = 0; i < PLACES; i++) {
        snapshot->pairs[i] = (struct live_pair){.life = source->lives[i]};
        snapshot->sums[i] = (struct live_sum){0};
        if (source->gone[i])
            continue;
        snapshot->pairs[i].from = address_of(0x0a000000 + source->numbers[i]);
        snapshot->pairs[i].to = address_of(0x0b000000);
        snapshot->sums[i] =
            (struct live_sum){.frame_bytes = source->sums[i], .packets = source->sums[i] / 10};
    }
    return true;
}

static bool set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                          GError **error)
{
    return true;
}

static bool set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error)
{
    return true;
}

static void close_source(struct live *live)
{
    g_free(live);
}

static const struct live_ops ops = {.name = "changing",
                                    .fd = no_fd,
                                    .dispatch = no_events,
                                    .now_ns = now_ns,
                                    .read = read_all,
                                    .set_threshold = set_threshold,
                                    .set_hosts = set_hosts,
                                    .close = close_source};

static const struct monitor_options options = {
    .count = VTTIF_COUNT_FRAME,
    .source_clock = true,
    .history = {.seconds = 60, .minutes = 60, .hours = 24},
    .max_pairs = PLACES};

static struct monitor *watch(struct changing **source)
{
    struct monitor *monitor = monitor_new(&options);
    *source = g_new0(struct changing, 1);
    (*source)->live.ops = &ops;
    for (size_t i = 0; i < PLACES; i++)
        (*source)->numbers[i] = (*source)->next++;
    g_assert_true(monitor_start(monitor, &(*source)->live, NULL));
    return monitor;
}

/* A second in which all send, and those that do not stay are then followed by nobody, and in the
 * next by others. */
static void pass_second(struct monitor *monitor, struct changing *source)
{
    for (size_t i = 0; i < PLACES; i++) {
        uint64_t bytes = i < STAYING ? 5 : 10 * (uint64_t)g_test_rand_int_range(1, MOST_BYTES / 10);
        source->gone[i] = false;
        source->sums[i] += bytes;
        source->sent[source->numbers[i]][0] += bytes;
        source->sent[source->numbers[i]][1] = (uint64_t)source->second;
    }
    g_assert_true(monitor_poll(monitor, NULL));
    for (size_t i = STAYING; i < PLACES; i++) {
        source->gone[i] = true;
        source->lives[i]++;
        source->sums[i] = 0;
    }
    source->second++;
    g_assert_true(monitor_poll(monitor, NULL));
    monitor_make_room(monitor);
    for (size_t i = STAYING; i < PLACES; i++) {
        source->lives[i]++;
        source->numbers[i] = source->next++;
    }
}

static double sent_in_all(const struct changing *source)
{
    double bytes = 0;
    for (size_t i = 0; i < NEVER; i++)
        bytes += (double)source->sent[i][0];
    return bytes;
}

/* Of each pair that has a name, all is there; the rest is other. */
static void assert_named_pairs(const struct changing *source, const struct vttif_matrix *matrix,
                               double all)
{
    double named = 0;
    for (uint32_t i = 0; i < source->next; i++) {
        char name[VTTIF_ADDRESS_TEXT_MAX];
        struct vttif_address address = address_of(0x0a000000 + i);
        vttif_address_format(&address, name);
        gssize from = vttif_matrix_find(matrix, name), to = vttif_matrix_find(matrix, "11.0.0.0");
        if (from < 0)
            continue;
        double bytes = vttif_matrix_get(matrix, (size_t)from, (size_t)to);
        g_assert_cmpfloat(bytes, ==, (double)source->sent[i][0]);
        named += bytes;
    }
    gssize other = vttif_matrix_find(matrix, "other");
    double others = other < 0 ? 0 : vttif_matrix_get(matrix, (size_t)other, (size_t)other);
    g_assert_cmpfloat(named + others, ==, all);
}

static void no_byte_is_forgotten_with_its_pair(void)
{
    struct changing *source;
    g_autoptr(monitor_handle) monitor = watch(&source);
    for (int second = 0; second < SECONDS; second++)
        pass_second(monitor, source);
    g_assert_cmpuint(monitor_status(monitor).forgotten, >, NEVER / 4);
    g_assert_cmpuint(monitor_pairs(monitor), <=, 2 * PLACES + 1);
    g_assert_cmpuint(monitor_endpoints(monitor), <=, 4 * PLACES);
    struct monitor_interval all = monitor_remembered(monitor);
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &all, true, NULL);
    assert_named_pairs(source, matrix, sent_in_all(source));
    for (uint32_t i = 0; i < STAYING; i++) { /* with few bytes, but they are there */
        g_autofree char *name = g_strdup_printf("10.0.0.%u", i);
        g_assert_cmpint(vttif_matrix_find(matrix, name), >=, 0);
    }
}

/* Each second's sum is what it was, however often names were taken away since. */
static void each_second_keeps_its_sum(void)
{
    struct changing *source;
    g_autoptr(monitor_handle) monitor = watch(&source);
    double before = 0, sums[SECONDS];
    for (int second = 0; second < SECONDS; second++) {
        pass_second(monitor, source);
        sums[second] = sent_in_all(source) - before;
        before += sums[second];
    }
    for (int second = SECONDS - 50; second < SECONDS; second++) {
        struct monitor_interval interval = {.from = BEGIN + second, .to = BEGIN + second + 1};
        g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, true, NULL);
        g_assert_cmpfloat(vttif_matrix_total(matrix), ==, sums[second]);
    }
}

/* What a source had forgotten before anybody asked is other, and in no second. */
static void totals_go_on_with_what_was_forgotten(void)
{
    struct changing *source;
    g_autoptr(monitor_handle) monitor = watch(&source);
    g_assert_cmpuint(monitor_counter(monitor, 0).bytes, ==, 77);
    for (int second = 0; second < SECONDS; second++)
        pass_second(monitor, source);
    uint64_t bytes = 0, frames = 0;
    for (uint32_t i = 0; i < monitor_pairs(monitor); i++) {
        bytes += monitor_counter(monitor, i).bytes;
        frames += monitor_counter(monitor, i).frames;
    }
    g_assert_cmpfloat((double)bytes, ==, sent_in_all(source) + 77);
    g_assert_cmpuint(frames, >, 0);
}

static void the_pairs_with_the_fewest_bytes_go_first(void)
{
    struct changing *source;
    g_autoptr(monitor_handle) monitor = watch(&source);
    source->sums[PLACES - 1] = 1000000; /* leaves after a second, as all others */
    source->sent[PLACES - 1][0] = 1000000;
    for (int second = 0; second < SECONDS; second++)
        pass_second(monitor, source);
    g_autofree char *name = g_strdup_printf("10.0.0.%u", PLACES - 1);
    gssize endpoint = monitor_find_endpoint(monitor, name);
    g_assert_cmpint(endpoint, >=, 0);
    g_assert_cmpstr(monitor_endpoint_name(monitor, (uint32_t)endpoint), ==, name);
    /* Who left long ago and is known yet is of those with the most bytes. */
    for (uint32_t i = PLACES; i < NEVER / 2; i++) {
        char left[VTTIF_ADDRESS_TEXT_MAX];
        struct vttif_address address = address_of(0x0a000000 + i);
        vttif_address_format(&address, left);
        if (source->sent[i][1] > 0 && monitor_find_endpoint(monitor, left) >= 0)
            g_assert_cmpuint(source->sent[i][0], >, 8 * (uint64_t)MOST_BYTES / 10);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/room/no byte is forgotten with its pair", no_byte_is_forgotten_with_its_pair);
    g_test_add_func("/room/each second keeps its sum", each_second_keeps_its_sum);
    g_test_add_func("/room/totals go on with what was forgotten",
                    totals_go_on_with_what_was_forgotten);
    g_test_add_func("/room/the pairs with the fewest bytes go first",
                    the_pairs_with_the_fewest_bytes_go_first);
    return g_test_run();
}
