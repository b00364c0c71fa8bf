// SPDX-License-Identifier: Apache-2.0
/*
 * Errors of libvttif.
 *
 * Every call that can fail takes a GError ** and returns false or NULL when it failed. The message
 * is one sentence for a user: file and line or offset, what was found, what was expected. The code
 * is for programs that want to react. The library never prints and never ends the process.
 */
#ifndef VTTIF_ERROR_H
#define VTTIF_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define VTTIF_ERROR vttif_error_quark()
GQuark vttif_error_quark(void);

enum vttif_error {
    VTTIF_ERROR_ARGUMENT, /* an option or value out of its range */
    VTTIF_ERROR_FORMAT, /* input that does not follow its format */
    VTTIF_ERROR_TRUNCATED, /* input that ends too early; what came before is usable */
    VTTIF_ERROR_LIMIT, /* more than a stated maximum */
    VTTIF_ERROR_IO, /* the operating system refused to read or write */
    VTTIF_ERROR_PERMISSION, /* the operating system said that we may not */
    VTTIF_ERROR_HOST, /* a host cannot be reached or used */
    VTTIF_ERROR_UNAVAILABLE /* a program or feature that is needed is not there */
};

G_END_DECLS

#endif
