// SPDX-License-Identifier: Apache-2.0
/* What the writers of this room share. */
#ifndef VIEW_OUTPUT_H
#define VIEW_OUTPUT_H

#include <glib.h>

/* Appends a finite number in the shortest form that reads back as the same number. */
void output_number(GString *out, double value);
/* Appends text as a JSON string. What is not UTF-8 becomes U+FFFD; control characters are escaped,
 * also those that JSON would let pass, for the sake of terminals. */
void output_json_string(GString *out, const char *text);
/* Appends text as a cell of CSV (RFC 4180): in quotes if it has to be, or if blanks around it would
 * be lost. */
void output_csv_text(GString *out, const char *text);

#endif
