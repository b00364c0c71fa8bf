// SPDX-License-Identifier: Apache-2.0
/*
 * A strict reader for JSON (RFC 8259) that is pulled along by its caller and builds no tree.
 *
 * Why not json-glib, which other rooms use: version 1.6 reads 18446744073709551615 as -1, 010 as 8
 * and "[1] [2]" as [1], overflows the stack on a file of 100,000 brackets, needs some 90 bytes a
 * number, and cannot say where in the file a value stood. A matrix file comes from anywhere, and a
 * wrong cell in it must be named by line and column.
 *
 * Every call skips the blanks before what it reads. Calls that return bool return false with an
 * error when the text is not what they expect.
 */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include "view/input.h"

struct json {
    const struct view_input *input;
    const char *at;
    const char *place; /* where the value that was read last began */
};

/* The first character of the next value, '\0' at the end of the text. */
char json_peek(struct json *json);
/* Steps over the character if it is next. */
bool json_take(struct json *json, char c);
/* Steps over the character, or fails. */
bool json_expect(struct json *json, char c, GError **error);
/* Fails unless nothing but blanks follows. */
bool json_expect_end(struct json *json, GError **error);
/* Reads a string; text is overwritten. \u0000 is refused. */
bool json_read_string(struct json *json, GString *text, GError **error);
/* Reads any number; *end gets where it ends, it begins at json->place. */
bool json_read_number(struct json *json, const char **end, GError **error);
bool json_read_double(struct json *json, double *value, GError **error);
/* Reads a whole number from 0 to 2^64 - 1. */
bool json_read_uint64(struct json *json, uint64_t *value, GError **error);
bool json_read_bool(struct json *json, bool *value, GError **error);
/* Steps over a value of any kind, at most 64 deep. */
bool json_skip(struct json *json, GError **error);

/*
 * Steps through an array; *count, 0 before the first call, gets the number of elements begun:
 *
 *     size_t count = 0;
 *     bool more;
 *     while (json_next_element(&json, &count, &more, error) && more)
 *         read one value
 */
bool json_next_element(struct json *json, size_t *count, bool *more, GError **error);
/* The same for an object; key gets the member's name, and its value is next. */
bool json_next_member(struct json *json, size_t *count, bool *more, GString *key, GError **error);

#endif
