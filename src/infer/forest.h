// SPDX-License-Identifier: Apache-2.0
/* Rooted forests, and which of their subtrees have the same shape. */
#ifndef VTTIF_INFER_FOREST_H
#define VTTIF_INFER_FOREST_H

#include <stddef.h>
#include <stdint.h>

/* Nodes are numbered so that parents come before their children. */
struct forest {
    size_t n;
    uint32_t *parent; /* [n], VTTIF_NOWHERE for roots */
    const double *weight; /* NULL, or [n]: of the edge to the parent; not the forest's */
    size_t *start; /* [n + 1]: children, the highest subtrees first, then the largest */
    uint32_t *child;
    uint32_t *height, *size; /* of subtrees; 0 and 1 for leaves */
    uint64_t *code; /* equal for equal shapes (AHU: Aho, Hopcroft, Ullman 1974) */
};

/* Takes the parents over; weight has to outlive the forest. O(n log n). */
struct forest *forest_new(size_t n, uint32_t *parent, const double *weight);
void forest_free(struct forest *forest);

#endif
