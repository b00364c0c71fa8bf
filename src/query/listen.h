// SPDX-License-Identifier: Apache-2.0
/* Where the server listens: sockets with their permissions, and the token of TCP. */
#ifndef QUERY_LISTEN_H
#define QUERY_LISTEN_H

#include <gio/gio.h>

/* A listening unix socket at path, which the group (or NULL) may open too. What a server that has
 * died left there is taken away. */
GSocket *listen_unix(const char *path, const char *group, GError **error);
/* A listening TCP socket at "ADDRESS:PORT". */
GSocket *listen_tcp(const char *address, GError **error);
/* The first line of the file, at least 16 characters, which nobody else may read. g_free it. */
char *listen_token(const char *file, GError **error);

#endif
