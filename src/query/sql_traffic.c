// SPDX-License-Identifier: Apache-2.0
/*
 * The table traffic: a row for each pair and second with traffic.
 *
 * The monitor answers for an interval and all pairs at once; rows are wanted pair by pair, so that
 * GROUP BY src, dst needs no sorting. So the answers for all steps (seconds, and minutes and hours
 * where the history is coarser) are laid out as cells[pair][step] for as many pairs as fit into
 * CELLS_BYTES, and the history is asked again for the next block of pairs.
 */
#include "query/sql_tables.h"

#include <math.h>
#include <string.h>

enum { CELLS_BYTES = 64 << 20, OWN_COST = 1000, TIME_BITS = 36 };

enum column { COLUMN_SRC, COLUMN_DST, COLUMN_BYTES, COLUMN_TIME, COLUMN_AGE, COLUMN_SECONDS };

static const char declaration[] = "CREATE TABLE traffic(src TEXT, dst TEXT, bytes INTEGER, "
                                  "time INTEGER, age INTEGER, seconds INTEGER)";

struct step {
    int64_t from, to;
};

struct traffic_cursor {
    sqlite3_vtab_cursor base;
    int64_t present;
    struct monitor_interval asked;
    GArray *pairs; /* of uint32_t: those that fit the conditions */
    GArray *steps; /* of struct step, oldest first */
    uint64_t *cells; /* [block][steps] */
    size_t first, block; /* of the pairs that the cells are of */
    size_t pair, step; /* where the cursor is: pair first + pair */
};

static struct sql_table *table_of(sqlite3_vtab_cursor *cursor)
{
    return (struct sql_table *)cursor->pVtab;
}

/* --- conditions ------------------------------------------------------------------------------ */

static bool is_range(int relation)
{
    return relation == SQLITE_INDEX_CONSTRAINT_EQ || relation == SQLITE_INDEX_CONSTRAINT_LT ||
           relation == SQLITE_INDEX_CONSTRAINT_LE || relation == SQLITE_INDEX_CONSTRAINT_GT ||
           relation == SQLITE_INDEX_CONSTRAINT_GE;
}

static bool can_look_up(sqlite3_index_info *info, int i)
{
    int column = info->aConstraint[i].iColumn, relation = info->aConstraint[i].op;
    if (!info->aConstraint[i].usable)
        return false;
    if (column == COLUMN_TIME || column == COLUMN_AGE)
        return is_range(relation);
    return (column == COLUMN_SRC || column == COLUMN_DST) &&
           relation == SQLITE_INDEX_CONSTRAINT_EQ &&
           strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
}

/* Rows come pair by pair: what GROUP BY and DISTINCT want of src and dst. */
static bool is_grouped(sqlite3_index_info *info)
{
    bool src = false, dst = false;
    for (int i = 0; i < info->nOrderBy; i++) {
        src = src || info->aOrderBy[i].iColumn == COLUMN_SRC;
        dst = dst || info->aOrderBy[i].iColumn == COLUMN_DST;
    }
    return info->nOrderBy == 2 && src && dst && sqlite3_vtab_distinct(info) == 1;
}

/* The plan is a text of two characters a condition, column and relation, in the order in which
 * their values will come. SQLite checks all of them again: we may return too much. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    g_autoptr(GString) plan = g_string_new(NULL);
    double cost = 1e9;
    for (int i = 0; i < info->nConstraint; i++) {
        if (!can_look_up(info, i))
            continue;
        g_string_append_c(plan, (char)('A' + info->aConstraint[i].iColumn));
        g_string_append_c(plan, (char)info->aConstraint[i].op);
        info->aConstraintUsage[i].argvIndex = (int)(plan->len / 2);
        cost /= 10;
    }
    info->idxStr = sqlite3_mprintf("%s", plan->str);
    info->needToFreeIdxStr = 1;
    info->estimatedCost = cost + OWN_COST;
    info->orderByConsumed = is_grouped(info);
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* Takes [from, to) of whole seconds to those that satisfy: second OPERATOR value. */
static void narrow(int64_t *from, int64_t *to, int relation, double value)
{
    double low = (double)*from, high = (double)*to;
    switch (relation) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        low = fmax(low, ceil(value));
        high = fmin(high, floor(value) + 1);
        break;
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE:
        high = fmin(high, floor(value) + 1);
        break;
    default:
        low = fmax(low, ceil(value));
        break;
    }
    *from = (int64_t)fmin(low, (double)*to);
    *to = (int64_t)fmax(high, (double)*from);
}

static int mirrored(int relation)
{
    switch (relation) {
    case SQLITE_INDEX_CONSTRAINT_LT:
        return SQLITE_INDEX_CONSTRAINT_GT;
    case SQLITE_INDEX_CONSTRAINT_LE:
        return SQLITE_INDEX_CONSTRAINT_GE;
    case SQLITE_INDEX_CONSTRAINT_GT:
        return SQLITE_INDEX_CONSTRAINT_LT;
    case SQLITE_INDEX_CONSTRAINT_GE:
        return SQLITE_INDEX_CONSTRAINT_LE;
    default:
        return relation;
    }
}

