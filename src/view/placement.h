// SPDX-License-Identifier: Apache-2.0
/* Who sits where in a name, drawn with characters. */
#ifndef VIEW_PLACEMENT_H
#define VIEW_PLACEMENT_H

#include <vttif/view.h>

#define PLACEMENT_NAME_COLUMNS 16

/* A grid as rows and columns joined by lines (of three dimensions and more a plane for each value
 * of the others), a tree indented, groups as a line each. */
void placement_append(const struct vttif_name *name, const struct vttif_matrix *matrix,
                      unsigned max_columns, GString *out);
/* The endpoints that have a place in none of the names, n > 0, as a list, if there are any. */
void placement_append_strangers(const struct vttif_name *const *names, size_t n,
                                const struct vttif_matrix *matrix, unsigned max_columns,
                                GString *out);

#endif
