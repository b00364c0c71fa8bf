// SPDX-License-Identifier: Apache-2.0
/*
 * Recognition beside the main loop: it may take seconds for the traffic of strangers, in which
 * counters have to be read and others answered.
 *
 *     request ──► waiting (RECOGNIZER_WAITING at most) ──► a thread, one at a time ──► reply
 *                    │ who has gone leaves                     │ who has gone is not replied to
 *
 * A request brings a matrix of its own. All calls are the main loop's; the thread has the answer
 * that it works on to itself, and nothing else.
 */
#ifndef QUERY_RECOGNIZER_H
#define QUERY_RECOGNIZER_H

#include <libsoup/soup.h>

#include "query/api.h"

#define RECOGNIZER_WAITING 8 /* each with its matrix, megabytes for thousands of endpoints */

/* Gives the message its answer, and clears that. */
typedef void recognizer_reply(SoupServerMessage *message, struct api_answer *answer);

struct recognizer;

struct recognizer *recognizer_new(recognizer_reply *reply);
/* Waits for the recognition that runs, and drops all that have not been replied to. */
void recognizer_free(struct recognizer *recognizer);

/* Takes an answer that is to be recognised; pauses the message until it is replied to, with 503 if
 * too many wait. */
void recognizer_take(struct recognizer *recognizer, SoupServerMessage *message,
                     struct api_answer *answer);

#endif
