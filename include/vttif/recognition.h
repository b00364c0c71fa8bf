// SPDX-License-Identifier: Apache-2.0
/*
 * The name of a topology: which archetypes a traffic matrix of endpoints in unknown order is
 * consistent with, and where in them every endpoint sits (what the paper's section 2 leaves as the
 * next step: "pattern detection techniques to choose an archetype topology that the traffic matrix
 * is most similar to").
 *
 * The model: an archetype with its parameters (struct vttif_shape) is a graph over positions
 * 0..order-1. A name is a shape plus a position for every endpoint that takes part. What the matrix
 * says about pairs that are an edge of the archetype, and about pairs that are not, gives the
 * score.
 *
 * The answer is a list: a torus 4x4x4 *is* the 6-cube, a ring of 4 is the 2-cube and the mesh 2x2,
 * a star of 3 is a line of 3. Where only the bytes tell them apart (a periodic dimension of size 2
 * carries both of its directions over one pair, hence double bytes), the name says by_weight. A
 * tree whose weak edges may be one endpoint's or another's is listed once for each such placement.
 *
 * The answer does not depend on the order of the endpoints: names, parameters and scores stay the
 * same under renumbering, and the placement stays the same up to the archetype's own symmetry.
 *
 * Several programs that exchange next to nothing with each other are recognised one by one, up to
 * VTTIF_PROGRAMS_MAX: the names are those of the one with most bytes, the parts are everyone's.
 *
 * Refused: a name for a graph that merely contains an archetype, or that is like one by chance.
 */
#ifndef VTTIF_RECOGNITION_H
#define VTTIF_RECOGNITION_H

#include <vttif/matrix.h>

G_BEGIN_DECLS

#define VTTIF_DIMS_MAX     16
#define VTTIF_PROGRAMS_MAX 16

/*
 * An archetype with its parameters. Positions and coordinates:
 *
 *   archetype       dims                  coordinates of a position       edges
 *   mesh, torus     extent per dimension  one per dimension               +-1 in one dimension;
 *   hypercube       2,2,...               one per dimension                 periodic ones wrap
 *   line, ring      {n}                   {i}                             i - i+1; ring wraps
 *   wavefront       extent per dimension  one per dimension               +1 in one dimension
 *   ring-allreduce  {n}                   {i}                             i to i+1, wraps
 *   stencil-9, -27  extent per dimension  one per dimension               +-1 in one to all
 *                                                                           dimensions
 *   all-to-all      {n}                   {i}                             all pairs
 *   star            {n}                   {0} the centre, {1}, {2}...     centre - others
 *   bipartite       {a, b}, a <= b        {side, index}                   all pairs across
 *   clustered       {groups, largest}     {group, index}                  all pairs in a group
 *   binary-tree,    {n}; arity            {depth, index in the depth}     k-1/arity - k, the tree
 *   k-ary-tree                                                              filled level by level
 *   binomial-tree   {n}                   {depth, position}               k & (k-1) - k
 *   tree-allreduce  {n}; arity (0:        as the tree                     as the tree, both ways
 *                   binomial)
 *   butterfly       {levels, rows}        {level, row}                    (l,r) - (l+1,r) and
 *                   rows=2^(levels-1)                                       (l+1, r xor 2^l)
 *
 * Dimensions are ordered by falling extent, periodic before not for the same extent. A butterfly
 * *exchange* over 2^k processes (recursive doubling) is a hypercube, not a butterfly.
 */
struct vttif_shape {
    const char *archetype; /* static */
    unsigned n_dims;
    uint32_t dims[VTTIF_DIMS_MAX];
    bool periodic[VTTIF_DIMS_MAX];
    unsigned arity; /* of trees; 0 for others and for binomial trees */
};

/* "torus 4x4x4", "torus 8x3 (dimension 1 periodic)", "binary-tree 15", "3-ary tree 13", ... */
void vttif_shape_describe(const struct vttif_shape *shape, GString *out);

/* Which way the bytes go along the archetype's edges: down a tree, to higher coordinates. */
enum vttif_flow {
    VTTIF_FLOW_BOTH, /* neither way carries 80 % */
    VTTIF_FLOW_FORWARD, /* from the lower position to the higher one */
    VTTIF_FLOW_BACKWARD
};

