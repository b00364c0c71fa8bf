// SPDX-License-Identifier: Apache-2.0
#include <vttif/matrix.h>

static const char *const count_names[] = {
    [VTTIF_COUNT_UNKNOWN] = "unknown",
    [VTTIF_COUNT_FRAME] = "frame",
    [VTTIF_COUNT_IP] = "ip",
    [VTTIF_COUNT_PAYLOAD] = "payload",
};

const char *vttif_count_name(enum vttif_count count)
{
    return count_names[count];
}

bool vttif_count_parse(const char *name, enum vttif_count *count)
{
    for (size_t i = 0; i < G_N_ELEMENTS(count_names); i++)
        if (g_strcmp0(name, count_names[i]) == 0) {
            *count = (enum vttif_count)i;
            return true;
        }
    return false;
}

bool vttif_account_is_lower_bound(const struct vttif_account *account)
{
    return account->kernel_drops > 0 || account->undecodable > 0 || account->overflow.frames > 0 ||
           account->missed.bytes > 0 || account->truncated;
}
