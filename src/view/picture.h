// SPDX-License-Identifier: Apache-2.0
/*
 * Pictures as bytes. Not part of libvttif, because Graphviz and cairo are large; and not for
 * several threads, because Graphviz is not.
 */
#ifndef VIEW_PICTURE_H
#define VIEW_PICTURE_H

#include <glib.h>
#include <stdbool.h>
#include <vttif/view.h>

/* Whether a picture can be made in that format: "svg", "png", "pdf"; of a graph also "dot". */
bool picture_format_is_known(const char *format);

/*
 * Draws a graph. engine is a layout engine of Graphviz ("nop2", "neato", "dot", ...), or NULL for
 * the one that the text asks for, as that of vttif_view_dot does. Fails with VTTIF_ERROR_ARGUMENT
 * for an unknown format, with VTTIF_ERROR_FORMAT and Graphviz's words for anything else.
 */
bool picture_render_dot(const char *dot, const char *engine, const char *format, GBytes **out,
                        GError **error);

/*
 * Lets Graphviz find places for the endpoints, in rows for a tree and by the lengths of ways for
 * anything else: the layout "auto". points is as in vttif_view_dot, which then draws the edges;
 * Graphviz would take long to, or crash on two edges between the same two hosts.
 */
bool picture_place(const struct vttif_topology *topology, struct vttif_point *points,
                   GError **error);

/*
 * Draws the matrix as a heat map: row = sender, column = receiver, light for little and dark for
 * much, white for nothing. The scale is linear, or logarithmic where the cells differ by more than
 * a factor of 100. Above 1,024 endpoints a cell of the picture stands for the sum of several pairs,
 * and the picture says so.
 */
bool picture_heatmap(const struct vttif_matrix *matrix, const char *format, GBytes **out,
                     GError **error);

#endif
