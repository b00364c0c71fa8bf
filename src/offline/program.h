// SPDX-License-Identifier: Apache-2.0
/* The program, in the foreground. */
#ifndef OFFLINE_PROGRAM_H
#define OFFLINE_PROGRAM_H

#include <glib.h>
#include <stdbool.h>

#include "offline/captures.h"
#include "offline/signals.h"

/*
 * Whether the program can be run on the host. If not, *exit_code gets 127 or 126, as a shell would
 * exit, and error says it.
 */
bool program_check(const struct vttif_host *host, const char *program, struct signals *signals,
                   int *exit_code, GError **error);

/*
 * Runs argv[] with our standard input and outputs, in our process group, and waits for its end:
 * *wait_status. Meanwhile it passes signals on and listens to the captures. False only if it could
 * not be started.
 */
bool program_run(char **argv, struct captures *captures, struct signals *signals, int *wait_status,
                 GError **error);

#endif
