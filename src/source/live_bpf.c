// SPDX-License-Identifier: Apache-2.0
/* The live source whose counting is done in the kernel: see kern.h and bpf/shared.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "source/interfaces.h"
#include "source/kern.h"

#define NO_INDEX UINT32_MAX

/* The most bytes that a CPU holds back from the threshold where that says nothing. */
#define QUANTUM_MAX (1u << 30)

struct live_bpf {
    struct live live; /* first */
    struct kern *kern;
    struct kern_forget *forget;
    struct interfaces *interfaces;
    struct ring_buffer *ring;
    int poll; /* epoll of the two */
    struct live_events events;
    bool sent_only, no_tcx;
    GArray *watched; /* struct live_interface */

    /* Places have gaps where two CPUs tried for one pair; the reader's have none at first. */
    GArray *order; /* uint32_t: the kernel's place of the reader's pair i */
    uint32_t *place_of; /* and the reader's of the kernel's; NO_INDEX: not seen yet */
};

static struct live_bpf *self_of(struct live *live)
{
    return (struct live_bpf *)live;
}

struct kern *live_bpf_kern(struct live *live)
{
    return self_of(live)->kern;
}

/* --- reading ---------------------------------------------------------------------------------- */

static uint64_t load(const __u64 *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Gives the kernel's places that are new a place in the reader's order. */
static void order_pairs(struct live_bpf *self)
{
    uint32_t n = kern_taken(self->kern);
    for (uint32_t i = 0; i < n; i++) {
        if (self->place_of[i] != NO_INDEX ||
            !__atomic_load_n(&self->kern->pairs[i].used, __ATOMIC_ACQUIRE))
            continue;
        self->place_of[i] = self->order->len;
        g_array_append_val(self->order, i);
    }
}

/* Who has the place now, and what the reader should know of it. */
static struct live_pair pair_of(const struct kern_pair *pair)
{
    uint64_t used = __atomic_load_n(&pair->used, __ATOMIC_ACQUIRE);
    uint32_t life = 2 * __atomic_load_n(&pair->life, __ATOMIC_ACQUIRE);
    const struct kern_key *key = &pair->key;
    if (used == KERN_FREE)
        return (struct live_pair){.life = life};
    return (struct live_pair){
        .from = {key->from_high, key->from_low, key->from_port, key->kind},
        .to = {key->to_high, key->to_low, key->to_port, key->kind},
        .place = key->place,
        .life = life + 1,
    };
}

static struct live_sum sum_of(const struct kern_sum *sum)
{
    return (struct live_sum){sum->frame_bytes, sum->ip_bytes, sum->payload_bytes, sum->packets};
}

static struct live_sum difference(const struct kern_sum *sum, const struct kern_sum *less)
{
    return (struct live_sum){sum->frame_bytes - less->frame_bytes, sum->ip_bytes - less->ip_bytes,
                             sum->payload_bytes - less->payload_bytes,
                             sum->packets - less->packets};
}

static void read_pair(struct live_bpf *self, struct live_snapshot *snapshot, size_t i, bool is_new)
{
    uint32_t at = g_array_index(self->order, uint32_t, i);
    const struct kern_pair *pair = &self->kern->pairs[at];
    struct live_pair now = pair_of(pair);
    struct kern_sum counted;
    kern_sum_place(self->kern, at, &counted);
    /* Nobody counts in a place that is free; whoever has taken it meanwhile is seen next time. */
    struct live_sum sum =
        now.from.kind ? difference(&counted, &pair->before) : (struct live_sum){0};
    if (is_new || now.life != snapshot->pairs[i].life || sum.packets != snapshot->sums[i].packets)
        kern_forget_saw(self->forget, at, sum.packets, snapshot->time_ns);
    snapshot->pairs[i] = now;
    snapshot->sums[i] = sum;
}

static void read_forgotten(const struct live_bpf *self, struct live_snapshot *snapshot)
{
    snapshot->forgotten = (struct live_sum){0};
    for (uint32_t i = 0; i < kern_taken(self->kern); i++) {
        struct live_sum before = sum_of(&self->kern->pairs[i].before);
        live_sum_add(&snapshot->forgotten, &before);
    }
}

static void read_pairs(struct live_bpf *self, struct live_snapshot *snapshot)
{
    kern_forget_before(self->forget);
    order_pairs(self);
    size_t n = self->order->len, before = snapshot->n_pairs;
    live_snapshot_reserve(snapshot, n);
    for (size_t i = 0; i < n; i++)
        read_pair(self, snapshot, i, i >= before);
    snapshot->n_pairs = n;
    read_forgotten(self, snapshot); /* not those that are in this snapshot for the last time */
    kern_forget_after(self->forget, snapshot->time_ns);
}

static void read_account(const struct live_bpf *self, struct live_snapshot *snapshot)
{
    const struct kern *kern = self->kern;
    struct kern_sum row;
    for (size_t reason = 0; reason < VTTIF_REASONS; reason++) {
        kern_sum_place(kern, kern->pair_slots + reason, &row);
        snapshot->filtered[reason] = sum_of(&row);
    }
    kern_sum_place(kern, kern->pair_slots + KERN_OTHER, &row);
    snapshot->other = sum_of(&row);
    kern_sum_place(kern, kern->pair_slots + KERN_UNDECODABLE, &row);
    snapshot->undecodable = row.packets;
}

static int64_t now_ns(const struct live *live)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* what bpf_ktime_get_ns gives */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool read_counters(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    struct live_bpf *self = self_of(live);
    if (snapshot->epoch != self->kern->meta->epoch)
        live_snapshot_clear(snapshot);
    snapshot->epoch = self->kern->meta->epoch;
    snapshot->time_ns = now_ns(live);
    read_pairs(self, snapshot);
    read_account(self, snapshot);
    snapshot->kernel_drops = 0;
    snapshot->lost_crossings = load(&self->kern->state->lost_crossings);
    snapshot->last_crossing_ns = (int64_t)load(&self->kern->state->last_crossing_ns);
    return true;
}

/* --- what may change -------------------------------------------------------------------------- */

static uint32_t quantum_for(const struct live_bpf *self, uint64_t byte_threshold)
{
    uint64_t share = byte_threshold / (KERN_QUANTUM_SHARE * self->kern->cpus);
    return byte_threshold == 0 ? QUANTUM_MAX : (uint32_t)CLAMP(share, 1, QUANTUM_MAX);
}

static bool set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                          GError **error)
{
    struct live_bpf *self = self_of(live);
    struct kern_config *config = self->kern->config;
    config->byte_threshold = 0; /* no stamps while things change */
    uint32_t n = kern_taken(self->kern);
    for (uint32_t i = 0; i < n; i++) {
        struct kern_pair *pair = &self->kern->pairs[i];
        pair->total = pair->stamp = pair->told = 0;
    }
    config->time_bound_ns = (uint64_t)time_bound_ns;
    config->quantum = quantum_for(self, byte_threshold);
    config->byte_threshold = byte_threshold;
    kern_renew(self->kern);
    return true;
}

