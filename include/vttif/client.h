// SPDX-License-Identifier: Apache-2.0
/*
 * Asking vttifd, for programs: a scheduler that wants to know who talks to whom (libvttif-client,
 * which is apart from libvttif because it needs an HTTP library).
 *
 *     g_autoptr(vttif_client) client = vttif_client_new(NULL, &error);
 *     g_autoptr(vttif_matrix) matrix = vttif_client_matrix(client, 60, &error);
 *
 * A client speaks HTTP over the daemon's unix socket, or over TCP with a token (doc/api.md). What
 * it is given are matrices of libvttif: a topology is inferred from one with vttif_recognize and
 * vttif_topology_of_recognition.
 *
 * Calls block, at most for the timeout; a client belongs to one thread at a time. Answers are
 * bounded in length. Errors: VTTIF_ERROR_UNAVAILABLE (no daemon there, it went away, it is too
 * old), VTTIF_ERROR_PERMISSION (the socket's permissions, the token), VTTIF_ERROR_ARGUMENT (the
 * daemon does not take the question; its sentence), VTTIF_ERROR_LIMIT (the answer is too long, or
 * does not come in time), VTTIF_ERROR_FORMAT (what answers is no vttifd), VTTIF_ERROR_IO.
 */
#ifndef VTTIF_CLIENT_H
#define VTTIF_CLIENT_H

#include <vttif/matrix.h>

G_BEGIN_DECLS

#define VTTIF_CLIENT_SOCKET     "/run/vttif/vttifd.sock"
#define VTTIF_CLIENT_TIMEOUT_MS 30000

/* Where the daemon is. */
struct vttif_client_options {
    const char *socket; /* path of its unix socket; NULL: VTTIF_CLIENT_SOCKET */
    const char *url; /* instead of the socket: http://HOST:PORT or https://HOST:PORT; or NULL */
    const char *token_file; /* whose first line is the token, for a url; NULL: none is sent */
    unsigned timeout_ms; /* for an answer; 0: VTTIF_CLIENT_TIMEOUT_MS */
};

struct vttif_client;
typedef struct vttif_client vttif_client; /* the name that g_autoptr wants */

/* A client; options may be NULL. Fails on a wrong url and on a token file that cannot be read. The
 * daemon is first spoken to by the first question. */
struct vttif_client *vttif_client_new(const struct vttif_client_options *options, GError **error);
void vttif_client_free(struct vttif_client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_client, vttif_client_free)

/* The traffic matrix of the last seconds (at least 1), the running one included. A new reference;
 * its account says what is missing. */
struct vttif_matrix *vttif_client_matrix(struct vttif_client *client, unsigned seconds,
                                         GError **error);

/* A pair and its bytes. */
struct vttif_client_pair {
    char *from, *to;
    uint64_t bytes;
};
/* The pairs with the most bytes in the last seconds, at most limit, descending. *n_pairs gets their
 * number. Release with vttif_client_pairs_free. */
struct vttif_client_pair *vttif_client_pairs(struct vttif_client *client, unsigned seconds,
                                             unsigned limit, size_t *n_pairs, GError **error);
void vttif_client_pairs_free(struct vttif_client_pair *pairs, size_t n_pairs);

/* Anything of doc/api.md: the body of the answer to GET path (such as "/v1/status"), or with
 * statement not NULL to POST. NUL at its end; *length, if not NULL, gets its length. g_free it. */
char *vttif_client_ask(struct vttif_client *client, const char *path, const char *statement,
                       size_t *length, GError **error);

/* --- alerts ---------------------------------------------------------------------------------- */

enum vttif_alert_kind {
    VTTIF_ALERT_SUSTAINED, /* the rate was kept up for tmax (paper, section 5.2) */
    VTTIF_ALERT_QUIET /* and was then below it for twait */
};
/* "sustained" or "quiet". */
const char *vttif_alert_kind_name(enum vttif_alert_kind kind);

struct vttif_alert {
    uint64_t sequence; /* 1, 2, 3, ...: a gap is alerts that were missed */
    enum vttif_alert_kind kind;
    double time; /* when it was raised, seconds since 1970 */
    double since; /* when the traffic of the matrix began */
    char *from, *to; /* the pair that crossed the rate first */
    struct vttif_matrix *matrix; /* accumulated from since to time */
    char *json; /* the alert as the daemon sent it, a line */
};
typedef struct vttif_alert vttif_alert; /* the name that g_autoptr wants */
void vttif_alert_free(struct vttif_alert *alert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_alert, vttif_alert_free)

/* Subscribes: alerts raised after it returns will be told. Done by the first vttif_client_wait, if
 * it has not been called. */
bool vttif_client_listen(struct vttif_client *client, GError **error);
/*
 * Waits for the next alert, at most timeout_ms (-1: without end). True with *alert set, to be freed
 * with vttif_alert_free, or NULL when the time is over. Fails when the daemon ends, closes the
 * stream because the caller is too far behind, or is no longer heard of; the next call subscribes
 * again.
 */
bool vttif_client_wait(struct vttif_client *client, int timeout_ms, struct vttif_alert **alert,
                       GError **error);

G_END_DECLS

#endif
