// SPDX-License-Identifier: Apache-2.0
#include "view/input.h"

#include <vttif/view.h>

struct vttif_matrix *vttif_view_read(const char *text, size_t length, const char *name, double unit,
                                     double *bmin, GError **error)
{
    struct view_input input;
    double ignored;
    bmin = bmin ? bmin : &ignored;
    *bmin = 0;
    if (!view_input_open(&input, text, length, name, error))
        return NULL;
    const char *first = input.text;
    while (first < input.end && g_ascii_isspace(*first))
        first++;
    if (first < input.end && (*first == '{' || *first == '['))
        return view_read_json(&input, unit, bmin, error);
    return view_read_csv(&input, unit, error);
}
