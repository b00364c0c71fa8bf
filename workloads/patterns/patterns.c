// SPDX-License-Identifier: Apache-2.0
/*
 * patterns: the paper's synthetic workload (section 3). A bulk-synchronous program that alternates
 * dummy computing phases and communication phases; the communication follows a topology
 * given on the command line. Every message is checked for its content.
 */
#include <glib.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "compute.h"
#include "mp/mp.h"
#include "mp/program.h"
#include "schedule.h"
#include "shape.h"

#define PER_ELEMENT_MAX 1000000000

struct options {
    char *pattern;
    char *dims;
    gint64 processes, message_bytes, iterations;
    gint64 flops, reads, writes; /* per element */
    struct program_options common;
    /* What the words above mean. */
    struct shape shape;
    enum mp_route mp_route;
};

static GOptionContext *context_new(struct options *o)
{
    const GOptionEntry entries[] = {
        {"pattern", 'p', 0, G_OPTION_ARG_STRING, &o->pattern,
         "mesh, torus, hypercube, tree or all-to-all", "NAME"},
        {"numprocs", 'n', 0, G_OPTION_ARG_INT64, &o->processes, "processes", "N"},
        {"dims", 'd', 0, G_OPTION_ARG_STRING, &o->dims,
         "sizes of a mesh or torus, as 3x2x3 (default: two, about equal)", "AxBx..."},
        {"messagesize", 'm', 0, G_OPTION_ARG_INT64, &o->message_bytes,
         "bytes of a message (default 100000)", "BYTES"},
        {"numiters", 'i', 0, G_OPTION_ARG_INT64, &o->iterations,
         "compute and communicate phases (default 10)", "N"},
        {"flopsperelement", 0, 0, G_OPTION_ARG_INT64, &o->flops,
         "multiply-adds for each 8 bytes of a message (default 0)", "N"},
        {"readsperelement", 0, 0, G_OPTION_ARG_INT64, &o->reads,
         "reads of main memory for each 8 bytes of a message (default 0)", "N"},
        {"writesperelement", 0, 0, G_OPTION_ARG_INT64, &o->writes,
         "writes to main memory for each 8 bytes of a message (default 0)", "N"},
        G_OPTION_ENTRY_NULL,
    };
    return program_context_new("- exchange messages along a topology", entries, &o->common);
}

static bool check_range(const char *name, gint64 value, gint64 least, gint64 most, GError **error)
{
    return (value >= least && value <= most) ||
           refuse(error, "--%s is %" PRId64 " to %" PRId64 ", not %" PRId64, name, least, most,
                  value);
}

static bool require(const char *name, bool given, GError **error)
{
    return given || refuse(error, "--%s is needed", name);
}

static bool check_options(struct options *o, GError **error)
{
    return require("pattern", o->pattern != NULL, error) &&
           require("numprocs", o->processes != INT64_MIN, error) &&
           check_range("numprocs", o->processes, 2, SHAPE_PROCESSES_MAX, error) &&
           check_range("messagesize", o->message_bytes, 1, INT_MAX, error) &&
           check_range("numiters", o->iterations, 1, INT_MAX, error) &&
           check_range("flopsperelement", o->flops, 0, PER_ELEMENT_MAX, error) &&
           check_range("readsperelement", o->reads, 0, PER_ELEMENT_MAX, error) &&
           check_range("writesperelement", o->writes, 0, PER_ELEMENT_MAX, error) &&
           program_route(&o->common, &o->mp_route, error) &&
           shape_parse(&o->shape, o->pattern, (int)o->processes, o->dims, error);
}

/* Returns when the options can be used; else all processes end here, and rank 0 says why. */
static void read_options(struct options *o, int *argc, char ***argv)
{
    *o = (struct options){.processes = INT64_MIN, .message_bytes = 100000, .iterations = 10};
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = context_new(o);
    if (!program_parse(context, &o->common, argc, argv, &error) || !check_options(o, &error))
        program_misused(error);
}

static void options_clear(struct options *o)
{
    g_free(o->pattern);
    g_free(o->dims);
    program_options_clear(&o->common);
}