struct wanted {
    int64_t from, to;
    gssize src, dst; /* endpoints, or ANY, or NOBODY */
};
enum { ANY = -1, NOBODY = -2 };

static void want_endpoint(const struct monitor *monitor, gssize *wanted, sqlite3_value *value)
{
    const char *name = (const char *)sqlite3_value_text(value);
    gssize found = name ? monitor_find_endpoint(monitor, name) : -1;
    *wanted = found < 0 || (*wanted != ANY && *wanted != found) ? NOBODY : found;
}

static void want(const struct traffic_cursor *cursor, const struct monitor *monitor,
                 struct wanted *wanted, const char *condition, sqlite3_value *value)
{
    int column = condition[0] - 'A', relation = (unsigned char)condition[1];
    if (column == COLUMN_SRC || column == COLUMN_DST) {
        want_endpoint(monitor, column == COLUMN_SRC ? &wanted->src : &wanted->dst, value);
        return;
    }
    int type = sqlite3_value_numeric_type(value);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
        return; /* SQLite's rules for comparing those are left to it */
    double second = sqlite3_value_double(value);
    if (column == COLUMN_AGE)
        narrow(&wanted->from, &wanted->to, mirrored(relation), (double)cursor->present - second);
    else
        narrow(&wanted->from, &wanted->to, relation, second);
}

/* --- cells ----------------------------------------------------------------------------------- */

static void select_pairs(struct traffic_cursor *cursor, const struct monitor *monitor,
                         const struct wanted *wanted)
{
    g_array_set_size(cursor->pairs, 0);
    for (uint32_t i = 0; i < monitor_pairs(monitor); i++) {
        if (!monitor_is_pair(monitor, i))
            continue;
        struct monitor_counter pair = monitor_counter(monitor, i);
        if ((wanted->src == ANY || wanted->src == pair.from) &&
            (wanted->dst == ANY || wanted->dst == pair.to))
            g_array_append_val(cursor->pairs, i);
    }
}

/* *step becomes the one that begins where it ends; false if there is none before `to`. */
static bool next_step(const struct monitor *monitor, int64_t to, struct step *step)
{
    int64_t from = step->to;
    struct monitor_interval interval = {.from = from, .to = from + 1};
    if (from >= to || !monitor_bytes(monitor, &interval, NULL, NULL))
        return false;
    *step = (struct step){interval.from, MAX(interval.to, from + 1)};
    return true;
}

static bool find_steps(struct traffic_cursor *cursor, struct sql *sql)
{
    struct step step = {.to = cursor->asked.from};
    while (next_step(sql_monitor(sql), cursor->asked.to, &step)) {
        g_array_append_val(cursor->steps, step);
        if (sql_is_late(sql))
            return false;
    }
    return true;
}

/* The bytes of all pairs in a step, in the place of `bytes`; NULL if it is forgotten meanwhile. */
static uint64_t *ask(const struct monitor *monitor, const struct step *step, uint64_t *bytes)
{
    struct monitor_interval interval = {.from = step->from, .to = step->from + 1};
    size_t n = monitor_pairs(monitor);
    bytes = g_renew(uint64_t, bytes, n);
    memset(bytes, 0, n * sizeof *bytes);
    if (!monitor_bytes(monitor, &interval, bytes, NULL))
        g_clear_pointer(&bytes, g_free);
    return bytes;
}

static void take_cells(struct traffic_cursor *cursor, size_t step, const uint64_t *bytes)
{
    size_t n_steps = cursor->steps->len;
    for (size_t i = 0; i < cursor->block; i++)
        cursor->cells[i * n_steps + step] =
            bytes[g_array_index(cursor->pairs, uint32_t, cursor->first + i)];
}

/* Fills the cells of the block that begins with pair `first`. */
static bool load(struct traffic_cursor *cursor, struct sql *sql, size_t first)
{
    size_t n_steps = cursor->steps->len;
    size_t fit = n_steps ? MAX(CELLS_BYTES / sizeof *cursor->cells / n_steps, 1) : 0;
    cursor->first = first;
    cursor->block = MIN(fit, cursor->pairs->len - first);
    cursor->pair = cursor->step = 0;
    g_free(cursor->cells);
    cursor->cells = g_new0(uint64_t, cursor->block * n_steps);
    uint64_t *bytes = NULL;
    for (size_t i = 0; i < n_steps && cursor->block > 0; i++) {
        bytes = ask(sql_monitor(sql), &g_array_index(cursor->steps, struct step, i), bytes);
        if (!bytes)
            continue;
        take_cells(cursor, i, bytes);
        if (sql_is_late(sql)) {
            g_free(bytes);
            return false;
        }
    }
    g_free(bytes);
    return true;
}

/* --- rows ------------------------------------------------------------------------------------ */

static int traffic_eof(sqlite3_vtab_cursor *base)
{
    struct traffic_cursor *cursor = (struct traffic_cursor *)base;
    return cursor->pair >= cursor->block;
}

