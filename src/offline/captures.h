// SPDX-License-Identifier: Apache-2.0
/* The captures of all hosts, started, drained and stopped together. */
#ifndef OFFLINE_CAPTURES_H
#define OFFLINE_CAPTURES_H

#include <glib.h>
#include <stdbool.h>

#include "offline/capture.h"
#include "offline/offline.h"

struct captures {
    struct capture *list;
    struct script **scripts; /* of the captures, for scripts_poll */
    size_t n;
    struct signals *signals;
    const struct offline_options *options;
};

/*
 * Starts a capture on every host and waits until all of them are capturing; undoes it all if one
 * cannot or a signal comes (*interrupted gets it, else 0). Release with captures_clear, also after
 * failure.
 */
bool captures_start(struct captures *captures, const struct offline_options *options,
                    const struct capture_settings *settings, struct signals *signals,
                    int *interrupted, GError **error);
/* Waits for more[] for at most timeout_ms, and notes meanwhile what the captures say. */
void captures_poll(struct captures *captures, struct pollfd *more, size_t n_more, int timeout_ms);
/* Asks all for their counters; the answers come while polling. */
void captures_ask(struct captures *captures);
/* Waits until all have written what the kernel had for them, or a signal comes, or one does not get
 * on. Takes about a second. */
void captures_drain(struct captures *captures);
/* Stops all and waits for their ends, as long as they get on; another signal ends the wait. */
void captures_stop(struct captures *captures);
void captures_clear(struct captures *captures);

#endif
