// SPDX-License-Identifier: Apache-2.0
/*
 * The programs that recognition is tried on: archetypes whose truth is known, and graphs that are
 * none.
 *
 * A spec names one: the archetype, its dims joined by 'x', with '-' after a dimension of a torus
 * that is open, as "torus 4x4x8-". What the dims are:
 *
 *     mesh, torus, wavefront   the grid; a torus dimension of size 2 exchanges twice with the one
 *     stencil-9, stencil-27    partner that it has there, so that this pair carries double bytes
 *                              (stencils: "8x8=" has diagonals as heavy as its faces)
 *     hypercube                its dimension d; 2^d endpoints
 *     butterfly                its order k; (k + 1) 2^k endpoints, rank r and column c are place
 *                              r * 2^k + c
 *     kary-tree                k, n
 *     bipartite                the two sides
 *     clustered                groups, endpoints of a group
 *     all others               n
 *
 * Who sends what (1 = the heaviest exchange of the program in one direction):
 *
 *     binary-tree, binomial-tree, kary-tree   children to parents: a reduction
 *     tree-allreduce                          a binary reduction and the broadcast back
 *     wavefront                               to the next in each dimension only (Sweep3D, LU)
 *     butterfly                               to the next rank only
 *     ring-allreduce                          to the next around only
 *     stencil-9, stencil-27                   faces 1, edges 1/side, corners 1/side^2, side being
 *                                             the cells along a subdomain: 4, 8 or 16 by seed
 *     clustered                               1 within a group, 0.02 between any two of others
 *     all others                              1 both ways
 *
 * The negatives have n and a density: "erdos-renyi 64x6" has 64 endpoints with 6 partners on
 * average, "power-law 64x2" adds each endpoint with two edges, "random-regular 64x4" gives each
 * four, "multigrid 64x6" is a V-cycle over an irregular grid with six neighbours on average,
 * "random-tree 64" and "random-dag 64x4" go one way.
 */
#ifndef RECOGNITION_PROGRAM_H
#define RECOGNITION_PROGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "prng.h"

typedef struct program recognition_program; /* the name that g_autoptr wants */

#define PROGRAM_DIMS_MAX 10

struct program_edge {
    uint32_t from, to; /* places */
    double weight; /* 0 < weight <= 2 (a torus dimension of size 2) */
    bool strong; /* one of the edges that the archetype is told by: not a stencil's diagonals, not
                    what goes between clusters */
};

struct program {
    const char *archetype; /* static */
    bool negative;
    unsigned n_dims;
    uint32_t dims[PROGRAM_DIMS_MAX];
    bool open[PROGRAM_DIMS_MAX]; /* of a torus */
    bool even; /* all pairs of a stencil weigh the same */
    uint32_t n; /* places 0 to n - 1; grids are row-major, the last dimension is the fastest */
    GArray *edges; /* of struct program_edge, each ordered pair once */
    double side; /* of a stencil, else 0 */
};

/* The program of a spec; the seed matters for stencils and negatives. A spec that is none is a
 * programming mistake. Free with program_free. */
struct program *program_new(const char *spec, uint64_t seed);
void program_free(struct program *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(recognition_program, program_free)

/* The specs of all cases that are measured, archetype by archetype, of 4 to 1,024 endpoints; ends
 * with NULL. The quick ones have at most 128 endpoints. */
extern const char *const program_specs[];
extern const char *const program_negative_specs[];

/* --- for the archetypes' files --------------------------------------------------------- */

typedef void program_connect_func(struct program *program, struct prng *prng);

struct program_kind {
    const char *archetype;
    bool negative;
    program_connect_func *connect; /* sets n and adds the edges, from dims */
};

void program_add(struct program *program, uint32_t from, uint32_t to, double weight, bool strong);
/* Both ways, strong. */
void program_add_exchange(struct program *program, uint32_t a, uint32_t b, double weight);

program_connect_func connect_mesh, connect_torus, connect_wavefront, connect_stencil;
program_connect_func connect_hypercube, connect_butterfly;
program_connect_func connect_binary_tree, connect_tree_allreduce, connect_kary_tree;
program_connect_func connect_binomial_tree;
program_connect_func connect_ring, connect_line, connect_ring_allreduce, connect_star;
program_connect_func connect_all_to_all, connect_bipartite, connect_clustered;
program_connect_func connect_erdos_renyi, connect_power_law, connect_random_regular;
program_connect_func connect_multigrid, connect_random_tree, connect_random_dag;

#endif
