// SPDX-License-Identifier: Apache-2.0
#include "baseline.h"

#include "digraph.h"

const double baseline_bmins[BASELINE_BMINS] = {0.005, 0.01, 0.02, 0.03, 0.05, 0.07,
                                               0.1,   0.15, 0.2,  0.25, 0.3,  0.4};

bool baseline_is_there(void)
{
    return true;
}

void baseline_judge(const struct trial *trial, bool found[BASELINE_BMINS])
{
    struct digraph *strong = digraph_of_program(trial->program, true);
    struct digraph *all = digraph_of_program(trial->program, false);
    bool are_two = strong->arcs->len != all->arcs->len;
    for (int i = 0; i < BASELINE_BMINS; i++) {
        struct digraph *pruned = digraph_of_matrix(trial->matrix, baseline_bmins[i]);
        found[i] = digraph_is_isomorphic(pruned, strong) ||
                   (are_two && digraph_is_isomorphic(pruned, all));
        digraph_free(pruned);
    }
    digraph_free(strong);
    digraph_free(all);
}
