// SPDX-License-Identifier: Apache-2.0
/*
 * Where recognition breaks: accuracy over the strength of each noise, from none to far beyond what
 * is asked for, beside pruning at its best bmin and exact isomorphism.
 */
#ifndef RECOGNITION_CURVES_H
#define RECOGNITION_CURVES_H

#include <json-glib/json-glib.h>

#include "jobs.h"

GArray *curves_plan(int repeats, gint64 seed);
/* A table on standard output, and the same as JSON, which curves.py draws. */
void curves_report(const GArray *jobs, const struct outcome *outcomes, JsonBuilder *json);

#endif
