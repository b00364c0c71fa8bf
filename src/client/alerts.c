// SPDX-License-Identifier: Apache-2.0
/*
 * The stream of alerts: lines of vttif.alert/1, and empty ones as a sign of life.
 *
 * A read is always under way; one that a wait does not see the end of is seen by the next wait.
 */
#include "client/client.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/view.h>

#define PIECE      ((gsize)64 << 10)
#define ALERT_MAX  ((gsize)256 << 20)
#define SILENCE_US (50 * G_TIME_SPAN_SECOND) /* the daemon sends something every 15 s */

struct alerts {
    GInputStream *stream;
    GCancellable *cancellable;
    GAsyncResult *result; /* of the read that is under way, when it has ended */
    bool reading;
    GString *text; /* what has come; lines from 0 */
    gsize searched; /* no line ends before */
    gint64 heard; /* when something came last */
    char piece[PIECE];
};

const char *vttif_alert_kind_name(enum vttif_alert_kind kind)
{
    return kind == VTTIF_ALERT_SUSTAINED ? "sustained" : "quiet";
}

void vttif_alert_free(struct vttif_alert *alert)
{
    if (!alert)
        return;
    g_free(alert->from);
    g_free(alert->to);
    g_free(alert->json);
    g_clear_pointer(&alert->matrix, vttif_matrix_unref);
    g_free(alert);
}

/* --- one alert ------------------------------------------------------------------------------- */

static const char *text_of(JsonObject *object, const char *member)
{
    const char *text = json_object_get_string_member_with_default(object, member, NULL);
    return text ? text : "";
}

static bool read_kind(JsonObject *object, enum vttif_alert_kind *kind)
{
    *kind =
        strcmp(text_of(object, "kind"), "quiet") == 0 ? VTTIF_ALERT_QUIET : VTTIF_ALERT_SUSTAINED;
    return strcmp(text_of(object, "kind"), vttif_alert_kind_name(*kind)) == 0;
}

static bool read_matrix(const struct vttif_client *client, JsonObject *object,
                        struct vttif_matrix **matrix, GError **error)
{
    JsonNode *node = json_object_get_member(object, "matrix");
    g_autofree char *text = node ? json_to_string(node, FALSE) : g_strdup("");
    *matrix = vttif_view_read(text, strlen(text), client->where, 1, NULL, error);
    return *matrix != NULL;
}

static struct vttif_alert *parse_alert(const struct vttif_client *client, const char *line,
                                       GError **error)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    g_autoptr(vttif_alert) alert = g_new0(struct vttif_alert, 1);
    if (!object || strcmp(text_of(object, "schema"), "vttif.alert/1") != 0 ||
        !read_kind(object, &alert->kind)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "what answers at %s is no vttifd: expected a vttif.alert/1", client->where);
        return NULL;
    }
    alert->sequence = (uint64_t)json_object_get_int_member_with_default(object, "sequence", 0);
    alert->time = json_object_get_double_member_with_default(object, "time", 0);
    alert->since = json_object_get_double_member_with_default(object, "since", 0);
    alert->from = g_strdup(text_of(object, "from"));
    alert->to = g_strdup(text_of(object, "to"));
    alert->json = g_strdup(line);
    return read_matrix(client, object, &alert->matrix, error) ? g_steal_pointer(&alert) : NULL;
}

/* --- the stream ------------------------------------------------------------------------------ */

/* The next line that is not empty, or NULL. */
static char *take_line(struct alerts *alerts)
{
    GString *text = alerts->text;
    char *end;
    while ((end = memchr(text->str + alerts->searched, '\n', text->len - alerts->searched))) {
        gsize length = (gsize)(end - text->str);
        g_autofree char *line = g_strndup(text->str, length);
        g_string_erase(text, 0, (gssize)length + 1);
        alerts->searched = 0;
        if (*g_strstrip(line))
            return g_steal_pointer(&line);
    }
    alerts->searched = text->len;
    return NULL;
}

