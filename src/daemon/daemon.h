// SPDX-License-Identifier: Apache-2.0
/*
 * vttifd: what main() has put together from options and configuration. Start-up is a list of stages
 * (daemon.c); each has an undo, and they are undone in reverse.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "daemon/config.h"

struct daemon {
    char *config_file;
    bool config_file_given; /* by an option: then it must be there */
    char **overrides; /* "group.key=value" from options, behind the file's; NULL-terminated */
    bool exit_at_end; /* of a replay */
    const char *output; /* where the matrix of all that is remembered goes at the end, or NULL */
    struct config *config;
    struct vttif_hosts *hosts; /* or NULL */
    struct monitor *monitor;
    struct query *query; /* or NULL: nobody can ask */
    GMainLoop *loop;
    guint signals[3], watchdog; /* event sources */
};

/* Reads the configuration of the daemon's file and options, and its hosts. */
bool daemon_configure(const struct daemon *daemon, struct config **config,
                      struct vttif_hosts **hosts, GError **error);
/* Runs until a signal ends it; false with error if it could not start, or not write
 * its output. */
bool daemon_run(struct daemon *daemon, GError **error);

/* A line for the user: to standard error, with systemd's priority if that is the journal. */
void daemon_say(bool is_problem, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
