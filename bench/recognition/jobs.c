// SPDX-License-Identifier: Apache-2.0
#include "jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void run_one(const struct job *job, struct outcome *outcome, bool with_baseline)
{
    g_autoptr(recognition_trial) trial = trial_new(job->spec, &job->noise, job->seed);
    outcome->n = trial->program->n;
    outcome->negative = trial->program->negative;
    outcome->archetype = trial->program->archetype;
    double start = processor_seconds();
    g_autoptr(vttif_recognition) recognition = vttif_recognize(trial->matrix, NULL, NULL);
    outcome->seconds = processor_seconds() - start;
    outcome->verdict = answer_judge(trial, recognition);
    if (with_baseline && !outcome->negative)
        baseline_judge(trial, outcome->baseline);
    outcome->done = true;
}

static void show_progress(size_t done, size_t all)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu of %zu", done, all);
}

/* Every so-manyth job: those that follow each other in the list are of about the same size. */
static void run_share(const GArray *jobs, unsigned process, unsigned processes,
                      struct outcome *outcomes, bool with_baseline)
{
    for (size_t i = process; i < jobs->len; i += processes) {
        run_one(&g_array_index(jobs, struct job, i), &outcomes[i], with_baseline);
        if (process == 0)
            show_progress(i, jobs->len);
    }
}

struct outcome *jobs_run(const GArray *jobs, unsigned processes, bool with_baseline)
{
    size_t bytes = (jobs->len + 1) * sizeof(struct outcome);
    struct outcome *shared =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        g_error("no memory for %u outcomes", jobs->len);
    fflush(NULL);
    for (unsigned k = 0; k < processes; k++) {
        pid_t child = fork();
        if (child < 0)
            g_error("fork: %s", g_strerror(errno));
        if (child > 0)
            continue;
        run_share(jobs, k, processes, shared, with_baseline);
        _exit(0);
    }
    while (wait(NULL) > 0)
        ;
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    struct outcome *outcomes = g_memdup2(shared, bytes);
    munmap(shared, bytes);
    return outcomes;
}

void job_describe(const struct job *job, GString *out)
{
    g_autoptr(recognition_trial) trial = trial_new(job->spec, &job->noise, job->seed);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(trial->matrix, NULL, NULL);
    struct verdict verdict = answer_judge(trial, recognition);
    g_string_append_printf(
        out, "recognition-case \"%s\" %s %" G_GUINT64_FORMAT " %g: placed %.3f: ", job->spec,
        job->noise_name, job->seed, job->factor, verdict.placed);
    answer_describe(recognition, out);
    g_string_append_c(out, '\n');
}
