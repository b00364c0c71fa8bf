// SPDX-License-Identifier: Apache-2.0
/*
 * The counters for Prometheus (text format 0.0.4). Cardinality is bounded: the pairs that were
 * learned first are told apart, the others are summed up as src="other", dst="other". Not those
 * with the most bytes: one that overtook another would leave "other", which then went down, and no
 * counter may. Strangers who scan come after those whom they scan.
 */
#ifndef QUERY_PROMETHEUS_H
#define QUERY_PROMETHEUS_H

#include "monitor/monitor.h"

#define PROMETHEUS_PAIRS 1000

void prometheus_write(const struct monitor *monitor, size_t max_pairs, GString *out);

#endif
