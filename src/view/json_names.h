// SPDX-License-Identifier: Apache-2.0
/* Edges and what was recognised, in JSON: parts of the schema vttif.topology/1. */
#ifndef VIEW_JSON_NAMES_H
#define VIEW_JSON_NAMES_H

#include <vttif/recognition.h>
#include <vttif/topology.h>

/* Appends the members "verdict" to "other", each followed by a comma. */
void json_append_recognition(const struct vttif_recognition *recognition,
                             const struct vttif_topology *topology, GString *out);
/* Appends edges as the elements of an array, one a line. */
void json_append_edges(const struct vttif_edge *edges, size_t n, const struct vttif_matrix *matrix,
                       GString *out);

#endif