/* The output function of splitmix64. */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Tells a message from every other of the run. */
static uint64_t seed_of(int iteration, int round, int from, int to)
{
    uint64_t when = scramble((uint64_t)iteration << 32 | (uint64_t)round);
    return scramble(when ^ ((uint64_t)from << 32 | (uint64_t)to));
}

static void fill(unsigned char *data, size_t n, uint64_t seed)
{
    for (size_t k = 0; k < n; k += sizeof seed) {
        uint64_t word = scramble(seed + k);
        memcpy(data + k, &word, MIN(sizeof word, n - k));
    }
}

static bool is_as_filled(const unsigned char *data, size_t n, uint64_t seed)
{
    for (size_t k = 0; k < n; k += sizeof seed) {
        uint64_t word = scramble(seed + k);
        if (memcmp(data + k, &word, MIN(sizeof word, n - k)) != 0)
            return false;
    }
    return true;
}

struct work {
    int iterations;
    int rounds;
    struct step *steps;
    struct compute *compute;
    size_t n; /* bytes of a message */
    unsigned char *out;
    unsigned char *in;
};

static void communicate(const struct work *work, int iteration)
{
    int rank = mp_rank();
    for (int round = 0; round < work->rounds; round++) {
        const struct step *step = &work->steps[round];
        if (step->to >= 0)
            fill(work->out, work->n, seed_of(iteration, round, rank, step->to));
        mp_exchange(step->to, work->out, step->from, work->in, work->n, round);
        if (step->from >= 0 &&
            !is_as_filled(work->in, work->n, seed_of(iteration, round, step->from, rank)))
            mp_abort("rank %d got other data than rank %d sent, in iteration %d, round %d", rank,
                     step->from, iteration, round);
    }
}

static double run(const struct work *work)
{
    double start = mp_seconds();
    for (int iteration = 0; iteration < work->iterations; iteration++) {
        compute_run(work->compute);
        communicate(work, iteration);
    }
    return mp_seconds() - start;
}

static void report(const struct options *o, const struct schedule *schedule, double seconds)
{
    g_autofree char *shape = shape_describe(&o->shape);
    double bytes = (double)schedule->n_transfers * (double)o->message_bytes * (double)o->iterations;
    printf("pattern     %s\n", shape);
    printf("processes   %d (%s)\n", mp_size(), mp_backend_name());
    printf("rounds      %d per iteration\n", schedule->rounds);
    printf("iterations  %" PRId64 "\n", o->iterations);
    printf("sent        %.6g MB in messages of %" PRId64 " bytes\n", bytes / 1e6, o->message_bytes);
    printf("seconds     %.3f\n", seconds);
    printf("rate        %.1f MB/s by all processes together\n", bytes / 1e6 / seconds);
}

static struct work work_new(const struct options *o, const struct schedule *schedule)
{
    size_t n = (size_t)o->message_bytes;
    struct work work = {
        .iterations = (int)o->iterations,
        .rounds = schedule->rounds,
        .steps = schedule_steps(schedule, mp_rank()),
        .compute = compute_new(n / sizeof(double), o->flops, o->reads, o->writes),
        .n = n,
        .out = malloc(n),
        .in = malloc(n),
    };
    if (!work.compute || !work.out || !work.in)
        mp_abort("rank %d has no memory for messages of %zu bytes", mp_rank(), n);
    return work;
}

static void work_clear(struct work *work)
{
    g_free(work->steps);
    compute_free(work->compute);
    free(work->out);
    free(work->in);
}

int main(int argc, char **argv)
{
    struct options o;
    mp_init(&argc, &argv);
    read_options(&o, &argc, &argv);
    mp_start(o.shape.processes, o.mp_route);

    FILE *truth = program_open_truth(o.common.truth);
    struct schedule *schedule = schedule_new(&o.shape);
    struct work work = work_new(&o, schedule);
    double seconds = run(&work);
    if (mp_rank() == 0)
        report(&o, schedule, seconds);
    program_write_truth(o.common.truth, truth);

    work_clear(&work);
    schedule_free(schedule);
    options_clear(&o);
    mp_finish();
    return fflush(stdout) == 0 ? 0 : 1;
}
