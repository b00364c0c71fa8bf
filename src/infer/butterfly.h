// SPDX-License-Identifier: Apache-2.0
/*
 * How endpoints are laid as a butterfly, by votes: noise is outvoted, wherever it is.
 *
 * Its edges fall into squares, the blocks, every edge in one:
 *
 *     level l       o     o      the lower side
 *                   | \ / |
 *     level l + 1   o     o      the upper side
 *
 * Levels (butterfly_levels.c): who is on the upper side of a block is on the lower of the next. So
 * each block's level and which way round it is are voted for by those that it shares endpoints
 * with, and those that are agreed upon most come first.
 *
 * Rows (butterfly_rows.c): the levels above l are many pieces; each of those at level l joins two
 * of them, and so says which two differ in bit l only. The two that most say it of are a pair, and
 * so on down, with pieces of twice the size and twice the voters each time; bits above a level are
 * found so from below.
 */
#ifndef VTTIF_INFER_BUTTERFLY_H
#define VTTIF_INFER_BUTTERFLY_H

#include "infer/graph.h"

#include <vttif/recognition.h>

struct block {
    uint32_t side[2][2]; /* endpoints */
    bool levelled;
    int32_t low; /* the level of its lower side, */
    int upper; /* and which is the other */
};

struct flight {
    const struct strong *strong;
    GArray *blocks; /* of struct block */
    size_t *start; /* [n + 1] into in */
    uint32_t *in; /* of each endpoint, the blocks that it is in */
    int32_t *level;
    bool *levelled; /* [n] */
    int32_t levels;
};

/* The blocks of a strong graph; NULL if it has too few or too many for a butterfly. O(n). */
struct flight *flight_new(const struct strong *strong);
void flight_free(struct flight *flight);
/* Levels, upwards as the bytes go if they go one way, from a block on; false if there are too few
 * or too many. O(edges). */
bool flight_find_levels(struct flight *flight, uint32_t start);
/* Positions by level and row, level * rows + row, VTTIF_NOWHERE for those who are in doubt;
 * g_free it. O(edges * levels). */
uint32_t *flight_positions(const struct flight *flight);

#endif
