// SPDX-License-Identifier: Apache-2.0
/* Requests, answers, and what is said when there is none. */
#include "client/client.h"

#include <grp.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <vttif/error.h>

/* Longer than any answer to a question that was meant: 100,000 rows of 2 KB. */
#define ANSWER_MAX ((gsize)256 << 20)
#define PIECE      ((gsize)64 << 10)

/* --- waiting --------------------------------------------------------------------------------- */

void client_on_done(GObject *source, GAsyncResult *result, gpointer to)
{
    (void)source;
    *(GAsyncResult **)to = g_object_ref(result);
}

gint64 client_deadline(unsigned timeout_ms)
{
    return g_get_monotonic_time() + (gint64)timeout_ms * G_TIME_SPAN_MILLISECOND;
}

static gboolean wake(gpointer data)
{
    (void)data;
    return G_SOURCE_REMOVE;
}

bool client_await(struct vttif_client *client, GAsyncResult *const *result, gint64 deadline)
{
    GSource *alarm = NULL;
    if (deadline >= 0) {
        alarm = g_timeout_source_new(0);
        g_source_set_ready_time(alarm, deadline);
        g_source_set_callback(alarm, wake, NULL, NULL);
        g_source_attach(alarm, client->context);
    }
    while (!*result && (deadline < 0 || g_get_monotonic_time() < deadline))
        g_main_context_iteration(client->context, TRUE);
    if (alarm) {
        g_source_destroy(alarm);
        g_source_unref(alarm);
    }
    return *result != NULL;
}

/* The same for a call that cannot be left running: it is cancelled when its time is over. */
static GAsyncResult *await_or_cancel(struct vttif_client *client, GAsyncResult **result,
                                     GCancellable *cancellable, gint64 deadline)
{
    if (!client_await(client, result, deadline)) {
        g_cancellable_cancel(cancellable);
        client_await(client, result, -1);
    }
    return *result;
}

/* --- errors ---------------------------------------------------------------------------------- */

static void explain_permission(const struct vttif_client *client, GError **error)
{
    struct stat found;
    const struct group *group =
        client->socket && stat(client->socket, &found) == 0 ? getgrgid(found.st_gid) : NULL;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION, "you may not open %s; become root%s%s",
                client->where, group ? ", or a member of the group " : "",
                group ? group->gr_name : "");
}

void client_explain(const struct vttif_client *client, GError *taken, GError **error)
{
    g_autoptr(GError) why = taken;
    const char *where = client->where;
    if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        explain_permission(client, error);
    else if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "there is no vttifd at %s: start it (systemctl start vttifd), or say where it "
                    "is",
                    where);
    else if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "no vttifd answers at %s: it has ended; start it again", where);
    else if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "vttifd at %s has not answered within %g s", where, client->timeout_ms / 1e3);
    else if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
             g_error_matches(why, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
             g_error_matches(why, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "vttifd at %s closed the connection: it has ended, or has as many as it takes",
                    where);
    else if (why->domain == SOUP_SESSION_ERROR && why->code == SOUP_SESSION_ERROR_PARSING)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "what answers at %s does not speak HTTP: it is no vttifd", where);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", where, why->message);
}

/* The sentence of a vttif.error/1, or NULL; *is_unknown: that it is about a path. */
static char *sentence_of(const char *body, bool *is_unknown)
{
    g_autoptr(JsonNode) root = json_from_string(body, NULL);
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    const char *schema =
        object ? json_object_get_string_member_with_default(object, "schema", NULL) : NULL;
    if (g_strcmp0(schema, "vttif.error/1") != 0)
        return NULL;
    *is_unknown = g_strcmp0(json_object_get_string_member_with_default(object, "code", NULL),
                            "no-such-path") == 0;
    return g_strdup(json_object_get_string_member_with_default(object, "error", NULL));
}

static void explain_unauthorized(const struct vttif_client *client, GError **error)
{
    if (client->token_file)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION,
                    "vttifd at %s does not take the token in %s", client->where,
                    client->token_file);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION,
                    "vttifd at %s wants a token; say in which file it is", client->where);
}

