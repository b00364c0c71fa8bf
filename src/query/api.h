// SPDX-License-Identifier: Apache-2.0
/*
 * What can be asked of a monitor over HTTP, without the HTTP: path and parameters in, a status and
 * a body out (doc/api.md).
 *
 *     GET /v1/matrix?last=N | from=S&to=S [&active=1]        vttif.matrix/1
 *     GET /v1/topology?last=N | from=S&to=S [&bmin=R|auto]   vttif.topology/1
 *     GET /v1/pairs?last=N | from=S&to=S [&top=K]            vttif.pairs/1
 *     GET /v1/status                                         vttif.status/1
 *     GET /v1/alerts/latest                                  vttif.alert/1
 *     POST /v1/sql, the statement as body                    vttif.rows/1
 *     GET /metrics                                           Prometheus' text format
 *
 * An answer that fails is a vttif.error/1 with a sentence for the user. All input is hostile.
 */
#ifndef QUERY_API_H
#define QUERY_API_H

#include "monitor/monitor.h"
#include "query/sql.h"

#define API_TOP_DEFAULT 10
#define API_TOP_MAX     65536

struct api {
    struct monitor *monitor;
    struct sql *sql;
    size_t metrics_pairs; /* pairs that /metrics tells apart; the others are summed up */
};

struct api_answer {
    unsigned status; /* of HTTP: 200, 400, 404, 405, 413, 500, 503 */
    const char *type; /* of the body; static */
    GString *body;
    bool has_interval;
    struct monitor_interval interval; /* what the answer covers */
    struct vttif_matrix *matrix; /* not NULL: still to be recognised, see api_recognize */
    double bmin; /* for that; 0: auto */
};

/*
 * Answers a request. method is "GET" or "POST"; query the decoded parameters (char * to char *) or
 * NULL; text the body of a POST, NUL at its end, or NULL. The answer is to be cleared. The monitor
 * is read first, so that the answer is of now. A topology is left to api_recognize.
 */
void api_answer(const struct api *api, const char *method, const char *path, GHashTable *query,
                const char *text, struct api_answer *answer);
void api_answer_clear(struct api_answer *answer);
/* Makes the body of a topology's answer, which api_answer has left to be recognised (matrix is not
 * NULL): up to seconds for hostile traffic. Touches nothing but the answer, so that any thread may.
 */
void api_recognize(struct api_answer *answer);
/* Makes the answer an error, whatever it was. */
void api_fail(struct api_answer *answer, unsigned status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* An alert as one line of JSON, schema vttif.alert/1, with its matrix. */
void api_alert(const struct monitor *monitor, const struct monitor_alert *alert, GString *out);

#endif
