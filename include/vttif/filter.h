// SPDX-License-Identifier: Apache-2.0
/*
 * What is known not to be the parallel program's traffic (paper, section 2, Generate), and why.
 *
 * A frame is classified by what it is: ARP, ICMP, a well-known service's port on either side, a
 * group address. The program's own ports are unknown and so never listed: what is not known noise
 * is kept.
 *
 * Job control is noise, too: what starts the program's processes and tells of their end. That
 * of PVM is known by the headers of its daemons' datagrams; a program's messages that go by the
 * daemons have other ones and are kept. Other launchers are known by ports that they were told to
 * use and that the caller knows of.
 */
#ifndef VTTIF_FILTER_H
#define VTTIF_FILTER_H

#include <vttif/frame.h>

G_BEGIN_DECLS

enum vttif_reason {
    VTTIF_REASON_KEEP, /* not filtered: it may be the program's */
    VTTIF_REASON_ARP, /* ARP and RARP */
    VTTIF_REASON_NON_IP, /* any other ethertype: STP, LLDP, ... */
    VTTIF_REASON_ICMP, /* ICMP, ICMPv6 (neighbour discovery), IGMP */
    VTTIF_REASON_GROUP, /* to a multicast or broadcast address: no single receiver */
    VTTIF_REASON_LOOPBACK, /* 127/8, ::1 */
    VTTIF_REASON_SSH, /* TCP 22 */
    VTTIF_REASON_RSH, /* TCP 512-514 */
    VTTIF_REASON_X11, /* TCP 6000-6063 */
    VTTIF_REASON_NFS, /* 111, 2049: portmapper, NIS, NFS */
    VTTIF_REASON_DNS, /* 53, 853 TCP, 5353 mDNS, 5355 LLMNR */
    VTTIF_REASON_DHCP, /* UDP 67, 68, 546, 547 */
    VTTIF_REASON_NTP, /* UDP 123 */
    VTTIF_REASON_SYSLOG, /* UDP 514 */
    VTTIF_REASON_LAUNCHER, /* job control: PVM's own, the launcher's ports */
    VTTIF_REASON_EXPRESSION, /* not matched by the user's --filter */
    VTTIF_REASON_STRANGER, /* sender or receiver is not an endpoint of the hosts file */
    VTTIF_REASON_SELF, /* from an endpoint to itself */
    VTTIF_REASONS
};

/* A short name for tables and JSON ("arp", "ssh", "stranger"), and one that explains. */
const char *vttif_reason_name(enum vttif_reason reason);
const char *vttif_reason_text(enum vttif_reason reason);
/* The reason of that name; false if there is none. */
bool vttif_reason_parse(const char *name, enum vttif_reason *reason);

/* Ports, of TCP and UDP. */
#define VTTIF_PORT_RANGES_MAX 16
struct vttif_port_range {
    uint16_t first, last;
};
struct vttif_ports {
    size_t n; /* 0: none */
    struct vttif_port_range ranges[VTTIF_PORT_RANGES_MAX];
};

/* Adds those of a list such as "29200-29263,5000", of ports from 1 on; false if it is none, or if
 * they are more ranges than there is room for: then nothing was added. */
bool vttif_ports_add(struct vttif_ports *ports, const char *list);
/* Adds more to them; false, and nothing was added, if there is no room. */
bool vttif_ports_join(struct vttif_ports *ports, const struct vttif_ports *more);
bool vttif_ports_have(const struct vttif_ports *ports, uint16_t port);

/* The reason why a decoded frame (not MALFORMED) is not the program's, or VTTIF_REASON_KEEP.
 * launcher: ports of job control, or NULL. A later fragment is judged by its addresses and protocol
 * alone: give it its first one's verdict. Never gives EXPRESSION, STRANGER or SELF, which depend on
 * the user. A few ns. */
enum vttif_reason vttif_filter_classify(const struct vttif_frame *frame,
                                        const struct vttif_ports *launcher);

G_END_DECLS

#endif
