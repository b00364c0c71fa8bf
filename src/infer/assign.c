// SPDX-License-Identifier: Apache-2.0
#include "infer/assign.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define NOBODY G_MAXUINT32

struct assignment {
    const double *value;
    unsigned rows, columns;
    double *of_row, *of_column; /* prices: value <= of_row + of_column, equal where assigned */
    uint32_t *row_of, *column_of;
    double *slack; /* [column]: least of the reached rows', less what the search has gone */
    uint32_t *from; /* [column]: that row */
    bool *reached; /* [column] */
    size_t looks; /* at a value */
};

static const double *values_of(const struct assignment *assignment, uint32_t row)
{
    return assignment->value + (size_t)row * assignment->columns;
}

/* Every row at the price of its best column, and there if that is free. */
static void take_free_ones(struct assignment *assignment)
{
    for (uint32_t row = 0; row < assignment->rows; row++) {
        const double *value = values_of(assignment, row);
        uint32_t best = 0;
        for (uint32_t column = 1; column < assignment->columns; column++)
            if (value[column] > value[best])
                best = column;
        assignment->of_row[row] = value[best];
        if (assignment->row_of[best] != NOBODY)
            continue;
        assignment->row_of[best] = row;
        assignment->column_of[row] = best;
    }
}

/* The nearest column that is not reached yet, after the row was. */
static uint32_t reach(struct assignment *assignment, uint32_t row, double gone)
{
    const double *value = values_of(assignment, row);
    double price = assignment->of_row[row];
    uint32_t nearest = NOBODY;
    assignment->looks += assignment->columns;
    for (uint32_t column = 0; column < assignment->columns; column++) {
        if (assignment->reached[column])
            continue;
        double slack = gone + price + assignment->of_column[column] - value[column];
        if (slack < assignment->slack[column]) {
            assignment->slack[column] = slack;
            assignment->from[column] = row;
        }
        if (nearest == NOBODY || assignment->slack[column] < assignment->slack[nearest])
            nearest = column;
    }
    return nearest;
}

/* Gives a row a column, along the shortest path of rows that pass theirs on. */
static void place_row(struct assignment *assignment, uint32_t row)
{
    memset(assignment->reached, 0, assignment->columns * sizeof *assignment->reached);
    for (uint32_t column = 0; column < assignment->columns; column++)
        assignment->slack[column] = INFINITY;
    uint32_t at = row, column;
    double gone = 0;
    while (true) {
        column = reach(assignment, at, gone);
        gone = assignment->slack[column];
        assignment->reached[column] = true;
        if (assignment->row_of[column] == NOBODY)
            break;
        at = assignment->row_of[column];
    }
    assignment->of_row[row] -= gone;
    for (uint32_t j = 0; j < assignment->columns; j++) {
        if (!assignment->reached[j] || assignment->row_of[j] == NOBODY)
            continue;
        assignment->of_row[assignment->row_of[j]] -= gone - assignment->slack[j];
        assignment->of_column[j] += gone - assignment->slack[j];
    }
    for (uint32_t next; column != NOBODY; column = next) {
        uint32_t owner = assignment->from[column];
        next = assignment->column_of[owner];
        assignment->row_of[column] = owner;
        assignment->column_of[owner] = column;
        if (owner == row)
            break;
    }
}

size_t assign(const double *value, unsigned rows, unsigned columns, uint32_t *column_of)
{
    struct assignment assignment = {value, rows, columns, .column_of = column_of};
    g_assert(rows <= columns);
    g_autofree double *of_row = g_new0(double, MAX(rows, 1));
    g_autofree double *of_column = g_new0(double, MAX(columns, 1));
    g_autofree double *slack = g_new0(double, MAX(columns, 1));
    g_autofree uint32_t *row_of = g_new(uint32_t, MAX(columns, 1));
    g_autofree uint32_t *from = g_new0(uint32_t, MAX(columns, 1));
    g_autofree bool *reached = g_new0(bool, MAX(columns, 1));
    assignment.of_row = of_row;
    assignment.of_column = of_column;
    assignment.slack = slack;
    assignment.row_of = row_of;
    assignment.from = from;
    assignment.reached = reached;
    memset(row_of, 0xff, columns * sizeof *row_of);
    memset(column_of, 0xff, rows * sizeof *column_of);
    take_free_ones(&assignment);
    for (uint32_t row = 0; row < rows; row++)
        if (column_of[row] == NOBODY)
            place_row(&assignment, row);
    return (size_t)rows * columns + assignment.looks;
}
