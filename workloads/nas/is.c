// SPDX-License-Identifier: Apache-2.0
/*
 * NAS IS: ranks integers, that is, says for each key how many keys are less. Every process holds an
 * equal part of the keys and owns a range of keys. A round:
 *
 *     keys ── divide by owner ──► all-to-all ──► owners count ──► ranks
 *
 * An owner needs to know how many keys there are below its range: every process says it, with the
 * length of what it sends, in a small message ahead of the keys. That message has the five keys,
 * too, whose ranks are checked in every round. Ranges are chosen in the first round and kept.
 *
 * --master is the program that the paper observed, as far as its Fig. 4 tells: class A on 8 hosts
 * shows 10.5 MB between two hosts, which is ten rounds of keys and, the other way, their ranks; and
 * besides, 12.5 MB from each host to the first and about 8 MB from the first to each, which is the
 * keys of a process three times and twice. So with --master a round is
 *
 *     first process ── a fifth of each process's keys ──► all
 *     keys ──► all-to-all ──► owners ── ranks, all-to-all ──► holders of the keys
 *     all ── three tenths of the sorted keys ──► first process, which checks their order
 *
 * and there is no round before the clock starts.
 */
#include <stdlib.h>
#include <string.h>

#include "is_keys.h"
#include "nas.h"

#define ROUNDS 10
#define TESTS  5

struct problem {
    int log2_keys, log2_max_key, log2_buckets;
    /* Of the keys at these indices, the first `rising` have in round r the rank + r - rise_late,
     * the others the rank - (r - fall_late). */
    int32_t indices[TESTS];
    int32_t ranks[TESTS];
    int rising, rise_late, fall_late;
};

static const struct problem problems[NAS_CLASSES] = {
    [NAS_CLASS_S] =
        {16, 11, 9, {48427, 17148, 23627, 62548, 4431}, {0, 18, 346, 64917, 65463}, 3, 0, 0},
    [NAS_CLASS_W] = {20,
                     16,
                     10,
                     {357773, 934767, 875723, 898999, 404505},
                     {1249, 11698, 1039987, 1043896, 1048018},
                     2,
                     2,
                     0},
    [NAS_CLASS_A] = {23,
                     19,
                     10,
                     {2112377, 662041, 5336171, 3642833, 4250760},
                     {104, 17523, 123928, 8288932, 8388264},
                     3,
                     1,
                     1},
};

/* Sent from each process to each, ahead of the keys. */
struct notice {
    int32_t length; /* keys that follow */
    int32_t below; /* keys of the sender that are below the receiver's range */
    int32_t tests[TESTS]; /* the keys whose ranks are checked, -1 if the sender does not hold it */
};

/* Keys to or from each process, in bytes. */
struct parcels {
    size_t lengths[NAS_PROCESSES_MAX];
    size_t offsets[NAS_PROCESSES_MAX];
};

struct sorter {
    const struct problem *problem;
    int processes, rank;
    int32_t max_key;
    int shift; /* key >> shift is its bucket */
    size_t share; /* keys that a process holds */
    int32_t *keys;
    int32_t *divided; /* by their owners */
    struct parcels out, in;
    int32_t first_buckets[NAS_PROCESSES_MAX + 1];
    /* What this process owns. */
    int32_t first, range; /* keys first to first + range - 1 */
    int32_t *received;
    size_t n_received, room;
    int32_t below; /* keys of all processes that are less than `first` */
    int32_t *ranks; /* among those received; of key first + k at [k] */
    int32_t tests[TESTS];
    int64_t passed, failed; /* checks that this process made */
};

static void note(struct sorter *s, bool passed)
{
    s->passed += passed;
    s->failed += !passed;
}

/* Every process learns how many keys are in each bucket: each adds up a part of them. */
static void choose_owners(struct sorter *s)
{
    int buckets = 1 << s->problem->log2_buckets;
    size_t part = (size_t)(buckets / s->processes);
    int32_t counts[IS_BUCKETS_MAX] = {0}, parts[IS_BUCKETS_MAX], sums[IS_BUCKETS_MAX] = {0};
    is_count_buckets(s->keys, s->share, s->shift, counts);
    mp_alltoall(counts, parts, part * sizeof *parts);
    for (int process = 0; process < s->processes; process++)
        for (size_t k = 0; k < part; k++)
            sums[k] += parts[(size_t)process * part + k];
    mp_allgather(sums, part * sizeof *sums, counts);
    is_choose_owners(counts, buckets, s->processes, s->first_buckets);

    s->first = s->first_buckets[s->rank] << s->shift;
    s->range = (s->first_buckets[s->rank + 1] << s->shift) - s->first;
    s->ranks = nas_allocate((size_t)s->range + 1, sizeof *s->ranks);
}

static struct sorter sorter_new(const struct nas_run *run)
{
    const struct problem *problem = &problems[run->class];
    struct sorter s = {
        .problem = problem,
        .processes = run->processes,
        .rank = mp_rank(),
        .max_key = 1 << problem->log2_max_key,
        .shift = problem->log2_max_key - problem->log2_buckets,
        .share = ((size_t)1 << problem->log2_keys) / (size_t)run->processes,
    };
    s.keys = nas_allocate(s.share, sizeof *s.keys);
    s.divided = nas_allocate(s.share, sizeof *s.divided);
    is_make_keys((uint64_t)s.rank * s.share, s.share, s.max_key, s.keys);
    return s;
}

