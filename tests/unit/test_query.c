// SPDX-License-Identifier: Apache-2.0
#include "query/api.h"
#include "replays.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <vttif/error.h>

/*
 * Second of the capture   0        1        2        ...      9
 * 1 -> 2                  100      50                         7
 * 2 -> 1                  30
 * 1 -> 3                           1000
 *                                                             ^ age 1: second 10 has begun
 */
static const struct sent traffic[] = {
    {100, 1, 2, 100}, {200, 2, 1, 30}, {1100, 1, 2, 50}, {1500, 1, 3, 1000}, {9000, 1, 2, 7},
};

struct fixture {
    char *folder, *path;
    struct monitor *monitor;
    struct sql *sql;
    struct api api;
};

static void set_up_with(struct fixture *fixture, const struct sent *sent, size_t n,
                        const struct sql_limits *limits)
{
    GError *error = NULL;
    fixture->folder = folder_new();
    fixture->path = write_capture(fixture->folder, sent, n);
    fixture->monitor = replay(&usual, fixture->path);
    play_to_end(fixture->monitor);
    fixture->sql = sql_open(fixture->monitor, limits, &error);
    g_assert_no_error(error);
    fixture->api = (struct api){fixture->monitor, fixture->sql, 100};
}

static void set_up(struct fixture *fixture, gconstpointer limits)
{
    static const struct sql_limits none = {0};
    set_up_with(fixture, traffic, G_N_ELEMENTS(traffic), limits ? limits : &none);
}

static void tear_down(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    sql_close(fixture->sql);
    monitor_free(fixture->monitor);
    folder_remove(fixture->folder);
    g_free(fixture->path);
}

/* --- SQL ---------------------------------------------------------------------------------------
 */

static void take_columns(void *out, size_t n, const char *const *names)
{
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", names[i]);
}

static void take_row(void *out, size_t n, const struct sql_value *values)
{
    g_string_append(out, " |");
    for (size_t i = 0; i < n; i++)
        switch (values[i].type) {
        case SQL_INTEGER:
            g_string_append_printf(out, " %" G_GINT64_FORMAT, values[i].integer);
            break;
        case SQL_REAL:
            g_string_append_printf(out, " %g", values[i].real);
            break;
        case SQL_TEXT:
            g_string_append_printf(out, " %s", values[i].text);
            break;
        case SQL_NULL:
            g_string_append(out, " null");
            break;
        }
}

static char *run(struct fixture *fixture, const char *statement, GError **error)
{
    GString *out = g_string_new(NULL);
    struct sql_sink sink = {take_columns, take_row, out};
    sql_run(fixture->sql, statement, &sink, error);
    return g_string_free(out, FALSE);
}

