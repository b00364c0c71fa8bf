// SPDX-License-Identifier: Apache-2.0
/*
 * What stands between a program and its matrix, and how it is modelled. Each is drawn anew for
 * every case; the order is that of the fields.
 *
 * - missing: that share of the exchanging pairs, rounded to the nearest number, is not in the
 *   matrix at all, in neither direction. 2 % of fewer than 25 pairs is none.
 * - weights: each direction of each exchange times exp(sigma * normal).
 * - master: one endpoint of the program, picked at random, also does job control. It exchanges
 *   with every other endpoint, also those that take no part: a level that is uniform between 0 and
 *   that many times the weight of an edge, the same for all but for 10 % either way.
 * - background: that share of the unordered pairs that are not edges of the program exchange
 *   something unrelated, each direction uniform between 0 and that level. The level's unit is the
 *   program's heaviest edge before noise. (With log-normal weights the heaviest edge of a matrix
 *   is several times the median: 10 % of *that* is above half of all edges, and a tree of 1,024
 *   could not be told from the noise by anyone. The curves go there.)
 * - extra: so many more endpoints, at least one, which exchange with one to three others, each
 *   direction uniform up to 5 % of the heaviest edge.
 * - reverse: each direction of everything above is answered with acknowledgements of that share of
 *   its bytes, in frames of 64 bytes.
 * - messages: what is left is sampled, one packet in 100, and multiplied by 100. The program's
 *   heaviest edge is that many messages of one packet each, the background has packets of the same
 *   size: at 2,000 it is 20 samples, more or less 22 %. 0: not sampled.
 *
 * Where noise makes two archetypes one, nobody can tell them apart, and either answer is right:
 *
 * - a ring (or its all-reduce) that lacks one edge is a line;
 * - a star that lacks edges is a smaller star, a tree without a leaf is a smaller tree: the
 *   endpoint that lost its only edge looks like one that takes no part;
 * - a stencil whose diagonals are no heavier than twice the background is a mesh in the background;
 * - the master's star is a star: it may be named first where it is as heavy as the program, which
 *   is then to be found among what is left over.
 */
#ifndef RECOGNITION_NOISE_H
#define RECOGNITION_NOISE_H

#include <vttif/matrix.h>

#include "program.h"

struct noise {
    double missing;
    double weight_sigma;
    double master;
    double background_share, background_level;
    double extra;
    double reverse;
    double messages;
};

struct noise_kind {
    const char *name;
    struct noise noise;
};

/* clean, each noise alone at the strength that is asked for, and all; ends with a NULL name. */
extern const struct noise_kind noise_kinds[];
/* The noise of that name, or NULL. */
const struct noise *noise_find(const char *name);
/* The same noise that many times as strong; 0 is clean. The share of the pairs that have background
 * stays, its level grows; messages are divided. */
struct noise noise_scaled(const struct noise *noise, double factor);

#define NO_PLACE G_MAXUINT32

typedef struct trial recognition_trial; /* the name that g_autoptr wants */

struct true_edge {
    uint32_t from, to; /* endpoints */
    bool strong;
};

/* A matrix, and the truth about it. */
struct trial {
    struct program *program;
    struct noise noise;
    uint64_t seed;
    struct vttif_matrix *matrix;
    uint32_t *place; /* [endpoint]: its place in the program, or NO_PLACE */
    GArray *edges; /* of struct true_edge: the program's, without those that left no byte */
    uint32_t master; /* endpoint, or NO_PLACE */
};

/* A spec of program.h under a noise; the same arguments give the same trial. Negatives that are an
 * archetype by chance are drawn again. */
struct trial *trial_new(const char *spec, const struct noise *noise, uint64_t seed);
void trial_free(struct trial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(recognition_trial, trial_free)

/* A program's bytes without noise, in the order of places or, with order[n], place p at index
 * order[p]. Sparse: any size. */
struct vttif_matrix *program_matrix(const struct program *program, const uint32_t *order);

#endif
