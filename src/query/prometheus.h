// SPDX-License-Identifier: Apache-2.0
/*
 * The counters for Prometheus (text format 0.0.4). Cardinality is bounded: the pairs with the most
 * bytes are told apart, the others are summed up as src="other", dst="other", so that sums over all
 * are right; which pairs are told apart changes only when others overtake them.
 */
#ifndef QUERY_PROMETHEUS_H
#define QUERY_PROMETHEUS_H

#include "monitor/monitor.h"

#define PROMETHEUS_PAIRS 1000

void prometheus_write(const struct monitor *monitor, size_t max_pairs, GString *out);

#endif
