// SPDX-License-Identifier: Apache-2.0
#include "nas.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mp/program.h"

#define CACHE_LINE_BYTES 64

static const char class_names[NAS_CLASSES] = {
    [NAS_CLASS_S] = 'S', [NAS_CLASS_W] = 'W', [NAS_CLASS_A] = 'A'};

/* The options as they are given. */
struct options {
    char *class;
    gint64 processes;
    struct program_options common;
};

static GOptionContext *context_new(struct options *o, const struct nas_kernel *kernel)
{
    const GOptionEntry entries[] = {
        {"class", 'c', 0, G_OPTION_ARG_STRING, &o->class, "size: S, W or A (default S)", "CLASS"},
        {"numprocs", 'n', 0, G_OPTION_ARG_INT64, &o->processes, "processes: 1, 2, 4, 8, 16 or 32",
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *summary = g_strdup_printf("- NAS %s: %s", kernel->name, kernel->summary);
    GOptionContext *context = program_context_new(summary, entries, &o->common);
    if (kernel->entries)
        g_option_context_add_main_entries(context, kernel->entries, NULL);
    return context;
}

static bool parse_class(const char *text, enum nas_class *class, GError **error)
{
    for (int k = 0; k < NAS_CLASSES; k++) {
        if (strlen(text) == 1 && g_ascii_toupper(text[0]) == class_names[k]) {
            *class = (enum nas_class)k;
            return true;
        }
    }
    return refuse(error, "--class is S, W or A, not \"%s\"", text);
}

static bool check_processes(gint64 n, GError **error)
{
    if (n == INT64_MIN)
        return refuse(error, "--numprocs is needed");
    bool fits = n >= 1 && n <= NAS_PROCESSES_MAX && (n & (n - 1)) == 0;
    return fits || refuse(error, "--numprocs is a power of two up to %d, not %" PRId64,
                          NAS_PROCESSES_MAX, n);
}

static bool use_options(struct nas_run *run, const struct options *o, enum mp_route *route,
                        GError **error)
{
    if (!check_processes(o->processes, error) ||
        !parse_class(o->class ? o->class : "S", &run->class, error) ||
        !program_route(&o->common, route, error))
        return false;
    run->processes = (int)o->processes;
    return true;
}

/* Returns when the options can be used; else all processes end here, and rank 0 says why. */
static void read_options(struct nas_run *run, enum mp_route *route, int *argc, char ***argv)
{
    struct options o = {.processes = INT64_MIN};
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = context_new(&o, run->kernel);
    if (!program_parse(context, &o.common, argc, argv, &error) ||
        !use_options(run, &o, route, &error))
        program_misused(error);
    run->truth_path = g_steal_pointer(&o.common.truth);
    g_free(o.class);
    program_options_clear(&o.common);
}

void nas_start(struct nas_run *run, const struct nas_kernel *kernel, int *argc, char ***argv)
{
    enum mp_route route;
    *run = (struct nas_run){.kernel = kernel};
    mp_init(argc, argv);
    read_options(run, &route, argc, argv);
    mp_start(run->processes, route);
    run->truth = program_open_truth(run->truth_path);
}

void nas_clock_start(struct nas_run *run)
{
    mp_barrier();
    run->started = mp_seconds();
}

void nas_clock_stop(struct nas_run *run)
{
    run->seconds = mp_seconds() - run->started;
    mp_reduce_doubles(0, MP_MAX, &run->seconds, 1);
}

static void report(const struct nas_run *run, const struct nas_result *result)
{
    printf("kernel      %s, class %c\n", run->kernel->name, class_names[run->class]);
    printf("size        %s\n", result->size);
    printf("iterations  %d\n", result->iterations);
    printf("processes   %d (%s)\n", run->processes, mp_backend_name());
    printf("seconds     %.3f\n", run->seconds);
    printf("rate        %.1f Mop/s by all processes together\n",
           result->operations / 1e6 / run->seconds);
    if (result->details)
        fputs(result->details, stdout);
    printf("VERIFICATION %s\n", result->verified ? "SUCCESSFUL" : "UNSUCCESSFUL");
}

int nas_finish(struct nas_run *run, const struct nas_result *result)
{
    bool verified = result->verified;
    mp_broadcast(0, &verified, sizeof verified);
    if (mp_rank() == 0)
        report(run, result);
    program_write_truth(run->truth_path, run->truth);
    g_free(run->truth_path);
    mp_finish();
    return fflush(stdout) == 0 && verified ? 0 : 1;
}

void *nas_allocate(size_t n, size_t size)
{
    size_t bytes;
    void *memory = NULL;
    if (!__builtin_mul_overflow(n, size, &bytes) &&
        !__builtin_add_overflow(bytes, CACHE_LINE_BYTES, &bytes))
        memory = aligned_alloc(CACHE_LINE_BYTES, bytes / CACHE_LINE_BYTES * CACHE_LINE_BYTES);
    if (!memory)
        mp_abort("rank %d has no memory for %zu times %zu bytes", mp_rank(), n, size);
    return memset(memory, 0, n * size);
}

bool nas_is_close(double value, double official, double tolerance)
{
    return fabs(value - official) <= tolerance * fabs(official);
}
