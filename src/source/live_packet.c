// SPDX-License-Identifier: Apache-2.0
/* The live source for where eBPF is not to be had: AF_PACKET rings, counted in this process. */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/random.h"
#include "source/interfaces.h"
#include "source/packet_count.h"

/* A watched interface. */
struct watch {
    struct live_interface interface;
    struct packet_ring *ring;
    uint64_t own; /* MAC address */
};

struct live_packet {
    struct live live; /* first */
    struct interfaces *interfaces;
    struct packet_count *count;
    struct live_events events;
    bool sent_only;
    GPtrArray *watches;
    GArray *list; /* struct live_interface: the watches, as they are asked for */
    int poll;
    uint64_t epoch;
    uint64_t drops; /* of rings that are closed */
    int64_t clock_ns; /* what is to be added to the rings' time, so that it is monotonic */
};

/* A frame's way to its count. */
struct reading {
    struct live_packet *self;
    const struct watch *watch;
};

static struct live_packet *self_of(struct live *live)
{
    return (struct live_packet *)live;
}

static int64_t clock_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t now_ns(const struct live *live)
{
    return clock_of(CLOCK_MONOTONIC);
}

/* --- frames ----------------------------------------------------------------------------------- */

static void take_frame(void *context, const struct packet_frame *frame)
{
    struct reading *reading = context;
    const struct watch *watch = reading->watch;
    bool port = watch->interface.side == LIVE_SIDE_PORT;
    enum packet_rank rank = frame->outgoing ? port ? RANK_OUT_PORT : RANK_OUT_HOST
                            : port          ? RANK_IN_PORT
                                            : RANK_IN_HOST;
    if (reading->self->sent_only && rank != RANK_IN_PORT && rank != RANK_OUT_HOST)
        return;
    packet_count_add(reading->self->count, frame, rank, watch->own,
                     frame->time_ns + reading->self->clock_ns);
}

static void read_rings(struct live_packet *self)
{
    self->clock_ns = clock_of(CLOCK_MONOTONIC) - clock_of(CLOCK_REALTIME);
    for (guint i = 0; i < self->watches->len; i++) {
        struct watch *watch = self->watches->pdata[i];
        struct reading reading = {self, watch};
        packet_ring_read(watch->ring, take_frame, &reading);
    }
}

static uint64_t all_drops(const struct live_packet *self)
{
    uint64_t drops = self->drops;
    for (guint i = 0; i < self->watches->len; i++)
        drops += packet_ring_drops(((struct watch *)self->watches->pdata[i])->ring);
    return drops;
}

static bool read_counters(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    struct live_packet *self = self_of(live);
    if (snapshot->epoch != self->epoch)
        live_snapshot_clear(snapshot);
    snapshot->epoch = self->epoch;
    snapshot->time_ns = now_ns(live);
    read_rings(self);
    packet_count_read(self->count, snapshot->time_ns, snapshot);
    snapshot->kernel_drops = all_drops(self);
    return true;
}

/* --- interfaces ------------------------------------------------------------------------------- */

static uint64_t address_of(const char *name)
{
    struct ifreq request = {0};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    bool known = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0;
    if (fd >= 0)
        close(fd);
    const uint8_t *mac = (const uint8_t *)request.ifr_hwaddr.sa_data;
    return known ? (uint64_t)be16(mac) << 32 | be32(mac + 2) : 0;
}

static void free_watch(void *data)
{
    struct watch *watch = data;
    packet_ring_close(watch->ring);
    g_free(watch);
}

static struct watch *find_watch(const struct live_packet *self, int index)
{
    for (guint i = 0; i < self->watches->len; i++) {
        struct watch *watch = self->watches->pdata[i];
        if (watch->interface.index == index)
            return watch;
    }
    return NULL;
}

static bool poll_for(const struct live_packet *self, int fd, GError **error)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(self->poll, EPOLL_CTL_ADD, fd, &event) == 0)
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "waiting for packets: %s", g_strerror(errno));
    return false;
}

static struct watch *watch_new(struct live_packet *self, const struct live_interface *interface,
                               GError **error)
{
    struct packet_ring *ring = packet_ring_open(interface->index, interface->name, error);
    if (!ring || !poll_for(self, packet_ring_fd(ring), error)) {
        packet_ring_close(ring);
        return NULL;
    }
    struct watch *watch = g_new0(struct watch, 1);
    watch->ring = ring;
    g_ptr_array_add(self->watches, watch);
    return watch;
}

