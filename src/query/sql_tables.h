// SPDX-License-Identifier: Apache-2.0
/* Between the database (sql.c) and its tables (sql_traffic.c, sql_pairs.c). */
#ifndef QUERY_SQL_TABLES_H
#define QUERY_SQL_TABLES_H

#include "monitor/monitor.h"
#include <sqlite3.h>

struct sql;

struct monitor *sql_monitor(const struct sql *sql);
/* To be called in loops: true when the time of the query is over. Lets the service breathe. */
bool sql_is_late(struct sql *sql);

/* What the tables share: the database they are in. */
struct sql_table {
    sqlite3_vtab base;
    struct sql *sql;
};

/* xConnect's work: declares the columns of a table. */
int sql_table_connect(sqlite3 *database, struct sql *sql, const char *declaration,
                      sqlite3_vtab **table);
int sql_table_disconnect(sqlite3_vtab *table);
/* Passes the message of an error to SQLite, and frees it. */
int sql_table_fail(struct sql_table *table, GError *error);
/* Sets a result to the name of an endpoint. */
void sql_result_endpoint(sqlite3_context *context, const struct monitor *monitor,
                         uint32_t endpoint);

extern const sqlite3_module sql_traffic_module;
extern const sqlite3_module sql_matrix_module;
extern const sqlite3_module sql_pairs_module;
extern const sqlite3_module sql_endpoints_module;

#endif
