// SPDX-License-Identifier: Apache-2.0
/*
 * Pairs that have long been silent leave the kernel's table, so that others find a place. Not one
 * byte may get lost on the way, nor be counted for another pair, though no lock is taken and the
 * programs never stop:
 *
 *     a reading                                  what may still count for the place
 *     1  LEAVING; its key leaves `known`         programs that run, cached slots, new slots no more
 *     2  barrier; generations are raised         programs that run, with a slot of the generation
 *                                                before
 *     3  barrier; the last reading;              nothing
 *        place is FREE, and in the ring
 *
 * A barrier waits for every program that ran when it began. What comes for the pair after step 1
 * finds a place of its own, as if it were new; the monitor knows that it is the same pair. Sums are
 * never set back, as programs add to them: what a place has counted for its former pairs stays
 * beside it, in `before`. So whenever this process ends, the next one finds places that are LEAVING
 * and begins with them anew, or FREE ones that did not come into the ring.
 */
#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "source/kern.h"

/*
 * Pairs leave only while the table is over half full: until then totals can stay by name. What has
 * sent a few packets only does not push out who has sent more: those leave only while they
 * themselves take over half of the table. So a scan of spoofed addresses displaces itself, but
 * connections that have ended make room for new ones. Each time costs every CPU its cache, so there
 * have to be some: 1/WORTH_SHARE of the table.
 */
enum { FULL_SHARE = 2, WORTH_SHARE = 64 };

struct kern_forget {
    struct kern *kern;
    int64_t idle_ns;
    int64_t *active_ns; /* by place: when its pair was last seen to have counted */
    bool *many; /* by place: its pair has sent LIVE_MANY_PACKETS */
    GArray *leaving; /* uint32_t: places */
    enum { STEP_NONE, STEP_UNKNOWN, STEP_UNCACHED } step; /* that they have taken */
};

static struct kern_pair *pair_at(const struct kern_forget *forget, uint32_t place)
{
    return &forget->kern->pairs[place];
}

static uint64_t use_of(const struct kern_pair *pair)
{
    return __atomic_load_n(&pair->used, __ATOMIC_ACQUIRE);
}

/* Every program that runs now has ended when this returns; it takes some milliseconds. Where the
 * kernel has no such call, the second between two readings has to do. */
