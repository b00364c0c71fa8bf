// SPDX-License-Identifier: Apache-2.0
/* Traffic of endpoints in no order, for tests of what it is named. */
#ifndef SHUFFLED_H
#define SHUFFLED_H

#include <string.h>
#include <vttif/recognition.h>

/* A matrix of n endpoints whose numbers say nothing: index i of the picture is endpoint order[i].
 */
struct shuffled {
    struct vttif_matrix *matrix;
    guint32 *order;
    size_t n;
};

static inline struct shuffled shuffled_new(size_t n, guint32 seed)
{
    struct shuffled shuffled = {vttif_matrix_new(n, NULL), g_new(guint32, n), n};
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (guint32 i = 0; i < n; i++) {
        guint32 other = (guint32)g_rand_int_range(rand, 0, (gint32)i + 1);
        shuffled.order[i] = shuffled.order[other];
        shuffled.order[other] = i;
    }
    return shuffled;
}

static inline void shuffled_clear(struct shuffled *shuffled)
{
    vttif_matrix_unref(shuffled->matrix);
    g_free(shuffled->order);
}

static inline void send(struct shuffled *shuffled, size_t from, size_t to, double bytes)
{
    vttif_matrix_add(shuffled->matrix, shuffled->order[from], shuffled->order[to], bytes);
}

static inline void exchange(struct shuffled *shuffled, size_t a, size_t b, double bytes)
{
    send(shuffled, a, b, bytes);
    send(shuffled, b, a, bytes);
}

/* A grid in row-major order; one_way: bytes go up only. */
static inline void add_grid(struct shuffled *shuffled, unsigned n_dims, const unsigned *dims,
                            const bool *periodic, bool one_way)
{
    size_t stride = 1;
    for (unsigned d = n_dims; d-- > 0; stride *= dims[d]) {
        for (size_t i = 0; i < shuffled->n; i++) {
            size_t c = i / stride % dims[d];
            if (c + 1 == dims[d] && !periodic[d])
                continue;
            size_t next = c + 1 < dims[d] ? i + stride : i - c * stride;
            (one_way ? send : exchange)(shuffled, i, next, 1e6);
        }
    }
}

static inline struct vttif_recognition *recognize(const struct vttif_matrix *matrix)
{
    g_autoptr(GError) error = NULL;
    struct vttif_recognition *recognition = vttif_recognize(matrix, NULL, &error);
    g_assert_no_error(error);
    return recognition;
}

static inline const struct vttif_name *find(const struct vttif_recognition *recognition,
                                            const char *text)
{
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    for (size_t i = 0; i < n_names; i++) {
        g_autoptr(GString) described = g_string_new(NULL);
        vttif_shape_describe(&names[i].shape, described);
        if (strcmp(described->str, text) == 0)
            return &names[i];
    }
    return NULL;
}

static inline char *describe_all(const struct vttif_recognition *recognition)
{
    GString *text = g_string_new(NULL);
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    for (size_t i = 0; i < n_names; i++) {
        vttif_shape_describe(&names[i].shape, text);
        g_string_append_printf(text, " %.4f %zu %zu %.6f\n", names[i].score, names[i].n_missing,
                               names[i].n_extra, names[i].explained);
    }
    return g_string_free(text, FALSE);
}

#endif
