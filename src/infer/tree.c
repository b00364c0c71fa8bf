// SPDX-License-Identifier: Apache-2.0
#include "infer/tree.h"

#include <math.h>

uint32_t tree_parent(unsigned arity, uint32_t p)
{
    return arity == 0 ? p & (p - 1) : (p - 1) / arity;
}

size_t tree_order(const struct vttif_shape *shape)
{
    return shape->dims[0];
}

size_t tree_edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    return shape->dims[0] - 1;
}

bool tree_adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    uint32_t low = MIN(p, q), high = MAX(p, q);
    return high > 0 && tree_parent(shape->arity, high) == low;
}

unsigned tree_neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out)
{
    unsigned n = 0;
    if (p > 0)
        out[n++] = tree_parent(shape->arity, p);
    if (shape->arity == 0) {
        for (uint32_t bit = 1; !(p & bit) && (p | bit) < shape->dims[0]; bit <<= 1)
            out[n++] = p | bit;
        return n;
    }
    size_t first = (size_t)shape->arity * p + 1;
    for (size_t q = first; q < first + shape->arity && q < shape->dims[0]; q++)
        if (n < NEIGHBOURS_MAX)
            out[n++] = (uint32_t)q;
    return n;
}

unsigned tree_width(const struct vttif_shape *shape)
{
    return 2;
}

void tree_coordinates(const struct vttif_shape *shape, uint32_t p, int32_t *out)
{
    out[0] = 0;
    out[1] = (int32_t)p;
    for (uint32_t q = p; q > 0; q = tree_parent(shape->arity, q))
        out[0]++;
    if (shape->arity == 0)
        return;
    uint32_t first = 0; /* of the depth */
    for (int32_t depth = 0; depth < out[0]; depth++)
        first = first * shape->arity + 1;
    out[1] = (int32_t)(p - first);
}

/* Children of a full node of a heap can be swapped; of a binomial tree only its two halves. */
double tree_symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    if (shape->arity == 0)
        return 1;
    return floor((shape->dims[0] - 1.0) / shape->arity) * log2_factorial(shape->arity);
}
