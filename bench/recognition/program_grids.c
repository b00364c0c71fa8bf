// SPDX-License-Identifier: Apache-2.0
/* Programs on grids: mesh, torus, wavefront, stencils, and the cubes. */
#include <math.h>
#include <string.h>

#include "program.h"

static void set_places(struct program *program)
{
    program->n = 1;
    for (unsigned d = 0; d < program->n_dims; d++)
        program->n *= program->dims[d];
}

static uint32_t stride_of(const struct program *program, unsigned d)
{
    uint32_t stride = 1;
    for (unsigned later = d + 1; later < program->n_dims; later++)
        stride *= program->dims[later];
    return stride;
}

static uint32_t coordinate(const struct program *program, uint32_t place, unsigned d)
{
    return place / stride_of(program, d) % program->dims[d];
}

void connect_mesh(struct program *program, struct prng *prng)
{
    set_places(program);
    for (unsigned d = 0; d < program->n_dims; d++)
        for (uint32_t place = 0; place < program->n; place++)
            if (coordinate(program, place, d) + 1 < program->dims[d])
                program_add_exchange(program, place, place + stride_of(program, d), 1);
}

static void connect_torus_dimension(struct program *program, unsigned d)
{
    uint32_t size = program->dims[d], stride = stride_of(program, d);
    for (uint32_t place = 0; place < program->n; place++) {
        uint32_t c = coordinate(program, place, d);
        if (c + 1 < size)
            program_add_exchange(program, place, place + stride,
                                 size == 2 && !program->open[d] ? 2 : 1);
        else if (size > 2 && !program->open[d])
            program_add_exchange(program, place, place - (size - 1) * stride, 1);
    }
}

void connect_torus(struct program *program, struct prng *prng)
{
    set_places(program);
    for (unsigned d = 0; d < program->n_dims; d++)
        connect_torus_dimension(program, d);
}

void connect_wavefront(struct program *program, struct prng *prng)
{
    set_places(program);
    for (unsigned d = 0; d < program->n_dims; d++)
        for (uint32_t place = 0; place < program->n; place++)
            if (coordinate(program, place, d) + 1 < program->dims[d])
                program_add(program, place, place + stride_of(program, d), 1, true);
}

/* How many coordinates differ, each by one; 0 if one differs by more. */
static unsigned steps_apart(const struct program *program, uint32_t a, uint32_t b)
{
    unsigned steps = 0;
    for (unsigned d = 0; d < program->n_dims; d++) {
        uint32_t ca = coordinate(program, a, d), cb = coordinate(program, b, d);
        uint32_t apart = ca > cb ? ca - cb : cb - ca;
        if (apart > 1)
            return 0;
        steps += apart;
    }
    return steps;
}

void connect_stencil(struct program *program, struct prng *prng)
{
    static const double sides[] = {4, 8, 16};
    g_assert(program->n_dims == (strcmp(program->archetype, "stencil-9") == 0 ? 2 : 3));
    set_places(program);
    program->side = program->even ? 1 : sides[prng_below(prng, G_N_ELEMENTS(sides))];
    uint32_t furthest = 0; /* no neighbour is further on in row-major order */
    for (unsigned d = 0; d < program->n_dims; d++)
        furthest += stride_of(program, d);
    for (uint32_t a = 0; a < program->n; a++) {
        for (uint32_t b = a + 1; b < program->n && b <= a + furthest; b++) {
            unsigned steps = steps_apart(program, a, b);
            if (steps == 0)
                continue;
            double weight = pow(program->side, 1 - (double)steps);
            program_add(program, a, b, weight, steps == 1);
            program_add(program, b, a, weight, steps == 1);
        }
    }
}

void connect_hypercube(struct program *program, struct prng *prng)
{
    program->n = 1u << program->dims[0];
    for (uint32_t bit = 1; bit < program->n; bit <<= 1)
        for (uint32_t place = 0; place < program->n; place++)
            if ((place & bit) == 0)
                program_add_exchange(program, place, place | bit, 1);
}

/*
 * Each rank sends straight on, and across in the column's bit of that rank.
 *
 *     rank 0   o   o   o   o
 *              │╲ ╱│   │╲ ╱│      bit 0
 *     rank 1   o   o   o   o
 *              │ ╲ │╲ ╱│ ╱ │      bit 1 (columns 0 and 2, 1 and 3)
 *     rank 2   o   o   o   o
 */
void connect_butterfly(struct program *program, struct prng *prng)
{
    uint32_t order = program->dims[0], columns = 1u << order;
    program->n = (order + 1) * columns;
    for (uint32_t rank = 0; rank < order; rank++) {
        for (uint32_t column = 0; column < columns; column++) {
            uint32_t place = rank * columns + column, below = (rank + 1) * columns;
            program_add(program, place, below + column, 1, true);
            program_add(program, place, below + (column ^ (1u << rank)), 1, true);
        }
    }
}
