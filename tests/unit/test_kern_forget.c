// SPDX-License-Identifier: Apache-2.0
/* Pairs that leave the kernel's table (source/kern_forget.c), on hand-made frames. */
#include "kernel.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "counted.h"

enum { FIRST_PORT = 40000, STEPS = 4 }; /* readings from being silent to being gone, at most */

static const struct live_config small = {
    .key = VTTIF_KEY_PORT, .count = VTTIF_COUNT_FRAME, .max_pairs = 8, .idle_ns = 1};

static void pass_pair(struct live *live, unsigned pair, unsigned payload)
{
    pass(live, &(struct recipe){.src_port = (uint16_t)(FIRST_PORT + pair),
                                .dst_port = 50000,
                                .payload = payload});
}

/* --- what a reader makes of it ---------------------------------------------------------------- */

/* The bytes of each pair by its port, put together as a monitor does: from what grew between two
 * readings. */
struct ledger {
    struct live_snapshot snapshot;
    uint32_t lives[4096];
    uint64_t seen[4096]; /* by the place in the snapshot */
    uint64_t payload[4096]; /* by pair */
    unsigned gone; /* pairs that have left */
};

static void ledger_read(struct ledger *ledger, struct live *live)
{
    take_snapshot(live, &ledger->snapshot);
    for (size_t i = 0; i < ledger->snapshot.n_pairs; i++) {
        const struct live_pair *pair = &ledger->snapshot.pairs[i];
        uint64_t payload = ledger->snapshot.sums[i].payload_bytes;
        if (ledger->lives[i] != pair->life)
            ledger->seen[i] = 0;
        ledger->gone += ledger->lives[i] != pair->life && !pair->from.kind;
        ledger->lives[i] = pair->life;
        if (pair->from.kind)
            ledger->payload[pair->from.port - FIRST_PORT] += payload - ledger->seen[i];
        else
            g_assert_cmpuint(payload, ==, 0);
        ledger->seen[i] = payload;
    }
}

static uint64_t present_payload(const struct ledger *ledger)
{
    uint64_t payload = 0;
    for (size_t i = 0; i < ledger->snapshot.n_pairs; i++)
        payload += ledger->snapshot.sums[i].payload_bytes;
    return payload;
}

static size_t present_pairs(const struct ledger *ledger)
{
    size_t present = 0;
    for (size_t i = 0; i < ledger->snapshot.n_pairs; i++)
        present += ledger->snapshot.pairs[i].from.kind != 0;
    return present;
}

static struct ledger *ledger_new(void)
{
    return g_new0(struct ledger, 1);
}

static void ledger_free(struct ledger *ledger)
{
    live_snapshot_clear(&ledger->snapshot);
    g_free(ledger);
}

/* Each place is somebody's, spare, or free to be had: none is lost, none is there twice. */
static void assert_places(struct live *live)
{
    const struct kern *kern = live_bpf_kern(live);
    g_autofree unsigned *times = g_new0(unsigned, kern->pair_slots);
    for (uint64_t i = kern->state->next; i < kern->state->limit; i++)
        times[kern->pairs[i % kern->pair_slots].vacant]++;
    for (size_t cpu = 0; cpu < kern->cpus; cpu++)
        if (kern_cpu_part(kern, cpu)->spare)
            times[kern_cpu_part(kern, cpu)->spare - 1]++;
    for (size_t i = 0; i < kern->pair_slots; i++)
        g_assert_cmpuint(times[i] + (kern->pairs[i].used != KERN_FREE), ==, 1);
}

/* --- one after the other ---------------------------------------------------------------------- */

static void fill(struct live *live, struct ledger *ledger, unsigned pairs)
{
    for (unsigned i = 0; i < pairs; i++)
        pass_pair(live, i, 100 + i);
    ledger_read(ledger, live);
    g_assert_cmpuint(present_pairs(ledger), ==, pairs);
}

static void silent_pairs_leave_a_table_that_is_over_half_full(void)
{
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    fill(live, ledger, 5);
    for (int i = 0; i < STEPS; i++)
        ledger_read(ledger, live);
    g_assert_cmpuint(ledger->gone, ==, 5);
    g_assert_cmpuint(present_pairs(ledger), ==, 0);
    g_assert_cmpuint(ledger->snapshot.forgotten.payload_bytes, ==, 510);
    g_assert_cmpuint(ledger->snapshot.forgotten.packets, ==, 5);
    assert_places(live);
    ledger_free(ledger);
}

