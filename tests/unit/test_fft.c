// SPDX-License-Identifier: Apache-2.0
/* The Fourier transforms of workloads/nas. */
#include "nas/fft.h"

#include <glib.h>
#include <math.h>

/* More columns than a block has, so that the columns at hand are not all there are. */
#define COLUMNS   (FFT_LINES + 3)
#define COLUMN    2
#define LONGEST   512
#define TOLERANCE 1e-11

/* n rows of so many values, and pointers to them. */
struct field {
    size_t n, width;
    struct complex_value *values;
    struct complex_value **rows;
};

static struct field field_new(size_t n, size_t width)
{
    struct field field = {n, width, g_new(struct complex_value, n * width),
                          g_new(struct complex_value *, n)};
    for (size_t k = 0; k < n * width; k++)
        field.values[k] = (struct complex_value){g_test_rand_double_range(-1, 1),
                                                 g_test_rand_double_range(-1, 1)};
    for (size_t j = 0; j < n; j++)
        field.rows[j] = field.values + j * width;
    return field;
}

static struct field field_copy(const struct field *original)
{
    struct field copy = field_new(original->n, original->width);
    for (size_t k = 0; k < copy.n * copy.width; k++)
        copy.values[k] = original->values[k];
    return copy;
}

static void field_clear(struct field *field)
{
    g_free(field->values);
    g_free(field->rows);
}

static void assert_close(struct complex_value value, double re, double im)
{
    g_assert_cmpfloat_with_epsilon(value.re, re, TOLERANCE);
    g_assert_cmpfloat_with_epsilon(value.im, im, TOLERANCE);
}

/* Element k of the transform of n values that are so far apart, by the definition. */
static struct complex_value by_definition(const struct complex_value *line, size_t n, size_t apart,
                                          size_t k, int sign)
{
    struct complex_value sum = {0, 0};
    for (size_t j = 0; j < n; j++) {
        double angle = sign * 2 * M_PI * (double)(j * k % n) / (double)n;
        const struct complex_value *x = &line[j * apart];
        sum.re += x->re * cos(angle) - x->im * sin(angle);
        sum.im += x->re * sin(angle) + x->im * cos(angle);
    }
    return sum;
}

static void check_across(size_t n, enum fft_direction direction, int sign)
{
    struct field field = field_new(n, COLUMNS);
    struct field before = field_copy(&field);
    struct fft *fft = fft_new(n);
    fft_load_across(fft, field.rows, COLUMN);
    fft_transform(fft, direction);
    fft_store_across(fft, field.rows, COLUMN);
    for (size_t k = 0; k < n; k++) {
        for (size_t column = 0; column < COLUMNS; column++) {
            struct complex_value right = before.rows[k][column];
            if (column >= COLUMN && column < COLUMN + FFT_LINES)
                right = by_definition(before.values + column, n, COLUMNS, k, sign);
            assert_close(field.rows[k][column], right.re, right.im);
        }
    }
    fft_free(fft);
    field_clear(&before);
    field_clear(&field);
}

static void columns_are_transformed_as_defined_and_their_neighbours_are_left_alone(void)
{
    for (size_t n = 2; n <= LONGEST; n *= 2) {
        check_across(n, FFT_FORWARD, -1);
        check_across(n, FFT_INVERSE, +1);
    }
}

static void rows_are_transformed_as_defined(void)
{
    for (size_t n = 2; n <= LONGEST; n *= 2) {
        struct field field = field_new(FFT_LINES, n);
        struct field before = field_copy(&field);
        struct fft *fft = fft_new(n);
        fft_load_along(fft, field.rows);
        fft_transform(fft, FFT_FORWARD);
        fft_store_along(fft, field.rows);
        for (size_t line = 0; line < FFT_LINES; line++) {
            for (size_t k = 0; k < n; k++) {
                struct complex_value right = by_definition(before.rows[line], n, 1, k, -1);
                assert_close(field.rows[line][k], right.re, right.im);
            }
        }
        fft_free(fft);
        field_clear(&before);
        field_clear(&field);
    }
}

static void there_and_back_is_n_times_the_values(void)
{
    const size_t n = 4096;
    struct field field = field_new(n, FFT_LINES);
    struct field before = field_copy(&field);
    struct fft *fft = fft_new(n);
    fft_load_across(fft, field.rows, 0);
    fft_transform(fft, FFT_FORWARD);
    fft_transform(fft, FFT_INVERSE);
    fft_store_across(fft, field.rows, 0);
    for (size_t k = 0; k < n * FFT_LINES; k++) {
        field.values[k].re /= (double)n;
        field.values[k].im /= (double)n;
        assert_close(field.values[k], before.values[k].re, before.values[k].im);
    }
    fft_free(fft);
    field_clear(&before);
    field_clear(&field);
}

static void values_can_be_scaled_by_row_and_column_as_they_are_loaded(void)
{
    const size_t n = 16;
    struct field field = field_new(n, COLUMNS);
    struct field before = field_copy(&field);
    double row_scale[16], column_scale[COLUMNS];
    for (size_t j = 0; j < n; j++)
        row_scale[j] = 1 + (double)j;
    for (size_t column = 0; column < COLUMNS; column++)
        column_scale[column] = 0.5 + (double)column;
    struct fft *fft = fft_new(n);
    fft_load_across_scaled(fft, field.rows, COLUMN, row_scale, column_scale);
    fft_store_across(fft, field.rows, COLUMN);
    for (size_t j = 0; j < n; j++) {
        for (size_t column = COLUMN; column < COLUMN + FFT_LINES; column++) {
            double scale = row_scale[j] * column_scale[column];
            assert_close(field.rows[j][column], scale * before.rows[j][column].re,
                         scale * before.rows[j][column].im);
        }
    }
    fft_free(fft);
    field_clear(&before);
    field_clear(&field);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fft/columns are transformed as defined, their neighbours are left alone",
                    columns_are_transformed_as_defined_and_their_neighbours_are_left_alone);
    g_test_add_func("/fft/rows are transformed as defined", rows_are_transformed_as_defined);
    g_test_add_func("/fft/there and back is n times the values",
                    there_and_back_is_n_times_the_values);
    g_test_add_func("/fft/values can be scaled by row and column as they are loaded",
                    values_can_be_scaled_by_row_and_column_as_they_are_loaded);
    return g_test_run();
}
