// SPDX-License-Identifier: Apache-2.0
/* A hosts file is refused with a message, or gives hosts that are found by name and addresses. */
#include <vttif/endpoint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_host(const struct vttif_hosts *hosts, size_t i)
{
    const struct vttif_host *host = vttif_hosts_get(hosts, i);
    g_assert_cmpint(vttif_hosts_find_name(hosts, host->name), ==, i);
    g_assert_cmpuint(host->n_addresses, >, 0);
    for (size_t k = 0; k < host->n_addresses; k++) {
        char text[VTTIF_ADDRESS_TEXT_MAX];
        struct vttif_address back;
        vttif_address_format(&host->addresses[k], text);
        g_assert_true(vttif_address_parse(text, &back));
        g_assert_cmpint(vttif_address_compare(&back, &host->addresses[k]), ==, 0);
        g_assert_cmpint(vttif_hosts_find_address(hosts, &back), ==, i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_hosts) hosts = vttif_hosts_parse(text, "hosts", &error);
    g_assert_true((hosts == NULL) == (error != NULL));
    for (size_t i = 0; hosts && i < vttif_hosts_size(hosts); i++)
        check_host(hosts, i);
    return 0;
}