/* Takes what a read brought; false at the end of the stream. */
static bool take_piece(struct vttif_client *client, GError **error)
{
    struct alerts *alerts = client->alerts;
    g_autoptr(GAsyncResult) result = g_steal_pointer(&alerts->result);
    GError *why = NULL;
    gssize n = g_input_stream_read_finish(alerts->stream, result, &why);
    alerts->reading = false;
    alerts->heard = g_get_monotonic_time();
    if (n > 0 && alerts->text->len + (gsize)n <= ALERT_MAX) {
        g_string_append_len(alerts->text, alerts->piece, n);
        return true;
    }
    if (n < 0)
        client_explain(client, why, error);
    else if (n == 0)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "vttifd at %s closed the stream of alerts: it has ended, or alerts were read "
                    "too slowly",
                    client->where);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "an alert of vttifd at %s is longer than 256 MiB", client->where);
    return false;
}

/* Waits for a line until the deadline (-1: none): true with NULL when it is over. */
static bool await_line(struct vttif_client *client, gint64 deadline, char **line, GError **error)
{
    struct alerts *alerts = client->alerts;
    while (!(*line = take_line(alerts))) {
        if (!alerts->reading)
            g_input_stream_read_async(alerts->stream, alerts->piece, PIECE, G_PRIORITY_DEFAULT,
                                      alerts->cancellable, client_on_done, &alerts->result);
        alerts->reading = true;
        gint64 silence = alerts->heard + SILENCE_US;
        bool may_be_silent = deadline >= 0 && deadline < silence;
        if (client_await(client, &alerts->result, may_be_silent ? deadline : silence)) {
            if (!take_piece(client, error))
                return false;
        } else if (may_be_silent) {
            return true;
        } else {
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                        "vttifd at %s is no longer heard of", client->where);
            return false;
        }
    }
    return true;
}

void client_alerts_end(struct vttif_client *client)
{
    struct alerts *alerts = g_steal_pointer(&client->alerts);
    if (!alerts)
        return;
    g_cancellable_cancel(alerts->cancellable);
    if (alerts->reading)
        client_await(client, &alerts->result, -1);
    g_clear_object(&alerts->result);
    g_object_unref(alerts->cancellable);
    g_object_unref(alerts->stream);
    g_string_free(alerts->text, TRUE);
    g_free(alerts);
}

static bool subscribe(struct vttif_client *client, GError **error)
{
    if (client->alerts)
        return true;
    GInputStream *stream =
        client_send(client, "/v1/alerts", NULL, client_deadline(client->timeout_ms), error);
    if (!stream)
        return false;
    client->alerts = g_new0(struct alerts, 1);
    client->alerts->stream = stream;
    client->alerts->cancellable = g_cancellable_new();
    client->alerts->text = g_string_new(NULL);
    client->alerts->heard = g_get_monotonic_time();
    return true;
}

static bool wait_alert(struct vttif_client *client, gint64 deadline, struct vttif_alert **alert,
                       GError **error)
{
    g_autofree char *line = NULL;
    if (!subscribe(client, error))
        return false;
    if (!await_line(client, deadline, &line, error)) {
        client_alerts_end(client);
        return false;
    }
    if (line)
        *alert = parse_alert(client, line, error);
    return !line || *alert;
}

bool vttif_client_listen(struct vttif_client *client, GError **error)
{
    g_main_context_push_thread_default(client->context);
    bool done = subscribe(client, error);
    g_main_context_pop_thread_default(client->context);
    return done;
}

bool vttif_client_wait(struct vttif_client *client, int timeout_ms, struct vttif_alert **alert,
                       GError **error)
{
    gint64 deadline = timeout_ms < 0 ? -1 : client_deadline((unsigned)timeout_ms);
    *alert = NULL;
    g_main_context_push_thread_default(client->context);
    bool done = wait_alert(client, deadline, alert, error);
    g_main_context_pop_thread_default(client->context);
    return done;
}
