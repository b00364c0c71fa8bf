// SPDX-License-Identifier: Apache-2.0
/*
 * What the processes are arranged as: a pattern, how many processes, and for grids the dimensions.
 *
 *     mesh 3x3              torus 3x3               hypercube 3      tree (8)          all-to-all
 *
 *     0 ── 1 ── 2         ┌─0 ── 1 ── 2─┐           6───────7           0               0───1
 *     │    │    │           │    │    │            /│      /│         ┌─┴─┐             │╲ ╱│
 *     3 ── 4 ── 5         ┌─3 ── 4 ── 5─┐         4───────5 │         1   2             │ ╳ │
 *     │    │    │           │    │    │           │ 2─────│─3        ┌┴┐ ┌┴┐            │╱ ╲│
 *     6 ── 7 ── 8         ┌─6 ── 7 ── 8─┐         │/      │/         3 4 5 6            2───3
 *                         (each row, each         0───────1          │
 *                          column is a ring)                         7
 *
 * - mesh, torus: rank = row-major index of the coordinates, the last dimension is the fastest. Two
 *   processes are neighbours when their coordinates differ by one in one dimension; a torus goes
 * around. A torus dimension of size 2 has the same partner in both directions and exchanges with it
 * twice, as a real torus code does; a dimension of size 1 has no partners.
 * - hypercube: ranks that differ in one bit are neighbours.
 * - tree: binary reduction; children of r are 2r+1 and 2r+2, and only children send.
 * - all-to-all: every pair exchanges.
 */
#ifndef PATTERNS_SHAPE_H
#define PATTERNS_SHAPE_H

#include <glib.h>
#include <stdbool.h>

enum pattern {
    PATTERN_MESH,
    PATTERN_TORUS,
    PATTERN_HYPERCUBE,
    PATTERN_TREE,
    PATTERN_ALL_TO_ALL,
};

#define SHAPE_PROCESSES_MAX  1024
#define SHAPE_DIMENSIONS_MAX 10

struct shape {
    enum pattern pattern;
    int processes; /* 2 to SHAPE_PROCESSES_MAX */
    int n_dims; /* mesh and torus only, their product is processes; else 0 */
    int dims[SHAPE_DIMENSIONS_MAX];
};

/* "mesh", "torus" ... */
const char *pattern_name(enum pattern pattern);

/*
 * The shape that the words describe. pattern: a name as above, or toroid, reduction-tree,
 * binary-tree, alltoall. dims: "3x2x3", or NULL: as square as possible in two dimensions (8 is 2x4,
 * 7 is a line of 7). Errors say what does not fit and what would.
 */
bool shape_parse(struct shape *shape, const char *pattern, int processes, const char *dims,
                 GError **error);

/* "torus 3x2x3", "tree of 8". Free with g_free. */
char *shape_describe(const struct shape *shape);

#endif
