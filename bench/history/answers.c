// SPDX-License-Identifier: Apache-2.0
/*
 * How long an answer takes while counting goes on: a monitor of a source whose pairs all count all
 * the time. Its history is filled first, with a clock that runs ahead; then, in real time, it is
 * polled every second and asked at random moments. An answer's time runs from the moment it was
 * wished for, so that waiting for a poll is part of it. Prints one row of a Markdown table.
 *
 *     bench-answers ENDPOINTS HISTORY-SECONDS SECONDS QUESTIONS-A-SECOND
 */
#include "monitor/monitor.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)

struct busy {
    struct live live;
    int64_t offset_ns; /* the clock is ahead of the real one */
    size_t n;
    uint64_t reads;
    struct live_pair *pairs;
    struct live_sum *sums;
    GRand *random;
    int event_fd;
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * NS + now.tv_nsec;
}

static struct busy *busy_of(const struct live *live)
{
    return (struct busy *)(uintptr_t)live;
}

static int busy_fd(const struct live *live)
{
    return busy_of(live)->event_fd;
}

static int64_t busy_now(const struct live *live)
{
    return clock_ns(CLOCK_MONOTONIC) + busy_of(live)->offset_ns;
}

static void busy_dispatch(struct live *live)
{
}

/* 400 Gb/s in all, spread at random. */
static bool busy_read(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    struct busy *busy = busy_of(live);
    uint32_t share = (uint32_t)(100000000000u / busy->n);
    if (snapshot->n_pairs == 0) {
        live_snapshot_reserve(snapshot, busy->n);
        memcpy(snapshot->pairs, busy->pairs, busy->n * sizeof *busy->pairs);
    }
    snapshot->n_pairs = busy->n;
    snapshot->epoch = 1;
    for (size_t i = 0; i < busy->n; i++) {
        busy->sums[i].frame_bytes += 60 + g_rand_int(busy->random) % share;
        busy->sums[i].packets++;
    }
    memcpy(snapshot->sums, busy->sums, busy->n * sizeof *busy->sums);
    snapshot->time_ns = busy_now(live);
    return true;
}

static void busy_close(struct live *live)
{
    struct busy *busy = busy_of(live);
    g_free(busy->pairs);
    g_free(busy->sums);
    g_rand_free(busy->random);
    g_free(busy);
}

static const struct live_ops busy_ops = {.name = "busy",
                                         .fd = busy_fd,
                                         .now_ns = busy_now,
                                         .dispatch = busy_dispatch,
                                         .read = busy_read,
                                         .close = busy_close};

static struct busy *busy_new(size_t endpoints)
{
    struct busy *busy = g_new0(struct busy, 1);
    busy->live.ops = &busy_ops;
    busy->event_fd = -1;
    busy->random = g_rand_new_with_seed(1);
    busy->pairs = g_new0(struct live_pair, endpoints * endpoints);
    busy->sums = g_new0(struct live_sum, endpoints * endpoints);
    for (size_t i = 0; i < endpoints; i++)
        for (size_t j = 0; j < endpoints; j++)
            if (i != j)
                busy->pairs[busy->n++] =
                    (struct live_pair){.from = {.low = 0x0a000000 + i, .kind = VTTIF_ADDRESS_IPV4},
                                       .to = {.low = 0x0a000000 + j, .kind = VTTIF_ADDRESS_IPV4}};
    return busy;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Asks for a random interval: the last n seconds, or any. */
static void ask(struct monitor *monitor, GRand *random, unsigned seconds)
{
    struct monitor_interval interval =
        monitor_last(monitor, g_rand_int_range(random, 1, (gint32)seconds + 1));
    if (g_rand_boolean(random))
        interval.to -= g_rand_int_range(random, 0, (gint32)(interval.to - interval.from));
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_matrix) matrix = monitor_matrix(monitor, &interval, false, &error);
    if (!matrix)
        g_error("%s", error->message);
}

static void wait_until(int64_t then_ns)
{
    int64_t wait_ns = then_ns - clock_ns(CLOCK_MONOTONIC);
    if (wait_ns > 0)
        usleep((useconds_t)(wait_ns / 1000));
}

struct times {
    double *answers, *work; /* ms: from the wish to the answer; processor time of it */
    size_t n;
    double poll_ms;
};

static void run(struct monitor *monitor, unsigned history, unsigned seconds, unsigned rate,
                struct times *times)
{
    GRand *random = g_rand_new_with_seed(2);
    int64_t start_ns = clock_ns(CLOCK_MONOTONIC), next_poll_ns = start_ns;
    double next_ns = (double)start_ns;
    uint64_t polls = 0;
    while (next_ns < (double)(start_ns + seconds * NS)) {
        if ((double)next_poll_ns <= next_ns) {
            wait_until(next_poll_ns);
            int64_t before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
            monitor_poll(monitor, NULL);
            times->poll_ms += (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns) / 1e6;
            polls++;
            next_poll_ns += NS;
            continue;
        }
        wait_until((int64_t)next_ns);
        int64_t before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        ask(monitor, random, history);
        times->work[times->n] = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns) / 1e6;
        times->answers[times->n++] = ((double)clock_ns(CLOCK_MONOTONIC) - next_ns) / 1e6;
        next_ns += g_rand_double_range(random, 0, 2e9 / rate);
    }
    times->poll_ms /= (double)MAX(polls, 1);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: bench-answers ENDPOINTS HISTORY-SECONDS SECONDS QUESTIONS-A-SECOND\n",
              stderr);
        return 2;
    }
    mallopt(M_TRIM_THRESHOLD, 64 << 20); /* as vttifd has it */
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    size_t endpoints = strtoul(argv[1], NULL, 10);
    unsigned history = (unsigned)atoi(argv[2]), seconds = (unsigned)atoi(argv[3]);
    unsigned rate = (unsigned)atoi(argv[4]);
    struct busy *busy = busy_new(endpoints);
    g_autoptr(monitor_handle) monitor = monitor_new(&(struct monitor_options){
        .count = VTTIF_COUNT_FRAME,
        .history = {.seconds = history, .minutes = 1440, .hours = 744, .budget = (size_t)4 << 30},
        .max_pairs = endpoints * endpoints});
    monitor_start(monitor, &busy->live, NULL);
    for (unsigned i = 0; i < history + 60; i++) {
        busy->offset_ns += NS;
        monitor_poll(monitor, NULL);
    }
    size_t most = (size_t)seconds * rate * 4 + 100;
    struct times times = {g_new(double, most), g_new(double, most), 0, 0};
    run(monitor, history, seconds, rate, &times);
    qsort(times.answers, times.n, sizeof(double), compare);
    qsort(times.work, times.n, sizeof(double), compare);
    double bound = 4.0 * history * (double)(endpoints * endpoints);
    size_t memory = monitor_status(monitor).history_bytes;
    printf(
        "| %zu | %zu | %u s | %.0f MB (%.2f of 4nm²) | %zu | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n",
        endpoints, busy->n, history, (double)memory / 1e6, (double)memory / bound, times.n,
        times.answers[times.n / 2], times.answers[times.n * 99 / 100], times.answers[times.n - 1],
        times.work[times.n / 2], times.work[times.n * 99 / 100], times.poll_ms);
    g_free(times.answers);
    g_free(times.work);
    return 0;
}
