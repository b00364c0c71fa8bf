// SPDX-License-Identifier: Apache-2.0
/* A statement is run within its limits or refused with a sentence, and leaves the tables as they
 * are. */
#include "asked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t columns, rows;
    int64_t last;
};

static void take_columns(void *context, size_t n, const char *const *names)
{
    struct seen *seen = context;
    seen->columns = n;
    for (size_t i = 0; i < n; i++)
        g_assert_nonnull(names[i]);
}

static void take_row(void *context, size_t n, const struct sql_value *values)
{
    struct seen *seen = context;
    g_assert_cmpuint(n, ==, seen->columns);
    g_assert_cmpuint(++seen->rows, <=, 1000);
    for (size_t i = 0; i < n; i++)
        if (values[i].type == SQL_TEXT)
            g_assert_true(g_utf8_validate(values[i].text, -1, NULL));
    seen->last = n > 0 && values[0].type == SQL_INTEGER ? values[0].integer : -1;
}

static bool run(struct sql *sql, const char *statement, struct seen *seen)
{
    struct sql_sink sink = {take_columns, take_row, seen};
    g_autoptr(GError) error = NULL;
    bool done = sql_run(sql, statement, &sink, &error);
    g_assert_true(done == (error == NULL));
    if (error)
        g_assert_cmpstr(error->message, !=, "");
    return done;
}

/* Another database, whose time does not end on a busy machine. */
static struct sql *open_patient(void)
{
    static const struct sql_limits limits = {.milliseconds = 60000, .memory = 16 << 20};
    static struct sql *patient;
    if (!patient)
        patient = sql_open(asked.monitor, &limits, NULL);
    return patient;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *statement = g_strndup((const char *)data, size);
    struct seen seen = {0}, after = {0};
    asked_make();
    run(asked.sql, statement, &seen);
    g_assert_true(run(open_patient(), "SELECT sum(bytes) FROM traffic", &after));
    g_assert_cmpint(after.last, ==, 100 + 30 + 50 + 1000 + 7);
    return 0;
}