static void barrier(void)
{
    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* --- the steps -------------------------------------------------------------------------------- */

static void leave(struct kern_forget *forget, uint32_t place)
{
    struct kern_pair *pair = pair_at(forget, place);
    int known = kern_map_fd(forget->kern, KERN_MAP_KNOWN);
    uint32_t at;
    __atomic_store_n(&pair->used, KERN_LEAVING, __ATOMIC_RELEASE);
    /* not if a process that was killed has done so, and the pair has another place by now */
    if (bpf_map_lookup_elem(known, &pair->key, &at) == 0 && at == place)
        bpf_map_delete_elem(known, &pair->key);
    g_array_append_val(forget->leaving, place);
}

static void put_into_ring(const struct kern *kern, uint32_t place)
{
    uint64_t limit = kern->state->limit;
    kern->pairs[limit % kern->pair_slots].vacant = place;
    __atomic_store_n(&kern->state->limit, limit + 1, __ATOMIC_RELEASE);
}

static void give_away(struct kern_forget *forget, uint32_t place)
{
    struct kern_pair *pair = pair_at(forget, place);
    kern_sum_place(forget->kern, place, &pair->before);
    pair->total = pair->stamp = pair->told = 0;
    __atomic_store_n(&pair->life, pair->life + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&pair->used, KERN_FREE, __ATOMIC_RELEASE);
    put_into_ring(forget->kern, place);
}

static void give_all_away(struct kern_forget *forget)
{
    for (guint i = 0; i < forget->leaving->len; i++)
        give_away(forget, g_array_index(forget->leaving, uint32_t, i));
    g_array_set_size(forget->leaving, 0);
    forget->step = STEP_NONE;
    forget->kern->state->full = 0;
    kern_renew(forget->kern); /* who was counted as other may have a place now */
}

/* --- who leaves ------------------------------------------------------------------------------- */

static bool is_idle(const struct kern_forget *forget, uint32_t place, int64_t now_ns)
{
    return now_ns - forget->active_ns[place] >= forget->idle_ns;
}

static void choose(struct kern_forget *forget, int64_t now_ns)
{
    const struct kern *kern = forget->kern;
    uint32_t n = kern_taken(kern), used[2] = {0}, idle[2] = {0}; /* with few packets, with many */
    for (uint32_t i = 0; i < n; i++) {
        bool is_used = use_of(&kern->pairs[i]) == KERN_USED;
        used[forget->many[i]] += is_used;
        idle[forget->many[i]] += is_used && is_idle(forget, i, now_ns);
    }
    uint32_t half = kern->meta->max_pairs / FULL_SHARE;
    bool goes[2] = {used[false] + used[true] > half, used[true] > half};
    uint32_t all = (goes[false] ? idle[false] : 0) + (goes[true] ? idle[true] : 0);
    if (all <= (kern->state->full ? 0 : kern->meta->max_pairs / WORTH_SHARE))
        return;
    for (uint32_t i = 0; i < n; i++)
        if (goes[forget->many[i]] && use_of(&kern->pairs[i]) == KERN_USED &&
            is_idle(forget, i, now_ns))
            leave(forget, i);
    forget->step = STEP_UNKNOWN;
}

void kern_forget_before(struct kern_forget *forget)
{
    if (forget->step != STEP_NONE)
        barrier();
}

void kern_forget_after(struct kern_forget *forget, int64_t now_ns)
{
    switch (forget->step) {
    case STEP_NONE:
        if (forget->idle_ns > 0)
            choose(forget, now_ns);
        break;
    case STEP_UNKNOWN:
        kern_renew(forget->kern);
        forget->step = STEP_UNCACHED;
        break;
    case STEP_UNCACHED:
        give_all_away(forget);
        break;
    }
}

void kern_forget_saw(struct kern_forget *forget, uint32_t place, uint64_t packets, int64_t now_ns)
{
    forget->active_ns[place] = now_ns;
    forget->many[place] = packets >= LIVE_MANY_PACKETS;
}

/* --- what a former process left --------------------------------------------------------------- */

static bool is_spare(const struct kern *kern, uint32_t place)
{
    for (size_t cpu = 0; cpu < kern->cpus; cpu++)
        if (__atomic_load_n(&kern_cpu_part(kern, cpu)->spare, __ATOMIC_ACQUIRE) == place + 1)
            return true;
    return false;
}

/* Places that are neither used nor to be had: bit i of the result, to be freed. */
static bool *find_lost(const struct kern *kern, uint32_t n)
{
    bool *lost = g_new0(bool, kern->pair_slots);
    uint64_t limit = kern->state->limit;
    for (uint32_t i = 0; i < n; i++)
        lost[i] = use_of(&kern->pairs[i]) == KERN_FREE && !is_spare(kern, i);
    /* what the programs took meanwhile is looked at again behind the barrier */
    for (uint64_t i = __atomic_load_n(&kern->state->next, __ATOMIC_ACQUIRE); i < limit; i++)
        lost[kern->pairs[i % kern->pair_slots].vacant] = false;
    return lost;
}

static void recover(struct kern_forget *forget)
{
    struct kern *kern = forget->kern;
    uint32_t n = kern_taken(kern);
    g_autofree bool *lost = find_lost(kern, n);
    barrier(); /* a program that was taking one has now put it to use, or by as a spare */
    for (uint32_t i = 0; i < n; i++) {
        if (use_of(&kern->pairs[i]) == KERN_LEAVING)
            leave(forget, i);
        else if (lost[i] && !is_spare(kern, i) && use_of(&kern->pairs[i]) == KERN_FREE)
            put_into_ring(kern, i);
    }
    if (forget->leaving->len > 0)
        forget->step = STEP_UNKNOWN;
}

struct kern_forget *kern_forget_new(struct kern *kern, int64_t idle_ns, int64_t now_ns)
{
    struct kern_forget *forget = g_new0(struct kern_forget, 1);
    forget->kern = kern;
    forget->idle_ns = idle_ns;
    forget->leaving = g_array_new(false, false, sizeof(uint32_t));
    forget->many = g_new0(bool, kern->pair_slots);
    forget->active_ns = g_new(int64_t, kern->pair_slots);
    for (size_t i = 0; i < kern->pair_slots; i++)
        forget->active_ns[i] = now_ns;
    if (kern->found)
        recover(forget);
    return forget;
}

void kern_forget_free(struct kern_forget *forget)
{
    if (!forget)
        return;
    g_array_unref(forget->leaving);
    g_free(forget->active_ns);
    g_free(forget->many);
    g_free(forget);
}
