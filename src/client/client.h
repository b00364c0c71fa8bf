// SPDX-License-Identifier: Apache-2.0
/*
 * What the client's files share. Requests are asynchronous beneath, on a main context of the
 * client's own that runs only while a call waits: so each wait can have an end, and a read of the
 * stream of alerts goes on from one call to the next.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <libsoup/soup.h>
#include <stdbool.h>
#include <vttif/client.h>

struct alerts;

struct vttif_client {
    GMainContext *context;
    SoupSession *session;
    char *base; /* of URLs, without "/" at its end */
    char *where; /* for messages: the socket's path, or the URL */
    char *socket; /* path, or NULL */
    char *token_file; /* or NULL */
    char *authorization; /* header, or NULL */
    unsigned timeout_ms;
    struct alerts *alerts; /* NULL: not subscribed */
};

/* For the end of an asynchronous call: keeps the result in *(GAsyncResult **)result. */
void client_on_done(GObject *source, GAsyncResult *result, gpointer to);
/* Runs the client's context until *result is there, at most until deadline (of the monotonic clock,
 * -1: none); whether it is there. */
bool client_await(struct vttif_client *client, GAsyncResult *const *result, gint64 deadline);
gint64 client_deadline(unsigned timeout_ms);

/* Sends a request and takes the head of its answer; a status other than 200 is an error, with the
 * daemon's sentence. The body is to be read from the stream, with the client's context as the
 * thread's default one. */
GInputStream *client_send(struct vttif_client *client, const char *path, const char *statement,
                          gint64 deadline, GError **error);
/* An error of GIO or libsoup as one of ours. Takes why. */
void client_explain(const struct vttif_client *client, GError *why, GError **error);

void client_alerts_end(struct vttif_client *client);

#endif
