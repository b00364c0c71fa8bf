// SPDX-License-Identifier: Apache-2.0
/*
 * The last touch to a line or ring. One edge that is not there, or one endpoint too many, and no
 * change of places helps: so the chain is taken to pieces where the weights speak against it, what
 * does not belong is left out, and the pieces are joined anew, the likeliest ends first.
 */
#ifndef VTTIF_INFER_CHAIN_MEND_H
#define VTTIF_INFER_CHAIN_MEND_H

#include "infer/judge.h"

/* Is it a grid of one dimension? */
bool is_chain(const struct candidate *candidate);
/* Proposes what is likelier than the candidate, a chain, as a line and as a ring, under all of
 * their names. */
void chain_mend(struct search *search, const struct candidate *candidate);

#endif
