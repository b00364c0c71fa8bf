// SPDX-License-Identifier: Apache-2.0
/* Becoming a part of another process's surroundings: a container's, or a test bed host's. */
#ifndef OFFLINE_NAMESPACE_H
#define OFFLINE_NAMESPACE_H

#include <glib.h>
#include <sys/types.h>

/*
 * Runs argv[] in all namespaces of process pid, in the same working directory if there is one of
 * that name, else in /. Returns only on failure to get that far (-1, error set), or, where a new
 * PID namespace made a child necessary, in the parent with the child's status as a shell gives it;
 * signals are passed on to the child until then (see relay.h). Call it from a process with one
 * thread.
 */
int namespace_run(pid_t pid, char **argv, GError **error);

#endif
