// SPDX-License-Identifier: Apache-2.0
#include "infer/grid.h"

#include <math.h>

size_t grid_order(const struct vttif_shape *shape)
{
    size_t order = 1;
    for (unsigned d = 0; d < shape->n_dims; d++)
        order *= shape->dims[d];
    return order;
}

/* Pairs that differ by one step in dimension d. */
static size_t edges_along(const struct vttif_shape *shape, unsigned d, size_t order)
{
    size_t steps = shape->dims[d] - 1 + (shape->periodic[d] && shape->dims[d] > 2);
    return order / shape->dims[d] * steps;
}

size_t grid_edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    size_t order = grid_order(shape), sum = 0;
    for (unsigned d = 0; d < shape->n_dims; d++)
        sum += edges_along(shape, d, order);
    return sum;
}

bool grid_adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    bool found = false;
    for (unsigned d = shape->n_dims; d-- > 0 && p != q;) {
        uint32_t size = shape->dims[d], a = p % size, b = q % size;
        uint32_t apart = a > b ? a - b : b - a;
        if (apart > 0) {
            if (found || (apart != 1 && !(shape->periodic[d] && apart == size - 1)))
                return false;
            found = true;
        }
        p /= size;
        q /= size;
    }
    return found && p == q;
}

unsigned grid_neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out)
{
    unsigned n = 0;
    uint32_t stride = 1;
    for (unsigned d = shape->n_dims; d-- > 0;) {
        uint32_t size = shape->dims[d], c = p / stride % size;
        bool wraps = shape->periodic[d] && size > 2;
        if (c + 1 < size)
            out[n++] = p + stride;
        else if (wraps)
            out[n++] = p - c * stride;
        if (c > 0)
            out[n++] = p - stride;
        else if (wraps)
            out[n++] = p + (size - 1) * stride;
        stride *= size;
    }
    return n;
}

unsigned grid_width(const struct vttif_shape *shape)
{
    return shape->n_dims;
}

void grid_coordinates(const struct vttif_shape *shape, uint32_t p, int32_t *out)
{
    for (unsigned d = shape->n_dims; d-- > 0;) {
        out[d] = (int32_t)(p % shape->dims[d]);
        p /= shape->dims[d];
    }
}

/* Each dimension can be turned round, a periodic one turned on, and equal ones be swapped. */
double grid_symmetry_bits(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    double bits = 0;
    unsigned run = 1;
    for (unsigned d = 0; d < shape->n_dims; d++) {
        bits += 1;
        if (shape->periodic[d] && shape->dims[d] > 2)
            bits += log2(shape->dims[d]);
        bool same = d > 0 && shape->dims[d] == shape->dims[d - 1] &&
                    shape->periodic[d] == shape->periodic[d - 1];
        run = same ? run + 1 : 1;
        bits += log2(run);
    }
    return bits;
}

bool ring_leads(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    return (p + 1) % shape->dims[0] == q;
}