static int compare_addresses(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct kern_address));
}

static struct kern_address address_of(const struct vttif_address *address)
{
    return (struct kern_address){
        .high = address->high, .low = address->low, .port = address->port, .kind = address->kind};
}

/* Takes away from the map what is not in the list. */
static void forget_others(int map, GArray *wanted)
{
    g_array_sort(wanted, compare_addresses);
    struct kern_address key, next;
    bool more = bpf_map_get_next_key(map, NULL, &next) == 0;
    while (more) {
        key = next;
        more = bpf_map_get_next_key(map, &key, &next) == 0;
        if (wanted->len == 0 ||
            !bsearch(&key, wanted->data, wanted->len, sizeof key, compare_addresses))
            bpf_map_delete_elem(map, &key);
    }
}

/* Puts all addresses into the map and appends them to the list. */
static bool put_hosts(int map, const struct vttif_hosts *hosts, GArray *put, GError **error)
{
    for (size_t i = 0; i < vttif_hosts_size(hosts); i++) {
        const struct vttif_host *host = vttif_hosts_get(hosts, i);
        for (size_t j = 0; j < host->n_addresses; j++) {
            struct kern_address address = address_of(&host->addresses[j]);
            uint32_t number = (uint32_t)i;
            g_array_append_val(put, address);
            if (bpf_map_update_elem(map, &address, &number, BPF_ANY) == 0)
                continue;
            g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                        "hosts file: more than %d addresses, or no memory (%s)", KERN_HOSTS_MAX,
                        g_strerror(errno));
            return false;
        }
    }
    return true;
}