/* One more, or another side of one: what was counted so far is not to be judged by it. */
static bool watch(struct live *live, const struct live_interface *interface, GError **error)
{
    struct live_packet *self = self_of(live);
    struct watch *watch = find_watch(self, interface->index);
    read_rings(self);
    if (!watch)
        watch = watch_new(self, interface, error);
    if (!watch)
        return false;
    packet_count_begin(self->count);
    watch->own = address_of(interface->name);
    watch->interface = *interface;
    watch->interface.attached = true;
    watch->interface.how = "af_packet";
    return true;
}

static void unwatch(struct live *live, int index)
{
    struct live_packet *self = self_of(live);
    struct watch *watch = find_watch(self, index);
    if (!watch)
        return;
    read_rings(self);
    packet_count_begin(self->count);
    self->drops += packet_ring_drops(watch->ring);
    g_ptr_array_remove(self->watches, watch);
}

static void interface_came(void *context, const struct live_interface *interface)
{
    struct live_packet *self = context;
    g_autoptr(GError) failure = NULL;
    struct live_interface now = *interface;
    now.attached = watch(&self->live, interface, &failure);
    now.how = "af_packet";
    live_tell_interface(&self->events, &now, failure);
}

static void interface_went(void *context, const struct live_interface *interface)
{
    struct live_packet *self = context;
    struct live_interface now = *interface;
    unwatch(&self->live, interface->index);
    now.attached = false;
    live_tell_interface(&self->events, &now, NULL);
}

static const struct live_interface *list_watched(const struct live *live, size_t *n)
{
    const struct live_packet *self = (const struct live_packet *)live;
    g_array_set_size(self->list, 0);
    for (guint i = 0; i < self->watches->len; i++)
        g_array_append_val(self->list, ((struct watch *)self->watches->pdata[i])->interface);
    *n = self->list->len;
    return (const struct live_interface *)self->list->data;
}

/* --- the rest of the table -------------------------------------------------------------------- */

static bool set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                          GError **error)
{
    packet_count_set_threshold(self_of(live)->count, byte_threshold, time_bound_ns);
    return true;
}

static bool set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error)
{
    read_rings(self_of(live));
    packet_count_set_hosts(self_of(live)->count, hosts);
    return true;
}

static int poll_fd(const struct live *live)
{
    return ((const struct live_packet *)live)->poll;
}

static void dispatch(struct live *live)
{
    struct live_packet *self = self_of(live);
    read_rings(self);
    interfaces_dispatch(self->interfaces, &self->events);
}

static void close_source(struct live *live)
{
    struct live_packet *self = self_of(live);
    g_ptr_array_unref(self->watches);
    g_array_unref(self->list);
    interfaces_free(self->interfaces);
    packet_count_free(self->count);
    if (self->poll >= 0)
        close(self->poll);
    g_free(self);
}

static const struct live_ops live_packet_ops = {
    .name = "af_packet",
    .fd = poll_fd,
    .dispatch = dispatch,
    .now_ns = now_ns,
    .read = read_counters,
    .set_threshold = set_threshold,
    .set_hosts = set_hosts,
    .watch = watch,
    .unwatch = unwatch,
    .interfaces = list_watched,
    .close = close_source,
};

static bool start(struct live_packet *self, const struct live_config *config, GError **error)
{
    struct interfaces_calls calls = {interface_came, interface_went, self};
    self->interfaces = interfaces_new(config->rules, config->n_rules, &calls, error);
    self->count = self->interfaces ? packet_count_new(config, error) : NULL;
    return self->count && poll_for(self, interfaces_fd(self->interfaces), error) &&
           interfaces_look(self->interfaces, error);
}

/* Nothing can be captured without it; better said at once than of each interface. */
static bool check_permission(GError **error)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION,
                "capturing: %s: run as root, or with CAP_NET_RAW", g_strerror(errno));
    return false;
}

struct live *live_packet_open(const struct live_config *config, GError **error)
{
    if (!live_check_time_bound(config->time_bound_ns, error) || !check_permission(error))
        return NULL;
    struct live_packet *self = g_new0(struct live_packet, 1);
    self->live.ops = &live_packet_ops;
    self->events = config->events;
    self->sent_only = config->sent_only;
    self->watches = g_ptr_array_new_with_free_func(free_watch);
    self->list = g_array_new(false, false, sizeof(struct live_interface));
    self->poll = epoll_create1(EPOLL_CLOEXEC);
    self->epoch = random_64();
    if (start(self, config, error))
        return &self->live;
    close_source(&self->live);
    return NULL;
}
