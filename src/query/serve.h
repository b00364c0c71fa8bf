// SPDX-License-Identifier: Apache-2.0
/*
 * The HTTP server: a unix socket for who is on this host and may open it, and TCP, only if
 * configured, for who knows a token. What can be asked is in api.h; GET /v1/alerts is a stream of
 * vttif.alert/1, a line each, that goes on until the client leaves (empty lines are to be ignored).
 *
 * What strangers may take is limited: connections, the length of requests, the time without a word,
 * alerts that a stream has not read.
 */
#ifndef QUERY_SERVE_H
#define QUERY_SERVE_H

#include "monitor/monitor.h"
#include "query/sql.h"

#define QUERY_SOCKET      "/run/vttif/vttifd.sock"
#define QUERY_CONNECTIONS 64
#define QUERY_PATIENCE    30

struct query_config {
    const char *socket; /* path of the unix socket; NULL: none */
    const char *group; /* that may open it, by name; NULL: only our user and group */
    const char *listen; /* ADDRESS:PORT for TCP; NULL: none */
    const char *token_file; /* whose first line a TCP client has to give; needed with listen */
    unsigned connections; /* at a time; 0: QUERY_CONNECTIONS */
    unsigned patience; /* seconds for a request to come, and for a write of an answer; 0:
                          QUERY_PATIENCE */
    size_t metrics_pairs; /* 0: PROMETHEUS_PAIRS */
    struct sql_limits sql; /* breathe is set here */
};

struct query;
typedef struct query query_handle; /* the name that g_autoptr wants */

/* Serves the monitor, which must outlive it, on the thread's default main context. Strings are
 * copied. Fails with IO, PERMISSION or ARGUMENT: a path that cannot be bound, another server that
 * answers there, a token file that others may read. */
struct query *query_serve(struct monitor *monitor, const struct query_config *config,
                          GError **error);
/* Closes all connections and takes the socket away. */
void query_free(struct query *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(query_handle, query_free)

#endif