static void sorter_clear(struct sorter *s)
{
    free(s->keys);
    free(s->divided);
    free(s->received);
    free(s->ranks);
}

static void change_keys(struct sorter *s, int round)
{
    if (s->rank != 0)
        return;
    s->keys[round] = round;
    s->keys[round + ROUNDS] = s->max_key - round;
}

static void write_notices(const struct sorter *s, struct notice *notices)
{
    int32_t tests[TESTS], below = 0;
    for (int k = 0; k < TESTS; k++) {
        size_t place = (size_t)s->problem->indices[k] - (size_t)s->rank * s->share;
        tests[k] = place < s->share ? s->keys[place] : -1;
    }
    for (int to = 0; to < s->processes; to++) {
        notices[to].length = (int32_t)(s->out.lengths[to] / sizeof *s->keys);
        notices[to].below = below;
        memcpy(notices[to].tests, tests, sizeof tests);
        below += notices[to].length;
    }
}

static void read_notices(struct sorter *s, const struct notice *notices)
{
    s->below = 0;
    for (int from = 0; from < s->processes; from++) {
        s->in.lengths[from] = (size_t)notices[from].length * sizeof *s->received;
        s->below += notices[from].below;
        for (int k = 0; k < TESTS; k++)
            if (notices[from].tests[k] >= 0)
                s->tests[k] = notices[from].tests[k];
    }
}

/* One behind the other. Returns how many keys they are. */
static size_t place(struct parcels *parcels, int processes)
{
    size_t bytes = 0;
    for (int k = 0; k < processes; k++) {
        parcels->offsets[k] = bytes;
        bytes += parcels->lengths[k];
    }
    return bytes / sizeof(int32_t);
}

/* From round to round hardly anything changes. */
static void make_room(struct sorter *s)
{
    if (s->n_received <= s->room)
        return;
    free(s->received);
    s->room = s->n_received + s->n_received / 64 + 2 * ROUNDS;
    s->received = nas_allocate(s->room, sizeof *s->received);
}

static struct mp_blocks blocks_of(int32_t *data, const struct parcels *parcels)
{
    return (struct mp_blocks){data, parcels->lengths, parcels->offsets};
}

/* Each key to its owner. */
static void distribute(struct sorter *s)
{
    struct notice to[NAS_PROCESSES_MAX], from[NAS_PROCESSES_MAX];
    is_divide(s->keys, s->share, s->first_buckets, s->shift, s->processes, s->divided,
              s->out.lengths);
    for (int process = 0; process < s->processes; process++)
        s->out.lengths[process] *= sizeof *s->divided;
    write_notices(s, to);
    mp_alltoall(to, from, sizeof *to);
    read_notices(s, from);
    place(&s->out, s->processes);
    s->n_received = place(&s->in, s->processes);
    make_room(s);
    struct mp_blocks out = blocks_of(s->divided, &s->out), in = blocks_of(s->received, &s->in);
    mp_alltoall_lengths(&out, &in);
}

static void check_ranks(struct sorter *s, int round)
{
    const struct problem *p = s->problem;
    for (int k = 0; k < TESTS; k++) {
        int32_t key = s->tests[k];
        if (key < s->first || key >= s->first + s->range)
            continue;
        int32_t expected =
            p->ranks[k] + (k < p->rising ? round - p->rise_late : p->fall_late - round);
        note(s, s->below + s->ranks[key - s->first] == expected);
    }
}

static void rank_keys(struct sorter *s, int round)
{
    change_keys(s, round);
    if (!s->ranks)
        choose_owners(s);
    distribute(s);
    is_rank(s->received, s->n_received, s->first, s->range, s->ranks);
    check_ranks(s, round);
}

/* --- with --master -------------------------------------------------------------------------- */

#define FIFTHS      5
#define TENTHS      10
#define SENT_TENTHS 3

/* The first process has the keys of all: it makes what it hands out. */
static void hand_out_keys(struct sorter *s, int round)
{
    size_t from = s->share * (size_t)(round % FIFTHS) / FIFTHS;
    size_t n = s->share * (size_t)(round % FIFTHS + 1) / FIFTHS - from;
    if (s->rank != 0) {
        mp_receive(0, 0, s->keys + from, n * sizeof *s->keys);
        return;
    }
    for (int to = 1; to < s->processes; to++) {
        is_make_keys((uint64_t)to * s->share + from, n, s->max_key, s->divided);
        mp_send(to, 0, s->divided, n * sizeof *s->divided);
    }
}