static void assert_rows(struct fixture *fixture, const char *statement, const char *expected)
{
    GError *error = NULL;
    g_autofree char *found = run(fixture, statement, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(found, ==, expected);
}

static void assert_says(const char *words, const char *text)
{
    if (!strstr(text, words))
        g_error("'%s' is not in '%s'", words, text);
}

static void assert_refused(struct fixture *fixture, const char *statement, int code,
                           const char *words)
{
    GError *error = NULL;
    g_autofree char *found = run(fixture, statement, &error);
    g_assert_error(error, VTTIF_ERROR, code);
    assert_says(words, error->message);
    g_error_free(error);
}

static void sums_over_the_last_seconds(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_rows(fixture, "SELECT src, dst, sum(bytes) FROM traffic WHERE age < 512 GROUP BY 1, 2",
                "src dst sum(bytes) | 10.0.0.1 10.0.0.2 157 | 10.0.0.2 10.0.0.1 30 "
                "| 10.0.0.1 10.0.0.3 1000");
    assert_rows(fixture, "SELECT src, dst, sum(bytes) FROM traffic WHERE age < 10 GROUP BY 1, 2",
                "src dst sum(bytes) | 10.0.0.1 10.0.0.2 57 | 10.0.0.1 10.0.0.3 1000");
    assert_rows(fixture,
                "SELECT dst, bytes, age FROM traffic WHERE age <= 9 AND age > 1 ORDER BY 1",
                "dst bytes age | 10.0.0.2 50 9 | 10.0.0.3 1000 9");
    assert_rows(fixture, "SELECT sum(bytes) FROM traffic WHERE age = 1", "sum(bytes) | 7");
    assert_rows(fixture, "SELECT count(*) FROM traffic", "count(*) | 5");
}

static void seconds_are_rows(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_rows(fixture,
                "SELECT time - 1700000000 AS t, sum(bytes) AS b, seconds FROM traffic "
                "GROUP BY time ORDER BY time",
                "t b seconds | 0 130 1 | 1 1050 1 | 9 7 1");
    assert_rows(fixture,
                "SELECT bytes FROM traffic WHERE time BETWEEN 1700000001 AND 1700000008 "
                "AND src = '10.0.0.1' AND dst = '10.0.0.3'",
                "bytes | 1000");
    assert_rows(fixture, "SELECT bytes FROM traffic WHERE src = 'nobody'", "bytes");
    assert_rows(fixture, "SELECT bytes FROM traffic WHERE age < 2 OR dst = '10.0.0.1' ORDER BY 1",
                "bytes | 7 | 30");
    assert_rows(fixture, "SELECT bytes FROM traffic WHERE age < '2'", "bytes | 7");
    assert_rows(fixture, "SELECT bytes FROM traffic WHERE age < NULL", "bytes");
    assert_rows(fixture, "SELECT bytes FROM traffic WHERE age > -1e300 AND age < 1.5", "bytes | 7");
}

static void other_tables(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_rows(fixture, "SELECT src, dst, bytes FROM matrix(10) ORDER BY bytes",
                "src dst bytes | 10.0.0.1 10.0.0.2 57 | 10.0.0.1 10.0.0.3 1000");
    assert_rows(fixture, "SELECT sum(bytes) FROM matrix", "sum(bytes) | 1187");
    assert_rows(fixture, "SELECT bytes, frames FROM pairs WHERE dst = '10.0.0.2'",
                "bytes frames | 157 3");
    assert_rows(fixture, "SELECT name FROM endpoints WHERE name LIKE '10.%' ORDER BY 1",
                "name | 10.0.0.1 | 10.0.0.2 | 10.0.0.3");
    assert_refused(fixture, "SELECT * FROM matrix(0)", VTTIF_ERROR_ARGUMENT, "above 0");
    assert_refused(fixture, "SELECT * FROM matrix('x')", VTTIF_ERROR_ARGUMENT, "above 0");
}

/* A table of 40 pairs and seconds agrees with sums made by hand, however it is asked. */
static void sums_agree(void)
{
    enum { N = 400 };
    static const struct sql_limits none = {0};
    struct sent sent[N];
    uint64_t total = 0;
    for (int i = 0; i < N; i++) {
        sent[i] = (struct sent){i * 100, 1 + i % 7, 1 + (i % 7 + 1 + i % 5) % 7, 1 + i % 1400};
        total += sent[i].payload;
    }
    struct fixture fixture;
    set_up_with(&fixture, sent, N, &none);
    g_autofree char *expected = g_strdup_printf("s | %" G_GUINT64_FORMAT, total);
    assert_rows(&fixture, "SELECT sum(bytes) AS s FROM traffic", expected);
    assert_rows(&fixture,
                "SELECT sum(b) AS s FROM (SELECT DISTINCT src, dst, time, bytes AS b FROM "
                "traffic)",
                expected);
    assert_rows(&fixture,
                "SELECT sum(x) AS s FROM (SELECT sum(bytes) AS x FROM traffic GROUP BY "
                "dst, src)",
                expected);
    assert_rows(&fixture,
                "SELECT count(*) AS s FROM (SELECT src, dst FROM traffic GROUP BY 1, 2) g "
                "JOIN (SELECT DISTINCT src, dst FROM matrix) m USING (src, dst) WHERE NOT "
                "EXISTS (SELECT 1 FROM pairs p WHERE p.src = g.src AND p.dst = g.dst AND "
                "p.bytes <> (SELECT sum(bytes) FROM traffic t WHERE t.src = p.src AND "
                "t.dst = p.dst))",
                "s | 35");
    tear_down(&fixture, NULL);
}

static void nothing_but_reading(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const statements[] = {
        "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)",
        "CREATE VIRTUAL TABLE t USING traffic",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE traffic",
        "ATTACH '/tmp/vttif-attached' AS a",
        "DETACH main",
        "PRAGMA temp_store = FILE",
        "PRAGMA trusted_schema",
        "VACUUM INTO '/tmp/vttif-vacuum'",
        "BEGIN",
        "ANALYZE",
        "REINDEX",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(statements); i++)
        assert_refused(fixture, statements[i], VTTIF_ERROR_ARGUMENT, "only read");
    assert_refused(fixture, "INSERT INTO traffic VALUES (1, 2, 3, 4, 5, 6)", VTTIF_ERROR_ARGUMENT,
                   "");
    assert_refused(fixture, "SELECT load_extension('x')", VTTIF_ERROR_ARGUMENT, "not authorized");
    assert_refused(fixture, "DELETE FROM pairs", VTTIF_ERROR_ARGUMENT, "");
    assert_refused(fixture, "UPDATE pairs SET bytes = 0", VTTIF_ERROR_ARGUMENT, "");
}

static void malformed(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_refused(fixture, "", VTTIF_ERROR_ARGUMENT, "expected a SELECT");
    assert_refused(fixture, " -- a comment", VTTIF_ERROR_ARGUMENT, "expected a SELECT");
    assert_refused(fixture, "SELEC 1", VTTIF_ERROR_ARGUMENT, "syntax error");
    assert_refused(fixture, "SELECT x FROM traffic", VTTIF_ERROR_ARGUMENT, "no such column: x");
    assert_refused(fixture, "SELECT 1; SELECT 2", VTTIF_ERROR_ARGUMENT, "one statement");
    assert_refused(fixture, "SELECT 1; DROP TABLE traffic", VTTIF_ERROR_ARGUMENT, "one statement");
    assert_rows(fixture, "SELECT 1 AS x; -- the end", "x | 1");
    assert_rows(fixture, "SELECT x'00ff' AS x, CAST(x'ff41' AS TEXT) AS y, 0.5 AS z, NULL AS n",
                "x y z n | 00ff \357\277\275A 0.5 null");
}

static void endless_queries_end(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_refused(fixture,
                   "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
                   "SELECT max(x) FROM c",
                   VTTIF_ERROR_LIMIT, "longer than 100 ms");
    assert_refused(fixture,
                   "SELECT count(*) FROM traffic a, traffic b, traffic c, traffic d, traffic e, "
                   "traffic f, traffic g, traffic h, traffic i, traffic j, traffic k, traffic l",
                   VTTIF_ERROR_LIMIT, "longer than 100 ms");
    assert_rows(fixture, "SELECT 1 AS x", "x | 1");
}

static void huge_results_end(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_refused(fixture,
                   "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 1000) "
                   "SELECT x FROM c",
                   VTTIF_ERROR_LIMIT, "more than 10 rows");
    assert_refused(fixture, "SELECT zeroblob(100000000)", VTTIF_ERROR_LIMIT, "too long");
    assert_refused(fixture,
                   "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000) "
                   "SELECT count(*) FROM (SELECT DISTINCT hex(randomblob(10000)) FROM c)",
                   VTTIF_ERROR_LIMIT, "MiB of memory");
    g_autofree char *space = g_strnfill(SQL_LENGTH_MAX + 1, ' ');
    assert_refused(fixture, space, VTTIF_ERROR_LIMIT, "too long");
    assert_rows(fixture, "SELECT 1 AS x", "x | 1");
}

/* --- the API ------------------------------------------------------------------------------------
 */

/* Answers a GET of path?name=value&..., or a POST of the text. */
static JsonNode *ask(struct fixture *fixture, const char *target, const char *text, unsigned status)
{
    g_auto(GStrv) parts = g_strsplit(target, "?", 2);
    g_autoptr(GHashTable) query = NULL;
    struct api_answer answer;
    if (parts[1])
        query = g_uri_parse_params(parts[1], -1, "&", G_URI_PARAMS_NONE, NULL);
    api_answer(&fixture->api, text ? "POST" : "GET", parts[0], query, text, &answer);
    if (answer.matrix)
        api_recognize(&answer);
    g_assert_cmpuint(answer.status, ==, status);
    JsonNode *node = json_from_string(answer.body->str, NULL);
    api_answer_clear(&answer);
    return node;
}

static void assert_error(struct fixture *fixture, const char *target, const char *text,
                         unsigned status, const char *words)
{
    g_autoptr(JsonNode) node = ask(fixture, target, text, status);
    JsonObject *object = json_node_get_object(node);
    g_assert_cmpstr(json_object_get_string_member(object, "schema"), ==, "vttif.error/1");
    assert_says(words, json_object_get_string_member(object, "error"));
}

static void api_gives_matrices(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(JsonNode) node = ask(fixture, "/v1/matrix?last=10&active=1", NULL, 200);
    JsonObject *object = json_node_get_object(node);
    g_assert_cmpstr(json_object_get_string_member(object, "schema"), ==, "vttif.matrix/1");
    JsonArray *row =
        json_array_get_array_element(json_object_get_array_member(object, "matrix"), 0);
    g_assert_cmpfloat(json_array_get_double_element(row, 1), ==, 57);
    g_autoptr(JsonNode) topology =
        ask(fixture, "/v1/topology?from=1700000000&to=1700000001", NULL, 200);
    JsonArray *edges = json_object_get_array_member(json_node_get_object(topology), "edges");
    g_assert_cmpuint(json_array_get_length(edges), ==, 2);
    g_assert_true(json_object_get_boolean_member(json_node_get_object(topology), "bmin_is_auto"));
    g_autoptr(JsonNode) pruned = ask(fixture, "/v1/topology?last=60&bmin=0.5", NULL, 200);
    g_assert_false(json_object_has_member(json_node_get_object(pruned), "bmin_is_auto"));
    g_assert_cmpfloat(json_object_get_double_member(json_node_get_object(pruned), "bmin"), ==, 0.5);
}

static void api_gives_pairs(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(JsonNode) node = ask(fixture, "/v1/pairs?last=100&top=2", NULL, 200);
    JsonArray *pairs = json_object_get_array_member(json_node_get_object(node), "pairs");
    g_assert_cmpuint(json_array_get_length(pairs), ==, 2);
    JsonObject *first = json_array_get_object_element(pairs, 0);
    g_assert_cmpstr(json_object_get_string_member(first, "to"), ==, "10.0.0.3");
    g_assert_cmpint(json_object_get_int_member(first, "bytes"), ==, 1000);
}

static void api_gives_status_and_rows(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(JsonNode) status = ask(fixture, "/v1/status", NULL, 200);
    JsonObject *object = json_node_get_object(status);
    g_assert_cmpstr(json_object_get_string_member(object, "source"), ==, "replay");
    g_assert_cmpstr(json_object_get_string_member(object, "count"), ==, "payload");
    g_autoptr(JsonNode) rows = ask(fixture, "/v1/sql", "SELECT sum(bytes) AS s FROM traffic", 200);
    g_autofree char *text = json_to_string(rows, FALSE);
    g_assert_cmpstr(text, ==,
                    "{\"schema\":\"vttif.rows/1\",\"columns\":[\"s\"],\"rows\":[[1187]]}");
}

static void api_refuses(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_error(fixture, "/", NULL, 404, "nothing at /");
    assert_error(fixture, "/v1/matrix/", NULL, 404, "/v1/matrix,");
    assert_error(fixture, "/v1/matrix", "x", 405, "GET only");
    assert_error(fixture, "/v1/sql", NULL, 405, "POST only");
    assert_error(fixture, "/v1/matrix?lats=9", NULL, 400, "no parameter 'lats'");
    assert_error(fixture, "/v1/matrix?last=0", NULL, 400, "whole number from 1");
    assert_error(fixture, "/v1/matrix?last=1e9", NULL, 400, "whole number");
    assert_error(fixture, "/v1/matrix?last=99999999999999999999", NULL, 400, "whole number");
    assert_error(fixture, "/v1/matrix?last=9&from=3", NULL, 400, "either last");
    assert_error(fixture, "/v1/matrix?from=9&to=3", NULL, 400, "is empty");
    assert_error(fixture, "/v1/topology?bmin=nan", NULL, 400, "above 0");
    assert_error(fixture, "/v1/pairs?top=0", NULL, 400, "whole number from 1");
    assert_error(fixture, "/v1/sql", "DROP TABLE pairs", 400, "only read");
    assert_error(fixture, "/v1/alerts/latest", NULL, 404, "no alert");
}

static const char *code_of(struct fixture *fixture, const char *target, unsigned status)
{
    g_autoptr(JsonNode) node = ask(fixture, target, NULL, status);
    return g_intern_string(
        json_object_get_string_member_with_default(json_node_get_object(node), "code", NULL));
}

/* Programs need not read the sentence. */
static void what_404_means_has_a_code(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_cmpstr(code_of(fixture, "/v1/matrices", 404), ==, "no-such-path");
    g_assert_cmpstr(code_of(fixture, "/v1/no alert", 404), ==, "no-such-path");
    g_assert_cmpstr(code_of(fixture, "/v1/alerts/latest", 404), ==, "no-alert");
    g_assert_cmpstr(code_of(fixture, "/v1/matrix?last=0", 400), ==, NULL);
}

static void metrics_are_bounded(struct fixture *fixture, gconstpointer data)
{
    (void)data;
    struct api_answer answer;
    fixture->api.metrics_pairs = 2;
    api_answer(&fixture->api, "GET", "/metrics", NULL, NULL, &answer);
    g_assert_cmpuint(answer.status, ==, 200);
    g_assert_nonnull(
        strstr(answer.body->str, "vttif_bytes_total{src=\"10.0.0.1\",dst=\"10.0.0.2\"} 157\n"));
    g_assert_nonnull(
        strstr(answer.body->str, "vttif_bytes_total{src=\"10.0.0.2\",dst=\"10.0.0.1\"} 30\n"));
    g_assert_nonnull(
        strstr(answer.body->str, "vttif_bytes_total{src=\"other\",dst=\"other\"} 1000\n"));
    g_assert_nonnull(
        strstr(answer.body->str, "vttif_packets_total{src=\"10.0.0.1\",dst=\"10.0.0.2\"} 3\n"));
    api_answer_clear(&answer);
}

int main(int argc, char **argv)
{
    static const struct sql_limits short_time = {.milliseconds = 100};
    static const struct sql_limits few_rows = {
        .rows = 10, .memory = 16 << 20, .milliseconds = 60000};
    g_test_init(&argc, &argv, NULL);
#define TEST(name, limits, function)                                                               \
    g_test_add("/query/" name, struct fixture, limits, set_up, function, tear_down)
    TEST("SQL sums over the last seconds", NULL, sums_over_the_last_seconds);
    TEST("SQL: a row for each pair and second", NULL, seconds_are_rows);
    TEST("SQL: matrix, pairs and endpoints", NULL, other_tables);
    g_test_add_func("/query/SQL: sums agree, however they are asked for", sums_agree);
    TEST("SQL: nothing but reading", NULL, nothing_but_reading);
    TEST("SQL: malformed statements are told of", NULL, malformed);
    TEST("SQL: endless queries end", &short_time, endless_queries_end);
    TEST("SQL: huge results end", &few_rows, huge_results_end);
    TEST("the API gives matrices and topologies", NULL, api_gives_matrices);
    TEST("the API gives the top pairs", NULL, api_gives_pairs);
    TEST("the API gives the status, and rows of SQL", NULL, api_gives_status_and_rows);
    TEST("the API says what is wrong with a request", NULL, api_refuses);
    TEST("what 404 means has a code", NULL, what_404_means_has_a_code);
    TEST("metrics have a bounded number of pairs", NULL, metrics_are_bounded);
    return g_test_run();
}
