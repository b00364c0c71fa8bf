// SPDX-License-Identifier: Apache-2.0
#include <vttif/matrix.h>

#include <math.h>
#include <string.h>

/* The cells of one sender, ascending by receiver. */
struct row {
    struct vttif_cell *cells;
    size_t used, allocated;
};

struct vttif_matrix {
    gatomicrefcount references;
    size_t size;
    char **names;
    GHashTable *index_of; /* name -> index + 1 */
    struct row *rows;
    struct vttif_account account;
};

struct vttif_matrix *vttif_matrix_new(size_t n, const char *const *names)
{
    g_return_val_if_fail(n <= VTTIF_MATRIX_MAX, NULL);
    struct vttif_matrix *matrix = g_new0(struct vttif_matrix, 1);
    g_atomic_ref_count_init(&matrix->references);
    matrix->size = n;
    matrix->rows = g_new0(struct row, n);
    matrix->names = g_new0(char *, n);
    matrix->index_of = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n; i++) {
        matrix->names[i] = names ? g_strdup(names[i]) : g_strdup_printf("%" G_GSIZE_FORMAT, i + 1);
        if (!g_hash_table_contains(matrix->index_of, matrix->names[i]))
            g_hash_table_insert(matrix->index_of, matrix->names[i], GSIZE_TO_POINTER(i + 1));
    }
    return matrix;
}

struct vttif_matrix *vttif_matrix_ref(struct vttif_matrix *matrix)
{
    g_atomic_ref_count_inc(&matrix->references);
    return matrix;
}

void vttif_matrix_unref(struct vttif_matrix *matrix)
{
    if (!matrix || !g_atomic_ref_count_dec(&matrix->references))
        return;
    g_hash_table_unref(matrix->index_of);
    for (size_t i = 0; i < matrix->size; i++) {
        g_free(matrix->names[i]);
        g_free(matrix->rows[i].cells);
    }
    g_free(matrix->names);
    g_free(matrix->rows);
    g_free(matrix);
}

size_t vttif_matrix_size(const struct vttif_matrix *matrix)
{
    return matrix->size;
}

const char *vttif_matrix_name(const struct vttif_matrix *matrix, size_t i)
{
    g_return_val_if_fail(i < matrix->size, NULL);
    return matrix->names[i];
}

gssize vttif_matrix_find(const struct vttif_matrix *matrix, const char *name)
{
    return (gssize)GPOINTER_TO_SIZE(g_hash_table_lookup(matrix->index_of, name)) - 1;
}

/* Position of the first cell whose receiver is not below to. */
static size_t row_position(const struct row *row, uint32_t to)
{
    size_t low = 0, high = row->used;
    if (high > 0 && row->cells[high - 1].to < to)
        return high; /* rows are mostly filled in order */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (row->cells[middle].to < to)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void row_insert(struct row *row, size_t at, struct vttif_cell cell)
{
    if (row->used == row->allocated) {
        row->allocated = MAX(4, row->allocated * 2);
        row->cells = g_renew(struct vttif_cell, row->cells, row->allocated);
    }
    memmove(row->cells + at + 1, row->cells + at, (row->used - at) * sizeof *row->cells);
    row->cells[at] = cell;
    row->used++;
}

void vttif_matrix_add(struct vttif_matrix *matrix, size_t from, size_t to, double bytes)
{
    g_return_if_fail(from < matrix->size && to < matrix->size);
    g_return_if_fail(isfinite(bytes) && bytes >= 0);
    if (bytes == 0)
        return;
    struct row *row = &matrix->rows[from];
    size_t at = row_position(row, (uint32_t)to);
    if (at < row->used && row->cells[at].to == to)
        row->cells[at].bytes += bytes;
    else
        row_insert(row, at, (struct vttif_cell){.to = (uint32_t)to, .bytes = bytes});
}

void vttif_matrix_set_row(struct vttif_matrix *matrix, size_t from, const struct vttif_cell *cells,
                          size_t n)
{
    g_return_if_fail(from < matrix->size);
    for (size_t i = 0; i < n; i++)
        g_return_if_fail(cells[i].to < matrix->size && (i == 0 || cells[i - 1].to < cells[i].to) &&
                         isfinite(cells[i].bytes) && cells[i].bytes > 0);
    struct row *row = &matrix->rows[from];
    if (n > row->allocated) {
        row->allocated = n;
        row->cells = g_renew(struct vttif_cell, row->cells, n);
    }
    if (n > 0)
        memcpy(row->cells, cells, n * sizeof *cells);
    row->used = n;
}

double vttif_matrix_get(const struct vttif_matrix *matrix, size_t from, size_t to)
{
    g_return_val_if_fail(from < matrix->size && to < matrix->size, 0);
    const struct row *row = &matrix->rows[from];
    size_t at = row_position(row, (uint32_t)to);
    return at < row->used && row->cells[at].to == to ? row->cells[at].bytes : 0;
}

const struct vttif_cell *vttif_matrix_row(const struct vttif_matrix *matrix, size_t from,
                                          size_t *n_cells)
{
    g_return_val_if_fail(from < matrix->size, NULL);
    *n_cells = matrix->rows[from].used;
    return matrix->rows[from].cells;
}

size_t vttif_matrix_cells(const struct vttif_matrix *matrix)
{
    size_t cells = 0;
    for (size_t i = 0; i < matrix->size; i++)
        cells += matrix->rows[i].used;
    return cells;
}

double vttif_matrix_max(const struct vttif_matrix *matrix)
{
    double max = 0;
    for (size_t i = 0; i < matrix->size; i++)
        for (size_t k = 0; k < matrix->rows[i].used; k++)
            if (matrix->rows[i].cells[k].to != i)
                max = MAX(max, matrix->rows[i].cells[k].bytes);
    return max;
}

double vttif_matrix_total(const struct vttif_matrix *matrix)
{
    double total = 0;
    for (size_t i = 0; i < matrix->size; i++)
        for (size_t k = 0; k < matrix->rows[i].used; k++)
            total += matrix->rows[i].cells[k].bytes;
    return total;
}

struct vttif_account *vttif_matrix_account(struct vttif_matrix *matrix)
{
    return &matrix->account;
}

const struct vttif_account *vttif_matrix_account_const(const struct vttif_matrix *matrix)
{
    return &matrix->account;
}