static bool set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error)
{
    struct live_bpf *self = self_of(live);
    int map = kern_map_fd(self->kern, KERN_MAP_HOSTS);
    g_autoptr(GArray) wanted = g_array_new(false, false, sizeof(struct kern_address));
    if (hosts && !put_hosts(map, hosts, wanted, error))
        return false;
    forget_others(map, wanted);
    self->kern->config->only_hosts = hosts != NULL;
    kern_renew(self->kern);
    return true;
}

/* --- interfaces ------------------------------------------------------------------------------- */

static gssize find_watched(const struct live_bpf *self, int index)
{
    for (guint i = 0; i < self->watched->len; i++)
        if (g_array_index(self->watched, struct live_interface, i).index == index)
            return (gssize)i;
    return -1;
}

static bool watch(struct live *live, const struct live_interface *wanted, GError **error)
{
    struct live_bpf *self = self_of(live);
    struct live_interface interface = *wanted;
    interface.how = kern_hook_attach(self->kern, wanted, self->sent_only, self->no_tcx, error);
    interface.attached = interface.how != NULL;
    gssize at = find_watched(self, interface.index);
    if (at >= 0)
        g_array_remove_index(self->watched, (guint)at);
    if (interface.attached)
        g_array_append_val(self->watched, interface);
    return interface.attached;
}

static void unwatch(struct live *live, int index)
{
    struct live_bpf *self = self_of(live);
    gssize at = find_watched(self, index);
    kern_hook_detach(self->kern, index);
    if (at >= 0)
        g_array_remove_index(self->watched, (guint)at);
}

static void interface_came(void *context, const struct live_interface *interface)
{
    struct live_bpf *self = context;
    g_autoptr(GError) failure = NULL;
    struct live_interface now = *interface;
    now.attached = watch(&self->live, interface, &failure);
    gssize at = find_watched(self, interface->index);
    now.how = at < 0 ? NULL : g_array_index(self->watched, struct live_interface, at).how;
    live_tell_interface(&self->events, &now, failure);
}

static void interface_went(void *context, const struct live_interface *interface)
{
    struct live_bpf *self = context;
    struct live_interface now = *interface;
    unwatch(&self->live, interface->index);
    now.attached = false;
    live_tell_interface(&self->events, &now, NULL);
}

static const struct live_interface *list_watched(const struct live *live, size_t *n)
{
    const struct live_bpf *self = (const struct live_bpf *)live;
    *n = self->watched->len;
    return (const struct live_interface *)self->watched->data;
}

/* --- events ----------------------------------------------------------------------------------- */

static int take_crossing(void *context, void *data, size_t size)
{
    struct live_bpf *self = context;
    const struct kern_crossing *event = data;
    if (size < sizeof *event || event->pair >= self->kern->pair_slots)
        return 0;
    if (self->place_of[event->pair] == NO_INDEX)
        order_pairs(self);
    struct live_crossing crossing = {.pair = self->place_of[event->pair],
                                     .previous_ns = (int64_t)event->previous_ns,
                                     .time_ns = (int64_t)event->time_ns};
    if (crossing.pair != NO_INDEX && self->events.crossing)
        self->events.crossing(self->events.context, &crossing);
    return 0;
}

