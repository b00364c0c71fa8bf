// SPDX-License-Identifier: Apache-2.0
/*
 * What an archetype is to the library: a graph over positions that can be asked for its edges, and
 * a way to propose where the endpoints of a strong graph sit in it. A new archetype is one file and
 * one line in archetypes.c.
 *
 * Proposals need not be good: each is improved and judged against the whole matrix (judge.h), and
 * only what stands that is named. So a recogniser may guess, as long as it is quick.
 */
#ifndef VTTIF_INFER_ARCHETYPE_H
#define VTTIF_INFER_ARCHETYPE_H

#include "infer/graph.h"

#include <vttif/recognition.h>

struct search; /* collects the proposals: judge.h */

struct archetype {
    const char *name;
    /* No name below this score: what random graphs reach with the best of placements. */
    double least_score;
    size_t (*order)(const struct vttif_shape *shape);
    /* Edges of the shape; position[n] matters only where groups can differ in size. */
    size_t (*edges)(const struct vttif_shape *shape, const uint32_t *position, size_t n);
    bool (*adjacent)(const struct vttif_shape *shape, uint32_t p, uint32_t q);
    /* NULL, or the block of a position, where edges are whatever lies within a block, or, across,
     * between two: it tells them by the row. Dense archetypes have one. */
    uint32_t (*block)(const struct vttif_shape *shape, uint32_t p);
    bool across;
    /* NULL, or of adjacent ones: is it a main edge? The others are fainter: it is enough that they
     * are there, and more than what goes between any two. */
    bool (*is_main)(const struct vttif_shape *shape, uint32_t p, uint32_t q);
    size_t (*faint)(const struct vttif_shape *shape); /* the number of those others */
    /* Adjacent positions, at most NEIGHBOURS_MAX and at least all lower ones; NULL for dense
     * archetypes. */
    unsigned (*neighbours)(const struct vttif_shape *shape, uint32_t p, uint32_t *out);
    /* Does the edge lead from p to q? NULL: from the lower to the higher. */
    bool (*leads)(const struct vttif_shape *shape, uint32_t p, uint32_t q);
    unsigned (*width)(const struct vttif_shape *shape);
    void (*coordinates)(const struct vttif_shape *shape, uint32_t p, int32_t *out);
    /* log2 of the number of symmetries. */
    double (*symmetry_bits)(const struct vttif_shape *shape, const uint32_t *position, size_t n);
    /* NULL where another archetype's file proposes it too. */
    void (*propose)(struct search *search, const struct strong *strong);
    bool has_centre; /* position 0 is a root or centre */
    bool one_way; /* named only if the bytes go one way, */
    bool both_ways; /* or only if they go both ways */
};

#define NEIGHBOURS_MAX 1024

/* All of them, ended by NULL, the more telling name of the same graph first. */
extern const struct archetype *const archetypes[];
/* Never NULL for a name of the list. */
const struct archetype *archetype_of(const struct vttif_shape *shape);

/* The block of each endpoint, VTTIF_NOWHERE of those without a place; NULL where the archetype has
 * no blocks. position[n]; g_free it. */
uint32_t *blocks_of(const struct archetype *archetype, const struct vttif_shape *shape,
                    const uint32_t *position, size_t n);
/* A shape of that name. */
struct vttif_shape shape_new(const char *archetype, unsigned n_dims, const uint32_t *dims);
/* The endpoint at each of so many positions, VTTIF_NOWHERE at vacant ones; position[n]. g_free it.
 */
uint32_t *endpoints_at(const uint32_t *position, size_t n, size_t order);

static inline bool archetype_leads(const struct archetype *archetype,
                                   const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    return archetype->leads ? archetype->leads(shape, p, q) : p < q;
}

bool shape_equal(const struct vttif_shape *a, const struct vttif_shape *b);
double log2_factorial(double n);
double log2_binomial(double n, double k);

#endif
