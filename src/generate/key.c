// SPDX-License-Identifier: Apache-2.0
#include "generate/key.h"

#include <vttif/error.h>

/* In messages: how endpoints are told apart, and what a host must have for it. */
static const struct {
    const char *by, *needs;
} texts[] = {
    [VTTIF_KEY_IP] = {"IP address", "no IP address without a port"},
    [VTTIF_KEY_MAC] = {"MAC address", "no MAC address"},
    [VTTIF_KEY_PORT] = {"IP address and port", "no IP address"},
};

/* An IP address without a port stands for all ports that no other host has. */
bool key_suits(enum vttif_key key, const struct vttif_address *address)
{
    if (address->kind == VTTIF_ADDRESS_MAC)
        return key == VTTIF_KEY_MAC;
    return key == VTTIF_KEY_PORT || (key == VTTIF_KEY_IP && address->port == 0);
}

static enum vttif_key guess(const struct vttif_hosts *hosts)
{
    bool any_ip = false;
    for (size_t i = 0; hosts && i < vttif_hosts_size(hosts); i++) {
        const struct vttif_host *host = vttif_hosts_get(hosts, i);
        for (size_t k = 0; k < host->n_addresses; k++) {
            if (host->addresses[k].port)
                return VTTIF_KEY_PORT;
            any_ip |= host->addresses[k].kind != VTTIF_ADDRESS_MAC;
        }
    }
    return hosts && !any_ip ? VTTIF_KEY_MAC : VTTIF_KEY_IP;
}

static bool host_suits(const struct vttif_host *host, enum vttif_key key)
{
    for (size_t i = 0; i < host->n_addresses; i++)
        if (key_suits(key, &host->addresses[i]))
            return true;
    return false;
}

bool key_choose(const struct vttif_hosts *hosts, const enum vttif_key *wanted, enum vttif_key *key,
                GError **error)
{
    *key = wanted ? *wanted : guess(hosts);
    for (size_t i = 0; hosts && i < vttif_hosts_size(hosts); i++) {
        const struct vttif_host *host = vttif_hosts_get(hosts, i);
        if (host_suits(host, *key))
            continue;
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "host '%s' has %s, but endpoints are told apart by %s%s: give it one, or use "
                    "another --endpoints",
                    host->name, texts[*key].needs, texts[*key].by,
                    wanted ? "" : ", as other hosts have it");
        return false;
    }
    return true;
}
