// SPDX-License-Identifier: Apache-2.0
#include "query/listen.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vttif/error.h>

enum { BACKLOG = 64, TOKEN_MIN = 16, TOKEN_FILE_MAX = 4096 };

static GSocket *bind_and_listen(GSocketAddress *address, const char *name, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GSocket) socket = g_socket_new(g_socket_address_get_family(address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &why);
    if (socket) {
        g_socket_set_listen_backlog(socket, BACKLOG);
        if (g_socket_bind(socket, address, TRUE, &why) && g_socket_listen(socket, &why))
            return g_steal_pointer(&socket);
    }
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "cannot listen at %s: %s", name, why->message);
    return NULL;
}

/* --- unix ------------------------------------------------------------------------------------ */

static bool answers(GSocketAddress *address)
{
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
    return socket && g_socket_connect(socket, address, NULL, NULL);
}

/* Only a socket is ever taken away: the path may have been mistyped. */
static bool clear_path(GSocketAddress *address, const char *path, GError **error)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return true;
    if (!S_ISSOCK(found.st_mode))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s is there, and is no socket", path);
    else if (answers(address))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "another server answers at %s", path);
    else
        return unlink(path) == 0 || errno == ENOENT;
    return false;
}

static bool give_to_group(const char *path, const char *group, GError **error)
{
    const struct group *entry = group ? getgrnam(group) : NULL;
    if (group && !entry)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "there is no group '%s'", group);
    else if (entry && lchown(path, (uid_t)-1, entry->gr_gid) != 0)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION, "cannot give %s to group %s: %s",
                    path, group, g_strerror(errno));
    else
        return true;
    return false;
}

GSocket *listen_unix(const char *path, const char *group, GError **error)
{
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "the path of a socket is too long: %s", path);
        return NULL;
    }
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    if (!clear_path(address, path, error))
        return NULL;
    mode_t before = umask(0117); /* there is no moment in which others may open it */
    g_autoptr(GSocket) socket = bind_and_listen(address, path, error);
    umask(before);
    if (!socket)
        return NULL;
    if (!give_to_group(path, group, error)) {
        unlink(path);
        return NULL;
    }
    return g_steal_pointer(&socket);
}

/* --- TCP ------------------------------------------------------------------------------------- */

GSocket *listen_tcp(const char *text, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GSocketConnectable) where = g_network_address_parse(text, 0, &why);
    GNetworkAddress *parsed = where ? G_NETWORK_ADDRESS(where) : NULL;
    guint16 port = parsed ? g_network_address_get_port(parsed) : 0;
    g_autoptr(GSocketAddress) address =
        port ? g_inet_socket_address_new_from_string(g_network_address_get_hostname(parsed), port)
             : NULL;
    if (address)
        return bind_and_listen(address, text, error);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                "cannot listen at '%s': expected ADDRESS:PORT, such as 127.0.0.1:8653", text);
    return NULL;
}

static bool is_ours_alone(const char *file, GError **error)
{
    struct stat found;
    if (stat(file, &found) != 0)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "cannot read the token file %s: %s", file,
                    g_strerror(errno));
    else if (found.st_mode & (S_IRWXG | S_IRWXO))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION,
                    "the token file %s is open to others: chmod 600 %s", file, file);
    else if (!S_ISREG(found.st_mode) || found.st_size > TOKEN_FILE_MAX)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s is no token file: expected a line",
                    file);
    else
        return true;
    return false;
}

char *listen_token(const char *file, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) why = NULL;
    if (!is_ours_alone(file, error))
        return NULL;
    if (!g_file_get_contents(file, &text, NULL, &why)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s", why->message);
        return NULL;
    }
    text[strcspn(text, "\r\n")] = '\0';
    if (strlen(text) >= TOKEN_MIN)
        return g_steal_pointer(&text);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                "the token in %s is too short: expected at least %d characters", file, TOKEN_MIN);
    return NULL;
}