static void who_comes_again_begins_at_nothing(void)
{
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    fill(live, ledger, 5);
    for (int i = 0; i < STEPS; i++)
        ledger_read(ledger, live);
    pass_pair(live, 3, 7);
    ledger_read(ledger, live);
    g_assert_cmpuint(present_pairs(ledger), ==, 1);
    g_assert_cmpuint(present_payload(ledger), ==, 7);
    g_assert_cmpuint(ledger->payload[3], ==, 103 + 7);
    ledger_free(ledger);
}

static void in_a_table_that_is_half_empty_all_stay(void)
{
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    fill(live, ledger, 4);
    for (int i = 0; i < 3 * STEPS; i++)
        ledger_read(ledger, live);
    g_assert_cmpuint(present_pairs(ledger), ==, 4);
    ledger_free(ledger);
}

static void without_an_idle_time_all_stay(void)
{
    struct live_config config = small;
    config.idle_ns = 0;
    g_autoptr(live_handle) live = open_source(&config);
    struct ledger *ledger = ledger_new();
    fill(live, ledger, 8);
    for (int i = 0; i < 3 * STEPS; i++)
        ledger_read(ledger, live);
    g_assert_cmpuint(present_pairs(ledger), ==, 8);
    ledger_free(ledger);
}

/* 3 pairs of many packets, and a scan in which each address is there once. */
static void a_scan_pushes_out_itself_only(void)
{
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    for (unsigned i = 0; i < 3 * LIVE_MANY_PACKETS; i++)
        pass_pair(live, i % 3, 10);
    for (unsigned i = 100; i < 150; i++) {
        pass_pair(live, i, 1);
        ledger_read(ledger, live);
    }
    for (int i = 0; i < 3 * STEPS; i++)
        ledger_read(ledger, live);
    g_assert_cmpuint(ledger->gone, >, 10);
    g_assert_cmpuint(present_pairs(ledger), <=, 4);
    for (unsigned i = 0; i < 3; i++) {
        pass_pair(live, i, 1000);
        ledger_read(ledger, live);
        g_assert_cmpuint(ledger->snapshot.sums[i].payload_bytes, ==, 10 * LIVE_MANY_PACKETS + 1000);
    }
    ledger_free(ledger);
}

static void those_of_many_packets_leave_when_they_fill_half_the_table(void)
{
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    for (unsigned i = 0; i < 5 * LIVE_MANY_PACKETS; i++)
        pass_pair(live, i % 5, 10);
    for (int i = 0; i <= STEPS; i++)
        ledger_read(ledger, live);
    g_assert_cmpuint(ledger->gone, ==, 5);
    ledger_free(ledger);
}

/* A frame at each step of the way, of a pair that has its slot in this CPU's cache. */
static void what_comes_while_a_pair_leaves_is_its_own(void)
{
    for (unsigned step = 0; step <= STEPS; step++) {
        g_autoptr(live_handle) live = open_source(&small);
        struct ledger *ledger = ledger_new();
        fill(live, ledger, 5);
        for (unsigned i = 0; i <= 2 * STEPS; i++) {
            if (i == step)
                pass_pair(live, 2, 1000);
            ledger_read(ledger, live);
        }
        for (unsigned i = 0; i < 5; i++)
            g_assert_cmpuint(ledger->payload[i], ==, 100 + i + (i == 2 ? 1000 : 0));
        assert_places(live);
        ledger_free(ledger);
    }
}

static void a_full_table_has_places_again_for_who_was_other(void)
{
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    fill(live, ledger, 8);
    pass_pair(live, 20, 5);
    ledger_read(ledger, live);
    g_assert_cmpuint(ledger->snapshot.other.payload_bytes, ==, 5);
    for (int i = 0; i < STEPS; i++)
        ledger_read(ledger, live);
    pass_pair(live, 20, 6); /* that it is other was cached */
    ledger_read(ledger, live);
    g_assert_cmpuint(ledger->snapshot.other.payload_bytes, ==, 5);
    g_assert_cmpuint(ledger->payload[20], ==, 6);
    ledger_free(ledger);
}

/* Places go round: a thousand times as many pairs as there are places. */
static void any_number_of_pairs_may_come_and_go(void)
{
    enum { ROUNDS = 60, EACH = 5 };
    g_autoptr(live_handle) live = open_source(&small);
    struct ledger *ledger = ledger_new();
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < EACH; i++)
            pass_pair(live, round * EACH + i, 10 + i);
        for (int i = 0; i <= STEPS; i++)
            ledger_read(ledger, live);
    }
    g_assert_cmpuint(ledger->gone, ==, ROUNDS * EACH);
    g_assert_cmpuint(ledger->snapshot.other.packets, ==, 0);
    for (unsigned i = 0; i < ROUNDS * EACH; i++)
        g_assert_cmpuint(ledger->payload[i], ==, 10 + i % EACH);
    assert_places(live);
    ledger_free(ledger);
}

