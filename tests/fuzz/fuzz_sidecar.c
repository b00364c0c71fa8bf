// SPDX-License-Identifier: Apache-2.0
/* A capture's description is refused with a message, is none, or has a host and addresses. */
#include "generate/sidecar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sidecar_handle) sidecar = sidecar_parse((const char *)data, size, "x.json", &error);
    g_assert_false(sidecar && error);
    if (sidecar)
        g_assert_true(*sidecar->host && sidecar->addresses->len > 0);
    return 0;
}
