// SPDX-License-Identifier: Apache-2.0
/* Tallies of made-up frames, for tests of what is counted and how captures are joined. */
#ifndef TESTS_TALLIES_H
#define TESTS_TALLIES_H

#include "frames.h"
#include "tally/tally.h"

#include <vttif/tally.h>

#define MS INT64_C(1000000)

static inline struct vttif_tally *tally_new(enum vttif_count count)
{
    return vttif_tally_new(&(struct vttif_tally_options){.count = count});
}

static inline void add(struct vttif_tally *tally, struct recipe recipe, int64_t time_ns)
{
    g_autoptr(GByteArray) bytes = frame_make(&recipe);
    vttif_tally_add(tally, recipe.link, bytes->data, bytes->len, bytes->len, time_ns);
}

/* A datagram of 100 bytes from 10.0.0.FROM to 10.0.0.TO. */
static inline void send(struct vttif_tally *tally, unsigned from, unsigned to, int64_t time_ns)
{
    g_autofree char *src = g_strdup_printf("10.0.0.%u", from);
    g_autofree char *dst = g_strdup_printf("10.0.0.%u", to);
    add(tally,
        (struct recipe){.src = src,
                        .dst = dst,
                        .protocol = 17,
                        .src_port = 40000,
                        .dst_port = 40001,
                        .payload = 100},
        time_ns);
}

static inline double cell(const struct vttif_matrix *matrix, const char *from, const char *to)
{
    gssize i = vttif_matrix_find(matrix, from), j = vttif_matrix_find(matrix, to);
    g_assert_true(i >= 0 && j >= 0);
    return vttif_matrix_get(matrix, (size_t)i, (size_t)j);
}

static inline struct vttif_matrix *merge(const struct vttif_capture *captures, size_t n,
                                         const struct vttif_hosts *hosts)
{
    g_autoptr(GError) error = NULL;
    struct vttif_matrix *matrix = vttif_merge(captures, n, hosts, NULL, &error);
    g_assert_no_error(error);
    return matrix;
}

#endif
