// SPDX-License-Identifier: Apache-2.0
/*
 * The grid of MG's processes, and what they tell each other.
 *
 * P processes share a cube of points by halving it, along z first, then y, x, z, ...: 1x1x2, 1x2x2,
 * 2x2x2, 2x2x4, 2x4x4. The box is periodic, so the grid is a torus; on an axis of two both
 * neighbours are one partner, who gets both layers in one message.
 *
 *         6 ── 7
 *        /|   /|       z
 *       4 ── 5 |       │  y
 *       | 2 ─|─3       │ /
 *       |/   |/        │/
 *       0 ── 1         └──── x
 */
#ifndef NAS_MG_GRID_H
#define NAS_MG_GRID_H

#include "mg_stencil.h"

struct mg_grid {
    int processes[3]; /* along each axis */
    int place[3]; /* of this process */
    int lower[3], upper[3]; /* ranks of the neighbours */
    void *out, *in; /* buffers of mg_exchange_halo */
    size_t buffer_bytes;
};

/* The grid of so many processes (a power of two) and the place of this one. The release is by
 * mg_grid_clear. */
struct mg_grid mg_grid_of(int processes, int rank);
void mg_grid_clear(struct mg_grid *grid);

/* Fills the halo of a box: x, then y with the halo in x, then z with both, so that edges and
 * corners come along. Every process of the grid calls it. */
void mg_exchange_halo(struct mg_grid *grid, const struct mg_box *box);

/* Collects the boxes of all processes in one that is as large as all of them together; every
 * process gets all of it, with its halo. */
void mg_gather_whole(struct mg_grid *grid, const struct mg_box *part, const struct mg_box *whole);

/* The other way, without messages: what belongs to this process, and its halo. */
void mg_take_part(struct mg_grid *grid, const struct mg_box *whole, const struct mg_box *part);

#endif
