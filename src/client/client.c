// SPDX-License-Identifier: Apache-2.0
#include "client/client.h"

#include <gio/gunixsocketaddress.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/un.h>
#include <vttif/error.h>
#include <vttif/view.h>

enum { TOKEN_MAX = 4096 };

/* --- life ------------------------------------------------------------------------------------ */

static bool is_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, SOUP_HTTP_URI_FLAGS, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    return (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) && *g_uri_get_host(uri) &&
           !g_uri_get_query(uri) && !g_uri_get_fragment(uri) &&
           strcmp(g_uri_get_path(uri), "/") == 0;
}

static bool set_url(struct vttif_client *client, const char *url, GError **error)
{
    if (!is_url(url)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "'%s' is no address of a vttifd: expected http://HOST:PORT", url);
        return false;
    }
    client->base = g_strdup(url);
    if (g_str_has_suffix(client->base, "/"))
        client->base[strlen(client->base) - 1] = '\0';
    client->where = g_strdup(client->base);
    /* Nothing in between: a proxy would see the token. */
    client->session = soup_session_new_with_options("proxy-resolver", NULL, NULL);
    return true;
}

static bool set_socket(struct vttif_client *client, const char *path, GError **error)
{
    if (!*path || strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "'%s' is no path of a socket: it is empty or too long", path);
        return false;
    }
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    client->base = g_strdup("http://vttifd");
    client->where = g_strdup(path);
    client->socket = g_strdup(path);
    client->session = soup_session_new_with_options("remote-connectable", address, NULL);
    return true;
}

static bool read_token(struct vttif_client *client, const char *file, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) why = NULL;
    if (!g_file_get_contents(file, &text, NULL, &why)) {
        g_set_error(error, VTTIF_ERROR,
                    g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? VTTIF_ERROR_PERMISSION
                                                                           : VTTIF_ERROR_IO,
                    "%s", why->message);
        return false;
    }
    text[strcspn(text, "\r\n")] = '\0';
    bool is_token = *text && strlen(text) <= TOKEN_MAX;
    for (const char *at = text; *at; at++)
        is_token = is_token && g_ascii_isgraph(*at);
    if (!is_token) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "the first line of %s is no token: expected printable characters without "
                    "spaces",
                    file);
        return false;
    }
    client->token_file = g_strdup(file);
    client->authorization = g_strconcat("Bearer ", text, NULL);
    return true;
}

static bool set_up(struct vttif_client *client, const struct vttif_client_options *options,
                   GError **error)
{
    return (!options->token_file || read_token(client, options->token_file, error)) &&
           (options->url
                ? set_url(client, options->url, error)
                : set_socket(client, options->socket ? options->socket : VTTIF_CLIENT_SOCKET,
                             error));
}

struct vttif_client *vttif_client_new(const struct vttif_client_options *given, GError **error)
{
    struct vttif_client_options options = given ? *given : (struct vttif_client_options){0};
    g_autoptr(vttif_client) client = g_new0(struct vttif_client, 1);
    client->timeout_ms = options.timeout_ms ? options.timeout_ms : VTTIF_CLIENT_TIMEOUT_MS;
    client->context = g_main_context_new();
    g_main_context_push_thread_default(client->context);
    bool done = set_up(client, &options, error);
    g_main_context_pop_thread_default(client->context);
    return done ? g_steal_pointer(&client) : NULL;
}

void vttif_client_free(struct vttif_client *client)
{
    if (!client)
        return;
    g_main_context_push_thread_default(client->context);
    client_alerts_end(client);
    g_clear_object(&client->session);
    while (g_main_context_iteration(client->context, FALSE))
        continue; /* what the session has left to do */
    g_main_context_pop_thread_default(client->context);
    g_main_context_unref(client->context);
    g_free(client->base);
    g_free(client->where);
    g_free(client->socket);
    g_free(client->token_file);
    g_free(client->authorization);
    g_free(client);
}

/* --- answers --------------------------------------------------------------------------------- */

struct vttif_matrix *vttif_client_matrix(struct vttif_client *client, unsigned seconds,
                                         GError **error)
{
    g_autofree char *path = g_strdup_printf("/v1/matrix?last=%u", seconds);
    size_t length;
    g_autofree char *json = vttif_client_ask(client, path, NULL, &length, error);
    return json ? vttif_view_read(json, length, client->where, 1, NULL, error) : NULL;
}

static bool read_pair(JsonNode *node, struct vttif_client_pair *pair)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *from =
        object ? json_object_get_string_member_with_default(object, "from", NULL) : NULL;
    const char *to = object ? json_object_get_string_member_with_default(object, "to", NULL) : NULL;
    gint64 bytes = object ? json_object_get_int_member_with_default(object, "bytes", -1) : -1;
    if (!from || !to || bytes < 0)
        return false;
    *pair = (struct vttif_client_pair){g_strdup(from), g_strdup(to), (uint64_t)bytes};
    return true;
}

/* The array "pairs", or NULL. */
static JsonArray *pairs_of(JsonNode *root)
{
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonNode *pairs = object ? json_object_get_member(object, "pairs") : NULL;
    return pairs && JSON_NODE_HOLDS_ARRAY(pairs) ? json_node_get_array(pairs) : NULL;
}

struct vttif_client_pair *vttif_client_pairs(struct vttif_client *client, unsigned seconds,
                                             unsigned limit, size_t *n_pairs, GError **error)
{
    g_autofree char *path = g_strdup_printf("/v1/pairs?last=%u&top=%u", seconds, limit);
    g_autofree char *json = vttif_client_ask(client, path, NULL, NULL, error);
    *n_pairs = 0;
    if (!json)
        return NULL;
    g_autoptr(JsonNode) root = json_from_string(json, NULL);
    JsonArray *array = pairs_of(root);
    guint n = array ? json_array_get_length(array) : 0;
    struct vttif_client_pair *pairs = g_new0(struct vttif_client_pair, n + 1);
    while (array && *n_pairs < n &&
           read_pair(json_array_get_element(array, (guint)*n_pairs), &pairs[*n_pairs]))
        ++*n_pairs;
    if (array && *n_pairs == n)
        return pairs;
    vttif_client_pairs_free(pairs, *n_pairs);
    *n_pairs = 0;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                "what answers at %s is no vttifd: expected a vttif.pairs/1", client->where);
    return NULL;
}

void vttif_client_pairs_free(struct vttif_client_pair *pairs, size_t n_pairs)
{
    for (size_t i = 0; i < n_pairs; i++) {
        g_free(pairs[i].from);
        g_free(pairs[i].to);
    }
    g_free(pairs);
}
