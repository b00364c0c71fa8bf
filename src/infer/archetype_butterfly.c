// SPDX-License-Identifier: Apache-2.0
/*
 * The butterfly: the stages of a Fourier transform or a sorting network, one endpoint for every row
 * of every level. Level l joins the rows that differ in bit l:
 *
 *     level 0   o   o   o   o      row 0..3
 *               | X |   | X |      bit 0
 *     level 1   o   o   o   o
 *               | \ | X | / |      bit 1
 *     level 2   o   o   o   o
 *
 * How endpoints are laid is told in butterfly.h.
 */
#include "infer/archetypes.h"
#include "infer/butterfly.h"
#include "infer/fit.h"
#include "infer/grid.h"
#include "infer/judge.h"

#include <math.h>

static size_t edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return 2 * (size_t)(shape->dims[0] - 1) * shape->dims[1];
}

static bool adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    uint32_t rows = shape->dims[1], low = MIN(p, q), high = MAX(p, q), level = low / rows;
    uint32_t differ = low % rows ^ high % rows;
    return high / rows == level + 1 && (differ == 0 || differ == 1u << level);
}

static unsigned neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out)
{
    uint32_t rows = shape->dims[1], level = p / rows, row = p % rows;
    unsigned n = 0;
    if (level > 0) {
        out[n++] = p - rows;
        out[n++] = (level - 1) * rows + (row ^ (1u << (level - 1)));
    }
    if (level + 1 < shape->dims[0]) {
        out[n++] = p + rows;
        out[n++] = (level + 1) * rows + (row ^ (1u << level));
    }
    return n;
}

/* Every part of consecutive levels can be swapped with its twin, from both ends; and the whole be
 * turned round. */
static double symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return 2.0 * shape->dims[1] - 1;
}

static bool is_likely(const struct flight *flight)
{
    double n = (double)flight->levels * ldexp(1, flight->levels - 1);
    double active = (double)flight->strong->n_active;
    return n >= 0.7 * active && n <= 1.3 * active;
}

static double propose_from(struct search *search, struct flight *flight, uint32_t start)
{
    if (!flight_find_levels(flight, start) || !is_likely(flight))
        return 0;
    uint32_t dims[] = {(uint32_t)flight->levels, 1u << (flight->levels - 1)};
    struct vttif_shape shape = shape_new("butterfly", 2, dims);
    uint32_t *position = flight_positions(flight);
    fit(flight->strong, &shape, position);
    return search_propose(search, flight->strong, &shape, position, false);
}

/* Where to start is a guess, as a block may be noise: so many are tried, until one is as good as
 * noise leaves any. */
#define STARTS_MOST 4
#define START_GOOD  0.8

static void propose(struct search *search, const struct strong *strong)
{
    struct flight *flight = flight_new(strong);
    if (!flight)
        return;
    double score = 0;
    for (uint32_t i = 0; i < STARTS_MOST && score < START_GOOD; i++)
        score = propose_from(search, flight, i * flight->blocks->len / STARTS_MOST);
    flight_free(flight);
}

const struct archetype archetype_butterfly = {
    .name = "butterfly",
    .least_score = 0.7,
    .order = grid_order,
    .edges = edges,
    .adjacent = adjacent,
    .neighbours = neighbours,
    .width = grid_width,
    .coordinates = grid_coordinates,
    .symmetry_bits = symmetry_bits,
    .propose = propose,
};
