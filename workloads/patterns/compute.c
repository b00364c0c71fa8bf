// SPDX-License-Identifier: Apache-2.0
#include "compute.h"

#include <stdlib.h>

#define LINE_DOUBLES (64 / sizeof(double))
#define ARENA_LINES  (1u << 19) /* 32 MiB of cache lines */
/* Odd, so that every line is visited; about the golden ratio of the arena, so that no two visits in
 * a row are near each other. */
#define STEP_LINES 324025u

struct compute {
    size_t elements;
    int64_t flops, reads, writes;
    volatile double *arena; /* NULL if there are neither reads nor writes */
    uint32_t line;
    volatile double result; /* what was computed has to end somewhere */
};

struct compute *compute_new(size_t elements, int64_t flops, int64_t reads, int64_t writes)
{
    struct compute *compute = calloc(1, sizeof *compute);
    if (!compute)
        return NULL;
    compute->elements = elements;
    compute->flops = flops;
    compute->reads = reads;
    compute->writes = writes;
    if (reads == 0 && writes == 0)
        return compute;
    compute->arena = calloc((size_t)ARENA_LINES * LINE_DOUBLES, sizeof(double));
    if (compute->arena)
        return compute;
    free(compute);
    return NULL;
}

void compute_free(struct compute *compute)
{
    if (!compute)
        return;
    free((void *)compute->arena);
    free(compute);
}

static volatile double *next_line(struct compute *compute)
{
    compute->line = (compute->line + STEP_LINES) % ARENA_LINES;
    return &compute->arena[compute->line * LINE_DOUBLES];
}

void compute_run(struct compute *compute)
{
    double value = compute->result;
    for (size_t element = 0; element < compute->elements; element++) {
        for (int64_t k = 0; k < compute->reads; k++)
            value += *next_line(compute);
        for (int64_t k = 0; k < compute->flops; k++)
            value = value * 0.5 + 1.0; /* each step needs the one before; tends to 2 */
        for (int64_t k = 0; k < compute->writes; k++)
            *next_line(compute) = value;
    }
    compute->result = value;
}
