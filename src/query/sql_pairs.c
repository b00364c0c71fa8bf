// SPDX-License-Identifier: Apache-2.0
/* The tables with a row for each pair or endpoint: matrix(n), pairs, endpoints. What they show is
 * asked for once, when a scan of them begins. */
#include "query/sql_tables.h"

enum { COST = 1000 };

struct list_cursor {
    sqlite3_vtab_cursor base;
    struct monitor_pair *pairs; /* of matrix */
    bool (*is_row)(const struct monitor *monitor, size_t i); /* NULL: all are */
    size_t n, i;
};

static struct monitor *monitor_of(const sqlite3_vtab_cursor *cursor)
{
    return sql_monitor(((const struct sql_table *)cursor->pVtab)->sql);
}

/* --- what they have in common ---------------------------------------------------------------- */

static int list_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct list_cursor *made = g_new0(struct list_cursor, 1);
    *cursor = &made->base;
    return SQLITE_OK;
}

static int list_close(sqlite3_vtab_cursor *base)
{
    struct list_cursor *cursor = (struct list_cursor *)base;
    g_free(cursor->pairs);
    g_free(cursor);
    return SQLITE_OK;
}

/* To the first row from i on: not every number is somebody's. */
static int list_skip(struct list_cursor *cursor)
{
    const struct monitor *monitor = monitor_of(&cursor->base);
    while (cursor->is_row && cursor->i < cursor->n && !cursor->is_row(monitor, cursor->i))
        cursor->i++;
    return SQLITE_OK;
}

static int list_next(sqlite3_vtab_cursor *base)
{
    struct list_cursor *cursor = (struct list_cursor *)base;
    cursor->i++;
    return list_skip(cursor);
}

static int list_eof(sqlite3_vtab_cursor *base)
{
    const struct list_cursor *cursor = (struct list_cursor *)base;
    return cursor->i >= cursor->n;
}

static int list_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
    *row = (sqlite3_int64)((struct list_cursor *)base)->i;
    return SQLITE_OK;
}

static int scan_all(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = COST;
    return SQLITE_OK;
}

/* --- matrix(n) ------------------------------------------------------------------------------- */

enum { MATRIX_SRC, MATRIX_DST, MATRIX_BYTES, MATRIX_LAST };

static int matrix_connect(sqlite3 *database, void *sql, int n, const char *const *words,
                          sqlite3_vtab **table, char **error)
{
    (void)n, (void)words, (void)error;
    return sql_table_connect(
        database, sql,
        "CREATE TABLE matrix(src TEXT, dst TEXT, bytes INTEGER, last INTEGER HIDDEN)", table);
}

/* matrix(n) is a condition last = n. Without one, all that is remembered. */
static int matrix_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = COST;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != MATRIX_LAST ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->idxNum = 1;
        break;
    }
    return SQLITE_OK;
}

static int matrix_filter(sqlite3_vtab_cursor *base, int has_last, const char *conditions, int n,
                         sqlite3_value **values)
{
    (void)conditions, (void)n;
    struct list_cursor *cursor = (struct list_cursor *)base;
    const struct monitor *monitor = monitor_of(base);
    struct monitor_interval interval = monitor_remembered(monitor);
    if (has_last) {
        sqlite3_int64 last = sqlite3_value_int64(values[0]);
        if (sqlite3_value_numeric_type(values[0]) != SQLITE_INTEGER || last <= 0)
            return sql_table_fail((struct sql_table *)base->pVtab,
                                  g_error_new(VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                                              "matrix(n): expected a number of seconds above 0"));
        interval = monitor_last(monitor, MIN(last, interval.to - interval.from));
    }
    g_clear_pointer(&cursor->pairs, g_free);
    cursor->i = cursor->n = 0;
    GError *error = NULL;
    cursor->pairs = monitor_top(monitor, &interval, SIZE_MAX, &cursor->n, &error);
    return error ? sql_table_fail((struct sql_table *)base->pVtab, error) : SQLITE_OK;
}

static int matrix_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct list_cursor *cursor = (struct list_cursor *)base;
    const struct monitor_pair *pair = &cursor->pairs[cursor->i];
    if (column == MATRIX_SRC)
        sql_result_endpoint(context, monitor_of(base), pair->from);
    else if (column == MATRIX_DST)
        sql_result_endpoint(context, monitor_of(base), pair->to);
    else if (column == MATRIX_BYTES)
        sqlite3_result_int64(context, (sqlite3_int64)pair->bytes);
    return SQLITE_OK;
}

