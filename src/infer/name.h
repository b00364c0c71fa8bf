// SPDX-License-Identifier: Apache-2.0
/* From a candidate to what the caller gets: a name with a place for every endpoint. */
#ifndef VTTIF_INFER_NAME_H
#define VTTIF_INFER_NAME_H

#include "infer/judge.h"

/* name_clear it. */
struct vttif_name name_new(const struct candidate *candidate, const struct graph *graph);
void name_clear(gpointer name);

#endif
