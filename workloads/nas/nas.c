// SPDX-License-Identifier: Apache-2.0
#include "nas.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE_BYTES 64

static const char class_names[NAS_CLASSES] = {
    [NAS_CLASS_S] = 'S', [NAS_CLASS_W] = 'W', [NAS_CLASS_A] = 'A'};

/* The options as they are given. */
struct options {
    char *class;
    char *route;
    char *truth;
    gint64 processes;
    gboolean help;
};

static GOptionContext *context_new(struct options *o, const struct nas_kernel *kernel)
{
    const GOptionEntry entries[] = {
        {"class", 'c', 0, G_OPTION_ARG_STRING, &o->class, "size: S, W or A (default S)", "CLASS"},
        {"numprocs", 'n', 0, G_OPTION_ARG_INT64, &o->processes, "processes: 1, 2, 4, 8, 16 or 32",
         "N"},
        {"route", 0, 0, G_OPTION_ARG_STRING, &o->route,
         "direct (default) or, with PVM, daemon: by the pvmds' UDP", "ROUTE"},
        {"truth", 0, 0, G_OPTION_ARG_FILENAME, &o->truth,
         "write the bytes really sent from host to host to this file, as a matrix in CSV", "FILE"},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &o->help, "show this", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *summary = g_strdup_printf("- NAS %s: %s", kernel->name, kernel->summary);
    GOptionContext *context = g_option_context_new(summary);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (kernel->entries)
        g_option_context_add_main_entries(context, kernel->entries, NULL);
    return context;
}

__attribute__((format(printf, 2, 3))) static bool refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (error)
        *error = g_error_new_valist(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, arguments);
    va_end(arguments);
    return false;
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

static bool parse_route(const char *text, enum mp_route *route, GError **error)
{
    bool daemon = strcmp(text, "daemon") == 0;
    *route = daemon ? MP_ROUTE_DAEMON : MP_ROUTE_DIRECT;
    return daemon || strcmp(text, "direct") == 0 ||
           refuse(error, "--route is direct or daemon, not \"%s\"", text);
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
        !parse_route(o->route ? o->route : "direct", route, error))
        return false;
    run->processes = (int)o->processes;
    return !run->kernel->fits || run->kernel->fits(run->class, run->processes, error);
}

/* Returns when the options can be used; else all processes end here, and rank 0 says why. */
static void read_options(struct nas_run *run, enum mp_route *route, int *argc, char ***argv)
{
    struct options o = {.processes = INT64_MIN};
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = context_new(&o, run->kernel);
    bool usable = g_option_context_parse(context, argc, argv, &error);
    if (usable && o.help) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        if (mp_rank() == 0)
            fputs(help, stdout);
        mp_leave(0);
    }
    if (usable && *argc > 1)
        usable = refuse(&error, "\"%s\" is not an option; all arguments are options", (*argv)[1]);
    usable = usable && use_options(run, &o, route, &error);
    if (!usable && mp_rank() == 0)
        fprintf(stderr, "%s: %s (--help shows the options)\n", g_get_prgname(), error->message);
    if (!usable)
        mp_leave(2);
    run->truth_path = o.truth;
    g_free(o.class);
    g_free(o.route);
}

static FILE *open_truth(const char *path)
{
    if (!path || mp_rank() != 0)
        return NULL;
    FILE *file = fopen(path, "we");
    if (!file)
        mp_abort("cannot write %s: %s", path, g_strerror(errno));
    return file;
}

void nas_start(struct nas_run *run, const struct nas_kernel *kernel, int *argc, char ***argv)
{
    enum mp_route route;
    *run = (struct nas_run){.kernel = kernel};
    mp_init(argc, argv);
    read_options(run, &route, argc, argv);
    mp_start(run->processes, route);
    run->truth = open_truth(run->truth_path);
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

static void write_truth(struct nas_run *run)
{
    if (!run->truth_path)
        return;
    bool written = mp_write_truth(run->truth);
    if (run->truth && (fclose(run->truth) != 0 || !written))
        mp_abort("cannot write %s: %s", run->truth_path, g_strerror(errno));
    g_free(run->truth_path);
}

int nas_finish(struct nas_run *run, const struct nas_result *result)
{
    bool verified = result->verified;
    mp_broadcast(0, &verified, sizeof verified);
    if (mp_rank() == 0)
        report(run, result);
    write_truth(run);
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
