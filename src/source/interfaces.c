// SPDX-License-Identifier: Apache-2.0
#include "source/interfaces.h"

#include <errno.h>
#include <fnmatch.h>
#include <ifaddrs.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel says of an interface. */
struct facts {
    int index;
    char name[IFNAMSIZ];
    char kind[16]; /* "veth", "tun", ...; "" for a card */
    bool has_master, has_device, is_ethernet, has_address;
};

struct interfaces {
    int socket;
    GArray *rules; /* struct live_rule, with globs of our own */
    struct interfaces_calls calls;
    GArray *known; /* struct live_interface */
};

static void fail_io(GError **error, const char *what)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "interfaces: %s: %s", what, g_strerror(errno));
}

/* --- asking the kernel ---------------------------------------------------------------------- */

static const char *attribute_text(const struct rtattr *attribute)
{
    return RTA_PAYLOAD(attribute) > 0 ? RTA_DATA(attribute) : "";
}

static void take_kind(const struct rtattr *info, struct facts *facts)
{
    int left = (int)RTA_PAYLOAD(info);
    for (const struct rtattr *a = RTA_DATA(info); RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == IFLA_INFO_KIND)
            g_strlcpy(facts->kind, attribute_text(a), sizeof facts->kind);
}

static void take_link(const struct nlmsghdr *message, GArray *all)
{
    const struct ifinfomsg *link = NLMSG_DATA(message);
    struct facts facts = {.index = link->ifi_index, .is_ethernet = link->ifi_type == ARPHRD_ETHER};
    int left = (int)IFLA_PAYLOAD(message);
    for (const struct rtattr *a = IFLA_RTA(link); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        if (a->rta_type == IFLA_IFNAME)
            g_strlcpy(facts.name, attribute_text(a), sizeof facts.name);
        else if (a->rta_type == IFLA_MASTER)
            facts.has_master = true;
        else if (a->rta_type == IFLA_PARENT_DEV_NAME)
            facts.has_device = true;
        else if ((a->rta_type & NLA_TYPE_MASK) == IFLA_LINKINFO)
            take_kind(a, &facts);
    }
    g_array_append_val(all, facts);
}

static bool request_links(int fd, GError **error)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .link = {.ifi_family = AF_UNSPEC},
    };
    if (send(fd, &request, sizeof request, 0) == sizeof request)
        return true;
    fail_io(error, "asking for the list");
    return false;
}

/* Takes the messages of one read; returns false at the end of the list. */
static bool take_messages(const char *buffer, ssize_t length, GArray *all)
{
    int left = (int)length;
    for (const struct nlmsghdr *m = (const void *)buffer; NLMSG_OK(m, (unsigned)left);
         m = NLMSG_NEXT(m, left)) {
        if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR)
            return false;
        if (m->nlmsg_type == RTM_NEWLINK)
            take_link(m, all);
    }
    return true;
}

static void mark_addresses(GArray *all)
{
    struct ifaddrs *addresses = NULL;
    if (getifaddrs(&addresses) != 0)
        return;
    for (const struct ifaddrs *a = addresses; a; a = a->ifa_next) {
        if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET)
            continue;
        for (guint i = 0; i < all->len; i++) {
            struct facts *facts = &g_array_index(all, struct facts, i);
            facts->has_address |= strcmp(facts->name, a->ifa_name) == 0;
        }
    }
    freeifaddrs(addresses);
}

/* All interfaces there are, or NULL. */
static GArray *list_interfaces(GError **error)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    g_autofree char *buffer = g_malloc(65536);
    g_autoptr(GArray) all = g_array_new(false, false, sizeof(struct facts));
    bool listed = false;
    if (fd < 0) {
        fail_io(error, "netlink");
        return NULL;
    }
    if (request_links(fd, error)) {
        ssize_t n;
        while ((n = recv(fd, buffer, 65536, 0)) > 0 && take_messages(buffer, n, all))
            ;
        listed = n > 0;
        if (!listed)
            fail_io(error, "reading the list");
    }
    close(fd);
    mark_addresses(all);
    return listed ? g_steal_pointer(&all) : NULL;
}

/* --- which, and on which side --------------------------------------------------------------- */

static bool is_glob(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

/* What stands on other interfaces: its frames pass those, too. */
static bool is_stacked(const struct facts *facts)
{
    static const char *const kinds[] = {"bridge",  "bond",   "team",       "vlan",
                                        "macvlan", "ipvlan", "openvswitch"};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(facts->kind, kinds[i]) == 0)
            return true;
    return false;
}

static enum live_side side_of(const struct facts *facts, enum live_side wanted)
{
    if (wanted != LIVE_SIDE_AUTO)
        return wanted;
    if (facts->has_device)
        return LIVE_SIDE_HOST;
    bool is_port = strcmp(facts->kind, "tun") == 0 || facts->has_master ||
                   (strcmp(facts->kind, "veth") == 0 && !facts->has_address);
    return is_port ? LIVE_SIDE_PORT : LIVE_SIDE_HOST;
}

static const struct live_rule *rule_for(const struct interfaces *interfaces,
                                        const struct facts *facts)
{
    for (guint i = 0; i < interfaces->rules->len; i++) {
        const struct live_rule *rule = &g_array_index(interfaces->rules, struct live_rule, i);
        bool one = !is_glob(rule->glob);
        if (fnmatch(rule->glob, facts->name, FNM_NOESCAPE) == 0 &&
            (one || (facts->is_ethernet && !is_stacked(facts))))
            return rule;
    }
    return NULL;
}

