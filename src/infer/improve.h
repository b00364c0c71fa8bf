// SPDX-License-Identifier: Apache-2.0
/* The placements that a search has found, made better by all that weights say. */
#ifndef VTTIF_INFER_IMPROVE_H
#define VTTIF_INFER_IMPROVE_H

#include "infer/judge.h"

/* Of the best few candidates, as far as they are worth it, each graph once; best is the first name
 * or NULL. What is better is proposed; the candidates are to be sorted again. */
void improve_places(struct search *search, const struct candidate *best);

#endif