/* What a pair has counted towards the threshold leaves with it: 900 of one and 900 of the next in
 * the same place are no 1000 of either. */
static void thresholds_begin_anew_with_each_pair(void)
{
    struct live_config config = small;
    config.count = VTTIF_COUNT_PAYLOAD;
    config.byte_threshold = 1000;
    config.time_bound_ns = G_MAXINT64;
    g_autoptr(live_handle) live = open_source(&config);
    struct ledger *ledger = ledger_new();
    const struct kern *kern = live_bpf_kern(live);
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 5; i++)
            pass_pair(live, 10 * round + i, 900);
        for (int i = 0; i <= STEPS; i++)
            ledger_read(ledger, live);
    }
    for (size_t i = 0; i < kern->pair_slots; i++)
        g_assert_cmpuint(kern->pairs[i].stamp, ==, 0);
    ledger_free(ledger);
}

/* --- all at once ------------------------------------------------------------------------------ */

enum { PAIRS = 140, TABLE = 256, WINDOW = 6, SENDERS = 3, DEPARTURES = 1500 };

struct sender {
    struct live *live;
    uint32_t seed;
    uint64_t payload[PAIRS]; /* sent */
    int *ended;
};

/* Talks for a while with a few pairs, then with others, so that most are silent at any time. */
static gpointer send_on(gpointer data)
{
    struct sender *sender = data;
    g_autoptr(GRand) random = g_rand_new_with_seed(sender->seed);
    while (!g_atomic_int_get(sender->ended)) {
        int first = g_rand_int_range(random, 0, PAIRS);
        for (int i = g_rand_int_range(random, 1, 200); i > 0; i--) {
            unsigned pair = (unsigned)(first + g_rand_int_range(random, 0, WINDOW)) % PAIRS;
            unsigned payload = (unsigned)g_rand_int_range(random, 1, 1000);
            pass_pair(sender->live, pair, payload);
            sender->payload[pair] += payload;
        }
    }
    return NULL;
}

static void assert_all_there(const struct ledger *ledger, const struct sender senders[SENDERS])
{
    uint64_t all = 0, missed = 0;
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        uint64_t sent = 0;
        for (int i = 0; i < SENDERS; i++)
            sent += senders[i].payload[pair];
        g_assert_cmpuint(ledger->payload[pair], <=, sent);
        missed += sent - ledger->payload[pair];
        all += sent;
    }
    g_assert_cmpuint(missed, ==, ledger->snapshot.other.payload_bytes);
    g_assert_cmpuint(present_payload(ledger) + ledger->snapshot.forgotten.payload_bytes + missed,
                     ==, all);
    g_test_message("%u pairs left, %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes are other",
                   ledger->gone, missed, all);
}

/* Senders on all CPUs never stop, pairs leave all the time: each byte is its pair's. Only when all
 * leave and all come again at once there is no place for some; then those are other. */
static void no_byte_is_lost_while_pairs_come_and_go(void)
{
    struct live_config config = small;
    config.max_pairs = TABLE;
    g_autoptr(live_handle) live = open_source(&config);
    struct ledger *ledger = ledger_new();
    static struct sender senders[SENDERS];
    GThread *threads[SENDERS];
    int ended = 0;
    for (int i = 0; i < SENDERS; i++) {
        senders[i] =
            (struct sender){.live = live, .seed = (uint32_t)g_test_rand_int(), .ended = &ended};
        threads[i] = g_thread_new("sender", send_on, &senders[i]);
    }
    gint64 until_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (ledger->gone < DEPARTURES && g_get_monotonic_time() < until_us)
        ledger_read(ledger, live);
    g_atomic_int_set(&ended, 1);
    for (int i = 0; i < SENDERS; i++)
        g_thread_join(threads[i]);
    ledger_read(ledger, live);
    assert_all_there(ledger, senders);
    assert_places(live);
    g_assert_cmpuint(ledger->gone, >, 100);
    ledger_free(ledger);
}

/* --- a process that ends on the way ----------------------------------------------------------- */

#define PIN "/sys/fs/bpf/vttif"

