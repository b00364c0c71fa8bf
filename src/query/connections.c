// SPDX-License-Identifier: Apache-2.0
#include "query/connections.h"

#include <poll.h>
#include <string.h>

#define CONNECTION_KEY "vttif-connection"

struct connections {
    GSocketService *service;
    SoupServer *server;
    GPtrArray *open; /* of struct connection */
    unsigned max, remote;
    unsigned patience; /* s, with a client from whom a request is awaited, or who takes no answer */
    gulong handler;
};

struct connection {
    struct connections *all;
    GSocketConnection *stream; /* weak: the server's */
    GSocketAddress *local; /* by which messages know their connection */
    GSocket *socket;
    guint timer; /* until it is cut off, or 0 */
    bool is_local;
};

void connection_cut(struct connection *connection)
{
    if (connection)
        g_socket_shutdown(connection->socket, TRUE, TRUE, NULL);
}

static gboolean on_time(gpointer data)
{
    struct connection *connection = data;
    connection->timer = 0;
    connection_cut(connection);
    return G_SOURCE_REMOVE;
}

void connection_asked(struct connection *connection)
{
    g_clear_handle_id(&connection->timer, g_source_remove);
}

void connection_answered(struct connection *connection)
{
    connection_asked(connection);
    connection->timer = g_timeout_add_seconds(connection->all->patience, on_time, connection);
}

void connection_streams(struct connection *connection)
{
    g_socket_set_timeout(connection->socket, 0);
}

bool connection_is_local(const struct connection *connection)
{
    return connection->is_local;
}

bool connection_is_over(const struct connection *connection)
{
    struct pollfd end = {.events = POLLRDHUP};
    if (!connection)
        return true;
    end.fd = g_socket_get_fd(connection->socket);
    return end.fd < 0 || poll(&end, 1, 0) > 0; /* POLLHUP and POLLERR come unasked */
}

struct connection *connection_of(SoupServerMessage *message)
{
    GSocketAddress *local = soup_server_message_get_local_address(message);
    return g_object_get_data(G_OBJECT(local), CONNECTION_KEY);
}

/* --- coming and going -------------------------------------------------------------------------
 */

static void release(struct connection *connection)
{
    connection_asked(connection);
    connection->all->remote -= !connection->is_local;
    g_object_set_data(G_OBJECT(connection->local), CONNECTION_KEY, NULL);
    g_object_unref(connection->local);
    g_object_unref(connection->socket);
    g_free(connection);
}

static void on_gone(gpointer data, GObject *stream)
{
    (void)stream;
    struct connection *connection = data;
    g_ptr_array_remove_fast(connection->all->open, connection);
    release(connection);
}

static void take(struct connections *all, GSocketConnection *stream, bool is_local)
{
    g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(stream, NULL);
    struct connection *connection = g_new0(struct connection, 1);
    connection->all = all;
    connection->stream = stream;
    connection->is_local = is_local;
    connection->socket = g_object_ref(g_socket_connection_get_socket(stream));
    connection->local = g_socket_connection_get_local_address(stream, NULL);
    all->remote += !is_local;
    g_ptr_array_add(all->open, connection);
    g_object_set_data(G_OBJECT(connection->local), CONNECTION_KEY, connection);
    g_object_weak_ref(G_OBJECT(stream), on_gone, connection);
    g_socket_set_timeout(connection->socket, all->patience);
    connection_answered(connection);
    soup_server_accept_iostream(all->server, G_IO_STREAM(stream), connection->local, remote, NULL);
}

/* As much as goes at once; who does not take that is not told. */
static void turn_away(GSocket *socket)
{
    static const char body[] = "{\"schema\": \"vttif.error/1\", \"error\": \"vttifd has as many "
                               "connections as it takes; try again\"}\n";
    g_autofree char *text = g_strdup_printf("HTTP/1.1 503 Service Unavailable\r\n"
                                            "Content-Type: application/json\r\n"
                                            "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                                            "Connection: close\r\n\r\n%s",
                                            sizeof body - 1, body);
    g_socket_set_blocking(socket, FALSE);
    g_socket_send(socket, text, strlen(text), NULL, NULL);
    g_socket_shutdown(socket, FALSE, TRUE, NULL);
}

static gboolean on_connection(GSocketService *service, GSocketConnection *stream, GObject *source,
                              gpointer data)
{
    (void)service, (void)source;
    struct connections *all = data;
    GSocket *socket = g_socket_connection_get_socket(stream);
    bool is_local = g_socket_get_family(socket) == G_SOCKET_FAMILY_UNIX;
    if (all->open->len >= all->max || (!is_local && all->remote >= (all->max + 1) / 2))
        turn_away(socket);
    else if (g_socket_is_connected(socket))
        take(all, stream, is_local);
    return TRUE;
}

struct connections *connections_new(GSocketService *service, SoupServer *server, unsigned max,
                                    unsigned patience)
{
    struct connections *connections = g_new0(struct connections, 1);
    connections->service = g_object_ref(service);
    connections->server = g_object_ref(server);
    connections->open = g_ptr_array_new();
    connections->max = max;
    connections->patience = patience;
    connections->handler =
        g_signal_connect(service, "incoming", G_CALLBACK(on_connection), connections);
    return connections;
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    g_signal_handler_disconnect(connections->service, connections->handler);
    for (guint i = 0; i < connections->open->len; i++) {
        struct connection *connection = connections->open->pdata[i];
        g_object_weak_unref(G_OBJECT(connection->stream), on_gone, connection);
        connection_cut(connection);
        release(connection);
    }
    g_ptr_array_unref(connections->open);
    g_object_unref(connections->service);
    g_object_unref(connections->server);
    g_free(connections);
}
