// SPDX-License-Identifier: Apache-2.0
#ifndef VTTIF_INFER_MEDIAN_H
#define VTTIF_INFER_MEDIAN_H

#include <stddef.h>

/* From the median absolute deviation to sigma, for normal distributions. */
#define SIGMA_OF_MAD 1.4826

/* For qsort: doubles, ascending. */
int compare_doubles(const void *first, const void *second);
/* The upper median, 0 of none; sorts the values. O(n log n). */
double median(double *values, size_t n);
/* Of how far they are from their middle; the values are lost. O(n log n). */
double median_deviation(double *values, size_t n, double middle);

#endif
