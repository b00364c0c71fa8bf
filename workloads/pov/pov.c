// SPDX-License-Identifier: Apache-2.0
#include "pov.h"

#include "mp/program.h"

/* What a lost worker sent, it alone knew: then there is no truth. */
static int run_master(const struct pov *pov)
{
    bool complete = master_run(pov);
    if (!pov->truth)
        return 0;
    if (!complete) {
        fprintf(stderr, "%s: %s is not written: a worker was lost, and with it what it sent\n",
                g_get_prgname(), pov->truth);
        return 1;
    }
    program_write_truth(pov->truth, program_open_truth(pov->truth));
    return 0;
}

static void run_worker(struct pov *pov)
{
    if (worker_run(pov))
        mp_write_truth(NULL);
}

int main(int argc, char **argv)
{
    struct pov pov;
    int status = 0;
    mp_init(&argc, &argv);
    pov_read_options(&pov, &argc, &argv);
    mp_start(pov.processes, pov.route);
    mp_meet(0);
    if (mp_rank() == 0)
        status = run_master(&pov);
    else
        run_worker(&pov);
    pov_clear(&pov);
    mp_finish();
    return fflush(stdout) == 0 ? status : 1;
}
