// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <vttif/filter.h>

static const struct {
    const char *name, *text;
} reasons[] = {
    [VTTIF_REASON_KEEP] = {"keep", "kept"},
    [VTTIF_REASON_ARP] = {"arp", "ARP"},
    [VTTIF_REASON_NON_IP] = {"non-ip", "other protocols than IP"},
    [VTTIF_REASON_ICMP] = {"icmp", "ICMP, IGMP, neighbour discovery"},
    [VTTIF_REASON_GROUP] = {"group", "to a multicast or broadcast address"},
    [VTTIF_REASON_LOOPBACK] = {"loopback", "a host to itself (127/8, ::1)"},
    [VTTIF_REASON_SSH] = {"ssh", "ssh (port 22)"},
    [VTTIF_REASON_RSH] = {"rsh", "rexec, rlogin, rsh (ports 512-514)"},
    [VTTIF_REASON_X11] = {"x11", "X11 (ports 6000-6063)"},
    [VTTIF_REASON_NFS] = {"nfs", "portmapper, NIS, NFS (ports 111, 2049)"},
    [VTTIF_REASON_DNS] = {"dns", "DNS, mDNS, LLMNR"},
    [VTTIF_REASON_DHCP] = {"dhcp", "DHCP"},
    [VTTIF_REASON_NTP] = {"ntp", "NTP"},
    [VTTIF_REASON_SYSLOG] = {"syslog", "syslog"},
    [VTTIF_REASON_LAUNCHER] = {"launcher", "job control (of PVM, or a launcher's ports)"},
    [VTTIF_REASON_EXPRESSION] = {"expression", "not matched by --filter"},
    [VTTIF_REASON_STRANGER] = {"stranger", "from or to an address that is no endpoint"},
    [VTTIF_REASON_SELF] = {"self", "from an endpoint to itself"},
};
static_assert(G_N_ELEMENTS(reasons) == VTTIF_REASONS, "a reason without a name");

const char *vttif_reason_name(enum vttif_reason reason)
{
    return reasons[reason].name;
}

const char *vttif_reason_text(enum vttif_reason reason)
{
    return reasons[reason].text;
}

bool vttif_reason_parse(const char *name, enum vttif_reason *reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (g_strcmp0(name, reasons[i].name) == 0) {
            *reason = (enum vttif_reason)i;
            return true;
        }
    return false;
}
