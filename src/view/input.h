// SPDX-License-Identifier: Apache-2.0
/*
 * A text that somebody else wrote, and what to say when it is not what was expected.
 *
 * The readers of this room walk the text by pointer and count nothing on the way: the line and the
 * column of a place are worked out only when a message needs them.
 */
#ifndef VIEW_INPUT_H
#define VIEW_INPUT_H

#include <glib.h>
#include <stdbool.h>
#include <vttif/error.h>
#include <vttif/matrix.h>

/* The longest name of an endpoint, and the longest number, in bytes. */
#define VIEW_NAME_MAX   255
#define VIEW_NUMBER_MAX 63

/* A cell is below this: 2^64 bytes. */
#define VIEW_CELL_LIMIT 18446744073709551616.0

struct view_input {
    const char *name; /* the file's, for messages */
    const char *text, *end;
};

/* Takes a byte order mark off the text and refuses what is not UTF-8 or has a NUL in it. */
bool view_input_open(struct view_input *input, const char *text, size_t length, const char *name,
                     GError **error);
/* Sets the error "NAME:LINE:COLUMN: ..." for a place in the text (column in characters, from 1) and
 * returns false. */
bool view_input_fail(const struct view_input *input, const char *at, GError **error,
                     enum vttif_error code, const char *format, ...) G_GNUC_PRINTF(5, 6);
/* The bytes from at to end as a message shows them: in quotes, cut to a readable length, with
 * nothing in it that a terminal would act on. */
char *view_quote(const char *at, const char *end);

/* Reads a cell, a number as "12", "0.5" or "1e9" times unit, from begin to end (which need not be
 * in the text; place is), and refuses what a cell cannot be. A unit other than 1 rounds to bytes.
 */
bool view_input_cell(const struct view_input *input, const char *place, const char *begin,
                     const char *end, double unit, double *bytes, GError **error);
/* Reads a number of that form, of at most VIEW_NUMBER_MAX characters; false if it is none. */
bool view_number_parse(const char *at, const char *end, double *value);
/* Refuses a name that is empty, too long or has a control character in it. at is its place. */
bool view_input_check_name(const struct view_input *input, const char *at, const char *name,
                           GError **error);

/* One pair of a matrix that is being read. */
struct view_pair {
    uint32_t from, to;
    double bytes;
};

/* The matrix of pairs in any order (which this sorts); pairs that occur twice are added up.
 * Takes n log n time, where adding them one by one to the matrix could take n^2. */
struct vttif_matrix *view_matrix_from_pairs(const struct view_input *input, size_t n,
                                            const char *const *names, GArray *pairs,
                                            GError **error);

/* The two readers behind vttif_view_read. */
struct vttif_matrix *view_read_csv(const struct view_input *input, double unit, GError **error);
struct vttif_matrix *view_read_json(const struct view_input *input, double unit, double *bmin,
                                    GError **error);

#endif
