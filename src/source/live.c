// SPDX-License-Identifier: Apache-2.0
#include "source/live.h"

#include "source/interfaces.h"
#include <string.h>

void live_tell_interface(const struct live_events *events, const struct live_interface *interface,
                         const GError *failure)
{
    if (events->interface)
        events->interface(events->context, interface, failure);
}

void live_snapshot_reserve(struct live_snapshot *snapshot, size_t n_pairs)
{
    snapshot->pairs = g_renew(struct live_pair, snapshot->pairs, n_pairs);
    snapshot->sums = g_renew(struct live_sum, snapshot->sums, n_pairs);
}

void live_snapshot_clear(struct live_snapshot *snapshot)
{
    g_free(snapshot->pairs);
    g_free(snapshot->sums);
    *snapshot = (struct live_snapshot){0};
}

struct live_sum live_sum_of(const struct vttif_frame *frame)
{
    if (frame->kind != VTTIF_FRAME_IP)
        return (struct live_sum){.frame_bytes = frame->frame_bytes, .packets = 1};
    return (struct live_sum){frame->frame_bytes, frame->ip_bytes, frame->payload_bytes,
                             frame->segments};
}

void live_sum_add(struct live_sum *sum, const struct live_sum *more)
{
    sum->frame_bytes += more->frame_bytes;
    sum->ip_bytes += more->ip_bytes;
    sum->payload_bytes += more->payload_bytes;
    sum->packets += more->packets;
}

int live_fd(const struct live *live)
{
    return live->ops->fd(live);
}

void live_dispatch(struct live *live)
{
    live->ops->dispatch(live);
}

int64_t live_now_ns(const struct live *live)
{
    return live->ops->now_ns(live);
}

bool live_read(struct live *live, struct live_snapshot *snapshot, GError **error)
{
    return live->ops->read(live, snapshot, error);
}

bool live_check_time_bound(int64_t time_bound_ns, GError **error)
{
    if (time_bound_ns < 0)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "a time bound cannot be negative");
    return time_bound_ns >= 0;
}

bool live_set_threshold(struct live *live, uint64_t byte_threshold, int64_t time_bound_ns,
                        GError **error)
{
    return live_check_time_bound(time_bound_ns, error) &&
           live->ops->set_threshold(live, byte_threshold, time_bound_ns, error);
}

bool live_set_hosts(struct live *live, const struct vttif_hosts *hosts, GError **error)
{
    return live->ops->set_hosts(live, hosts, error);
}

static bool fail_without_interfaces(const struct live *live, GError **error)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "a source of kind %s has no interfaces",
                live->ops->name);
    return false;
}

bool live_attach(struct live *live, const char *name, enum live_side side, GError **error)
{
    struct live_interface found;
    if (!live->ops->watch)
        return fail_without_interfaces(live, error);
    return interfaces_find(name, side, &found, error) && live->ops->watch(live, &found, error);
}

bool live_detach(struct live *live, const char *name, GError **error)
{
    size_t n;
    if (!live->ops->unwatch)
        return fail_without_interfaces(live, error);
    const struct live_interface *watched = live_interfaces(live, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(watched[i].name, name) == 0) {
            live->ops->unwatch(live, watched[i].index);
            return true;
        }
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "interface '%s' is not watched", name);
    return false;
}

const struct live_interface *live_interfaces(const struct live *live, size_t *n)
{
    *n = 0;
    return live->ops->interfaces ? live->ops->interfaces(live, n) : NULL;
}

void live_close(struct live *live)
{
    if (live)
        live->ops->close(live);
}

bool live_is_played(const struct live *live)
{
    return live->ops->play != NULL;
}

int64_t live_play(struct live *live, int64_t until_ns)
{
    return live->ops->play(live, until_ns);
}

int64_t live_next_ns(const struct live *live)
{
    return live->ops->next_ns(live);
}
