// SPDX-License-Identifier: Apache-2.0
/*
 * What the NAS kernels have in common: options, classes, the clock, the verdict. A kernel is a
 * program of this shape:
 *
 *     static const struct nas_kernel kernel = {.name = "IS", .summary = "sort integers"};
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct nas_run run;
 *         nas_start(&run, &kernel, &argc, &argv);    every rank; ends here if the options are wrong
 *         ... set up ...
 *         nas_clock_start(&run);                     every rank; after a barrier
 *         ... the work that is timed ...
 *         nas_clock_stop(&run);                      every rank; the slowest rank's time counts
 *         return nas_finish(&run, &(struct nas_result){...});
 *     }
 *
 * Kernels verify themselves by the official values of NPB 3.3. They send with mp.h and
 * collective.h alone, so that --truth has every byte.
 */
#ifndef NAS_H
#define NAS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "mp/collective.h"
#include "mp/mp.h"

/* The most processes of a run; always a power of two. */
#define NAS_PROCESSES_MAX 32

/* For functions in which a kernel spends its time: compiled for several kinds of processors, the
 * fitting one is taken when the program starts. A package cannot be built with -march=native. Put
 * it on whole loops, not on small functions: what has clones is not inlined. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && __GNUC__ >= 12
#define NAS_HOT __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define NAS_HOT
#endif

/* Index of the kernels' tables of sizes and official values. */
enum nas_class { NAS_CLASS_S, NAS_CLASS_W, NAS_CLASS_A, NAS_CLASSES };

struct nas_kernel {
    const char *name; /* "IS" */
    const char *summary; /* for --help: "sort integers" */
    const GOptionEntry *entries; /* further options, NULL if there are none */
};

struct nas_run {
    const struct nas_kernel *kernel;
    enum nas_class class;
    int processes;
    double seconds; /* that the clock ran */
    /* Private. */
    double started;
    char *truth_path;
    FILE *truth;
};

struct nas_result {
    char size[64]; /* "256 x 256 x 128" */
    int iterations;
    double operations; /* in all; divided by the seconds and 1e6 they are Mop/s */
    bool verified; /* in rank 0; others need not know */
    /* Printed by rank 0 between size and verdict, NULL if there is nothing to add. Lines in the
     * form "name        value\n" with the value in column 13. */
    const char *details;
};

/* Reads the options, makes the run (mp_init, mp_start) and opens the file of --truth. Ends the
 * process, in every rank and with a message of rank 0, if that cannot be done. */
void nas_start(struct nas_run *run, const struct nas_kernel *kernel, int *argc, char ***argv);

void nas_clock_start(struct nas_run *run);
void nas_clock_stop(struct nas_run *run);

/* Tells all ranks whether the run is verified, prints the result, writes the truth, ends the run
 * (mp_finish). Returns the exit status: 0 if it is verified. */
int nas_finish(struct nas_run *run, const struct nas_result *result);

/* Memory that is zero, aligned to 64 bytes; ends the run if there is none. Release with free. */
void *nas_allocate(size_t n, size_t size);

/* Whether |value - official| <= tolerance * |official|. */
bool nas_is_close(double value, double official, double tolerance);

#endif
