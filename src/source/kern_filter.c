// SPDX-License-Identifier: Apache-2.0
#include "source/kern.h"

bool kern_filter_load(struct kern *kern, const char *expression, GError **error)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE, "no filter");
    return false;
}
