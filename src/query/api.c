// SPDX-License-Identifier: Apache-2.0
#include "query/api.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/recognition.h>
#include <vttif/view.h>

#include "query/prometheus.h"
#include "view/output.h"

enum { OK = 200, BAD_REQUEST = 400, NOT_FOUND = 404, BAD_METHOD = 405, FAILED = 500 };

static const char json_type[] = "application/json";

/* --- answers -----------------------------------------------------------------------------------
 */

static void finish(struct api_answer *answer, JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    json_generator_to_gstring(generator, answer->body);
    g_string_append_c(answer->body, '\n');
}

static JsonBuilder *begin(const char *schema)
{
    JsonBuilder *builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "schema");
    json_builder_add_string_value(builder, schema);
    return builder;
}

static void add_text(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, value);
}

static void add_number(JsonBuilder *builder, const char *name, uint64_t value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, (gint64)MIN(value, (uint64_t)G_MAXINT64));
}

static void add_seconds(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_double_value(builder, value);
}

static void add_flag(JsonBuilder *builder, const char *name, bool value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

static void fail(struct api_answer *answer, unsigned status, const char *code, const char *sentence)
{
    g_autofree char *valid = g_utf8_make_valid(sentence, -1);
    g_autoptr(JsonBuilder) builder = begin("vttif.error/1");
    add_text(builder, "error", valid);
    if (code)
        add_text(builder, "code", code);
    json_builder_end_object(builder);
    g_string_truncate(answer->body, 0);
    answer->status = status;
    answer->type = json_type;
    answer->has_interval = false;
    g_clear_pointer(&answer->matrix, vttif_matrix_unref);
    finish(answer, builder);
}

void api_fail(struct api_answer *answer, unsigned status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fail(answer, status, NULL, sentence);
}

static void fail_with(struct api_answer *answer, const GError *error)
{
    bool is_theirs = error->domain == VTTIF_ERROR &&
                     (error->code == VTTIF_ERROR_ARGUMENT || error->code == VTTIF_ERROR_LIMIT);
    api_fail(answer, is_theirs ? BAD_REQUEST : FAILED, "%s", error->message);
}

void api_answer_clear(struct api_answer *answer)
{
    if (answer->body)
        g_string_free(g_steal_pointer(&answer->body), TRUE);
    g_clear_pointer(&answer->matrix, vttif_matrix_unref);
}

/* --- parameters --------------------------------------------------------------------------------
 */

struct request {
    const struct api *api;
    GHashTable *query;
    const char *text;
    struct api_answer *answer;
};

static const char *parameter(const struct request *request, const char *name)
{
    return request->query ? g_hash_table_lookup(request->query, name) : NULL;
}

/* A typo in a parameter's name must not change the question in silence. */
static bool knows_all(const struct request *request, const char *const *known)
{
    GHashTableIter iter;
    gpointer name;
    if (!request->query)
        return true;
    g_hash_table_iter_init(&iter, request->query);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (!g_strv_contains(known, name)) {
            g_autofree char *list = g_strjoinv(", ", (char **)known);
            api_fail(request->answer, BAD_REQUEST, "there is no parameter '%.100s' here: %s",
                     (const char *)name, *list ? list : "expected none");
            return false;
        }
    return true;
}

/* A whole number in [least, most]; what is not given is left as it is. */
static bool take_number(const struct request *request, const char *name, int64_t least,
                        int64_t most, int64_t *value)
{
    const char *text = parameter(request, name);
    if (!text || g_ascii_string_to_signed(text, 10, least, most, value, NULL))
        return true;
    api_fail(request->answer, BAD_REQUEST,
             "%s=%.100s: expected a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
             name, text, least, most);
    return false;
}

/* The interval of last=N, or of from=S and to=S; without any, the last minute. */
static bool take_interval(const struct request *request, struct monitor_interval *interval)
{
    const struct monitor *monitor = request->api->monitor;
    struct monitor_interval all = monitor_remembered(monitor);
    int64_t last = 60, from = all.from, to = all.to;
    if (!take_number(request, "last", 1, G_MAXINT32, &last) ||
        !take_number(request, "from", 0, G_MAXUINT32, &from) ||
        !take_number(request, "to", 0, G_MAXUINT32, &to))
        return false;
    bool is_from_to = parameter(request, "from") || parameter(request, "to");
    if (is_from_to && parameter(request, "last")) {
        api_fail(request->answer, BAD_REQUEST, "expected either last, or from and to");
        return false;
    }
    if (is_from_to && from >= to) {
        api_fail(request->answer, BAD_REQUEST,
                 "the interval from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " is empty", from,
                 to);
        return false;
    }
    *interval = monitor_last(monitor, last);
    if (is_from_to)
        *interval = (struct monitor_interval){.from = from, .to = to};
    return true;
}

static bool take_flag(const struct request *request, const char *name, bool *flag)
{
    int64_t value = *flag;
    if (!take_number(request, name, 0, 1, &value))
        return false;
    *flag = value != 0;
    return true;
}

/* 0 for auto: found from the matrix. */
static bool take_bmin(const struct request *request, double *bmin)
{
    const char *text = parameter(request, "bmin");
    char *end;
    *bmin = 0;
    if (!text || strcmp(text, "auto") == 0)
        return true;
    *bmin = g_ascii_strtod(text, &end);
    if (end != text && !*end && *bmin > 0 && *bmin <= 1)
        return true;
    api_fail(request->answer, BAD_REQUEST,
             "bmin=%.100s: expected auto, or a number above 0, at most 1", text);
    return false;
}

static void covers(struct api_answer *answer, const struct monitor_interval *interval)
{
    answer->has_interval = true;
    answer->interval = *interval;
}

/* --- matrix, topology, pairs -------------------------------------------------------------------
 */

static void answer_matrix(const struct request *request)
{
    struct monitor_interval interval;
    bool active = false;
    g_autoptr(GError) error = NULL;
    if (!take_interval(request, &interval) || !take_flag(request, "active", &active))
        return;
    g_autoptr(vttif_matrix) matrix =
        monitor_matrix(request->api->monitor, &interval, active, &error);
    if (!matrix) {
        fail_with(request->answer, error);
        return;
    }
    vttif_view_json_matrix(matrix, request->answer->body);
    covers(request->answer, &interval);
}

static void answer_topology(const struct request *request)
{
    struct api_answer *answer = request->answer;
    struct monitor_interval interval;
    g_autoptr(GError) error = NULL;
    if (!take_interval(request, &interval) || !take_bmin(request, &answer->bmin))
        return;
    answer->matrix = monitor_matrix(request->api->monitor, &interval, true, &error);
    if (answer->matrix)
        covers(answer, &interval);
    else
        fail_with(answer, error);
}

void api_recognize(struct api_answer *answer)
{
    struct vttif_recognize_options options = {.bmin = answer->bmin};
    g_autoptr(vttif_matrix) matrix = g_steal_pointer(&answer->matrix);
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_topology) topology = NULL;
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, &options, &error);
    if (recognition)
        topology = options.bmin > 0 ? vttif_topology_infer(matrix, options.bmin, &error)
                                    : vttif_topology_of_recognition(matrix, recognition);
    if (topology)
        vttif_view_json_topology(topology, recognition, answer->body);
    else
        fail_with(answer, error);
}

