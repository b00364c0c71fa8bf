// SPDX-License-Identifier: Apache-2.0
/*
 * The traffic matrix T (paper, section 2): T[i][j] is the number of bytes sent from endpoint i to
 * endpoint j during the time that was watched.
 *
 * The matrix is sparse: a row holds only the cells that are not zero, in ascending order of the
 * receiver, so that 16 endpoints that all talk and 16,384 that have six partners each are both
 * small. Cells are doubles: exact for whole bytes up to 2^53 (9 PB a pair), and able to hold the
 * fractions of published matrices. A cell is never negative, never NaN, never infinite.
 *
 * With the cells goes an account of what is *not* in them (struct vttif_account): drops, filtered
 * and undecodable frames. A matrix whose account is not clean is a lower bound, and says so.
 *
 * Matrices are reference counted; nothing here is thread-safe while a matrix is being changed.
 */
#ifndef VTTIF_MATRIX_H
#define VTTIF_MATRIX_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The most endpoints that a matrix may have. */
#define VTTIF_MATRIX_MAX 65536

/* What a byte is (design: "T[i][j]"). Two matrices of different counts are never mixed. */
enum vttif_count {
    VTTIF_COUNT_UNKNOWN, /* read from a file that does not say */
    VTTIF_COUNT_FRAME, /* Ethernet frame as on the wire, without FCS */
    VTTIF_COUNT_IP, /* IP total length */
    VTTIF_COUNT_PAYLOAD /* TCP or UDP payload; for other IP protocols the IP payload */
};

/* "frame", "ip", "payload" or "unknown". */
const char *vttif_count_name(enum vttif_count count);
/* The count of that name; returns false if there is none. */
bool vttif_count_parse(const char *name, enum vttif_count *count);

/* Bytes and frames left out of the matrix, for one reason (see filter.h for the reasons). */
struct vttif_dropped {
    uint64_t bytes;
    uint64_t frames;
};

#define VTTIF_REASONS_MAX 32

/* What was seen, for how long, and what of it is not in the cells. */
struct vttif_account {
    enum vttif_count count;
    double seconds; /* from the first to the last frame that was counted */
    uint64_t frames; /* frames counted in the cells */
    uint64_t kernel_drops; /* frames that the kernel lost before a capture saw them */
    uint64_t undecodable; /* frames too short or malformed to say who sent them */
    struct vttif_dropped overflow; /* frames whose pair no longer fitted a table */
    struct vttif_dropped missed; /* what receivers' captures saw and the senders' did not */
    uint64_t estimated; /* super-packets split into segments by an assumed segment size */
    bool truncated; /* a capture ended in the middle of a record */
    struct vttif_dropped filtered[VTTIF_REASONS_MAX]; /* index: enum vttif_reason of filter.h */
};

/* True if bytes are known to be missing from the cells: drops, overflow, undecodable or
 * missed frames, or a truncated capture. Filtered frames are left out on purpose and do not make a
 * lower bound. */
bool vttif_account_is_lower_bound(const struct vttif_account *account);

struct vttif_cell {
    uint32_t to; /* receiver's index */
    double bytes; /* > 0 */
};

struct vttif_matrix;
typedef struct vttif_matrix vttif_matrix; /* the name that g_autoptr wants */

/*
 * A matrix of n endpoints (0 <= n <= VTTIF_MATRIX_MAX) with no traffic. names[n] are copied; NULL
 * gives the names "1" to "n". Names should differ; vttif_matrix_find returns the first.
 * Returns a new reference; release it with vttif_matrix_unref.
 */
struct vttif_matrix *vttif_matrix_new(size_t n, const char *const *names);
struct vttif_matrix *vttif_matrix_ref(struct vttif_matrix *matrix);
void vttif_matrix_unref(struct vttif_matrix *matrix);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_matrix, vttif_matrix_unref)

size_t vttif_matrix_size(const struct vttif_matrix *matrix);
/* Name of endpoint i < size; owned by the matrix. */
const char *vttif_matrix_name(const struct vttif_matrix *matrix, size_t i);
/* Index of the endpoint of that name, or -1. O(1). */
gssize vttif_matrix_find(const struct vttif_matrix *matrix, const char *name);

/* Adds bytes (finite, >= 0) to T[from][to]. O(log d) for a pair that has traffic, O(d) for a new
 * one, d the number of cells in the row. */
void vttif_matrix_add(struct vttif_matrix *matrix, size_t from, size_t to, double bytes);
/* Replaces a row by n cells, copied, in ascending order of receiver, no receiver twice, bytes
 * finite and > 0. O(n). */
void vttif_matrix_set_row(struct vttif_matrix *matrix, size_t from, const struct vttif_cell *cells,
                          size_t n);
/* T[from][to]. O(log d). */
double vttif_matrix_get(const struct vttif_matrix *matrix, size_t from, size_t to);
/* The cells of a row in ascending order of receiver; *n_cells gets their number. Owned by the
 * matrix, valid until it is changed. The diagonal is included where it is not zero. */
const struct vttif_cell *vttif_matrix_row(const struct vttif_matrix *matrix, size_t from,
                                          size_t *n_cells);
/* Number of cells that are not zero, diagonal included. O(n). */
size_t vttif_matrix_cells(const struct vttif_matrix *matrix);
/* The largest cell off the diagonal, 0 for none: the paper's bmax. O(cells). */
double vttif_matrix_max(const struct vttif_matrix *matrix);
/* Sum of all cells. O(cells). */
double vttif_matrix_total(const struct vttif_matrix *matrix);

/* The account that goes with the cells; owned by the matrix, to be filled in by its maker. */
struct vttif_account *vttif_matrix_account(struct vttif_matrix *matrix);
const struct vttif_account *vttif_matrix_account_const(const struct vttif_matrix *matrix);

G_END_DECLS

#endif
