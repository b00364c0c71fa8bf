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
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, compare_doubles);
    return values[n / 2];
}

double median_deviation(double *values, size_t n, double middle)
{
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - middle);
    return median(values, n);
}
