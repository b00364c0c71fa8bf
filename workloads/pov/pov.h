// SPDX-License-Identifier: Apache-2.0
/*
 * pov: a parallel ray tracer, in place of the paper's PVM-POV (section 3). One master, the others
 * workers; the rendering is done by povray.
 *
 *     worker (each rank but 0)           master (rank 0)
 *                        ◄──── scene ──   its absolute path
 *      ── READY ──────────►
 *                        ◄──── block ──
 *      renders it
 *      ── PIXELS ─────────►               puts them into the picture
 *                        ◄──── block ──   the next that waits
 *      ── ERROR or DIED ──►               the block waits again, or the run ends
 *                        ◄───── stop ──   all blocks are done
 *
 * Workers do not talk to each other: seen from outside, a star. A worker that is lost (over PVM)
 * gives its block back by that: the master is told, and another worker gets it.
 */
#ifndef POV_H
#define POV_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "blocks.h"
#include "mp/mp.h"
#include "picture.h"

/* How often a block is tried; one that fails so often ends the run. */
#define BLOCK_TRIES 3

struct pov {
    char *scene; /* as given; absolute in the master and, once told, in the workers */
    char *output;
    char *truth; /* NULL: none */
    int processes;
    int width, height;
    int block_size;
    enum mp_route route;
    char **povray_options;
};

enum { TAG_SCENE, TAG_WORK, TAG_RESULT };

/* Master to worker. */
struct work {
    int32_t block; /* BLOCK_NONE: stop */
    int32_t truth; /* with stop: whether the truth is asked for */
    struct block_place place;
};

enum result_kind { RESULT_READY, RESULT_PIXELS, RESULT_ERROR, RESULT_DIED };

/* Worker to master, followed by the pixels, or else by a text (READY: none). */
struct result {
    int32_t kind;
    int32_t block;
    struct picture_format format;
};

/* Reads the command line. Returns when it can be used; else all processes end here, and rank 0
 * says why. */
void pov_read_options(struct pov *pov, int *argc, char ***argv);
void pov_clear(struct pov *pov);

/* Returns when the picture is written; ends the run if that cannot be. True if every worker is
 * still there. */
bool master_run(const struct pov *pov);

/* Returns when the master says stop: whether the truth is asked for. */
bool worker_run(struct pov *pov);

#endif