static void add_pair(const struct monitor *monitor, const struct monitor_pair *pair,
                     JsonBuilder *builder)
{
    json_builder_begin_object(builder);
    add_text(builder, "from", monitor_endpoint_name(monitor, pair->from));
    add_text(builder, "to", monitor_endpoint_name(monitor, pair->to));
    add_number(builder, "bytes", pair->bytes);
    json_builder_end_object(builder);
}

static void add_interval(JsonBuilder *builder, const struct monitor_interval *interval)
{
    add_number(builder, "from", (uint64_t)interval->from);
    add_number(builder, "to", (uint64_t)interval->to);
    add_number(builder, "resolution", interval->resolution);
}

static void answer_pairs(const struct request *request)
{
    const struct monitor *monitor = request->api->monitor;
    struct monitor_interval interval;
    int64_t top = API_TOP_DEFAULT;
    size_t n;
    g_autoptr(GError) error = NULL;
    if (!take_interval(request, &interval) || !take_number(request, "top", 1, API_TOP_MAX, &top))
        return;
    g_autofree struct monitor_pair *pairs =
        monitor_top(monitor, &interval, (size_t)top, &n, &error);
    if (error) {
        fail_with(request->answer, error);
        return;
    }
    g_autoptr(JsonBuilder) builder = begin("vttif.pairs/1");
    add_interval(builder, &interval);
    json_builder_set_member_name(builder, "pairs");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < n; i++)
        add_pair(monitor, &pairs[i], builder);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    finish(request->answer, builder);
    covers(request->answer, &interval);
}

