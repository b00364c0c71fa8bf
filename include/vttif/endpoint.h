// SPDX-License-Identifier: Apache-2.0
/*
 * Endpoints: what a row of the matrix stands for, by which addresses it is known, and how to get
 * there.
 *
 * A hosts file has one endpoint a line, '#' begins a comment:
 *
 *     NAME ADDRESS[,ADDRESS...] [interface=IF] [via=local|netns:NAME|pid:PID|ssh:[USER@]HOST]
 *
 * An ADDRESS is a MAC (02:00:00:00:00:01), an IPv4 or an IPv6 address, or an address with a port
 * (10.0.0.1:5000, [fd00::1]:5000) for one process of a host. Two lines may not share a name or an
 * address.
 */
#ifndef VTTIF_ENDPOINT_H
#define VTTIF_ENDPOINT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

enum vttif_address_kind {
    VTTIF_ADDRESS_NONE,
    VTTIF_ADDRESS_MAC,
    VTTIF_ADDRESS_IPV4,
    VTTIF_ADDRESS_IPV6
};

/* An address as numbers: a MAC's 48 bits or an IPv4's 32 in low, IPv6 in high and low. */
struct vttif_address {
    uint64_t high, low;
    uint16_t port; /* 0: none */
    uint8_t kind; /* enum vttif_address_kind */
};

/* Parses "02:00:00:00:00:01", "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80". */
bool vttif_address_parse(const char *text, struct vttif_address *address);
/* The longest text of an address, with its end. */
#define VTTIF_ADDRESS_TEXT_MAX 64
/* Writes the address as text that vttif_address_parse reads back. */
void vttif_address_format(const struct vttif_address *address, char text[VTTIF_ADDRESS_TEXT_MAX]);
/* Total order: by kind, then address, then port. <0, 0, >0. */
int vttif_address_compare(const struct vttif_address *a, const struct vttif_address *b);
/* Group addresses of MAC, IPv4 and IPv6, and the broadcast ones: no single receiver. */
bool vttif_address_is_multicast(const struct vttif_address *address);

enum vttif_via {
    VTTIF_VIA_LOCAL, /* this machine */
    VTTIF_VIA_NETNS, /* a network namespace by its name in /run/netns */
    VTTIF_VIA_PID, /* the namespaces of a process: a container, a test bed's host */
    VTTIF_VIA_SSH /* another machine */
};

struct vttif_host {
    char *name;
    struct vttif_address *addresses; /* n_addresses > 0 of them */
    size_t n_addresses;
    char *interface; /* NULL: the one that has the first address */
    enum vttif_via via;
    char *target; /* netns name, pid as text, or USER@HOST; NULL for local */
};

/* The most hosts of a hosts file, and addresses of a host. */
#define VTTIF_HOSTS_MAX          65536
#define VTTIF_HOST_ADDRESSES_MAX 64

struct vttif_hosts;
typedef struct vttif_hosts vttif_hosts; /* the name that g_autoptr wants */

/*
 * Reads the text of a hosts file; file is its name for messages ("FILE:LINE: ..."). Fails with
 * VTTIF_ERROR_FORMAT on a duplicate name or address, an unknown key, a bad value, no host at all.
 * Free the result with vttif_hosts_free.
 */
struct vttif_hosts *vttif_hosts_parse(const char *text, const char *file, GError **error);
/* Hosts do not change once they are read: several may hold them, and each frees its own. */
struct vttif_hosts *vttif_hosts_ref(const struct vttif_hosts *hosts);
void vttif_hosts_free(struct vttif_hosts *hosts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vttif_hosts, vttif_hosts_free)

size_t vttif_hosts_size(const struct vttif_hosts *hosts);
/* Host i < size, in the order of the file; owned by hosts. */
const struct vttif_host *vttif_hosts_get(const struct vttif_hosts *hosts, size_t i);
/* Index of the host of that name or -1. O(1). */
gssize vttif_hosts_find_name(const struct vttif_hosts *hosts, const char *name);
/* Index of the host that has the address, or -1: first with its port, then without. O(1). */
gssize vttif_hosts_find_address(const struct vttif_hosts *hosts,
                                const struct vttif_address *address);

G_END_DECLS

#endif