#define VTTIF_NOWHERE G_MAXUINT32

/* One archetype that the matrix is consistent with. */
struct vttif_name {
    struct vttif_shape shape;
    /*
     * The agreement, at most 1, which means that the pairs at or above bmin are exactly the
     * archetype's edges: 1 - (missing + extra) / edges, at the threshold where that is largest.
     */
    double score;
    double bmin; /* that threshold, as a share of the largest cell; above 0 */
    size_t n_edges; /* edges of the archetype, those to positions where nobody sits, too */
    size_t n_missing; /* of these, without a pair at or above bmin */
    size_t
        n_extra; /* pairs at or above bmin that are no edge of it, a part named beside it apart */
    double explained; /* share of the matrix's bytes that goes over its edges */
    bool by_weight; /* the bytes told it from others of the same graph */
    enum vttif_flow flow;
    gssize centre; /* endpoint: root of a tree, centre of a star; or -1 */
    size_t n_members; /* endpoints that have a place */
    size_t n_endpoints; /* of the matrix */
    uint32_t *position; /* [n_endpoints], VTTIF_NOWHERE for those that take no part */
    unsigned width; /* coordinates per place */
    int32_t *place; /* [n_endpoints][width], -1 for those that take no part */
};

/* Part of a decomposition: what is left after the part before was taken out, named again; or a
 * program beside those before. */
struct vttif_part {
    struct vttif_name name;
    double share; /* of the matrix's bytes */
};

enum vttif_verdict {
    VTTIF_VERDICT_NAMED,
    VTTIF_VERDICT_NONE, /* no archetype is near */
    VTTIF_VERDICT_TOO_LITTLE /* not enough traffic to say */
};

struct vttif_recognize_options {
    double bmin; /* the only threshold to be used, 0 < bmin <= 1; 0: found from the matrix */
    double least_bytes; /* with less on its busiest pair it is "too little"; 0: 8 KiB where the
                           matrix knows that it counts bytes, nothing where it comes from a file
                           that does not say */
    unsigned parts_max; /* length of the decomposition of each program; 0: 4 */
};

struct vttif_recognition;
typedef struct vttif_recognition vttif_recognition; /* the name that g_autoptr wants */

/*
 * Names the topology of a matrix. options may be NULL for the defaults. Fails with
 * VTTIF_ERROR_ARGUMENT on options out of range. The result keeps no reference to the matrix.
 * O(cells log cells) for sparse matrices; bounded by that times a constant for any other.
 */
struct vttif_recognition *vttif_recognize(const struct vttif_matrix *matrix,
                                          const struct vttif_recognize_options *options,
                                          GError **error);
void vttif_recognition_free(struct vttif_recognition *recognition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_recognition, vttif_recognition_free)

enum vttif_verdict vttif_recognition_verdict(const struct vttif_recognition *recognition);
/* Why there is no name, one sentence without a full stop; "" when there is one. */
const char *vttif_recognition_reason(const struct vttif_recognition *recognition);
/* The threshold that parts edges from "other": the best name's, of several programs the lowest; the
 * paper's without a name. */
double vttif_recognition_bmin(const struct vttif_recognition *recognition);
/* The names, best first; none unless the verdict is NAMED. Owned by the recognition. */
const struct vttif_name *vttif_recognition_names(const struct vttif_recognition *recognition,
                                                 size_t *n_names);
/* The decomposition: the best name first, then the names of what it leaves, as far as that has
 * one, program by program, those of most bytes first. Shares and vttif_recognition_other add up
 * to 1. Owned by the recognition. */
const struct vttif_part *vttif_recognition_parts(const struct vttif_recognition *recognition,
                                                 size_t *n_parts);
/* Share of the bytes that is in no part. */
double vttif_recognition_other(const struct vttif_recognition *recognition);

struct vttif_pair {
    uint32_t from, to; /* endpoint indices, in the direction that the table above gives */
};
/*
 * The archetype's edges as pairs of endpoints, in order of position; an edge with an end where no
 * endpoint sits is left out. *n_pairs gets their number. g_free the result. O(edges).
 */
struct vttif_pair *vttif_name_edges(const struct vttif_name *name, size_t *n_pairs);

G_END_DECLS

#endif