/* --- status ------------------------------------------------------------------------------------
 */

static void add_interfaces(const struct monitor *monitor, JsonBuilder *builder)
{
    static const char *const sides[] = {"auto", "port", "host"};
    size_t n;
    const struct live_interface *interfaces = live_interfaces(monitor_source(monitor), &n);
    json_builder_set_member_name(builder, "interfaces");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < n; i++) {
        json_builder_begin_object(builder);
        add_text(builder, "name", interfaces[i].name);
        add_text(builder, "side", sides[interfaces[i].side]);
        add_flag(builder, "attached", interfaces[i].attached);
        add_text(builder, "how", interfaces[i].how ? interfaces[i].how : "");
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void add_account(const struct monitor *monitor, JsonBuilder *builder)
{
    struct vttif_account account = monitor_account(monitor);
    add_text(builder, "count", vttif_count_name(account.count));
    add_number(builder, "kernel_drops", account.kernel_drops);
    add_number(builder, "undecodable", account.undecodable);
    add_number(builder, "overflow_bytes", account.overflow.bytes);
    add_number(builder, "overflow_frames", account.overflow.frames);
    json_builder_set_member_name(builder, "filtered");
    json_builder_begin_object(builder);
    for (int reason = 0; reason < VTTIF_REASONS; reason++)
        if (account.filtered[reason].frames > 0)
            add_number(builder, vttif_reason_name((enum vttif_reason)reason),
                       account.filtered[reason].bytes);
    json_builder_end_object(builder);
}

static void answer_status(const struct request *request)
{
    const struct monitor *monitor = request->api->monitor;
    struct monitor_status status = monitor_status(monitor);
    struct monitor_interval all = monitor_remembered(monitor);
    g_autoptr(JsonBuilder) builder = begin("vttif.status/1");
    add_text(builder, "version", VTTIF_VERSION);
    add_text(builder, "source", monitor_source(monitor)->ops->name);
    add_seconds(builder, "started", (double)status.started_ns / 1e9);
    add_seconds(builder, "now", (double)monitor_now_ns(monitor) / 1e9);
    add_flag(builder, "ended", status.ended);
    add_number(builder, "remembered_from", (uint64_t)all.from);
    add_number(builder, "endpoints", status.endpoints);
    add_number(builder, "pairs", status.pairs);
    add_number(builder, "history_bytes", status.history_bytes);
    add_number(builder, "history_budget", status.history_budget);
    add_number(builder, "polls", status.polls);
    add_seconds(builder, "poll_seconds", (double)status.poll_ns / 1e9);
    add_text(builder, "state", trigger_state_name(status.state));
    add_number(builder, "alerts", status.alerts);
    add_account(monitor, builder);
    add_interfaces(monitor, builder);
    json_builder_end_object(builder);
    finish(request->answer, builder);
}

/* --- alerts ------------------------------------------------------------------------------------
 */

/* The matrix is written by the view; as a JSON document it has line ends only between values. */
void api_alert(const struct monitor *monitor, const struct monitor_alert *alert, GString *out)
{
    g_autoptr(GString) matrix = g_string_new(NULL);
    vttif_view_json_matrix(alert->matrix, matrix);
    g_strdelimit(matrix->str, "\n", ' ');
    g_string_append_printf(out,
                           "{\"schema\": \"vttif.alert/1\", \"sequence\": %" G_GUINT64_FORMAT
                           ", \"kind\": \"%s\", \"time\": %.6f, \"since\": %.6f",
                           alert->sequence, trigger_alert_name(alert->kind),
                           (double)alert->time_ns / 1e9, (double)alert->since_ns / 1e9);
    g_string_append(out, ", \"from\": ");
    output_json_string(out, monitor_endpoint_name(monitor, alert->from));
    g_string_append(out, ", \"to\": ");
    output_json_string(out, monitor_endpoint_name(monitor, alert->to));
    g_string_append_printf(out, ", \"matrix\": %s}\n", g_strchomp(matrix->str));
}

static void answer_latest_alert(const struct request *request)
{
    const struct monitor_alert *alert = monitor_latest_alert(request->api->monitor);
    if (alert)
        api_alert(request->api->monitor, alert, request->answer->body);
    else
        fail(request->answer, NOT_FOUND, "no-alert", "there has been no alert");
}

/* --- sql ---------------------------------------------------------------------------------------
 */

static void write_columns(void *context, size_t n, const char *const *names)
{
    JsonBuilder *builder = context;
    json_builder_set_member_name(builder, "columns");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < n; i++)
        json_builder_add_string_value(builder, names[i]);
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "rows");
    json_builder_begin_array(builder);
}

