// SPDX-License-Identifier: Apache-2.0
/* Programs on trees; place 0 is the root. */
#include "program.h"

/* Children of p are k p + 1 to k p + k, as long as there are places. */
static void connect_heap(struct program *program, uint32_t k, bool down)
{
    for (uint32_t place = 1; place < program->n; place++) {
        uint32_t parent = (place - 1) / k;
        program_add(program, place, parent, 1, true);
        if (down)
            program_add(program, parent, place, 1, true);
    }
}

void connect_binary_tree(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    connect_heap(program, 2, false);
}

void connect_tree_allreduce(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    connect_heap(program, 2, true);
}

void connect_kary_tree(struct program *program, struct prng *prng)
{
    program->n = program->dims[1];
    connect_heap(program, program->dims[0], false);
}

/* As MPI libraries reduce: rank r sends to r without its lowest bit. */
void connect_binomial_tree(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    for (uint32_t place = 1; place < program->n; place++)
        program_add(program, place, place & (place - 1), 1, true);
}
