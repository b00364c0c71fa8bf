// SPDX-License-Identifier: Apache-2.0
/*
 * How long recognition takes, and how that grows, beside igraph's isomorphism test (BLISS) of the
 * same matrix, which is told the graph to look for. Processor time of one core, the median of some
 * rounds; what takes longer than the limit is ended.
 *     recognition-speed [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <vttif/recognition.h>
#include <vttif/topology.h>

#include "digraph.h"
#include "noise.h"

#define LIMIT_SECONDS 60
#define LEAST_SECONDS 0.1
#define ROUNDS_MAX    99

struct measured {
    const char *spec;
    const char *noise;
};

static const struct measured sparse[] = {
    {"torus 4x4x4", "clean"},       {"torus 8x8x8", "clean"},    {"torus 8x8x16", "clean"},
    {"torus 16x16x16", "clean"},    {"torus 16x32x32", "clean"}, {"hypercube 6", "clean"},
    {"hypercube 8", "clean"},       {"hypercube 10", "clean"},   {"hypercube 12", "clean"},
    {"hypercube 14", "clean"},      {"mesh 32x32", "clean"},     {"mesh 128x128", "clean"},
    {"ring 1024", "clean"},         {"ring 16384", "clean"},     {"binary-tree 1023", "clean"},
    {"binary-tree 16383", "clean"},
};

static const struct measured thousand[] = {
    {"torus 8x8x16", "all"},
    {"mesh 32x32", "all"},
    {"hypercube 10", "all"},
    {"all-to-all 1024", "clean"},
    {"all-to-all 1024", "all"},
    {"bipartite 512x512", "all"},
    {"clustered 32x32", "all"},
    {"stencil-27 8x8x16", "all"},
    {"butterfly 7", "all"},
    {"star 1024", "all"},
    {"line 1024", "all"},
    {"ring-allreduce 1024", "all"},
    {"binary-tree 1023", "all"},
    {"binomial-tree 1024", "all"},
    {"kary-tree 4x1024", "all"},
    {"wavefront 32x32", "all"},
    {"erdos-renyi 1024x6", "all"},
    {"power-law 1024x2", "clean"},
    {"random-regular 1024x6", "clean"},
};

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void recognize(const struct program *program, const struct vttif_matrix *matrix)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
}

static void prune_and_compare(const struct program *program, const struct vttif_matrix *matrix)
{
    struct digraph *truth = digraph_of_program(program, true);
    struct digraph *pruned = digraph_of_matrix(matrix, VTTIF_BMIN_DEFAULT);
    digraph_bliss(pruned, truth);
    digraph_free(pruned);
    digraph_free(truth);
}

typedef void measured_func(const struct program *program, const struct vttif_matrix *matrix);

/* Some kernels account processor time in ticks of milliseconds: short calls are repeated. */
static double time_call(measured_func *func, const struct program *program,
                        const struct vttif_matrix *matrix)
{
    double start = processor_seconds(), passed;
    unsigned calls = 0;
    do {
        func(program, matrix);
        calls++;
        passed = processor_seconds() - start;
    } while (passed < LEAST_SECONDS);
    return passed / calls;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Median of the rounds, measured in a process of its own that is ended at the limit; negative: it
 * was. */
static double measure(measured_func *func, const struct program *program,
                      const struct vttif_matrix *matrix, int rounds)
{
    int ends[2];
    if (pipe(ends) < 0)
        g_error("pipe: %s", g_strerror(errno));
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {LIMIT_SECONDS, LIMIT_SECONDS};
        setrlimit(RLIMIT_CPU, &limit);
        for (int i = 0; i < rounds; i++) {
            double seconds = time_call(func, program, matrix);
            if (write(ends[1], &seconds, sizeof seconds) != sizeof seconds)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    double seconds[ROUNDS_MAX];
    int n = 0;
    while (n < rounds && read(ends[0], &seconds[n], sizeof *seconds) == sizeof *seconds)
        n++;
    close(ends[0]);
    waitpid(child, NULL, 0);
    qsort(seconds, (size_t)n, sizeof *seconds, by_value);
    return n > 0 ? seconds[n / 2] : -1;
}

static void print_seconds(double seconds)
{
    if (seconds < 0)
        printf(" > %d s |", LIMIT_SECONDS);
    else if (seconds < 1)
        printf(" %.2f ms |", seconds * 1e3);
    else
        printf(" %.2f s |", seconds);
}

static void print_table(const struct measured *list, size_t n, int rounds)
{
    puts("| program | noise | endpoints | cells | recognition | a cell and log2 n | igraph |");
    puts("|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < n; i++) {
        g_autoptr(recognition_program) program = program_new(list[i].spec, 1);
        g_autoptr(recognition_trial) trial = NULL;
        g_autoptr(vttif_matrix) own = NULL;
        const struct vttif_matrix *matrix;
        if (g_str_equal(list[i].noise, "clean")) { /* sparse, so that it may be large */
            struct prng prng = {1};
            g_autofree uint32_t *order = g_new(uint32_t, program->n);
            prng_permutation(&prng, program->n, order);
            matrix = own = program_matrix(program, order);
        } else {
            trial = trial_new(list[i].spec, noise_find(list[i].noise), 1);
            matrix = trial->matrix;
        }
        size_t cells = vttif_matrix_cells(matrix);
        double ours = measure(recognize, program, matrix, rounds);
        printf("| %s | %s | %zu | %zu |", list[i].spec, list[i].noise, vttif_matrix_size(matrix),
               cells);
        print_seconds(ours);
        printf(" %.1f ns |", ours * 1e9 / (double)cells / g_bit_storage(program->n));
        print_seconds(measure(prune_and_compare, program, matrix, program->n > 2000 ? 1 : rounds));
        fputc('\n', stdout);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? CLAMP(atoi(argv[1]), 1, ROUNDS_MAX) : 5;
    print_table(sparse, G_N_ELEMENTS(sparse), rounds);
    puts("");
    print_table(thousand, G_N_ELEMENTS(thousand), rounds);
    return 0;
}
