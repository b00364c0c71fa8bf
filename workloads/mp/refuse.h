// SPDX-License-Identifier: Apache-2.0
/* What the programs say of options that do not fit. */
#ifndef MP_REFUSE_H
#define MP_REFUSE_H

#include <glib.h>
#include <stdbool.h>

/* Sets the error to this sentence, printf-like; always false. */
bool refuse(GError **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