static int poll_fd(const struct live *live)
{
    return ((const struct live_bpf *)live)->poll;
}

static void dispatch(struct live *live)
{
    struct live_bpf *self = self_of(live);
    interfaces_dispatch(self->interfaces, &self->events);
    ring_buffer__consume(self->ring);
}

/* --- opening and closing ------------------------------------------------------------------------
 */

static void close_source(struct live *live)
{
    struct live_bpf *self = self_of(live);
    if (self->poll >= 0)
        close(self->poll);
    if (self->ring)
        ring_buffer__free(self->ring);
    interfaces_free(self->interfaces);
    kern_forget_free(self->forget);
    kern_close(self->kern);
    g_array_unref(self->watched);
    g_array_unref(self->order);
    g_free(self->place_of);
    g_free(self);
}

static const struct live_ops live_bpf_ops = {
    .name = "ebpf",
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

static bool poll_for(int poll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool open_events(struct live_bpf *self, GError **error)
{
    int crossings = kern_map_fd(self->kern, KERN_MAP_CROSSINGS);
    self->poll = epoll_create1(EPOLL_CLOEXEC);
    self->ring = ring_buffer__new(crossings, take_crossing, self, NULL);
    if (self->poll >= 0 && self->ring && poll_for(self->poll, ring_buffer__epoll_fd(self->ring)) &&
        poll_for(self->poll, interfaces_fd(self->interfaces)))
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "waiting for events: %s", g_strerror(errno));
    return false;
}

static bool configure(struct live_bpf *self, const struct live_config *config, GError **error)
{
    self->place_of = g_new(uint32_t, self->kern->pair_slots);
    memset(self->place_of, 0xff, self->kern->pair_slots * sizeof *self->place_of);
    self->forget = kern_forget_new(self->kern, config->idle_ns, now_ns(&self->live));
    int64_t gap = config->crossing_gap_ns ? config->crossing_gap_ns : LIVE_CROSSING_GAP_NS;
    self->kern->config->gap_ns = (uint64_t)gap;
    return live_check_time_bound(config->time_bound_ns, error) &&
           set_hosts(&self->live, config->hosts, error) &&
           set_threshold(&self->live, config->byte_threshold, config->time_bound_ns, error);
}

static bool open_interfaces(struct live_bpf *self, const struct live_config *config, GError **error)
{
    struct interfaces_calls calls = {interface_came, interface_went, self};
    self->interfaces = interfaces_new(config->rules, config->n_rules, &calls, error);
    return self->interfaces != NULL;
}

/* The first look at all interfaces: new programs take the place of a former process's. */
static bool start(struct live_bpf *self, GError **error)
{
    kern_hook_take_over(self->kern);
    if (!interfaces_look(self->interfaces, error))
        return false;
    kern_hook_detach_others(self->kern, (const struct live_interface *)self->watched->data,
                            self->watched->len);
    return true;
}

static bool check_config(const struct live_config *config, GError **error)
{
    if (config->max_pairs <= LIVE_PAIRS_MAX)
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT, "%zu pairs are more than %u",
                config->max_pairs, LIVE_PAIRS_MAX);
    return false;
}

struct live *live_bpf_open(const struct live_config *config, GError **error)
{
    if (!check_config(config, error))
        return NULL;
    struct live_bpf *self = g_new0(struct live_bpf, 1);
    self->live.ops = &live_bpf_ops;
    self->poll = -1;
    self->events = config->events;
    self->sent_only = config->sent_only;
    self->no_tcx = config->no_tcx;
    self->watched = g_array_new(false, false, sizeof(struct live_interface));
    self->order = g_array_new(false, false, sizeof(uint32_t));
    bool opened = open_interfaces(self, config, error) && (self->kern = kern_open(config, error)) &&
                  configure(self, config, error) && open_events(self, error) && start(self, error);
    if (opened)
        return &self->live;
    close_source(&self->live);
    return NULL;
}
