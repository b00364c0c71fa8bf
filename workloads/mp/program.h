// SPDX-License-Identifier: Apache-2.0
/*
 * What the command lines of the programs have in common: --route, --truth and --help, and an end in
 * all processes, with the words of rank 0 alone, where there is nothing to run.
 *
 *     mp_init ── program_parse ── own checks ── mp_start ── ... ── program_write_truth ── mp_finish
 */
#ifndef MP_PROGRAM_H
#define MP_PROGRAM_H

#include <glib.h>
#include <stdio.h>

#include "mp.h"
#include "refuse.h"

/* As given; NULL: not. */
struct program_options {
    char *route;
    char *truth;
    gboolean help;
};

/* For the program's own options; the common ones come behind them. */
GOptionContext *program_context_new(const char *summary, const GOptionEntry *entries,
                                    struct program_options *common);

/* Takes the options out of argv; with --help, all processes end here. False, with an error, if an
 * option is wrong or an argument is none. */
bool program_parse(GOptionContext *context, const struct program_options *common, int *argc,
                   char ***argv, GError **error);

/* What --route says. */
bool program_route(const struct program_options *common, enum mp_route *route, GError **error);

/* For options that cannot be used: every process calls it and ends, rank 0 says why. */
_Noreturn void program_misused(const GError *error);

void program_options_clear(struct program_options *common);

/*
 * The file of --truth: opened in rank 0 alone, NULL elsewhere and where no truth is asked for (path
 * is NULL). Every rank writes. Ends the run if either cannot be done.
 */
FILE *program_open_truth(const char *path);
void program_write_truth(const char *path, FILE *file);

#endif
