// SPDX-License-Identifier: Apache-2.0
/* The assignment problem: who gets which place so that the sum of the values is largest. */
#ifndef VTTIF_INFER_ASSIGN_H
#define VTTIF_INFER_ASSIGN_H

#include <stddef.h>
#include <stdint.h>

/* A column of its own for each of the rows <= columns, value[row * columns + column]; sets
 * column_of[rows]. By shortest alternating paths (Kuhn 1955; Jonker, Volgenant 1987): O(columns)
 * for a row whose best column is free, O(rows columns) for any other. Returns how many values were
 * looked at. */
size_t assign(const double *value, unsigned rows, unsigned columns, uint32_t *column_of);

#endif
