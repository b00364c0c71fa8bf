// SPDX-License-Identifier: Apache-2.0
#ifndef VTTIF_INFER_MEDIAN_H
#define VTTIF_INFER_MEDIAN_H

#include <stddef.h>

/* For qsort: doubles, ascending. */
int compare_doubles(const void *first, const void *second);
/* The upper median, 0 of none; sorts the values. O(n log n). */
double median(double *values, size_t n);

#endif
