// SPDX-License-Identifier: Apache-2.0
/* Programs told by who is in which group: rings and lines, stars, all-to-all and its relatives. */
#include "program.h"

/* What any two endpoints of different clusters exchange, as a share of what those of one do. */
#define BETWEEN_CLUSTERS 0.02

void connect_line(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    for (uint32_t place = 0; place + 1 < program->n; place++)
        program_add_exchange(program, place, place + 1, 1);
}

void connect_ring(struct program *program, struct prng *prng)
{
    connect_line(program, prng);
    program_add_exchange(program, program->n - 1, 0, 1);
}

void connect_ring_allreduce(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    for (uint32_t place = 0; place < program->n; place++)
        program_add(program, place, (place + 1) % program->n, 1, true);
}

void connect_star(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    for (uint32_t place = 1; place < program->n; place++)
        program_add_exchange(program, 0, place, 1);
}

void connect_all_to_all(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    for (uint32_t a = 0; a < program->n; a++)
        for (uint32_t b = a + 1; b < program->n; b++)
            program_add_exchange(program, a, b, 1);
}

void connect_bipartite(struct program *program, struct prng *prng)
{
    program->n = program->dims[0] + program->dims[1];
    for (uint32_t a = 0; a < program->dims[0]; a++)
        for (uint32_t b = program->dims[0]; b < program->n; b++)
            program_add_exchange(program, a, b, 1);
}

void connect_clustered(struct program *program, struct prng *prng)
{
    uint32_t size = program->dims[1];
    program->n = program->dims[0] * size;
    for (uint32_t a = 0; a < program->n; a++) {
        for (uint32_t b = 0; b < program->n; b++) {
            bool together = a / size == b / size;
            if (a != b)
                program_add(program, a, b, together ? 1 : BETWEEN_CLUSTERS, together);
        }
    }
}
