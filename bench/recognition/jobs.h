// SPDX-License-Identifier: Apache-2.0
/* Many trials, over several processes (igraph is not safe for threads), each judged. */
#ifndef RECOGNITION_JOBS_H
#define RECOGNITION_JOBS_H

#include "answer.h"
#include "baseline.h"

struct job {
    const char *spec; /* static */
    const char *noise_name;
    struct noise noise;
    double factor; /* that the noise was scaled by */
    uint64_t seed;
};

struct outcome {
    bool done; /* false: the process that was to do it ended early */
    uint32_t n; /* endpoints of the program */
    bool negative;
    const char *archetype; /* static */
    struct verdict verdict;
    bool baseline[BASELINE_BMINS];
    double seconds; /* of processor time that recognition took */
};

/* Judges all jobs with that many processes; outcomes in the order of the jobs. The baseline is left
 * out on request. Prints progress to standard error if that is a terminal. Free with g_free. */
struct outcome *jobs_run(const GArray *jobs, unsigned processes, bool with_baseline);

/* A line for the list of failures: how to make the case again, and what was answered. */
void job_describe(const struct job *job, GString *out);

#endif
