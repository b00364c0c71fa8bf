// SPDX-License-Identifier: Apache-2.0
/*
 * A chain whose bytes go one way, by all that its cells say: who comes after whom is an assignment
 * problem, as everyone has one to send to and one to get from, or takes no part. Its best answer is
 * found exactly, between those whom no other comes near to.
 */
#ifndef VTTIF_INFER_CHAIN_FLOW_H
#define VTTIF_INFER_CHAIN_FLOW_H

#include "infer/graph.h"

/* From a chain, of which most has to be right: its pieces, one after the other, and where each
 * begins, and the end of the last. All are arrays of uint32_t. False, and nothing is changed, if
 * the chain is too short to learn from, or too many are in doubt. */
bool chain_flow(const struct graph *graph, uint32_t hub, GArray *chain, GArray *breaks);

#endif
