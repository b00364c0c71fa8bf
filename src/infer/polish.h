// SPDX-License-Identifier: Apache-2.0
/*
 * The last touch to a placement that is nearly right: endpoints that fit badly change places, as
 * long as it makes the whole matrix likelier.
 *
 * How much a pair's weight speaks for an edge is learned from the placement itself (evidence.h). So
 * it needs no threshold: a weak edge costs little where its place is otherwise sure, and a heavy
 * pair of strangers does not draw its ends together against all their other pairs.
 */
#ifndef VTTIF_INFER_POLISH_H
#define VTTIF_INFER_POLISH_H

#include "infer/evidence.h"

/* Improves the position[n] of a candidate in place; false if there was nothing to improve. The
 * archetype has neighbours(); the evidence is the candidate's, and learns. */
bool polish(struct evidence *evidence, const struct candidate *candidate, uint32_t *position);

#endif
