// SPDX-License-Identifier: Apache-2.0
#include "infer/median.h"

#include <math.h>
#include <stdlib.h>

int compare_doubles(const void *first, const void *second)
{
    double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return n > 0 ? values[n / 2] : 0;
}

double median_deviation(double *values, size_t n, double middle)
{
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - middle);
    return median(values, n);
}