static struct live_interface interface_of(const struct facts *facts, enum live_side side)
{
    struct live_interface interface = {.index = facts->index, .side = side_of(facts, side)};
    g_strlcpy(interface.name, facts->name, sizeof interface.name);
    return interface;
}

static const struct facts *find_facts(const GArray *all, const char *name)
{
    for (guint i = 0; i < all->len; i++)
        if (strcmp(g_array_index(all, struct facts, i).name, name) == 0)
            return &g_array_index(all, struct facts, i);
    return NULL;
}

static bool check_facts(const struct facts *facts, const char *name, GError **error)
{
    if (!facts)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "there is no interface '%s' (see `ip link`)", name);
    else if (!facts->is_ethernet)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "interface '%s' does not carry Ethernet frames", name);
    return facts && facts->is_ethernet;
}

bool interfaces_find(const char *name, enum live_side side, struct live_interface *found,
                     GError **error)
{
    g_autoptr(GArray) all = list_interfaces(error);
    const struct facts *facts = all ? find_facts(all, name) : NULL;
    if (!all || !check_facts(facts, name, error))
        return false;
    *found = interface_of(facts, side);
    return true;
}

/* --- following ------------------------------------------------------------------------------ */

static bool same_interface(const struct live_interface *a, const struct live_interface *b)
{
    return a->index == b->index && a->side == b->side && strcmp(a->name, b->name) == 0;
}

static bool has_index(const GArray *list, int index)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, struct live_interface, i).index == index)
            return true;
    return false;
}

static bool has_same(const GArray *list, const struct live_interface *interface)
{
    for (guint i = 0; i < list->len; i++)
        if (same_interface(&g_array_index(list, struct live_interface, i), interface))
            return true;
    return false;
}

static void tell_changes(struct interfaces *interfaces, GArray *now)
{
    g_autoptr(GArray) before = interfaces->known;
    interfaces->known = g_array_ref(now);
    for (guint i = 0; i < before->len; i++) {
        const struct live_interface *old = &g_array_index(before, struct live_interface, i);
        if (!has_index(now, old->index))
            interfaces->calls.gone(interfaces->calls.context, old);
    }
    for (guint i = 0; i < now->len; i++) {
        const struct live_interface *new = &g_array_index(now, struct live_interface, i);
        if (!has_same(before, new))
            interfaces->calls.come(interfaces->calls.context, new);
    }
}

/* Whether the kernel has told anything, or lost what it had to tell. */
static bool drain(int fd)
{
    char buffer[8192];
    bool told = false;
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n > 0 || (n < 0 && errno == ENOBUFS))
            told = true;
        else if (n == 0 || errno != EINTR)
            return told;
    }
}

bool interfaces_look(struct interfaces *interfaces, GError **error)
{
    g_autoptr(GArray) all = list_interfaces(error);
    if (!all)
        return false;
    g_autoptr(GArray) now = g_array_new(false, false, sizeof(struct live_interface));
    for (guint i = 0; i < all->len; i++) {
        const struct facts *facts = &g_array_index(all, struct facts, i);
        const struct live_rule *rule = rule_for(interfaces, facts);
        if (rule) {
            struct live_interface interface = interface_of(facts, rule->side);
            g_array_append_val(now, interface);
        }
    }
    tell_changes(interfaces, now);
    return true;
}

void interfaces_dispatch(struct interfaces *interfaces, const struct live_events *events)
{
    const struct live_interface none = {.name = ""};
    g_autoptr(GError) failure = NULL;
    if (drain(interfaces->socket) && !interfaces_look(interfaces, &failure))
        live_tell_interface(events, &none, failure);
}

int interfaces_fd(const struct interfaces *interfaces)
{
    return interfaces->socket;
}

static void clear_rule(void *rule)
{
    g_free((char *)((struct live_rule *)rule)->glob);
}

void interfaces_free(struct interfaces *interfaces)
{
    if (!interfaces)
        return;
    if (interfaces->socket >= 0)
        close(interfaces->socket);
    g_array_unref(interfaces->rules);
    g_array_unref(interfaces->known);
    g_free(interfaces);
}

static bool check_rules(const struct interfaces *interfaces, GError **error)
{
    g_autoptr(GArray) all = list_interfaces(error);
    if (!all)
        return false;
    for (guint i = 0; i < interfaces->rules->len; i++) {
        const char *glob = g_array_index(interfaces->rules, struct live_rule, i).glob;
        if (!is_glob(glob) && !check_facts(find_facts(all, glob), glob, error))
            return false;
    }
    return true;
}

static int listen_to_kernel(GError **error)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    fail_io(error, "netlink");
    if (fd >= 0)
        close(fd);
    return -1;
}

struct interfaces *interfaces_new(const struct live_rule *rules, size_t n_rules,
                                  const struct interfaces_calls *calls, GError **error)
{
    struct interfaces *interfaces = g_new0(struct interfaces, 1);
    interfaces->calls = *calls;
    interfaces->known = g_array_new(false, false, sizeof(struct live_interface));
    interfaces->rules = g_array_new(false, false, sizeof(struct live_rule));
    g_array_set_clear_func(interfaces->rules, clear_rule);
    for (size_t i = 0; i < n_rules; i++) {
        struct live_rule rule = {g_strdup(rules[i].glob), rules[i].side};
        g_array_append_val(interfaces->rules, rule);
    }
    interfaces->socket = listen_to_kernel(error);
    if (interfaces->socket < 0 || !check_rules(interfaces, error))
        g_clear_pointer(&interfaces, interfaces_free);
    return interfaces;
}
