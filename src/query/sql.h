// SPDX-License-Identifier: Apache-2.0
/*
 * A general query interface (paper, section 6): SQL over what a monitor remembers, through SQLite's
 * virtual tables. Nothing is copied into a database; a query reads the live history.
 *
 *   traffic    src, dst, bytes, time, age, seconds    a row for each pair and second with traffic
 *   matrix(n)  src, dst, bytes                        a row for each pair: the last n seconds
 *   pairs      src, dst, bytes, frames                a row for each pair: since counting began
 *   endpoints  name
 *
 * time is the second since 1970 in which the bytes passed, age its distance from the second that is
 * running (0), seconds the length of the row's interval: 1, or 60 or 3600 where the history is
 * older and coarser. Conditions on age, time, src and dst of the form COLUMN OPERATOR VALUE are
 * looked up, not searched for: only the seconds and pairs asked for are read.
 *
 *     SELECT src, dst, sum(bytes) FROM traffic WHERE age < 512 GROUP BY 1, 2
 *
 * Queries come from strangers: one statement that only reads (SQLite's authorizer lets nothing else
 * through), for a limited time, with limited rows, memory and length. A query that runs long lets
 * the service go on through `breathe`.
 */
#ifndef QUERY_SQL_H
#define QUERY_SQL_H

#include "monitor/monitor.h"

struct sql;
typedef struct sql sql_handle; /* the name that g_autoptr wants */

#define SQL_LENGTH_MAX (64u << 10) /* of a statement */

struct sql_limits {
    unsigned milliseconds; /* 0: SQL_MILLISECONDS */
    size_t rows; /* of a result; 0: SQL_ROWS */
    size_t
        memory; /* that SQLite may take, by all databases of the process together; 0: SQL_MEMORY */
    /* Called every few milliseconds while a query runs, or NULL: counting must go on. */
    void (*breathe)(void *context);
    void *breathe_context;
};

#define SQL_MILLISECONDS 5000
#define SQL_ROWS         ((size_t)100000)
#define SQL_MEMORY       ((size_t)256 << 20)

/* A database over the monitor, which must outlive it. Fails with VTTIF_ERROR_UNAVAILABLE if SQLite
 * cannot be had with what this needs. */
struct sql *sql_open(struct monitor *monitor, const struct sql_limits *limits, GError **error);
void sql_close(struct sql *sql);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sql_handle, sql_close)

enum sql_type { SQL_NULL, SQL_INTEGER, SQL_REAL, SQL_TEXT };

/* One value of a row. */
struct sql_value {
    enum sql_type type;
    int64_t integer;
    double real;
    const char *text; /* UTF-8, ends with 0; blobs come as hexadecimal digits */
};

/* Where a result goes. Names and values are valid during the call. */
struct sql_sink {
    void (*columns)(void *context, size_t n, const char *const *names);
    void (*row)(void *context, size_t n, const struct sql_value *values);
    void *context;
};

/*
 * Runs one statement. Fails with VTTIF_ERROR_ARGUMENT (a statement that is wrong, or does more than
 * read), VTTIF_ERROR_LIMIT (time, rows, memory or length; what came before has gone to the sink),
 * each with a sentence for the user.
 */
bool sql_run(struct sql *sql, const char *statement, const struct sql_sink *sink, GError **error);

#endif
