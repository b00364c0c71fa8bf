// SPDX-License-Identifier: Apache-2.0
/*
 * Programs at the hooks of an interface: as tcx links (kernel 6.6), which are files in the pin
 * directory and so outlive us; or as filters of the clsact qdisc, which stay until they are taken
 * away. Both are replaced in one step.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source/kern.h"

/* enum bpf_attach_type from 6.6 on; this system's header may be older. */
static const int tcx_types[] = {[KERN_IN] = 46, [KERN_OUT] = 47};
static const int clsact_points[] = {[KERN_IN] = BPF_TC_INGRESS, [KERN_OUT] = BPF_TC_EGRESS};

/* Our filter among others in clsact. The priority tells the filters of several pins apart. */
enum { CLSACT_HANDLE = 1, CLSACT_PRIORITY = 0x7000, CLSACT_PRIORITIES = 0x1000 };

static char *link_path(const char *pin, int index, enum kern_direction direction)
{
    return g_strdup_printf("%s/link-%d-%s", pin, index, direction == KERN_IN ? "in" : "out");
}

static gssize find_link(const struct kern *kern, int index, enum kern_direction direction)
{
    for (guint i = 0; i < kern->links->len; i++) {
        const struct kern_link *link = &g_array_index(kern->links, struct kern_link, i);
        if (link->index == index && link->direction == direction)
            return (gssize)i;
    }
    return -1;
}

/* --- clsact ----------------------------------------------------------------------------------- */

static uint32_t priority_of(const char *pin)
{
    return CLSACT_PRIORITY + (pin ? g_str_hash(pin) : 0) % CLSACT_PRIORITIES;
}

static struct bpf_tc_hook clsact_hook(int index, enum kern_direction direction)
{
    return (struct bpf_tc_hook){.sz = sizeof(struct bpf_tc_hook),
                                .ifindex = index,
                                .attach_point = (enum bpf_tc_attach_point)clsact_points[direction]};
}

static bool attach_clsact(const struct kern *kern, int index, enum kern_direction direction,
                          int program)
{
    struct bpf_tc_hook hook = clsact_hook(index, direction);
    struct bpf_tc_opts options = {.sz = sizeof options,
                                  .prog_fd = program,
                                  .flags = BPF_TC_F_REPLACE,
                                  .handle = CLSACT_HANDLE,
                                  .priority = priority_of(kern->pin)};
    int made = bpf_tc_hook_create(&hook);
    if (made != 0 && made != -EEXIST) {
        errno = -made;
        return false;
    }
    int attached = bpf_tc_attach(&hook, &options);
    errno = -attached;
    return attached == 0;
}

static void detach_clsact(const char *pin, int index, enum kern_direction direction)
{
    struct bpf_tc_hook hook = clsact_hook(index, direction);
    struct bpf_tc_opts options = {
        .sz = sizeof options, .handle = CLSACT_HANDLE, .priority = priority_of(pin)};
    bpf_tc_detach(&hook, &options);
}

/* --- tcx -------------------------------------------------------------------------------------- */

static void remember(struct kern *kern, int index, enum kern_direction direction, int fd)
{
    struct kern_link link = {index, direction, fd};
    g_array_append_val(kern->links, link);
}

/* A new link, pinned if there is a pin. Returns -1 with errno. */
static int make_tcx(const struct kern *kern, int index, enum kern_direction direction, int program)
{
    int fd = bpf_link_create(program, index, (enum bpf_attach_type)tcx_types[direction], NULL);
    if (fd < 0 || !kern->pin)
        return fd;
    g_autofree char *path = link_path(kern->pin, index, direction);
    unlink(path); /* of an interface that is gone and had the same number */
    if (bpf_obj_pin(fd, path) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static void drop_link(struct kern *kern, guint at)
{
    const struct kern_link *link = &g_array_index(kern->links, struct kern_link, at);
    if (link->fd < 0) {
        detach_clsact(kern->pin, link->index, link->direction);
    } else {
        close(link->fd);
        if (kern->pin) {
            g_autofree char *path = link_path(kern->pin, link->index, link->direction);
            unlink(path);
        }
    }
    g_array_remove_index(kern->links, at);
}

/* --- both ------------------------------------------------------------------------------------- */

/* Whether the kernel has no tcx, told from an attempt. */
static bool lacks_tcx(int cause)
{
    return cause == EINVAL || cause == EOPNOTSUPP;
}

/* Returns how, or NULL with errno. */
static const char *attach(struct kern *kern, int index, enum kern_direction direction, int program,
                          bool no_tcx)
{
    gssize at = find_link(kern, index, direction);
    int fd = at >= 0 ? g_array_index(kern->links, struct kern_link, at).fd : -1;
    bool is_clsact = at >= 0 && fd < 0;
    if (fd >= 0 && !no_tcx) {
        if (bpf_link_update(fd, program, NULL) == 0)
            return "tcx";
        drop_link(kern, (guint)at); /* dead: its interface was taken away */
    }
    if (!no_tcx && !is_clsact) {
        fd = make_tcx(kern, index, direction, program);
        if (fd >= 0) {
            remember(kern, index, direction, fd);
            return "tcx";
        }
        if (!lacks_tcx(errno))
            return NULL;
    }
    if (!attach_clsact(kern, index, direction, program))
        return NULL;
    if (!is_clsact)
        remember(kern, index, direction, -1);
    return "clsact";
}

static void detach(struct kern *kern, int index, enum kern_direction direction)
{
    gssize at = find_link(kern, index, direction);
    if (at >= 0)
        drop_link(kern, (guint)at);
}

static void set_watched(const struct kern *kern, int index, bool watched)
{
    uint32_t key = (uint32_t)index, value = 1;
    if (watched)
        bpf_map_update_elem(kern_map_fd(kern, KERN_MAP_WATCHED), &key, &value, BPF_ANY);
    else
        bpf_map_delete_elem(kern_map_fd(kern, KERN_MAP_WATCHED), &key);
}

static void fail_attach(const char *name, GError **error)
{
    int cause = errno;
    if (cause == EPERM)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION,
                    "interface '%s': no permission to attach a program: run as root, or with "
                    "CAP_BPF and CAP_NET_ADMIN",
                    name);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "interface '%s': attaching a program: %s", name, g_strerror(cause));
}

