// SPDX-License-Identifier: Apache-2.0
/*
 * What the subcommands of vttif share. A subcommand is a file cmd_NAME.c and a line in main.c; it
 * parses its options with cli_parse and returns the exit status: 0 done, 1 failed or incomplete, 2
 * usage. Results go to standard output, everything else to standard error.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <glib.h>
#include <stdbool.h>
#include <vttif/endpoint.h>
#include <vttif/matrix.h>
#include <vttif/topology.h>

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli_command {
    const char *name, *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand's name */
};
extern const struct cli_command cli_commands[]; /* ends with a name of NULL */

int cmd_infer(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_generate(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_query(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_sql(int argc, char **argv);

/* --- messages: a line each on standard error, control characters escaped --------------------- */

G_GNUC_PRINTF(1, 2) void cli_say(const char *format, ...);
/* "vttif: MESSAGE"; returns CLI_FAILED. */
G_GNUC_PRINTF(1, 2) int cli_fail(const char *format, ...);
/* "vttif COMMAND: MESSAGE" and where the help is; returns CLI_USAGE. */
G_GNUC_PRINTF(2, 3) int cli_usage(const char *command, const char *format, ...);

/* --- options ------------------------------------------------------------------------------- */

/*
 * Parses options of several tables of entries (each ends with an empty one; the list with NULL) and
 * leaves the other arguments in *arguments (GStrv, to be freed). What follows "--" is put into
 * *program (NULL if there is no "--"; not NULL with program NULL is a usage error). Returns false,
 * with the message printed, on a wrong option. --help prints and ends the process.
 */
bool cli_parse(int argc, char **argv, const char *synopsis, const char *description,
               const GOptionEntry *const *groups, char ***arguments, char ***program);

/* How captures are read; filled by the options of cli_reading_entries. */
struct cli_reading {
    char *hosts, *count, *endpoints, *keep, *filter, *launcher_ports, *unit;
    int mtu, jobs;
    gboolean verbose, quiet;
};
extern struct cli_reading cli_reading;
extern const GOptionEntry cli_reading_entries[];
/* Checks the values; prints and returns false if one is wrong. */
bool cli_reading_check(const char *command);

/* Of an option that is a number and was not given. */
#define CLI_NOT_GIVEN INT_MIN
/* Whether it is in [least, most], or not given. */
bool cli_is_in(int value, int least, int most);
/* What was given, or 0. */
unsigned cli_number(int value);

/* How results are shown; filled by the options of cli_showing_entries. */
struct cli_showing {
    char *format, *output, *layout, *bmin;
    char **pictures;
};
extern struct cli_showing cli_showing;
extern const GOptionEntry cli_showing_entries[];
/* Checks --format, --bmin, --layout; prints and returns false if one is wrong. */
bool cli_showing_check(const char *command);
/* --bmin as a number, 0 for auto. */
double cli_bmin(void);

/* How a program is run under watch; filled by the options of cli_running_entries. */
struct cli_running {
    int testbed, np, snaplen, buffer_mib;
    char *launcher, *mpirun, *interface, *rate;
};
extern struct cli_running cli_running;
extern const GOptionEntry cli_running_entries[];

/* --- files --------------------------------------------------------------------------------- */

/* The hosts of --hosts; *hosts NULL if it is not given. Prints and returns false on error. */
bool cli_read_hosts(struct vttif_hosts **hosts);
/* Whole file, or standard input for "-". */
bool cli_read_file(const char *path, char **text, gsize *length, GError **error);
/* Writes a whole file or nothing. */
bool cli_write_file(const char *path, const char *text, gsize length, GError **error);
/* Writes to standard output and makes sure that it got there; prints and returns CLI_FAILED if not.
 */
int cli_print(const GString *text);
/* Makes a directory "vttif-20260131-120000" for results without a name; its path. */
char *cli_default_directory(void);
bool cli_make_directory(const char *path, GError **error);
/* Whether no captures are in the directory, which those of another run would be mixed up with;
 * prints and returns false if there are. A directory that is not there has none. */
bool cli_has_no_captures(const char *path);

/* --- steps --------------------------------------------------------------------------------- */

/* Capture files of these hosts (NULL: not known) to a matrix, with the options of cli_reading and a
 * progress bar. Problems that leave the matrix incomplete are printed, and *incomplete is set.
 * NULL, printed, on error. */
struct vttif_matrix *cli_generate(const char *const *files, size_t n,
                                  const struct vttif_hosts *hosts, bool *incomplete);
/* The same for files that a user names, with the hosts of --hosts. */
struct vttif_matrix *cli_generate_named(char *const *files, bool *incomplete);
/* A matrix file; *bmin as in vttif_view_read. NULL, printed, on error. */
struct vttif_matrix *cli_read_matrix(const char *path, double *bmin);

/* A matrix, its name and its topology. bmin 0: found from the matrix. NULL on error. */
struct cli_results;
typedef struct cli_results cli_results; /* the name that g_autoptr wants */
struct cli_results *cli_results_new(struct vttif_matrix *matrix, double bmin, GError **error);
void cli_results_free(struct cli_results *results);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cli_results, cli_results_free)

/* Prints name, matrix and topology in the format of cli_showing, writes the pictures that it asks
 * for and, if directory is not NULL, all results into it. Returns the exit status. */
int cli_show_results(struct vttif_matrix *matrix, double bmin, const char *directory);
/* Writes one picture or data file, its format by the suffix of path; heatmap: of the matrix. */
bool cli_write_view(const struct cli_results *results, const char *path, bool heatmap,
                    GError **error);
/* Whether cli_write_view knows the suffix of path. */
bool cli_knows_suffix(const char *path);
/* Whether a heat map can be of that suffix. */
bool cli_suffix_has_heatmap(const char *path);

/*
 * Runs the program under watch on the hosts of --hosts or --testbed, the captures into directory,
 * and tells what is wrong with them. files gets the paths of the captures (char *), *hosts the
 * hosts. Returns the status that our own work has so far; *wait_status is the program's, to be
 * passed on at the end. If nothing was captured, files is empty.
 */
int cli_run(const char *command, char **program, const char *directory, GPtrArray *files,
            struct vttif_hosts **hosts, int *wait_status);
/* The exit status for a program that ended so: its own if it is not 0, else ours. If a signal ended
 * the program, it ends us too. */
int cli_pass_on(int wait_status, int own_status);

/* --- progress ------------------------------------------------------------------------------ */

/* Draws a bar on a terminal once the work takes more than a second; done == of ends it. */
void cli_progress(const char *what, uint64_t done, uint64_t of);

/* Columns of the terminal at standard output, 120 if it is none; whether it takes colours. */
unsigned cli_columns(void);
bool cli_colours(void);

#endif