/* What an answer that is none means: status and body to an error. */
static void explain_status(const struct vttif_client *client, unsigned status, const char *path,
                           const char *body, GError **error)
{
    bool is_unknown = false;
    g_autofree char *sentence = sentence_of(body, &is_unknown);
    if (!sentence)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "what answers at %s is no vttifd: HTTP status %u for %s", client->where, status,
                    path);
    else if (status == SOUP_STATUS_UNAUTHORIZED)
        explain_unauthorized(client, error);
    else if (is_unknown)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "vttifd at %s does not know %s: it is of another version; restart it after an "
                    "update",
                    client->where, path);
    else
        g_set_error(error, VTTIF_ERROR,
                    status >= SOUP_STATUS_INTERNAL_SERVER_ERROR ? VTTIF_ERROR_UNAVAILABLE
                                                                : VTTIF_ERROR_ARGUMENT,
                    "%s", sentence);
}

/* --- a request ------------------------------------------------------------------------------- */

static GInputStream *get_head(struct vttif_client *client, SoupMessage *message, gint64 deadline,
                              GError **error)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;
    GError *why = NULL;
    soup_session_send_async(client->session, message, G_PRIORITY_DEFAULT, cancellable,
                            client_on_done, &result);
    await_or_cancel(client, &result, cancellable, deadline);
    GInputStream *stream = soup_session_send_finish(client->session, result, &why);
    if (!stream)
        client_explain(client, why, error);
    return stream;
}

static GBytes *read_piece(struct vttif_client *client, GInputStream *stream, gint64 deadline,
                          GError **error)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;
    GError *why = NULL;
    g_input_stream_read_bytes_async(stream, PIECE, G_PRIORITY_DEFAULT, cancellable, client_on_done,
                                    &result);
    await_or_cancel(client, &result, cancellable, deadline);
    GBytes *piece = g_input_stream_read_bytes_finish(stream, result, &why);
    if (!piece)
        client_explain(client, why, error);
    return piece;
}

static bool read_body(struct vttif_client *client, GInputStream *stream, gint64 deadline,
                      GString *body, GError **error)
{
    for (;;) {
        g_autoptr(GBytes) piece = read_piece(client, stream, deadline, error);
        gsize length;
        const char *data = piece ? g_bytes_get_data(piece, &length) : NULL;
        if (!piece)
            return false;
        if (length == 0)
            return true;
        if (body->len + length > ANSWER_MAX) {
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                        "the answer of vttifd at %s is longer than 256 MiB: ask for less",
                        client->where);
            return false;
        }
        g_string_append_len(body, data, (gssize)length);
    }
}

static SoupMessage *make_message(const struct vttif_client *client, const char *path,
                                 const char *statement, GError **error)
{
    g_autofree char *url = g_strconcat(client->base, path, NULL);
    SoupMessage *message = *path == '/' ? soup_message_new(statement ? "POST" : "GET", url) : NULL;
    if (!message) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "'%s' is no path of the API", path);
        return NULL;
    }
    /* A token goes to nobody else; a question may be asked twice. */
    soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
    if (client->authorization)
        soup_message_headers_append(soup_message_get_request_headers(message), "Authorization",
                                    client->authorization);
    if (statement) {
        g_autoptr(GBytes) body = g_bytes_new(statement, strlen(statement));
        soup_message_set_request_body_from_bytes(message, "application/sql", body);
    }
    return message;
}

GInputStream *client_send(struct vttif_client *client, const char *path, const char *statement,
                          gint64 deadline, GError **error)
{
    g_autoptr(SoupMessage) message = make_message(client, path, statement, error);
    g_autoptr(GInputStream) stream = message ? get_head(client, message, deadline, error) : NULL;
    if (!stream)
        return NULL;
    unsigned status = soup_message_get_status(message);
    if (status == SOUP_STATUS_OK)
        return g_steal_pointer(&stream);
    g_autoptr(GString) body = g_string_new(NULL);
    if (read_body(client, stream, deadline, body, error))
        explain_status(client, status, path, body->str, error);
    return NULL;
}

char *vttif_client_ask(struct vttif_client *client, const char *path, const char *statement,
                       size_t *length, GError **error)
{
    gint64 deadline = client_deadline(client->timeout_ms);
    g_autoptr(GString) body = g_string_new(NULL);
    g_main_context_push_thread_default(client->context);
    GInputStream *stream = client_send(client, path, statement, deadline, error);
    bool done = stream && read_body(client, stream, deadline, body, error);
    g_clear_object(&stream);
    g_main_context_pop_thread_default(client->context);
    if (!done)
        return NULL;
    if (length)
        *length = body->len;
    return g_string_free(g_steal_pointer(&body), FALSE);
}
