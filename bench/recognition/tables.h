// SPDX-License-Identifier: Apache-2.0
/* Outcomes counted by archetype, noise and size, as tables (Markdown), JSON, and a test. */
#ifndef RECOGNITION_TABLES_H
#define RECOGNITION_TABLES_H

#include <json-glib/json-glib.h>

#include "jobs.h"

/* Sizes: small from 4, medium from 16, large from 128 endpoints. */
#define SIZE_MEDIUM 16
#define SIZE_LARGE  128
/* What the test looks at. */
#define SIZE_TEST 64

void tables_report(const GArray *jobs, const struct outcome *outcomes, bool with_baseline);
void tables_json(const GArray *jobs, const struct outcome *outcomes, JsonBuilder *json);
/* TAP: what is asked of recognition, one line a noise. Returns false if one is not reached. */
bool tables_test(const GArray *jobs, const struct outcome *outcomes);

#endif