/* Goes to the next cell that is not empty, from where the cursor is. */
static int settle(struct traffic_cursor *cursor)
{
    struct sql *sql = table_of(&cursor->base)->sql;
    size_t n_steps = cursor->steps->len;
    for (;;) {
        while (cursor->pair < cursor->block) {
            while (cursor->step < n_steps) {
                if (cursor->cells[cursor->pair * n_steps + cursor->step] > 0)
                    return SQLITE_OK;
                cursor->step++;
            }
            cursor->pair++;
            cursor->step = 0;
        }
        size_t next = cursor->first + cursor->block;
        if (cursor->block == 0 || next >= cursor->pairs->len)
            return SQLITE_OK;
        if (!load(cursor, sql, next))
            return SQLITE_INTERRUPT;
    }
}

static int traffic_next(sqlite3_vtab_cursor *base)
{
    struct traffic_cursor *cursor = (struct traffic_cursor *)base;
    cursor->step++;
    return settle(cursor);
}

static int traffic_filter(sqlite3_vtab_cursor *base, int plan, const char *conditions, int n,
                          sqlite3_value **values)
{
    (void)plan;
    struct traffic_cursor *cursor = (struct traffic_cursor *)base;
    struct sql *sql = table_of(base)->sql;
    struct monitor *monitor = sql_monitor(sql);
    struct monitor_interval all = monitor_remembered(monitor);
    struct wanted wanted = {all.from, all.to, ANY, ANY};
    cursor->present = all.to - 1;
    for (int i = 0; i < n; i++)
        want(cursor, monitor, &wanted, conditions + (ptrdiff_t)2 * i, values[i]);
    cursor->asked = (struct monitor_interval){.from = wanted.from, .to = wanted.to};
    select_pairs(cursor, monitor, &wanted);
    g_array_set_size(cursor->steps, 0);
    if (!find_steps(cursor, sql) || !load(cursor, sql, 0))
        return SQLITE_INTERRUPT;
    return settle(cursor);
}

static int traffic_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct traffic_cursor *cursor = (struct traffic_cursor *)base;
    const struct monitor *monitor = sql_monitor(table_of(base)->sql);
    const struct step *step = &g_array_index(cursor->steps, struct step, cursor->step);
    uint32_t number = g_array_index(cursor->pairs, uint32_t, cursor->first + cursor->pair);
    switch ((enum column)column) {
    case COLUMN_SRC:
        sql_result_endpoint(context, monitor, monitor_counter(monitor, number).from);
        break;
    case COLUMN_DST:
        sql_result_endpoint(context, monitor, monitor_counter(monitor, number).to);
        break;
    case COLUMN_BYTES:
        sqlite3_result_int64(
            context,
            (sqlite3_int64)cursor->cells[cursor->pair * cursor->steps->len + cursor->step]);
        break;
    case COLUMN_TIME:
        sqlite3_result_int64(context, step->from);
        break;
    case COLUMN_AGE:
        sqlite3_result_int64(context, cursor->present - step->from);
        break;
    case COLUMN_SECONDS:
        sqlite3_result_int64(context, step->to - step->from);
        break;
    }
    return SQLITE_OK;
}

/* The same row has the same number in every scan: SQLite joins the scans of an OR by it. */
static int traffic_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
    struct traffic_cursor *cursor = (struct traffic_cursor *)base;
    sqlite3_int64 pair = g_array_index(cursor->pairs, uint32_t, cursor->first + cursor->pair);
    *row = pair << TIME_BITS | g_array_index(cursor->steps, struct step, cursor->step).from;
    return SQLITE_OK;
}

/* --- life ------------------------------------------------------------------------------------ */

static int traffic_connect(sqlite3 *database, void *sql, int n, const char *const *words,
                           sqlite3_vtab **table, char **error)
{
    (void)n, (void)words, (void)error;
    return sql_table_connect(database, sql, declaration, table);
}

static int traffic_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct traffic_cursor *made = g_new0(struct traffic_cursor, 1);
    made->pairs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    made->steps = g_array_new(FALSE, FALSE, sizeof(struct step));
    *cursor = &made->base;
    return SQLITE_OK;
}

static int traffic_close(sqlite3_vtab_cursor *base)
{
    struct traffic_cursor *cursor = (struct traffic_cursor *)base;
    g_array_unref(cursor->pairs);
    g_array_unref(cursor->steps);
    g_free(cursor->cells);
    g_free(cursor);
    return SQLITE_OK;
}

const sqlite3_module sql_traffic_module = {
    .xConnect = traffic_connect, /* without xCreate: the table is there under its own name */
    .xDisconnect = sql_table_disconnect,
    .xBestIndex = best_index,
    .xOpen = traffic_open,
    .xClose = traffic_close,
    .xFilter = traffic_filter,
    .xNext = traffic_next,
    .xEof = traffic_eof,
    .xColumn = traffic_column,
    .xRowid = traffic_rowid,
};
