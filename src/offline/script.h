// SPDX-License-Identifier: Apache-2.0
/*
 * A process that works for us beside the program, mostly a shell script on a host: it reads
 * commands from its standard input, says lines on its standard error, and ends when its input
 * ends. That holds however we end, and over ssh too, so none outlives us.
 *
 * Scripts are in sessions of their own: the terminal's signals do not reach them.
 */
#ifndef OFFLINE_SCRIPT_H
#define OFFLINE_SCRIPT_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>
#include <vttif/endpoint.h>

#include "offline/enter.h"
#include "offline/signals.h"

/* The longest line that is kept, and text that script_run returns. */
#define SCRIPT_LINE_MAX   4096
#define SCRIPT_OUTPUT_MAX 65536

struct script {
    pid_t pid; /* 0 after its end */
    int control; /* its standard input; -1: closed */
    int messages; /* its standard error; -1 after its end */
    int status; /* as wait() has it, after its end */
    GString *line; /* the beginning of a line whose end has not come yet */
    void (*on_line)(const char *line, void *data);
    void *data;
};

/* How the words of a script are put: env NAME=VALUE... sh -c TEXT vttif ARGUMENTS..., inside the
 * host. environment and arguments have NULL at their ends; environment may be NULL. */
char **script_argv(const struct vttif_host *host, enum enter_purpose purpose,
                   const char *const *environment, const char *text, const char *const *arguments);

/*
 * Starts argv[]. Its standard output goes to the descriptor output, or with -1 to where its
 * standard error goes. script->on_line and data are the caller's to set before. signals may be
 * NULL. After success, script_clear releases what it holds.
 */
bool script_start(struct script *script, char **argv, int output, const struct signals *signals,
                  GError **error);
static inline bool script_is_running(const struct script *script)
{
    return script->pid != 0;
}
/* Writes a line to its input; what it no longer reads is lost. */
void script_send(struct script *script, const char *line);
/* Ends its input, which asks it to end. */
void script_close(struct script *script);
/* Reads what it has said; calls on_line for every whole line; at its end reaps it. */
void script_read(struct script *script);
/* Kills it and all of its session. */
void script_kill(struct script *script);
/* Kills it if it runs, and releases what it holds. Does nothing to one of zeros. */
void script_clear(struct script *script);

/*
 * Waits until a script says something or ends, more[] has an event, or the time is over. Reads what
 * the scripts say; the revents of more[] are the caller's to look at.
 */
struct pollfd;
void scripts_poll(struct script *const *scripts, size_t n, struct pollfd *more, size_t n_more,
                  int timeout_ms);

/*
 * Runs a script to its end, for at most timeout_ms or until a signal comes. *output gets what it
 * said on both outputs, *status how it ended. False if it did not end by itself; the error's text
 * begins with the host's name.
 */
bool script_run(const struct vttif_host *host, const char *text, const char *const *arguments,
                int timeout_ms, struct signals *signals, char **output, int *status,
                GError **error);

#endif