/* A BPF file system of our own, which nobody else sees and which goes with us; or skips. */
static bool own_bpffs(void)
{
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) == 0)
        return true;
    g_test_skip("no BPF file system can be mounted here");
    return false;
}

static void a_process_that_ends_on_the_way_loses_nothing(void)
{
    struct live_config config = small;
    config.pin = PIN;
    if (!own_bpffs())
        return;
    for (int ends_at = 0; ends_at <= STEPS; ends_at++) {
        struct ledger *ledger = ledger_new();
        struct live *live = open_source(&config);
        fill(live, ledger, 5);
        for (int i = 0; i < ends_at; i++)
            ledger_read(ledger, live);
        live_close(live);
        ledger_free(ledger);

        live = open_source(&config);
        ledger = ledger_new();
        for (int i = 0; i <= 2 * STEPS; i++) {
            if (i == 1)
                pass_pair(live, 2, 1000);
            ledger_read(ledger, live);
            g_assert_cmpuint(present_payload(ledger) + ledger->snapshot.forgotten.payload_bytes, ==,
                             510 + (i < 1 ? 0 : 1000));
        }
        g_assert_cmpuint(present_pairs(ledger), <=, 1);
        assert_places(live);
        live_close(live);
        ledger_free(ledger);
        g_assert_true(live_bpf_remove(PIN, NULL));
    }
}

/* Killed between two stores: a place that is free but was not yet put into the ring; one that is to
 * leave but is still known. */
static void a_process_that_is_killed_leaves_no_place_behind(void)
{
    struct live_config config = small;
    config.pin = PIN;
    if (!own_bpffs())
        return;
    struct ledger *ledger = ledger_new();
    struct live *live = open_source(&config);
    fill(live, ledger, 6);
    for (int i = 0; i < STEPS; i++)
        ledger_read(ledger, live);
    for (unsigned i = 0; i < 6; i++)
        pass_pair(live, i, 1000);
    struct kern *kern = live_bpf_kern(live);
    size_t used = 0;
    while (kern->pairs[used].used != KERN_USED)
        used++;
    kern->pairs[used].used = KERN_LEAVING; /* still known */
    kern->state->limit--; /* the last that was given away is not in the ring */
    live_close(live);
    ledger_free(ledger);

    ledger = ledger_new();
    live = open_source(&config);
    for (int i = 0; i <= 2 * STEPS; i++)
        ledger_read(ledger, live);
    g_assert_cmpuint(present_payload(ledger) + ledger->snapshot.forgotten.payload_bytes, ==, 6615);
    assert_places(live);
    live_close(live);
    ledger_free(ledger);
    g_assert_true(live_bpf_remove(PIN, NULL));
}

int main(int argc, char **argv)
{
    int status;
    g_test_init(&argc, &argv, NULL);
    if (!kernel_is_there(&status))
        return status;
    g_test_add_func("/kern-forget/silent pairs leave a table that is over half full",
                    silent_pairs_leave_a_table_that_is_over_half_full);
    g_test_add_func("/kern-forget/who comes again begins at nothing",
                    who_comes_again_begins_at_nothing);
    g_test_add_func("/kern-forget/in a table that is half empty all stay",
                    in_a_table_that_is_half_empty_all_stay);
    g_test_add_func("/kern-forget/without an idle time all stay", without_an_idle_time_all_stay);
    g_test_add_func("/kern-forget/a scan pushes out itself only", a_scan_pushes_out_itself_only);
    g_test_add_func("/kern-forget/those of many packets leave when they fill half the table",
                    those_of_many_packets_leave_when_they_fill_half_the_table);
    g_test_add_func("/kern-forget/what comes while a pair leaves is its own",
                    what_comes_while_a_pair_leaves_is_its_own);
    g_test_add_func("/kern-forget/a full table has places again for who was other",
                    a_full_table_has_places_again_for_who_was_other);
    g_test_add_func("/kern-forget/any number of pairs may come and go",
                    any_number_of_pairs_may_come_and_go);
    g_test_add_func("/kern-forget/thresholds begin anew with each pair",
                    thresholds_begin_anew_with_each_pair);
    g_test_add_func("/kern-forget/no byte is lost while pairs come and go",
                    no_byte_is_lost_while_pairs_come_and_go);
    g_test_add_func("/kern-forget/a process that ends on the way loses nothing",
                    a_process_that_ends_on_the_way_loses_nothing);
    g_test_add_func("/kern-forget/a process that is killed leaves no place behind",
                    a_process_that_is_killed_leaves_no_place_behind);
    return g_test_run();
}
