// SPDX-License-Identifier: Apache-2.0
/* Becoming a part of another process's surroundings: a container's, or a test bed host's. */
#ifndef OFFLINE_NAMESPACE_H
#define OFFLINE_NAMESPACE_H

#include <glib.h>
#include <sys/types.h>

/* What ssh exits with when it cannot run the command. */
#define NAMESPACE_FAILED 255

/*
 * Runs argv[] in all namespaces of process pid, in the same working directory if there is one of
 * that name, else in /. Needs root.
 *
 * Returns the status to exit with: where a new PID namespace makes a child necessary, in the parent
 * the child's status as a shell gives it, signals having been passed on until then (see relay.h);
 * on failure, in parent or child, NAMESPACE_FAILED, or 126 or 127 for a command that cannot be run,
 * and error set. Where no child is necessary the caller becomes the command. Call it with one
 * thread.
 */
int namespace_run(pid_t pid, char **argv, GError **error);

#endif