/* To those who hold the keys, who see that ranks are in the order of keys. */
static void return_ranks(struct sorter *s)
{
    int32_t *answers = nas_allocate(s->n_received, sizeof *answers);
    int32_t *ranks = nas_allocate(s->share, sizeof *ranks);
    for (size_t k = 0; k < s->n_received; k++)
        answers[k] = s->below + s->ranks[s->received[k] - s->first];
    struct mp_blocks out = blocks_of(answers, &s->in), in = blocks_of(ranks, &s->out);
    mp_alltoall_lengths(&out, &in);

    int64_t wrong = 0;
    for (size_t k = 1; k < s->share; k++)
        wrong += (s->divided[k - 1] < s->divided[k]) != (ranks[k - 1] < ranks[k]);
    s->failed += wrong;
    free(answers);
    free(ranks);
}

/* In ten rounds every part of the sorted keys is among them. */
static void collect_sorted(struct sorter *s, int round)
{
    size_t tenth = (size_t)((TENTHS - SENT_TENTHS) * (round - 1) / (ROUNDS - 1));
    size_t from = s->n_received * tenth / TENTHS;
    size_t to = s->n_received * (tenth + SENT_TENTHS) / TENTHS;
    int32_t *sorted = nas_allocate(to - from, sizeof *sorted);
    is_list_sorted(s->ranks, s->first, s->range, from, to, sorted);

    int32_t n = (int32_t)(to - from), lengths[NAS_PROCESSES_MAX];
    struct parcels parcels;
    int32_t *all = NULL;
    size_t n_all = 0;
    mp_gather(0, &n, sizeof n, lengths);
    if (s->rank == 0) {
        for (int process = 0; process < s->processes; process++)
            parcels.lengths[process] = (size_t)lengths[process] * sizeof *all;
        n_all = place(&parcels, s->processes);
        all = nas_allocate(n_all, sizeof *all);
    }
    mp_gather_lengths(0, sorted, (to - from) * sizeof *sorted, all, parcels.lengths,
                      parcels.offsets);
    for (size_t k = 1; k < n_all; k++)
        s->failed += all[k - 1] > all[k];
    free(sorted);
    free(all);
}

/* --- verification --------------------------------------------------------------------------- */

/* The keys that this process owns go to the places that their ranks say. */
static int32_t *sort_received(struct sorter *s)
{
    int32_t *sorted = nas_allocate(s->n_received, sizeof *sorted);
    for (size_t k = 0; k < s->n_received; k++) {
        int32_t key = s->received[k];
        sorted[s->ranks[key - s->first]++] = key;
    }
    return sorted;
}

struct span {
    int32_t least, most;
    int64_t n;
};

static void check_order(struct sorter *s)
{
    int32_t *sorted = sort_received(s);
    for (size_t k = 1; k < s->n_received; k++)
        s->failed += sorted[k - 1] > sorted[k];
    struct span mine = {.n = (int64_t)s->n_received}, spans[NAS_PROCESSES_MAX];
    if (mine.n > 0) {
        mine.least = sorted[0];
        mine.most = sorted[mine.n - 1];
    }
    free(sorted);
    mp_gather(0, &mine, sizeof mine, spans);
    if (s->rank != 0)
        return;
    int64_t n = 0;
    int32_t most = 0;
    for (int process = 0; process < s->processes; process++) {
        if (spans[process].n == 0)
            continue;
        note(s, most <= spans[process].least);
        most = spans[process].most;
        n += spans[process].n;
    }
    s->failed += n != (int64_t)1 << s->problem->log2_keys;
}

/* The answer counts in rank 0. */
static bool is_verified(struct sorter *s)
{
    int64_t passed_tests = s->passed;
    check_order(s);
    int64_t totals[] = {passed_tests, s->failed};
    mp_reduce_int64s(0, MP_SUM, totals, 2);
    return totals[0] == TESTS * ROUNDS && totals[1] == 0;
}

static void run_rounds(struct sorter *s, bool master)
{
    for (int round = 1; round <= ROUNDS; round++) {
        if (master)
            hand_out_keys(s, round);
        rank_keys(s, round);
        if (master) {
            return_ranks(s);
            collect_sorted(s, round);
        }
    }
}

int main(int argc, char **argv)
{
    gboolean master = FALSE;
    const GOptionEntry entries[] = {
        {"master", 0, 0, G_OPTION_ARG_NONE, &master,
         "in each round keys also go from and to the first process, as in the paper", NULL},
        G_OPTION_ENTRY_NULL,
    };
    const struct nas_kernel kernel = {.name = "IS", .summary = "rank integers", .entries = entries};
    struct nas_run run;
    nas_start(&run, &kernel, &argc, &argv);
    struct sorter sorter = sorter_new(&run);
    if (!master) {
        rank_keys(&sorter, 1);
        sorter.passed = sorter.failed = 0;
    }

    nas_clock_start(&run);
    run_rounds(&sorter, master);
    nas_clock_stop(&run);

    int64_t keys = INT64_C(1) << problems[run.class].log2_keys;
    struct nas_result result = {
        .iterations = ROUNDS,
        .operations = (double)keys * ROUNDS,
        .verified = is_verified(&sorter),
        .details = master ? "master      keys go from and to the first process\n" : NULL,
    };
    g_snprintf(result.size, sizeof result.size, "%" G_GINT64_FORMAT " keys below %d", keys,
               sorter.max_key);
    sorter_clear(&sorter);
    return nas_finish(&run, &result);
}
