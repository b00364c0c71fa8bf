// SPDX-License-Identifier: Apache-2.0
/* Values as people write them in a configuration file. Each returns false for what is no such value
 * or out of range, and changes nothing then. */
#ifndef DAEMON_VALUES_H
#define DAEMON_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* "1500", "1.5 MB", "512MiB": a number of bytes, at most 2^53. */
bool value_bytes(const char *text, uint64_t *bytes);
/* "100 ms", "2.5s", "5 min", "1 h": the unit must be given. At most ten years. */
bool value_duration_ns(const char *text, int64_t *ns);
bool value_number(const char *text, double *number);
/* Digits only, in [least, most]. */
bool value_whole(const char *text, uint64_t least, uint64_t most, uint64_t *number);
/* "yes", "true", "on", "1" and their opposites. */
bool value_bool(const char *text, bool *is_true);

#endif
