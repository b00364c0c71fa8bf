// SPDX-License-Identifier: Apache-2.0
#include "tally/owner.h"

/* Frames that an address sent or received. */
struct presence {
    struct vttif_address address;
    uint64_t frames;
};

static int compare_presence(gconstpointer a, gconstpointer b)
{
    return vttif_address_compare(&((const struct presence *)a)->address,
                                 &((const struct presence *)b)->address);
}

static void add_presence(GArray *list, struct vttif_address address, uint64_t frames)
{
    struct presence presence = {address, frames};
    presence.address.port = 0;
    if (!vttif_address_is_multicast(&address))
        g_array_append_val(list, presence);
}

/* One entry a pair and side, and how many frames there are in all. Frames whose addresses are of
 * another kind than the tally's (ARP, when counting by IP) say nothing about an IP address. */
static GArray *list_presences(const struct vttif_tally *tally, uint64_t *frames)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct presence));
    bool by_mac = tally->options.key == VTTIF_KEY_MAC;
    *frames = 0;
    for (const struct pair *pair = pairs_next(&tally->pairs, NULL); pair;
         pair = pairs_next(&tally->pairs, pair)) {
        struct vttif_address src = pair_src(&pair->key), dst = pair_dst(&pair->key);
        if ((src.kind == VTTIF_ADDRESS_MAC) != by_mac || src.kind == VTTIF_ADDRESS_NONE ||
            vttif_address_is_multicast(&dst))
            continue;
        add_presence(list, src, pair->frames);
        if (vttif_address_compare(&src, &dst) != 0)
            add_presence(list, dst, pair->frames);
        *frames += pair->frames;
    }
    return list;
}

/* The address with the most frames, the lowest of several; false if there is none. */
static bool most_present(GArray *list, struct presence *most)
{
    g_array_sort(list, compare_presence);
    *most = (struct presence){.frames = 0};
    for (guint i = 0; i < list->len;) {
        struct presence sum = g_array_index(list, struct presence, i);
        for (i++; i < list->len; i++) {
            const struct presence *next = &g_array_index(list, struct presence, i);
            if (compare_presence(&sum, next) != 0)
                break;
            sum.frames += next->frames;
        }
        if (sum.frames > most->frames)
            *most = sum;
    }
    return most->frames > 0;
}

void owner_find(const struct vttif_capture *capture, const struct vttif_hosts *hosts,
                struct owner *owner)
{
    *owner = (struct owner){.addresses = capture->addresses, .n_addresses = capture->n_addresses};
    if (owner->n_addresses > 0)
        return;
    uint64_t frames;
    struct presence most;
    g_autoptr(GArray) list = list_presences(capture->tally, &frames);
    if (!most_present(list, &most) || (double)most.frames < OWNER_SHARE * (double)frames)
        return;
    gssize host = hosts ? vttif_hosts_find_address(hosts, &most.address) : -1;
    owner->found = most.address;
    owner->addresses = host < 0 ? &owner->found : vttif_hosts_get(hosts, (size_t)host)->addresses;
    owner->n_addresses = host < 0 ? 1 : vttif_hosts_get(hosts, (size_t)host)->n_addresses;
}

bool owner_has(const struct owner *owner, const struct vttif_address *address)
{
    for (size_t i = 0; i < owner->n_addresses; i++) {
        struct vttif_address own = owner->addresses[i];
        own.port = address->port;
        if (vttif_address_compare(&own, address) == 0)
            return true;
    }
    return false;
}

bool owner_same(const struct owner *a, const struct owner *b)
{
    if (a->n_addresses == 0 || b->n_addresses == 0)
        return a->n_addresses == b->n_addresses;
    for (size_t i = 0; i < a->n_addresses; i++)
        if (owner_has(b, &a->addresses[i]))
            return true;
    return false;
}