static void write_row(void *context, size_t n, const struct sql_value *values)
{
    JsonBuilder *builder = context;
    json_builder_begin_array(builder);
    for (size_t i = 0; i < n; i++)
        switch (values[i].type) {
        case SQL_INTEGER:
            json_builder_add_int_value(builder, values[i].integer);
            break;
        case SQL_REAL: /* JSON has no infinity */
            if (isfinite(values[i].real))
                json_builder_add_double_value(builder, values[i].real);
            else
                json_builder_add_null_value(builder);
            break;
        case SQL_TEXT:
            json_builder_add_string_value(builder, values[i].text);
            break;
        case SQL_NULL:
            json_builder_add_null_value(builder);
            break;
        }
    json_builder_end_array(builder);
}

static void answer_sql(const struct request *request)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonBuilder) builder = begin("vttif.rows/1");
    struct sql_sink sink = {.columns = write_columns, .row = write_row, .context = builder};
    if (!request->text)
        api_fail(request->answer, BAD_REQUEST, "expected a statement as body, in UTF-8");
    else if (!sql_run(request->api->sql, request->text, &sink, &error))
        fail_with(request->answer, error);
    else {
        json_builder_end_array(builder);
        json_builder_end_object(builder);
        finish(request->answer, builder);
    }
}

/* --- routes ------------------------------------------------------------------------------------
 */

static void answer_metrics(const struct request *request)
{
    request->answer->type = "text/plain; version=0.0.4; charset=utf-8";
    prometheus_write(request->api->monitor, request->api->metrics_pairs, request->answer->body);
}

#define PARAMETERS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const char *const no_parameters[] = {NULL};

static const struct route {
    const char *path, *method;
    void (*answer)(const struct request *request);
    const char *const *parameters; /* that it knows; NULL: others do not matter */
} routes[] = {
    {"/v1/matrix", "GET", answer_matrix, PARAMETERS("last", "from", "to", "active")},
    {"/v1/topology", "GET", answer_topology, PARAMETERS("last", "from", "to", "bmin")},
    {"/v1/pairs", "GET", answer_pairs, PARAMETERS("last", "from", "to", "top")},
    {"/v1/status", "GET", answer_status, no_parameters},
    {"/v1/alerts/latest", "GET", answer_latest_alert, no_parameters},
    {"/v1/sql", "POST", answer_sql, no_parameters},
    {"/metrics", "GET", answer_metrics, NULL},
};

static void fail_unknown(struct api_answer *answer, const char *path)
{
    g_autofree char *sentence =
        g_strdup_printf("there is nothing at %.200s: /v1/matrix, topology, pairs, status, alerts, "
                        "sql and /metrics are there",
                        path);
    fail(answer, NOT_FOUND, "no-such-path", sentence);
}

static const struct route *find_route(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++)
        if (strcmp(path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

void api_answer(const struct api *api, const char *method, const char *path, GHashTable *query,
                const char *text, struct api_answer *answer)
{
    *answer = (struct api_answer){.status = OK, .type = json_type, .body = g_string_new(NULL)};
    struct request request = {api, query, text, answer};
    const struct route *route = find_route(path);
    g_autoptr(GError) error = NULL;
    if (!route)
        fail_unknown(answer, path);
    else if (strcmp(method, route->method) != 0)
        api_fail(answer, BAD_METHOD, "%s takes %s only", route->path, route->method);
    else if (!monitor_refresh(api->monitor, &error))
        fail_with(answer, error);
    else if (!route->parameters || knows_all(&request, route->parameters))
        route->answer(&request);
}
