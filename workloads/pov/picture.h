// SPDX-License-Identifier: Apache-2.0
/*
 * Pictures in memory: from PNG, put together from blocks, to PNG. Pixels stay as they are in the
 * files: nothing is converted, so what povray said is kept to the bit (8 or 16 bits a channel,
 * grey or colour, with or without alpha), and so is what it said of gamma.
 */
#ifndef POV_PICTURE_H
#define POV_PICTURE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "blocks.h"

/* What the samples mean; travels in messages. */
struct picture_format {
    int32_t bit_depth; /* 8 or 16, big-endian as in PNG */
    int32_t colour_type; /* of PNG */
    int32_t pixel_bytes;
    int32_t gamma; /* of PNG, in 1/100000; 0: none said */
    int32_t srgb_intent; /* of PNG; -1: none said */
};

struct picture {
    int width, height;
    struct picture_format format;
    unsigned char *pixels; /* rows from the top, without gaps */
};

void picture_clear(struct picture *picture);

/* A picture without content. */
void picture_init(struct picture *picture, int width, int height,
                  const struct picture_format *format);

/*
 * Takes one block out of a PNG of a whole picture of this size. False if the PNG is cut off or
 * not a PNG, has another size, or pixels that are not whole bytes; the block is clear then.
 */
bool picture_read_block(struct picture *block, const void *png, size_t n, int width, int height,
                        struct block_place place, GError **error);

/* Copies a block into the whole. The formats must be the same. */
void picture_put(struct picture *whole, struct block_place place, const unsigned char *pixels);

bool picture_write(const struct picture *picture, const char *path, GError **error);

#endif
