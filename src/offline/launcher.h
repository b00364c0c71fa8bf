// SPDX-License-Identifier: Apache-2.0
/*
 * Launchers: how a program gets onto the hosts. Each is one file with one struct launcher, listed
 * in launcher.c.
 */
#ifndef OFFLINE_LAUNCHER_H
#define OFFLINE_LAUNCHER_H

#include <glib.h>
#include <stdbool.h>

#include "offline/offline.h"
#include "offline/signals.h"

/* One use of a launcher. */
struct launch {
    const struct offline_options *options;
    const struct vttif_host *first; /* the host that the program is started on */
    struct signals *signals;
    GPtrArray *environment; /* of char *, "NAME=VALUE": what the program gets beside ours */
    const char
        *ports; /* those of job control alone, as vttif_ports_add takes them; NULL: unknown */
    char *directory; /* for files that the program's start needs; NULL: none */
    void *state; /* the launcher's */
};

struct launcher {
    const char *name;
    /* What has to be there before the captures start; it can be slow. Undone by stop, which is
     * called after failure too. */
    bool (*start)(struct launch *launch, GError **error);
    /* Adds the words that run the program on the first host. */
    void (*add_command)(struct launch *launch, GStrvBuilder *words);
    /* Halts what start started. NULL: nothing to do. */
    void (*stop)(struct launch *launch);
};

extern const struct launcher launcher_none;
extern const struct launcher launcher_pvm;
extern const struct launcher launcher_mpi;

/* The launcher of that name, or NULL and VTTIF_ERROR_ARGUMENT. NULL is "none". */
const struct launcher *launcher_find(const char *name, GError **error);

/* Fills in a launch, with the environment that lets PVM, Open MPI and MPICH reach the hosts. */
void launch_init(struct launch *launch, const struct offline_options *options,
                 struct signals *signals);
void launch_clear(struct launch *launch);
/* Sets a variable for the program, unless the user has set it for us: then false. */
bool launch_setenv(struct launch *launch, const char *name, const char *value);
/* The environment, NULL at its end; owned by the launch. */
const char *const *launch_environment(struct launch *launch);
/* The first IP address of a host as text, its name if it has none. */
void launch_address(const struct vttif_host *host, char text[VTTIF_ADDRESS_TEXT_MAX]);

#endif
