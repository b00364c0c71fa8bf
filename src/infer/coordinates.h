// SPDX-License-Identifier: Apache-2.0
/*
 * Coordinates counted along edges whose dimension and direction are known (lattice.h, steps 5, 6).
 *
 * First in a row, over the edges with most squares. Where edges then speak against the result, a
 * wrong one led the way, and all is counted again by votes: next comes always the endpoint about
 * whose place most edges agree. What missing edges cut off, a piece that shares no square with the
 * rest, is then put where most edges to it become steps, and the whole stays most compact.
 */
#ifndef VTTIF_INFER_COORDINATES_H
#define VTTIF_INFER_COORDINATES_H

#include "infer/lattice.h"
#include "infer/squares.h"

struct directions {
    unsigned n; /* dimensions */
    uint32_t root[VTTIF_DIMS_MAX]; /* class */
    uint32_t *root_of; /* [edge]: its class, of those that are no dimension, too */
    int8_t *of_edge; /* [edge]: dimension, -1 for none */
    bool *flip; /* [edge]: does it run against its class, from the lower endpoint to the higher? */
};

/* NULL if the endpoints do not fill what they span. */
struct lattice *coordinates_count(const struct squares *squares,
                                  const struct directions *directions);

/* --- its parts ------------------------------------------------------------------------------ */

struct counted {
    const struct squares *squares;
    const struct directions *directions;
    unsigned n_dims; /* at most those of the directions */
    int32_t *at; /* [n][n_dims], of those that are placed */
    bool *placed; /* [n] */
};

/* Which way the edge in a slot of u leads, along its class. */
static inline int32_t step_direction(const struct counted *counted, uint32_t u, size_t slot)
{
    bool flip = counted->directions->flip[counted->squares->edge_of[slot]];
    return (u > counted->squares->strong->to[slot]) != flip ? -1 : 1;
}

/* Where an endpoint is, as one number. */
static inline uint64_t seat_of(const int32_t *at, unsigned n_dims)
{
    uint64_t seat = 0;
    for (unsigned d = 0; d < n_dims; d++)
        seat = (seat ^ (uint32_t)at[d]) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
    return seat;
}

/* Places all that it can reach from start, by votes. Nobody else is placed. O(m d). */
void count_by_votes(struct counted *counted, uint32_t start);
/* Places pieces that are not placed yet, at most three dimensions. */
void add_pieces(struct counted *counted);

#endif
