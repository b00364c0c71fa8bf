// SPDX-License-Identifier: Apache-2.0
/* What a search may still take, in steps of its own kind: so no traffic makes it take minutes, and
 * it ends at the same place on any machine. */
#ifndef VTTIF_INFER_BUDGET_H
#define VTTIF_INFER_BUDGET_H

#include <glib.h>
#include <stdbool.h>

struct budget {
    size_t left;
};

static inline void budget_spend(struct budget *budget, size_t steps)
{
    budget->left -= MIN(steps, budget->left);
}

static inline bool budget_is_spent(const struct budget *budget)
{
    return budget->left == 0;
}

#endif
