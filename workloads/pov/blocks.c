// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#include <glib.h>

enum state { WAITING, OUT, DONE };

struct blocks {
    int width, height, size;
    int across;
    int n, n_done;
    enum state *states;
};

static int parts(int length, int size)
{
    return (length - 1) / size + 1;
}

struct blocks *blocks_new(int width, int height, int size)
{
    g_assert(width > 0 && height > 0 && size > 0);
    struct blocks *blocks = g_new0(struct blocks, 1);
    *blocks = (struct blocks){.width = width, .height = height, .size = size};
    blocks->across = parts(width, size);
    blocks->n = blocks->across * parts(height, size);
    blocks->states = g_new0(enum state, (size_t)blocks->n);
    return blocks;
}

void blocks_free(struct blocks *blocks)
{
    if (!blocks)
        return;
    g_free(blocks->states);
    g_free(blocks);
}

int blocks_count(const struct blocks *blocks)
{
    return blocks->n;
}

int blocks_done_count(const struct blocks *blocks)
{
    return blocks->n_done;
}

struct block_place blocks_place(const struct blocks *blocks, int block)
{
    g_assert(block >= 0 && block < blocks->n);
    int x = block % blocks->across * blocks->size;
    int y = block / blocks->across * blocks->size;
    return (struct block_place){
        .x = x,
        .y = y,
        .width = MIN(blocks->size, blocks->width - x),
        .height = MIN(blocks->size, blocks->height - y),
    };
}

int blocks_take(struct blocks *blocks)
{
    for (int block = 0; block < blocks->n; block++) {
        if (blocks->states[block] != WAITING)
            continue;
        blocks->states[block] = OUT;
        return block;
    }
    return BLOCK_NONE;
}

void blocks_give_back(struct blocks *blocks, int block)
{
    g_assert(block >= 0 && block < blocks->n);
    if (blocks->states[block] == OUT)
        blocks->states[block] = WAITING;
}

bool blocks_finish(struct blocks *blocks, int block)
{
    g_assert(block >= 0 && block < blocks->n);
    if (blocks->states[block] == DONE)
        return false;
    blocks->states[block] = DONE;
    blocks->n_done++;
    return true;
}
