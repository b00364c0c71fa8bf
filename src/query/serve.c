// SPDX-License-Identifier: Apache-2.0
#include "query/serve.h"

#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>
#include <vttif/error.h>

#include "query/api.h"
#include "query/connections.h"
#include "query/listen.h"
#include "query/prometheus.h"
#include "query/recognizer.h"

enum {
    BODY_MAX = SQL_LENGTH_MAX,
    BEAT_SECONDS = 15, /* an empty line on quiet streams: is the client still there? */
    UNREAD_MAX = 16 << 20, /* bytes that a stream may be behind */
    BREATH_MS = 200
};

struct query {
    struct api api;
    SoupServer *server;
    GSocketService *service;
    char *socket; /* path, to be taken away */
    char *token;
    struct connections *connections;
    struct recognizer *recognizer;
    GPtrArray *streams; /* of struct stream */
    unsigned subscription;
    guint beat;
    gint64 breath; /* when the monitor was last polled from within a query */
};

/* --- streams of alerts -------------------------------------------------------------------------
 */

struct stream {
    struct query *query;
    SoupServerMessage *message;
    gsize unread; /* bytes */
};

static void wrote_data(SoupServerMessage *message, guint size, struct stream *stream)
{
    (void)message;
    stream->unread -= MIN(stream->unread, size);
}

static void stream_free(struct stream *stream)
{
    g_signal_handlers_disconnect_by_data(stream->message, stream);
    g_object_unref(stream->message);
    g_free(stream);
}

static void stream_ended(SoupServerMessage *message, struct stream *stream)
{
    (void)message;
    g_ptr_array_remove(stream->query->streams, stream);
    stream_free(stream);
}

/* Who does not read is cut off, and may come again: alerts are numbered. */
static void stream_send(struct stream *stream, const char *text, size_t length)
{
    stream->unread += length;
    if (stream->unread > UNREAD_MAX) {
        connection_cut(connection_of(stream->message));
        return;
    }
    soup_message_body_append(soup_server_message_get_response_body(stream->message),
                             SOUP_MEMORY_COPY, text, length);
    soup_server_message_unpause(stream->message);
}

static void stream_begin(struct query *query, SoupServerMessage *message)
{
    struct stream *stream = g_new0(struct stream, 1);
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    stream->query = query;
    stream->message = g_object_ref(message);
    g_ptr_array_add(query->streams, stream);
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_message_headers_set_encoding(headers, SOUP_ENCODING_CHUNKED);
    soup_message_headers_set_content_type(headers, "application/x-ndjson", NULL);
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    soup_message_body_set_accumulate(soup_server_message_get_response_body(message), FALSE);
    connection_streams(connection_of(message));
    g_signal_connect(message, "wrote-body-data", G_CALLBACK(wrote_data), stream);
    g_signal_connect(message, "finished", G_CALLBACK(stream_ended), stream);
    stream_send(stream, "\n", 1); /* headers go with the first chunk: the client knows it is in */
}

static void send_to_all(struct query *query, const char *text, size_t length)
{
    for (guint i = query->streams->len; i-- > 0;)
        stream_send(query->streams->pdata[i], text, length);
}

static void on_alert(void *data, const struct monitor_alert *alert)
{
    struct query *query = data;
    g_autoptr(GString) line = g_string_new(NULL);
    api_alert(query->api.monitor, alert, line);
    send_to_all(query, line->str, line->len);
}

static gboolean on_beat(gpointer query)
{
    send_to_all(query, "\n", 1);
    return G_SOURCE_CONTINUE;
}

/* --- requests ----------------------------------------------------------------------------------
 */

/* Takes the same time for every token of the same length. */
static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);
    unsigned char difference = 0;
    if (strlen(b) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

static bool may_ask(const struct query *query, SoupServerMessage *message)
{
    static const char scheme[] = "Bearer ";
    if (connection_is_local(connection_of(message)))
        return true; /* who could open it may */
    const char *given = soup_message_headers_get_one(
        soup_server_message_get_request_headers(message), "Authorization");
    return query->token && given && g_ascii_strncasecmp(given, scheme, strlen(scheme)) == 0 &&
           same(query->token, given + strlen(scheme));
}

/* What has come of a request's body. */
struct upload {
    GString *text;
    bool too_long;
};

static void upload_free(gpointer data)
{
    struct upload *upload = data;
    g_string_free(upload->text, TRUE);
    g_free(upload);
}

static void got_chunk(SoupServerMessage *message, GBytes *chunk, struct upload *upload)
{
    (void)message;
    gsize length;
    const char *data = g_bytes_get_data(chunk, &length);
    upload->too_long = upload->too_long || upload->text->len + length > BODY_MAX;
    if (!upload->too_long)
        g_string_append_len(upload->text, data, (gssize)length);
}

static void finished(SoupServerMessage *message)
{
    struct connection *connection = connection_of(message);
    if (connection)
        connection_answered(connection);
}

/* Bodies are collected here, up to what may come: libsoup would collect all. */
static void request_started(SoupServer *server, SoupServerMessage *message, gpointer data)
{
    (void)server, (void)data;
    struct upload *upload = g_new0(struct upload, 1);
    upload->text = g_string_new(NULL);
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
    g_object_set_data_full(G_OBJECT(message), "upload", upload, upload_free);
    g_signal_connect(message, "got-chunk", G_CALLBACK(got_chunk), upload);
    g_signal_connect(message, "finished", G_CALLBACK(finished), NULL);
}

static void add_interval(SoupMessageHeaders *headers, const struct monitor_interval *interval)
{
    const struct {
        const char *name;
        int64_t value;
    } fields[] = {{"Vttif-From", interval->from},
                  {"Vttif-To", interval->to},
                  {"Vttif-Resolution", interval->resolution}};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, fields[i].value);
        soup_message_headers_replace(headers, fields[i].name, text);
    }
}

