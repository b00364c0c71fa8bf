// SPDX-License-Identifier: Apache-2.0
#include "mg_grid.h"

#include <stdlib.h>
#include <string.h>

#include "nas.h"

#define TAG_DOWN 0
#define TAG_UP   1

enum { X, Y, Z };

static int rank_at(const struct mg_grid *grid, const int place[3])
{
    return place[X] + grid->processes[X] * (place[Y] + grid->processes[Y] * place[Z]);
}

static void place_of(const struct mg_grid *grid, int rank, int place[3])
{
    for (int axis = X; axis <= Z; axis++) {
        place[axis] = rank % grid->processes[axis];
        rank /= grid->processes[axis];
    }
}

static int neighbour(const struct mg_grid *grid, int axis, int step)
{
    int place[3] = {grid->place[X], grid->place[Y], grid->place[Z]};
    place[axis] = (place[axis] + step + grid->processes[axis]) % grid->processes[axis];
    return rank_at(grid, place);
}

struct mg_grid mg_grid_of(int processes, int rank)
{
    struct mg_grid grid = {.processes = {1, 1, 1}};
    for (int axis = Z; processes > 1; processes /= 2, axis = (axis + 2) % 3)
        grid.processes[axis] *= 2;
    place_of(&grid, rank, grid.place);
    for (int axis = X; axis <= Z; axis++) {
        grid.lower[axis] = neighbour(&grid, axis, -1);
        grid.upper[axis] = neighbour(&grid, axis, +1);
    }
    return grid;
}

void mg_grid_clear(struct mg_grid *grid)
{
    free(grid->out);
    free(grid->in);
}

/* Points of a box that are a box themselves. */
struct block {
    double *first;
    size_t n[3];
    size_t row, plane; /* distances in memory */
};

static struct block block_at(const struct mg_box *box, const ptrdiff_t first[3], const size_t n[3])
{
    size_t row = box->n[X] + 2;
    return (struct block){
        .first = mg_box_at(box, first[X], first[Y], first[Z]),
        .n = {n[X], n[Y], n[Z]},
        .row = row,
        .plane = row * (box->n[Y] + 2),
    };
}

/* The layer of a box at this index of the axis, with the halos of the axes before. */
static struct block layer_at(const struct mg_box *box, int axis, ptrdiff_t index)
{
    ptrdiff_t first[3] = {0, 0, 0};
    size_t n[3] = {box->n[X], box->n[Y], box->n[Z]};
    for (int before = X; before < axis; before++) {
        first[before] = -1;
        n[before] += 2;
    }
    first[axis] = index;
    n[axis] = 1;
    return block_at(box, first, n);
}

static size_t block_bytes(const struct block *block)
{
    return block->n[X] * block->n[Y] * block->n[Z] * sizeof(double);
}

/* A row may be a single value, for which a call of memcpy would be long. */
static inline void copy_row(double *restrict to, const double *restrict from, size_t n)
{
    if (n == 1)
        *to = *from;
    else
        memcpy(to, from, n * sizeof *to);
}

static void pack(const struct block *block, double *to)
{
    for (size_t z = 0; z < block->n[Z]; z++) {
        for (size_t y = 0; y < block->n[Y]; y++) {
            copy_row(to, block->first + y * block->row + z * block->plane, block->n[X]);
            to += block->n[X];
        }
    }
}

static void unpack(const struct block *block, const double *from)
{
    for (size_t z = 0; z < block->n[Z]; z++) {
        for (size_t y = 0; y < block->n[Y]; y++) {
            copy_row(block->first + y * block->row + z * block->plane, from, block->n[X]);
            from += block->n[X];
        }
    }
}

static void reserve(struct mg_grid *grid, size_t bytes)
{
    if (bytes <= grid->buffer_bytes)
        return;
    mg_grid_clear(grid);
    grid->out = nas_allocate(bytes, 1);
    grid->in = nas_allocate(bytes, 1);
    grid->buffer_bytes = bytes;
}

/* Both outer layers of an axis go to the neighbours, and theirs come into the halo. Where both
 * neighbours are one process, the two layers are one message. */
static void exchange_axis(struct mg_grid *grid, const struct mg_box *box, int axis)
{
    ptrdiff_t n = (ptrdiff_t)box->n[axis];
    struct block lowest = layer_at(box, axis, 0), highest = layer_at(box, axis, n - 1);
    struct block below = layer_at(box, axis, -1), above = layer_at(box, axis, n);
    size_t bytes = block_bytes(&lowest), values = bytes / sizeof(double);
    int lower = grid->lower[axis], upper = grid->upper[axis];
    reserve(grid, 2 * bytes);
    double *down = grid->out, *up = down + values, *from_above = grid->in,
           *from_below = from_above + values;
    pack(&lowest, down);
    pack(&highest, up);
    if (grid->processes[axis] == 1) {
        from_above = down;
        from_below = up;
    } else if (lower == upper) {
        mp_exchange(lower, down, upper, from_above, 2 * bytes, TAG_DOWN);
    } else {
        mp_exchange(lower, down, upper, from_above, bytes, TAG_DOWN);
        mp_exchange(upper, up, lower, from_below, bytes, TAG_UP);
    }
    unpack(&above, from_above);
    unpack(&below, from_below);
}

void mg_exchange_halo(struct mg_grid *grid, const struct mg_box *box)
{
    for (int axis = X; axis <= Z; axis++)
        exchange_axis(grid, box, axis);
}

/* Where the part of the process at this place is in the whole. */
static struct block part_of(const struct mg_box *whole, const struct mg_box *part,
                            const int place[3])
{
    ptrdiff_t first[3];
    for (int axis = X; axis <= Z; axis++)
        first[axis] = place[axis] * (ptrdiff_t)part->n[axis];
    return block_at(whole, first, part->n);
}

/* The same with its halo. */
static struct block with_halo(struct block block)
{
    block.first -= 1 + block.row + block.plane;
    for (int axis = X; axis <= Z; axis++)
        block.n[axis] += 2;
    return block;
}

void mg_gather_whole(struct mg_grid *grid, const struct mg_box *part, const struct mg_box *whole)
{
    struct block own = block_at(part, (const ptrdiff_t[3]){0, 0, 0}, part->n);
    size_t bytes = block_bytes(&own), processes = (size_t)mp_size();
    reserve(grid, processes * bytes);
    pack(&own, grid->out);
    mp_gather(0, grid->out, bytes, grid->in);
    mp_broadcast(0, grid->in, processes * bytes);
    for (int rank = 0; rank < mp_size(); rank++) {
        int place[3];
        place_of(grid, rank, place);
        struct block target = part_of(whole, part, place);
        unpack(&target, (const double *)grid->in + (size_t)rank * bytes / sizeof(double));
    }
    struct mg_grid alone = mg_grid_of(1, 0);
    mg_exchange_halo(&alone, whole);
    mg_grid_clear(&alone);
}

void mg_take_part(struct mg_grid *grid, const struct mg_box *whole, const struct mg_box *part)
{
    struct block source = with_halo(part_of(whole, part, grid->place));
    struct block target = with_halo(block_at(part, (const ptrdiff_t[3]){0, 0, 0}, part->n));
    reserve(grid, block_bytes(&source));
    pack(&source, grid->out);
    unpack(&target, grid->out);
}
