// SPDX-License-Identifier: Apache-2.0
/* Colours that people who see few colours can tell apart, too. */
#ifndef VIEW_COLOUR_H
#define VIEW_COLOUR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Parts from 0 to 1. */
struct colour {
    double red, green, blue;
};

/* The colour of endpoint i of n, readable on white: up to eight from Okabe and Ito's palette,
 * beyond that evenly spaced along the darker part of viridis. */
struct colour colour_of_endpoint(size_t i, size_t n);
/* Viridis at 0 (dark violet) to 1 (light yellow). */
struct colour colour_viridis(double at);
/* Whether text on that ground is better read in white than in black (WCAG contrast). */
bool colour_wants_white_text(struct colour ground);
/* Appends "#rrggbb", or with alpha below 1 "#rrggbbaa". */
void colour_append(GString *out, struct colour colour, double alpha);

#endif
