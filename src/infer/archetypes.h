// SPDX-License-Identifier: Apache-2.0
/* Every archetype has its file, archetype_NAME.c. */
#ifndef VTTIF_INFER_ARCHETYPES_H
#define VTTIF_INFER_ARCHETYPES_H

#include "infer/archetype.h"

extern const struct archetype archetype_all_to_all;
extern const struct archetype archetype_star;
extern const struct archetype archetype_bipartite;
extern const struct archetype archetype_butterfly;
extern const struct archetype archetype_clustered;
extern const struct archetype archetype_binary_tree;
extern const struct archetype archetype_binomial_tree;
extern const struct archetype archetype_k_ary_tree;
extern const struct archetype archetype_tree_allreduce;
extern const struct archetype archetype_hypercube;
extern const struct archetype archetype_line;
extern const struct archetype archetype_mesh;
extern const struct archetype archetype_ring;
extern const struct archetype archetype_ring_allreduce;
extern const struct archetype archetype_stencil_9;
extern const struct archetype archetype_stencil_27;
extern const struct archetype archetype_torus;
extern const struct archetype archetype_wavefront;

#endif
