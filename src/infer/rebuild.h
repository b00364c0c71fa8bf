// SPDX-License-Identifier: Apache-2.0
/*
 * Ruin and recreate (Schrimpf et al. 2000): a part of a placement is taken away and laid anew, the
 * surest first, as long as that makes the whole matrix likelier. It mends what no endpoint could by
 * moving alone: pieces that were turned, shifted or exchanged as a whole.
 */
#ifndef VTTIF_INFER_REBUILD_H
#define VTTIF_INFER_REBUILD_H

#include "infer/budget.h"
#include "infer/evidence.h"

/* Improves position[n] in place; false if that could not be. The evidence is of the
 * candidate that was placed so, and learns. So many parts are tried at most, of so many positions,
 * and so many pairs looked at. */
bool rebuild(struct evidence *evidence, uint32_t *position, unsigned tries, uint32_t part_most,
             struct budget *pairs);

#endif
