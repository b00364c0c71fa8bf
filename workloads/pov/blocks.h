// SPDX-License-Identifier: Apache-2.0
/*
 * The blocks of a picture and who has to do what: a list of work. Pure.
 *
 *     ┌────┬────┬──┐      blocks are numbered by rows; those at the right and at the bottom
 *     │ 0  │ 1  │2 │      are smaller if the picture is not a multiple of their size
 *     ├────┼────┼──┤
 *     │ 3  │ 4  │5 │      WAITING ── take ──► OUT ── finish ──► DONE
 *     └────┴────┴──┘         ▲                 │
 *                            └── give back ────┘
 */
#ifndef POV_BLOCKS_H
#define POV_BLOCKS_H

#include <stdbool.h>

/*
 * povray renders in squares of this size, counted from the corner of what it is told to render.
 * Whether a pixel is sampled more finely (antialiasing) depends on its neighbours in the same
 * square, so blocks that are cut along these squares, and only these, come out as they do in a
 * run over the whole picture.
 */
#define BLOCK_SIZE_UNIT 32

/* In blocks_take: nothing is waiting. */
#define BLOCK_NONE (-1)

struct block_place {
    int x, y, width, height;
};

struct blocks;

/* Cuts the picture into squares of so many pixels a side. */
struct blocks *blocks_new(int width, int height, int size);
void blocks_free(struct blocks *blocks);

int blocks_count(const struct blocks *blocks);
int blocks_done_count(const struct blocks *blocks);
struct block_place blocks_place(const struct blocks *blocks, int block);

/* The waiting block with the lowest number, which is out from now on; or BLOCK_NONE. */
int blocks_take(struct blocks *blocks);

/* It waits again. No effect on a block that is done. */
void blocks_give_back(struct blocks *blocks, int block);

/* False if it was done already: what came second is not needed. */
bool blocks_finish(struct blocks *blocks, int block);

#endif
