// SPDX-License-Identifier: Apache-2.0
#include "tally/lane.h"

void lane_init(struct lane *lane, const struct vttif_tally_options *options)
{
    lane->open = options->key == VTTIF_KEY_IP && !options->match;
    lane->count = options->count;
    lane->longest = options->mtu ? options->mtu : VTTIF_MTU_DEFAULT;
    memcpy(lane->near, service_buckets, sizeof lane->near);
    for (size_t i = 0; i < options->launcher.n; i++)
        for (unsigned at = SERVICE_BUCKET(options->launcher.ranges[i].first);
             at <= SERVICE_BUCKET(options->launcher.ranges[i].last); at++)
            lane->near[at] = 1;
    lane->span = (struct span){G_MAXINT64, G_MININT64};
}

struct pair_key lane_key(const struct lane_slot *slot)
{
    uint64_t both = be64((const uint8_t *)&slot->addresses);
    struct vttif_address src = {.low = both >> 32, .kind = VTTIF_ADDRESS_IPV4};
    struct vttif_address dst = {.low = both & 0xffffffff, .kind = VTTIF_ADDRESS_IPV4};
    return pair_key(&src, &dst, VTTIF_REASON_KEEP, false);
}
