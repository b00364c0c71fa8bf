// SPDX-License-Identifier: Apache-2.0
/*
 * How a matrix and a topology look: to people (table, heat map, text), to drawing programs
 * (Graphviz DOT, Samba) and to programs (CSV, JSON), and how the last two are read back.
 *
 * Every writer appends to a GString of the caller and cannot fail; where the text goes is the
 * caller's business. Every reader takes the whole text and a name for its messages.
 */
#ifndef VTTIF_VIEW_H
#define VTTIF_VIEW_H

#include <vttif/matrix.h>
#include <vttif/recognition.h>
#include <vttif/topology.h>

G_BEGIN_DECLS

/* --- for people ------------------------------------------------------------------------- */

/* The matrix as an aligned table, row = sender, with one unit for all cells, stated above it.
 * Wide matrices (more than max_columns characters) fall back to the heat map and the top pairs. */
void vttif_view_table(const struct vttif_matrix *matrix, unsigned max_columns, GString *out);

/* The matrix as a map of shaded characters, one cell a pair; with colour, ANSI 256-colour
 * backgrounds. Matrices wider than max_columns are drawn with several endpoints a cell, and say
 * so. */
void vttif_view_heatmap(const struct vttif_matrix *matrix, unsigned max_columns, bool colour,
                        GString *out);

/*
 * What a recognition found: the names, best first, and what is left over; then the best name's
 * placement, drawn as what it is (rows and columns for a grid, indented for a tree), and that of
 * other programs that run beside it. Without a name it says why there is none.
 */
void vttif_view_names(const struct vttif_recognition *recognition,
                      const struct vttif_matrix *matrix, unsigned max_columns, GString *out);
/* The parts in a line: "all-to-all 8 86 % + star 8 at h1 12 % + other 2 %"; nothing without a
 * name. */
void vttif_view_parts(const struct vttif_recognition *recognition,
                      const struct vttif_matrix *matrix, GString *out);

/*
 * The same matrix with its endpoints in the order of their places, so that structure shows as bands
 * and blocks; those that have no place come last. Where places are all alike (the leaves of a star,
 * all-to-all) the order stays. Returns a new reference, also if there is no name.
 */
struct vttif_matrix *vttif_view_by_place(struct vttif_matrix *matrix,
                                         const struct vttif_recognition *recognition);

/* The topology: one line an endpoint with its partners, "<->" both ways, "->" one way. */
void vttif_view_topology(const struct vttif_topology *topology, unsigned max_columns, GString *out);

/* What was counted, for how long, and what is missing: the lines under every result. */
void vttif_view_account(const struct vttif_matrix *matrix, GString *out);

/* --- for programs ------------------------------------------------------------------------ */

/* CSV: dense with names in first row and column, up to VTTIF_DENSE_MAX endpoints; above that
 * sparse, "from,to,bytes". */
#define VTTIF_DENSE_MAX 256
void vttif_view_csv(const struct vttif_matrix *matrix, GString *out);
/* JSON, schema vttif.matrix/1. */
void vttif_view_json_matrix(const struct vttif_matrix *matrix, GString *out);
/* JSON, schema vttif.topology/1: the matrix too, and with a recognition (else NULL) the names, the
 * places and the decomposition. */
void vttif_view_json_topology(const struct vttif_topology *topology,
                              const struct vttif_recognition *recognition, GString *out);

/*
 * Reads a matrix: JSON (text that begins with '{') or CSV (dense with names, bare numbers, or
 * "from,to,bytes"). Cells are multiplied by unit (1 for bytes, 1e6 for a file in MB). name is the
 * file's, for messages. bmin, if not NULL, gets the threshold of a topology file, 0 if there is
 * none or it was found from the matrix. Fails with VTTIF_ERROR_FORMAT, and line (and column) in the
 * message, on anything that is not a square matrix of finite numbers >= 0 below 2^64 with different
 * names. Returns a new reference.
 */
struct vttif_matrix *vttif_view_read(const char *text, size_t length, const char *name, double unit,
                                     double *bmin, GError **error);

/* --- for drawing programs ---------------------------------------------------------------- */

/* A place in a drawing, 0 <= x, y <= 1, y upwards. */
struct vttif_point {
    double x, y;
};

/* n places on a circle, clockwise from the top. */
void vttif_layout_circle(size_t n, struct vttif_point *points);
/* n places in rows from the top left, as square as it goes. */
void vttif_layout_grid(size_t n, struct vttif_point *points);
/* Places from a text of lines "NAME X Y" ('#' comments; any range, fitted into the drawing); every
 * endpoint of the matrix must have one. */
bool vttif_layout_parse(const char *text, const char *file, const struct vttif_matrix *matrix,
                        struct vttif_point *points, GError **error);

/*
 * Places by the coordinates of a name: a mesh as a mesh, a torus bent round, three dimensions in
 * perspective, a tree from the root downwards (a large one around it), a ring as a ring. Endpoints
 * without a place stand in rows below.
 */
void vttif_layout_place(const struct vttif_name *name, struct vttif_point *points);
/* The same for all programs that were recognised, beside each other. Returns whether there is a
 * name; without one nothing is written. */
bool vttif_layout_recognition(const struct vttif_recognition *recognition,
                              struct vttif_point *points);

/* Scales places of any range alike, so that they fill the drawing, and centres them. */
void vttif_layout_fit(size_t n, struct vttif_point *points);

/* The topology in Graphviz's DOT: pinned at points[n], or with points NULL left to the layout
 * engine. */
void vttif_view_dot(const struct vttif_topology *topology, const struct vttif_point *points,
                    GString *out);
/* The topology as a file of Samba, the paper's animator. */
void vttif_view_samba(const struct vttif_topology *topology, const struct vttif_point *points,
                      GString *out);

G_END_DECLS

#endif
