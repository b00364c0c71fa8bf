// SPDX-License-Identifier: Apache-2.0
/* A NAS kernel that gets a wrong result if --wrong says so: what becomes of the verdict. */
#include "nas/nas.h"

int main(int argc, char **argv)
{
    gboolean wrong = FALSE;
    const GOptionEntry entries[] = {
        {"wrong", 0, 0, G_OPTION_ARG_NONE, &wrong, "be wrong", NULL},
        G_OPTION_ENTRY_NULL,
    };
    const struct nas_kernel kernel = {.name = "XX", .summary = "a test", .entries = entries};
    struct nas_run run;
    nas_start(&run, &kernel, &argc, &argv);
    nas_clock_start(&run);
    nas_clock_stop(&run);
    return nas_finish(&run, &(struct nas_result){.size = "nothing",
                                                 .iterations = 1,
                                                 .operations = 1,
                                                 .verified = mp_rank() == 0 && !wrong});
}
