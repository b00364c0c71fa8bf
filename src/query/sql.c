// SPDX-License-Identifier: Apache-2.0
/* The database: what it may do and for how long, and one statement run on it. */
#include "query/sql.h"

#include <vttif/error.h>

#include "query/sql_tables.h"

enum {
    STEPS_BETWEEN_CHECKS = 1000, /* of SQLite's machine */
    VALUE_BYTES_MAX = 1 << 20,
    MILLISECOND = 1000 /* in the units of g_get_monotonic_time */
};

struct sql {
    sqlite3 *database;
    struct monitor *monitor;
    struct sql_limits limits;
    gint64 deadline;
    bool late;
    bool declaring; /* a table of ours says what its columns are */
};

struct monitor *sql_monitor(const struct sql *sql)
{
    return sql->monitor;
}

/* --- limits ---------------------------------------------------------------------------------- */

bool sql_is_late(struct sql *sql)
{
    if (sql->limits.breathe)
        sql->limits.breathe(sql->limits.breathe_context);
    sql->late = sql->late || g_get_monotonic_time() > sql->deadline;
    return sql->late;
}

static int check_time(void *sql)
{
    return sql_is_late(sql);
}

/* Reading, and the functions that need nothing but their arguments. */
static int authorize(void *context, int action, const char *first, const char *second,
                     const char *database, const char *trigger)
{
    (void)first, (void)database, (void)trigger;
    const struct sql *sql = context;
    if (sql->declaring)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return g_ascii_strcasecmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

static void set_limits(struct sql *sql)
{
    static const struct {
        int what, most;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX},
        {SQLITE_LIMIT_SQL_LENGTH, SQL_LENGTH_MAX},
        {SQLITE_LIMIT_COLUMN, 200},
        {SQLITE_LIMIT_EXPR_DEPTH, 200},
        {SQLITE_LIMIT_COMPOUND_SELECT, 50},
        {SQLITE_LIMIT_VDBE_OP, 100000},
        {SQLITE_LIMIT_FUNCTION_ARG, 20},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 0},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        sqlite3_limit(sql->database, limits[i].what, limits[i].most);
    sqlite3_hard_heap_limit64((sqlite3_int64)sql->limits.memory);
    sqlite3_progress_handler(sql->database, STEPS_BETWEEN_CHECKS, check_time, sql);
    sqlite3_set_authorizer(sql->database, authorize, sql);
}

/* --- opening --------------------------------------------------------------------------------- */

static bool add_tables(struct sql *sql)
{
    static const struct {
        const char *name;
        const sqlite3_module *module;
    } tables[] = {
        {"traffic", &sql_traffic_module},
        {"matrix", &sql_matrix_module},
        {"pairs", &sql_pairs_module},
        {"endpoints", &sql_endpoints_module},
    };
    bool done = true;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        done = done && sqlite3_create_module(sql->database, tables[i].name, tables[i].module,
                                             sql) == SQLITE_OK;
    return done;
}

/* Sorting spills into memory, which has its limit, not into files, which have none. */
static bool prepare(struct sql *sql)
{
    return sqlite3_open_v2(":memory:", &sql->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY,
                           NULL) == SQLITE_OK &&
           sqlite3_db_config(sql->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
           sqlite3_exec(sql->database, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL) ==
               SQLITE_OK &&
           add_tables(sql);
}

struct sql *sql_open(struct monitor *monitor, const struct sql_limits *limits, GError **error)
{
    struct sql *sql = g_new0(struct sql, 1);
    sql->monitor = monitor;
    sql->limits = *limits;
    if (sql->limits.milliseconds == 0)
        sql->limits.milliseconds = SQL_MILLISECONDS;
    if (sql->limits.rows == 0)
        sql->limits.rows = SQL_ROWS;
    if (sql->limits.memory == 0)
        sql->limits.memory = SQL_MEMORY;
    if (!prepare(sql)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE, "SQLite cannot be used: %s",
                    sqlite3_errmsg(sql->database));
        sql_close(sql);
        return NULL;
    }
    set_limits(sql);
    return sql;
}

void sql_close(struct sql *sql)
{
    sqlite3_close(sql->database);
    g_free(sql);
}

/* --- what the tables share ---------------------------------------------------------------------
 */

int sql_table_connect(sqlite3 *database, struct sql *sql, const char *declaration,
                      sqlite3_vtab **table)
{
    sql->declaring = true;
    int status = sqlite3_declare_vtab(database, declaration);
    sql->declaring = false;
    if (status != SQLITE_OK)
        return status;
    struct sql_table *made = g_new0(struct sql_table, 1);
    made->sql = sql;
    *table = &made->base;
    return SQLITE_OK;
}

int sql_table_disconnect(sqlite3_vtab *table)
{
    g_free(table);
    return SQLITE_OK;
}

int sql_table_fail(struct sql_table *table, GError *error)
{
    sqlite3_free(table->base.zErrMsg);
    table->base.zErrMsg = sqlite3_mprintf("%s", error->message);
    g_error_free(error);
    return SQLITE_ERROR;
}

void sql_result_endpoint(sqlite3_context *context, const struct monitor *monitor, uint32_t endpoint)
{
    sqlite3_result_text(context, monitor_endpoint_name(monitor, endpoint), -1, SQLITE_TRANSIENT);
}

