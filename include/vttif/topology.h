// SPDX-License-Identifier: Apache-2.0
/*
 * The communication topology of a traffic matrix (paper, section 2, InferTopology): the directed
 * graph of the pairs whose share T[i][j] / max(T) is at least bmin.
 *
 * The diagonal (an endpoint that sends to itself) is no part of a topology: it neither sets the
 * maximum nor makes an edge. A matrix without traffic has a topology without edges.
 */
#ifndef VTTIF_TOPOLOGY_H
#define VTTIF_TOPOLOGY_H

#include <vttif/matrix.h>
#include <vttif/recognition.h>

G_BEGIN_DECLS

/* The paper's threshold, and the default of every program: on measured MPI matrices every value
 * from 0.019 to 0.229 gives the same, right graph. */
#define VTTIF_BMIN_DEFAULT 0.1

struct vttif_edge {
    uint32_t from, to; /* endpoint indices, from != to */
    double bytes; /* T[from][to] */
    double ratio; /* bytes / max(T), bmin <= ratio <= 1; less for the diagonals of a stencil */
};

struct vttif_topology;
typedef struct vttif_topology vttif_topology; /* the name that g_autoptr wants */

/*
 * Prunes the matrix at bmin, 0 < bmin <= 1, or fails with VTTIF_ERROR_ARGUMENT. The topology keeps
 * a reference to the matrix, which must not be changed afterwards. O(cells).
 */
struct vttif_topology *vttif_topology_infer(struct vttif_matrix *matrix, double bmin,
                                            GError **error);
/*
 * The topology of a matrix that has been recognised: the pairs at or above the recognition's bmin
 * that are an edge of a part of its decomposition. Pairs as heavy as that but of no part are not
 * the program's: they are the topology's others. Without a name it is what vttif_topology_infer
 * gives. Keeps a reference to the matrix, none to the recognition. O(cells + edges of the parts).
 */
struct vttif_topology *vttif_topology_of_recognition(struct vttif_matrix *matrix,
                                                     const struct vttif_recognition *recognition);
void vttif_topology_free(struct vttif_topology *topology);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_topology, vttif_topology_free)

/* The matrix it was inferred from; owned by the topology. */
const struct vttif_matrix *vttif_topology_matrix(const struct vttif_topology *topology);
double vttif_topology_bmin(const struct vttif_topology *topology);
/* Whether bmin was found by recognition. */
bool vttif_topology_is_recognised(const struct vttif_topology *topology);
/* Edges ordered by (from, to); *n_edges gets their number. Owned by the topology. */
const struct vttif_edge *vttif_topology_edges(const struct vttif_topology *topology,
                                              size_t *n_edges);
/* The pairs at or above bmin that are no edge, ordered alike; none unless a recognition told them
 * from edges. Owned by the topology. */
const struct vttif_edge *vttif_topology_others(const struct vttif_topology *topology,
                                               size_t *n_others);

G_END_DECLS

#endif