const sqlite3_module sql_matrix_module = {
    .xConnect = matrix_connect,
    .xDisconnect = sql_table_disconnect,
    .xBestIndex = matrix_best_index,
    .xOpen = list_open,
    .xClose = list_close,
    .xFilter = matrix_filter,
    .xNext = list_next,
    .xEof = list_eof,
    .xColumn = matrix_column,
    .xRowid = list_rowid,
};

/* --- pairs ----------------------------------------------------------------------------------- */

enum { PAIRS_SRC, PAIRS_DST, PAIRS_BYTES, PAIRS_FRAMES };

static int pairs_connect(sqlite3 *database, void *sql, int n, const char *const *words,
                         sqlite3_vtab **table, char **error)
{
    (void)n, (void)words, (void)error;
    return sql_table_connect(
        database, sql, "CREATE TABLE pairs(src TEXT, dst TEXT, bytes INTEGER, frames INTEGER)",
        table);
}

static bool is_pair(const struct monitor *monitor, size_t i)
{
    return monitor_is_pair(monitor, (uint32_t)i);
}

static int pairs_filter(sqlite3_vtab_cursor *base, int plan, const char *conditions, int n,
                        sqlite3_value **values)
{
    (void)plan, (void)conditions, (void)n, (void)values;
    struct list_cursor *cursor = (struct list_cursor *)base;
    cursor->i = 0;
    cursor->n = monitor_pairs(monitor_of(base));
    cursor->is_row = is_pair;
    return list_skip(cursor);
}

static int pairs_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct monitor *monitor = monitor_of(base);
    struct monitor_counter pair =
        monitor_counter(monitor, (uint32_t)((struct list_cursor *)base)->i);
    if (column == PAIRS_SRC)
        sql_result_endpoint(context, monitor, pair.from);
    else if (column == PAIRS_DST)
        sql_result_endpoint(context, monitor, pair.to);
    else
        sqlite3_result_int64(context,
                             (sqlite3_int64)(column == PAIRS_BYTES ? pair.bytes : pair.frames));
    return SQLITE_OK;
}

const sqlite3_module sql_pairs_module = {
    .xConnect = pairs_connect,
    .xDisconnect = sql_table_disconnect,
    .xBestIndex = scan_all,
    .xOpen = list_open,
    .xClose = list_close,
    .xFilter = pairs_filter,
    .xNext = list_next,
    .xEof = list_eof,
    .xColumn = pairs_column,
    .xRowid = list_rowid,
};

/* --- endpoints ------------------------------------------------------------------------------- */

static int endpoints_connect(sqlite3 *database, void *sql, int n, const char *const *words,
                             sqlite3_vtab **table, char **error)
{
    (void)n, (void)words, (void)error;
    return sql_table_connect(database, sql, "CREATE TABLE endpoints(name TEXT)", table);
}

static bool is_endpoint(const struct monitor *monitor, size_t i)
{
    return monitor_endpoint_name(monitor, (uint32_t)i) != NULL;
}

static int endpoints_filter(sqlite3_vtab_cursor *base, int plan, const char *conditions, int n,
                            sqlite3_value **values)
{
    (void)plan, (void)conditions, (void)n, (void)values;
    struct list_cursor *cursor = (struct list_cursor *)base;
    cursor->i = 0;
    cursor->n = monitor_endpoints(monitor_of(base));
    cursor->is_row = is_endpoint;
    return list_skip(cursor);
}

static int endpoints_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    (void)column;
    sql_result_endpoint(context, monitor_of(base), (uint32_t)((struct list_cursor *)base)->i);
    return SQLITE_OK;
}

const sqlite3_module sql_endpoints_module = {
    .xConnect = endpoints_connect,
    .xDisconnect = sql_table_disconnect,
    .xBestIndex = scan_all,
    .xOpen = list_open,
    .xClose = list_close,
    .xFilter = endpoints_filter,
    .xNext = list_next,
    .xEof = list_eof,
    .xColumn = endpoints_column,
    .xRowid = list_rowid,
};
