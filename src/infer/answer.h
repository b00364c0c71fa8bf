// SPDX-License-Identifier: Apache-2.0
/* From what a search found to what the caller gets: names, parts, or why there are none. */
#ifndef VTTIF_INFER_ANSWER_H
#define VTTIF_INFER_ANSWER_H

#include "infer/judge.h"

#include <vttif/recognition.h>

struct vttif_recognition {
    enum vttif_verdict verdict;
    char *reason;
    double bmin, other;
    double bytes; /* share of the matrix's that it is about */
    GArray *names; /* of struct vttif_name */
    GArray *parts; /* of struct vttif_part */
};

/* Without names or parts. */
struct vttif_recognition *answer_new(double bmin, double bytes);
/* Names, or the reason why there are none; of the names, the best is taken out of the graph, and
 * what is left is named again, as long as it has a name: the graph is what remains. */
void answer_take(struct vttif_recognition *recognition, struct graph *graph,
                 const struct search *search, unsigned parts_max);

#endif