static void reply(SoupServerMessage *message, struct api_answer *answer)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    if (answer->has_interval)
        add_interval(headers, &answer->interval);
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    soup_server_message_set_status(message, answer->status, NULL);
    gsize length = answer->body->len;
    soup_server_message_set_response(message, answer->type, SOUP_MEMORY_TAKE,
                                     g_string_free(answer->body, FALSE), length);
    answer->body = NULL;
}

static void refuse(SoupServerMessage *message, unsigned status, const char *sentence)
{
    struct api_answer answer = {.body = g_string_new(NULL)};
    api_fail(&answer, status, "%s", sentence);
    reply(message, &answer);
}

static void answer(struct query *query, SoupServerMessage *message, const char *path,
                   GHashTable *parameters, const struct upload *upload)
{
    struct api_answer answer;
    bool is_text =
        upload->text->len > 0 && g_utf8_validate_len(upload->text->str, upload->text->len, NULL);
    api_answer(&query->api, soup_server_message_get_method(message), path, parameters,
               is_text ? upload->text->str : NULL, &answer);
    if (answer.matrix)
        recognizer_take(query->recognizer, message, &answer);
    else
        reply(message, &answer);
}

static void on_request(SoupServer *server, SoupServerMessage *message, const char *path,
                       GHashTable *parameters, gpointer data)
{
    (void)server;
    struct query *query = data;
    struct upload *upload = g_object_get_data(G_OBJECT(message), "upload");
    connection_asked(connection_of(message));
    if (!may_ask(query, message)) {
        soup_message_headers_replace(soup_server_message_get_response_headers(message),
                                     "WWW-Authenticate", "Bearer");
        refuse(message, SOUP_STATUS_UNAUTHORIZED,
               "expected the token: Authorization: Bearer TOKEN");
    } else if (upload->too_long) {
        refuse(message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "the body is longer than 64 KiB");
    } else if (strcmp(path, "/v1/alerts") != 0) {
        answer(query, message, path, parameters, upload);
    } else if (soup_server_message_get_method(message) != SOUP_METHOD_GET) {
        refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "/v1/alerts takes GET only");
    } else {
        stream_begin(query, message);
    }
}

/* --- life --------------------------------------------------------------------------------------
 */

/* A query that runs long must not keep seconds from being booked. */
static void breathe(void *data)
{
    struct query *query = data;
    gint64 now = g_get_monotonic_time();
    if (now - query->breath < BREATH_MS * G_TIME_SPAN_MILLISECOND)
        return;
    query->breath = now;
    monitor_poll(query->api.monitor, NULL);
}

static bool add_socket(struct query *query, GSocket *taken, GError **error)
{
    g_autoptr(GSocket) socket = taken;
    return socket &&
           g_socket_listener_add_socket(G_SOCKET_LISTENER(query->service), socket, NULL, error);
}

static bool listen_at(struct query *query, const struct query_config *config, GError **error)
{
    if (config->socket) {
        if (!add_socket(query, listen_unix(config->socket, config->group, error), error))
            return false;
        query->socket = g_strdup(config->socket);
    }
    if (!config->listen)
        return true;
    if (!config->token_file) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "listening at %s needs a token file: whoever reaches it could ask",
                    config->listen);
        return false;
    }
    query->token = listen_token(config->token_file, error);
    return query->token && add_socket(query, listen_tcp(config->listen, error), error);
}

struct query *query_serve(struct monitor *monitor, const struct query_config *config,
                          GError **error)
{
    g_autoptr(query_handle) query = g_new0(struct query, 1);
    struct sql_limits limits = config->sql;
    limits.breathe = breathe;
    limits.breathe_context = query;
    query->streams = g_ptr_array_new();
    query->recognizer = recognizer_new(reply);
    query->api.monitor = monitor;
    query->api.metrics_pairs = config->metrics_pairs ? config->metrics_pairs : PROMETHEUS_PAIRS;
    query->service = g_socket_service_new();
    if (!(query->api.sql = sql_open(monitor, &limits, error)) || !listen_at(query, config, error))
        return NULL;
    query->server = soup_server_new("server-header", "vttifd", NULL);
    g_signal_connect(query->server, "request-started", G_CALLBACK(request_started), NULL);
    soup_server_add_handler(query->server, NULL, on_request, query, NULL);
    query->connections =
        connections_new(query->service, query->server,
                        config->connections ? config->connections : QUERY_CONNECTIONS,
                        config->patience ? config->patience : QUERY_PATIENCE);
    query->subscription = monitor_subscribe(monitor, on_alert, query);
    query->beat = g_timeout_add_seconds(BEAT_SECONDS, on_beat, query);
    g_socket_service_start(query->service);
    return g_steal_pointer(&query);
}

void query_free(struct query *query)
{
    if (query->beat)
        g_source_remove(query->beat);
    if (query->subscription)
        monitor_unsubscribe(query->api.monitor, query->subscription);
    g_socket_service_stop(query->service);
    g_socket_listener_close(G_SOCKET_LISTENER(query->service));
    if (query->server)
        soup_server_disconnect(query->server);
    while (query->streams->len > 0)
        stream_free(g_ptr_array_steal_index(query->streams, 0));
    g_clear_pointer(&query->recognizer, recognizer_free);
    g_clear_pointer(&query->connections, connections_free);
    g_clear_object(&query->server);
    g_object_unref(query->service);
    if (query->socket)
        unlink(query->socket);
    g_clear_pointer(&query->api.sql, sql_close);
    g_ptr_array_unref(query->streams);
    g_free(query->socket);
    g_free(query->token);
    g_free(query);
}
