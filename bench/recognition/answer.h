// SPDX-License-Identifier: Apache-2.0
/*
 * An answer held against the truth by graph identity: not names are compared but what the answer
 * says who sends to whom. What an archetype's edges are is written down here a second time, from
 * the table in recognition.h, so that the library is not its own judge.
 *
 * An endpoint of the program is right when
 * - each of its true arcs that left bytes in the matrix is an arc of the answer, and
 * - the answer has no further arcs there, but for as many as noise took away from the endpoint.
 * An endpoint that no true arc is left of is not looked at, as nobody could place it; one that
 * takes no part is wrong if the answer gives it an arc. An answer is right when at least 98 % of
 * the endpoints are: without noise every one, which makes the answer's graph identical with the
 * true one, bytes one way or both ways included. So a twin (ring of 4, mesh 2x2, hypercube 2) is
 * right under each of its names.
 *
 * That is the strict figure, as if everything could be known. But a line of 100 that lacks an edge
 * is two lines, and how they were joined the matrix cannot say: one answer in four is the truth,
 * and no method can do better than to guess. So where an answer claims an edge that is not in the
 * matrix at another endpoint than the truth does, the endpoint is right all the same, as long as
 * the answer claims no more such edges in all than noise took away: it is then as likely as the
 * truth by every edge there is. A true edge that the answer has not, and an endpoint that takes no
 * part but has a place, are never forgiven.
 *
 * Heavy edges (faces of a stencil, what is within a cluster) are compared with heavy edges. For a
 * stencil, a mesh with the same faces is no twin, unless the background is as heavy as half its
 * nearest diagonals.
 */
#ifndef RECOGNITION_ANSWER_H
#define RECOGNITION_ANSWER_H

#include <vttif/recognition.h>

#include "noise.h"

#define RIGHT_SHARE 0.98

struct verdict {
    bool named; /* something was named, but for the star of the master */
    bool right; /* one of the names is right */
    bool literal; /* and it is the one that the program was made by */
    bool first; /* the best name is right */
    bool strict; /* right also as if everything could be known */
    double placed; /* share of endpoints that are right in the best answer */
    unsigned n_passed; /* endpoints that are not looked at */
    size_t n_names;
};

struct verdict answer_judge(const struct trial *trial, const struct vttif_recognition *recognition);
/* The same of a list of names, best first. */
struct verdict answer_judge_names(const struct trial *trial, const struct vttif_name *names,
                                  size_t n_names);

/* "torus 4x4x4, hypercube 6; other ..." for lists of failures. */
void answer_describe(const struct vttif_recognition *recognition, GString *out);

#endif