/* --- one statement -----------------------------------------------------------------------------
 */

static bool fail(struct sql *sql, int status, GError **error)
{
    const char *said = sqlite3_errmsg(sql->database);
    if (sql->late)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "the query took longer than %u ms, the most that is allowed: ask for fewer "
                    "seconds or pairs, or for matrix(SECONDS) in place of sums over traffic",
                    sql->limits.milliseconds);
    else if (status == SQLITE_NOMEM)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "the query took more than %zu MiB of memory, the most that is allowed: ask for "
                    "less at once",
                    sql->limits.memory >> 20);
    else if (status == SQLITE_TOOBIG)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "the query, or one of its values, is too long: a statement may have %u bytes",
                    SQL_LENGTH_MAX);
    else if (status == SQLITE_AUTH)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "queries may only read: %s", said);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "%s", said);
    return false;
}

/* SQLite takes the first statement of several: a second one would be left out in silence. */
static bool is_alone(struct sql *sql, const char *rest, GError **error)
{
    sqlite3_stmt *next = NULL;
    int status = *rest ? sqlite3_prepare_v2(sql->database, rest, -1, &next, NULL) : SQLITE_OK;
    bool empty = status == SQLITE_OK && !next;
    sqlite3_finalize(next);
    if (!empty)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "expected one statement, found more after the semicolon");
    return empty;
}

static sqlite3_stmt *compile(struct sql *sql, const char *statement, GError **error)
{
    const char *rest;
    sqlite3_stmt *compiled = NULL;
    int status = sqlite3_prepare_v2(sql->database, statement, -1, &compiled, &rest);
    if (status != SQLITE_OK) {
        fail(sql, status, error);
    } else if (!compiled) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "expected a SELECT, found nothing");
    } else if (sqlite3_column_count(compiled) == 0) { /* REINDEX and others that ask nobody */
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "queries may only read: expected a SELECT");
        g_clear_pointer(&compiled, sqlite3_finalize);
    } else if (!is_alone(sql, rest, error)) {
        g_clear_pointer(&compiled, sqlite3_finalize);
    }
    return compiled;
}

static char *hexadecimal(const unsigned char *bytes, size_t n)
{
    GString *text = g_string_sized_new(2 * n);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

/* A value; *made gets the text that is the caller's to free. */
static struct sql_value value_of(sqlite3_stmt *compiled, int column, char **made)
{
    struct sql_value value = {.type = SQL_NULL};
    switch (sqlite3_column_type(compiled, column)) {
    case SQLITE_INTEGER:
        value.type = SQL_INTEGER;
        value.integer = sqlite3_column_int64(compiled, column);
        break;
    case SQLITE_FLOAT:
        value.type = SQL_REAL;
        value.real = sqlite3_column_double(compiled, column);
        break;
    case SQLITE_TEXT: /* of which a stranger may have made anything, with a cast */
        value.type = SQL_TEXT;
        *made = g_utf8_make_valid((const char *)sqlite3_column_text(compiled, column), -1);
        value.text = *made;
        break;
    case SQLITE_BLOB:
        value.type = SQL_TEXT;
        *made = hexadecimal(sqlite3_column_blob(compiled, column),
                            (size_t)sqlite3_column_bytes(compiled, column));
        value.text = *made;
        break;
    }
    return value;
}

static void send_columns(sqlite3_stmt *compiled, size_t n, const struct sql_sink *sink)
{
    g_autofree const char **names = g_new(const char *, n);
    for (size_t i = 0; i < n; i++)
        names[i] = sqlite3_column_name(compiled, (int)i);
    sink->columns(sink->context, n, names);
}

static void send_row(sqlite3_stmt *compiled, size_t n, const struct sql_sink *sink)
{
    g_autofree struct sql_value *values = g_new(struct sql_value, n);
    g_autofree char **made = g_new0(char *, n);
    for (size_t i = 0; i < n; i++)
        values[i] = value_of(compiled, (int)i, &made[i]);
    sink->row(sink->context, n, values);
    for (size_t i = 0; i < n; i++)
        g_free(made[i]);
}

static bool send_rows(struct sql *sql, sqlite3_stmt *compiled, const struct sql_sink *sink,
                      GError **error)
{
    size_t n = (size_t)sqlite3_column_count(compiled), rows = 0;
    send_columns(compiled, n, sink);
    for (;;) {
        int status = sqlite3_step(compiled);
        if (status == SQLITE_DONE)
            return true;
        if (status != SQLITE_ROW)
            return fail(sql, status, error);
        if (rows++ == sql->limits.rows) {
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                        "the result has more than %zu rows, the most that is allowed: sum up with "
                        "GROUP BY, or ask for the first with LIMIT",
                        sql->limits.rows);
            return false;
        }
        send_row(compiled, n, sink);
    }
}

bool sql_run(struct sql *sql, const char *statement, const struct sql_sink *sink, GError **error)
{
    sql->late = false;
    sql->deadline = g_get_monotonic_time() + (gint64)sql->limits.milliseconds * (gint64)MILLISECOND;
    sqlite3_stmt *compiled = compile(sql, statement, error);
    if (!compiled)
        return false;
    bool done = send_rows(sql, compiled, sink, error);
    sqlite3_finalize(compiled);
    return done;
}
