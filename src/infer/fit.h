// SPDX-License-Identifier: Apache-2.0
/*
 * Improves a placement: who sits among strangers is taken out, and vacant positions are given to
 * those without a place that have most partners beside them, the surest first. What strong edges
 * cannot decide is decided by all the bytes there are; so the hub finds its place, too.
 */
#ifndef VTTIF_INFER_FIT_H
#define VTTIF_INFER_FIT_H

#include "infer/archetype.h"

/* Needs the archetype's neighbours(). position[n] is changed in place. */
void fit(const struct strong *strong, const struct vttif_shape *shape, uint32_t *position);

#endif
