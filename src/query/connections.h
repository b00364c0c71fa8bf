// SPDX-License-Identifier: Apache-2.0
/*
 * Who is connected. A connection that says or takes nothing in time is cut off, and there are only
 * so many at a time; those of TCP, which may be anybody's, have half of the places at most.
 *
 *     accepted ──► waiting ──► asked ──► answered ──► waiting ...      cut off when its time is
 *                  patience    no limit    (waiting)                   over, or by connection_cut
 *
 * While a request is awaited the whole of it has to come in that time, so a byte now and then does
 * not hold a place. While an answer is written, each write has to end in that time.
 */
#ifndef QUERY_CONNECTIONS_H
#define QUERY_CONNECTIONS_H

#include <libsoup/soup.h>
#include <stdbool.h>

struct connection;
struct connections;

/* Hands connections of the service's sockets to the server, at most max at a time, each with so
 * many seconds of patience. */
struct connections *connections_new(GSocketService *service, SoupServer *server, unsigned max,
                                    unsigned patience);
/* Cuts off those that are left, which the server must have been told to end. */
void connections_free(struct connections *connections);

/* The connection that a message came over; NULL when it is gone. */
struct connection *connection_of(SoupServerMessage *message);
/* Whether it is one of the unix socket. */
bool connection_is_local(const struct connection *connection);
/* Whether the client has closed it, or will send no more: while a message is paused the server does
 * not look. NULL: yes. */
bool connection_is_over(const struct connection *connection);
/* A request has come whole, and an answer will be written. */
void connection_asked(struct connection *connection);
/* The answer is written: the next request is awaited. */
void connection_answered(struct connection *connection);
/* An answer that may take as long as it likes between two writes follows. */
void connection_streams(struct connection *connection);
void connection_cut(struct connection *connection); /* NULL: nothing */

#endif
