// SPDX-License-Identifier: Apache-2.0
#include "matrix/trigger.h"

static const char *const state_names[] = {
    [TRIGGER_IDLE] = "idle",
    [TRIGGER_ACTIVE] = "active",
    [TRIGGER_FADING] = "fading",
};
static const char *const alert_names[] = {
    [TRIGGER_NONE] = "none",
    [TRIGGER_SUSTAINED] = "sustained",
    [TRIGGER_QUIET] = "quiet",
};

const char *trigger_state_name(enum trigger_state state)
{
    return state_names[state];
}

const char *trigger_alert_name(enum trigger_alert alert)
{
    return alert_names[alert];
}

bool rate_stamp_add(struct rate_stamp *stamp, const struct trigger_options *options, uint64_t bytes,
                    int64_t now_ns)
{
    stamp->bytes += bytes;
    if (stamp->bytes < options->byte_threshold)
        return false;
    stamp->bytes %= options->byte_threshold;
    bool crossing = stamp->last_ns && now_ns - stamp->last_ns < options->time_bound_ns;
    stamp->last_ns = now_ns;
    return crossing;
}

/* When the rate is below the threshold, if no crossing follows the last one. */
static int64_t fall_ns(const struct trigger *trigger)
{
    return trigger->crossing_ns + trigger->options.time_bound_ns;
}

/* When the rate has been sustained, unless that was told of. A dip may have lasted over it. */
static int64_t sustained_ns(const struct trigger *trigger)
{
    return trigger->told ? INT64_MAX
                         : MAX(trigger->since_ns + trigger->options.tmax_ns, trigger->crossing_ns);
}

bool trigger_cross(struct trigger *trigger, int64_t time_ns)
{
    bool begins = trigger->state == TRIGGER_IDLE;
    trigger->state = TRIGGER_ACTIVE;
    trigger->crossing_ns = begins ? time_ns : MAX(trigger->crossing_ns, time_ns);
    if (begins) {
        trigger->since_ns = time_ns;
        trigger->told = false;
    }
    return begins;
}

int64_t trigger_due_ns(const struct trigger *trigger)
{
    switch (trigger->state) {
    case TRIGGER_ACTIVE:
        return MIN(sustained_ns(trigger), fall_ns(trigger));
    case TRIGGER_FADING:
        return fall_ns(trigger) + trigger->options.twait_ns;
    case TRIGGER_IDLE:
        break;
    }
    return INT64_MAX;
}

enum trigger_alert trigger_next(struct trigger *trigger, int64_t now_ns, int64_t *time_ns)
{
    while (trigger_due_ns(trigger) <= now_ns) {
        *time_ns = trigger_due_ns(trigger);
        if (trigger->state == TRIGGER_FADING) {
            trigger->state = TRIGGER_IDLE;
            return TRIGGER_QUIET;
        }
        if (sustained_ns(trigger) <= fall_ns(trigger)) {
            trigger->told = true;
            return TRIGGER_SUSTAINED;
        }
        trigger->state = TRIGGER_FADING;
    }
    return TRIGGER_NONE;
}