/* Both hooks count, or, with sent_only, the one where the sender's frames pass. */
const char *kern_hook_attach(struct kern *kern, const struct live_interface *interface,
                             bool sent_only, bool no_tcx, GError **error)
{
    bool port = interface->side == LIVE_SIDE_PORT;
    const char *how = NULL;
    if (port || !sent_only) {
        enum kern_hook hook = port ? KERN_IN_PORT : KERN_IN_HOST;
        how = attach(kern, interface->index, KERN_IN, kern_program_fd(kern, hook), no_tcx);
        if (!how) {
            fail_attach(interface->name, error);
            return NULL;
        }
    } else {
        detach(kern, interface->index, KERN_IN);
    }
    set_watched(kern, interface->index, port || !sent_only);
    if (!port || !sent_only) {
        enum kern_hook hook = port ? KERN_OUT_PORT : KERN_OUT_HOST;
        how = attach(kern, interface->index, KERN_OUT, kern_program_fd(kern, hook), no_tcx);
        if (!how) {
            fail_attach(interface->name, error);
            kern_hook_detach(kern, interface->index);
        }
    } else {
        detach(kern, interface->index, KERN_OUT);
    }
    return how;
}

void kern_hook_detach(struct kern *kern, int index)
{
    detach(kern, index, KERN_IN);
    detach(kern, index, KERN_OUT);
    set_watched(kern, index, false);
}

/* --- from one process to the next ---------------------------------------------------------------
 */

static void take_over_links(struct kern *kern)
{
    g_autoptr(GDir) dir = kern->pin ? g_dir_open(kern->pin, 0, NULL) : NULL;
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        int index = 0;
        char direction[4] = "";
        if (sscanf(name, "link-%d-%3s", &index, direction) != 2)
            continue;
        g_autofree char *path = kern_path(kern->pin, name);
        int fd = bpf_obj_get(path);
        if (fd >= 0)
            remember(kern, index, direction[0] == 'i' ? KERN_IN : KERN_OUT, fd);
    }
}

static bool has_filter(const char *pin, int index, enum kern_direction direction)
{
    struct bpf_tc_hook hook = clsact_hook(index, direction);
    struct bpf_tc_opts options = {
        .sz = sizeof options, .handle = CLSACT_HANDLE, .priority = priority_of(pin)};
    return bpf_tc_query(&hook, &options) == 0;
}

typedef void filter_func(void *context, int index, enum kern_direction direction);

/* Every filter of clsact that has our priority. */
static void for_each_filter(const char *pin, filter_func *call, void *context)
{
    struct if_nameindex *all = if_nameindex();
    for (const struct if_nameindex *i = all; i && i->if_index; i++)
        for (enum kern_direction direction = KERN_IN; direction <= KERN_OUT; direction++)
            if (has_filter(pin, (int)i->if_index, direction))
                call(context, (int)i->if_index, direction);
    if (all)
        if_freenameindex(all);
}

static void take_over_filter(void *context, int index, enum kern_direction direction)
{
    remember(context, index, direction, -1);
}

void kern_hook_take_over(struct kern *kern)
{
    take_over_links(kern);
    for_each_filter(kern->pin, take_over_filter, kern);
}

void kern_hook_detach_others(struct kern *kern, const struct live_interface *kept, size_t n)
{
    for (guint at = kern->links->len; at-- > 0;) {
        int index = g_array_index(kern->links, struct kern_link, at).index;
        bool keep = false;
        for (size_t i = 0; i < n; i++)
            keep |= kept[i].index == index;
        if (keep)
            continue;
        drop_link(kern, at);
        set_watched(kern, index, false);
    }
}

void kern_hook_release(struct kern *kern)
{
    for (guint i = 0; i < kern->links->len; i++) {
        const struct kern_link *link = &g_array_index(kern->links, struct kern_link, i);
        if (link->fd >= 0)
            close(link->fd);
        else if (!kern->pin)
            detach_clsact(NULL, link->index, link->direction);
    }
    g_array_set_size(kern->links, 0);
}

static void clear_filter(void *context, int index, enum kern_direction direction)
{
    detach_clsact(context, index, direction);
}

void kern_hook_clear(const char *pin)
{
    for_each_filter(pin, clear_filter, (void *)pin);
}
