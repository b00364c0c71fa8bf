// SPDX-License-Identifier: Apache-2.0
/*
 * Which thresholds are worth a try (--bmin auto). No single rule finds the right one, so a few
 * rules propose, and the recognisers decide: the paper's fixed shares of the maximum, the widest
 * gaps between weights, the parting into two classes with the least variance (Otsu, 1979), and
 * everything there is.
 */
#ifndef VTTIF_INFER_CUTS_H
#define VTTIF_INFER_CUTS_H

#include "infer/graph.h"

#define CUTS_MAX 14

/* Writes at most CUTS_MAX cuts that give different strong graphs, the likelier first. */
unsigned cuts_find(const struct graph *graph, double *cuts);

#endif
