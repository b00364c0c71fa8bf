// SPDX-License-Identifier: Apache-2.0
/* The heat map without its title and legend, for a screen that has its own. */
#ifndef VIEW_HEATMAP_H
#define VIEW_HEATMAP_H

#include <stdbool.h>
#include <vttif/matrix.h>

struct heatmap_size {
    size_t per; /* endpoints to a row and column */
    size_t columns; /* of every line; the ruler may be up to 4 wider */
    double max; /* the largest sum of a cell */
};

/* The ruler and the rows, at most so wide and high (at least 12 x 3), with as many endpoints to a
 * row and column as that takes. */
struct heatmap_size heatmap_append(const struct vttif_matrix *matrix, size_t max_columns,
                                   size_t max_lines, bool colour, GString *out);

#endif
