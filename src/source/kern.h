// SPDX-License-Identifier: Apache-2.0
/*
 * The programs and maps of src/bpf, loaded into the kernel: made for a configuration, pinned under
 * a directory of a bpffs if there is one, and found again there. How the counters are read, and
 * what is attached where, is live_bpf.c's work.
 *
 *     /sys/fs/bpf/vttif/  meta config state pairs sums cpus known fragments watched
 *                         hosts crossings stages        the maps, by their names
 *                         link-INDEX-in, link-INDEX-out what tcx runs at an interface's hooks
 */
#ifndef SOURCE_KERN_H
#define SOURCE_KERN_H

#include "bpf/shared.h"
#include "source/live.h"

struct count_bpf;
struct kern_forget;

enum kern_direction { KERN_IN, KERN_OUT };

/* A program at a hook: a tcx link, or with fd -1 a filter of clsact. */
struct kern_link {
    int index; /* of the interface */
    enum kern_direction direction;
    int fd;
};

struct kern {
    struct count_bpf *programs;
    char *pin; /* or NULL */
    int lock; /* the directory, locked; -1 */
    size_t pair_slots, stride, shards, cpus;
    /* maps, mapped into memory */
    struct kern_meta *meta;
    struct kern_config *config;
    struct kern_state *state;
    struct kern_pair *pairs;
    struct kern_sum *sums; /* shards of stride: pair_slots, then KERN_ROWS */
    uint8_t *cpu_parts; /* struct kern_cpu at each CPU's beginning */
    size_t cpu_bytes;
    bool found; /* the counters were there already */
    int filter_fds[KERN_HOOKS]; /* the user's filter before each hook; -1: none */
    GArray *links; /* struct kern_link: what we have attached or found attached */
};

/* Loads and pins. Errors: see live_bpf_open. */
struct kern *kern_open(const struct live_config *config, GError **error);
/* Lets go of programs and maps; what is pinned or attached stays. */
void kern_close(struct kern *kern);

/* What is behind a source of live_bpf_open; the source's. For tests. */
struct kern *live_bpf_kern(struct live *live);

enum kern_map {
    KERN_MAP_WATCHED,
    KERN_MAP_HOSTS,
    KERN_MAP_CROSSINGS,
    KERN_MAP_STAGES,
    KERN_MAP_KNOWN
};
int kern_map_fd(const struct kern *kern, enum kern_map map);
/* The program for a hook, behind the user's filter if there is one. */
int kern_program_fd(const struct kern *kern, enum kern_hook hook);
/* The program itself; rejected: as the filter runs it for what it does not match. */
int kern_stage_fd(const struct kern *kern, enum kern_hook hook, bool rejected);

/* Places that have been taken by a pair at least once are below this. */
uint32_t kern_taken(const struct kern *kern);
/* What all CPUs have counted in a place, for whatever pairs. */
void kern_sum_place(const struct kern *kern, size_t place, struct kern_sum *sum);
/* Everything that CPUs have cached is worked out again. */
void kern_renew(const struct kern *kern);

static inline struct kern_cpu *kern_cpu_part(const struct kern *kern, size_t cpu)
{
    return (struct kern_cpu *)(void *)(kern->cpu_parts + cpu * kern->cpu_bytes);
}

/* pin/NAME, to be freed. */
char *kern_path(const char *pin, const char *name);

/* --- filter: kern_filter.c ------------------------------------------------------------------ */

/* Makes kern->filter_fds from a pcap-filter(7) expression. */
bool kern_filter_load(struct kern *kern, const char *expression, GError **error);

/* --- pairs that leave: kern_forget.c -------------------------------------------------------- */

/* idle_ns 0: none leave, but for those that were about to when a former process ended. */
struct kern_forget *kern_forget_new(struct kern *kern, int64_t idle_ns, int64_t now_ns);
void kern_forget_free(struct kern_forget *forget);
/* Around each reading of the pairs. What the reading finds of one that leaves for good is its last;
 * it is FREE then. May wait for some milliseconds. */
void kern_forget_before(struct kern_forget *forget);
void kern_forget_after(struct kern_forget *forget, int64_t now_ns);
/* The pair at that place has counted since the last reading, these packets in all. */
void kern_forget_saw(struct kern_forget *forget, uint32_t place, uint64_t packets, int64_t now_ns);

/* --- hooks: kern_hook.c --------------------------------------------------------------------- */

/* Attaches the programs for an interface and its side, or puts them in the place of those that are
 * there. Without a gap: what passes meanwhile is counted by one or the other. Returns how ("tcx" or
 * "clsact"), or NULL. */
const char *kern_hook_attach(struct kern *kern, const struct live_interface *interface,
                             bool sent_only, bool no_tcx, GError **error);
/* Also for an interface that is gone. */
void kern_hook_detach(struct kern *kern, int index);
/* Finds what a former process left attached. kern_hook_attach then puts new programs in its place,
 * and kern_hook_detach_others takes away what is at interfaces that are not watched any longer. */
void kern_hook_take_over(struct kern *kern);
void kern_hook_detach_others(struct kern *kern, const struct live_interface *kept, size_t n);
/* Lets go of what is attached; what is pinned stays, and filters of clsact if there is a pin. */
void kern_hook_release(struct kern *kern);
/* All that belongs to a pin directory (or NULL: to processes without), wherever it is. */
void kern_hook_clear(const char *pin);

#endif
