// SPDX-License-Identifier: Apache-2.0
#include "infer/stencil.h"

#include "infer/grid.h"

size_t stencil_edges(const struct vttif_shape *shape, const uint32_t *position, size_t n)
{
    size_t near = 1, order = 1; /* near: ordered pairs that differ by at most one everywhere */
    for (unsigned d = 0; d < shape->n_dims; d++) {
        near *= 3 * (size_t)shape->dims[d] - 2;
        order *= shape->dims[d];
    }
    return (near - order) / 2;
}

size_t stencil_diagonals(const struct vttif_shape *shape)
{
    return stencil_edges(shape, NULL, 0) - grid_edges(shape, NULL, 0);
}

bool stencil_adjacent(const struct vttif_shape *shape, uint32_t p, uint32_t q)
{
    if (p == q)
        return false;
    for (unsigned d = shape->n_dims; d-- > 0;) {
        uint32_t a = p % shape->dims[d], b = q % shape->dims[d];
        if (a > b + 1 || b > a + 1)
            return false;
        p /= shape->dims[d];
        q /= shape->dims[d];
    }
    return true;
}

unsigned stencil_neighbours(const struct vttif_shape *shape, uint32_t p, uint32_t *out)
{
    uint32_t stride = 1;
    unsigned n = 1;
    out[0] = p;
    for (unsigned d = shape->n_dims; d-- > 0;) { /* each dimension: those there are, and +-1 */
        uint32_t c = p / stride % shape->dims[d];
        unsigned before = n;
        for (unsigned k = 0; k < before; k++) {
            if (c > 0)
                out[n++] = out[k] - stride;
            if (c + 1 < shape->dims[d])
                out[n++] = out[k] + stride;
        }
        stride *= shape->dims[d];
    }
    out[0] = out[--n]; /* not p itself */
    return n;
}
