// SPDX-License-Identifier: Apache-2.0
#include "source/kern.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/random.h"
#include "count.skel.h"

/* More CPUs than this share copies of the counters, and add to them atomically. */
#define SHARDS_MAX 16u

/* What the programs take for granted. */
static_assert((int)KERN_KEEP == VTTIF_REASON_KEEP && (int)KERN_ARP == VTTIF_REASON_ARP &&
                  (int)KERN_NON_IP == VTTIF_REASON_NON_IP && (int)KERN_ICMP == VTTIF_REASON_ICMP &&
                  (int)KERN_GROUP == VTTIF_REASON_GROUP &&
                  (int)KERN_LOOPBACK == VTTIF_REASON_LOOPBACK &&
                  (int)KERN_LAUNCHER == VTTIF_REASON_LAUNCHER &&
                  (int)KERN_EXPRESSION == VTTIF_REASON_EXPRESSION &&
                  (int)KERN_STRANGER == VTTIF_REASON_STRANGER &&
                  (int)KERN_SELF == VTTIF_REASON_SELF && (int)KERN_OTHER >= VTTIF_REASONS,
              "bpf/shared.h numbers reasons as filter.h does");
static_assert(VTTIF_KEY_IP == 0 && VTTIF_KEY_MAC == 1 && VTTIF_KEY_PORT == 2,
              "bpf/maps.h numbers keys as tally.h does");
static_assert(VTTIF_COUNT_FRAME == 1 && VTTIF_COUNT_IP == 2 && VTTIF_COUNT_PAYLOAD == 3,
              "bpf/maps.h numbers counts as matrix.h does");
static_assert(VTTIF_ADDRESS_MAC == 1 && VTTIF_ADDRESS_IPV4 == 2 && VTTIF_ADDRESS_IPV6 == 3,
              "bpf/maps.h numbers kinds of addresses as endpoint.h does");
static_assert(LIVE_SENT == 0 && LIVE_RECEIVED == 1, "bpf/count.bpf.c numbers places so");

char *kern_path(const char *pin, const char *name)
{
    return g_strdup_printf("%s/%s", pin, name);
}

/* --- errors --------------------------------------------------------------------------------- */

/* What libbpf has to say: the verifier's reasons, mostly. A hook without a filter is no news. */
static int log_to_debug(enum libbpf_print_level level, const char *format, va_list arguments)
{
    if (level == LIBBPF_DEBUG || strstr(format, "Kernel error message"))
        return 0;
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    g_debug("%s", g_strchomp(text));
    return 0;
}

/* What this process lacks of what loading takes, such as "CAP_BPF, CAP_PERFMON"; to be freed. */
static char *missing_capabilities(void)
{
    static const struct {
        unsigned number;
        const char *name;
    } needed[] = {
        {CAP_NET_ADMIN, "CAP_NET_ADMIN"},
        {CAP_PERFMON, "CAP_PERFMON"}, /* pointers in numbers, which verifiers else refuse */
        {CAP_BPF, "CAP_BPF"}};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
    g_autoptr(GString) missing = g_string_new(NULL);
    if (syscall(SYS_capget, &header, sets) != 0)
        return g_strdup("");
    uint64_t mine = (uint64_t)sets[1].effective << 32 | sets[0].effective;
    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!(mine >> needed[i].number & 1) &&
            (needed[i].number == CAP_NET_ADMIN || !(mine >> CAP_SYS_ADMIN & 1)))
            g_string_append_printf(missing, "%s%s", missing->len ? ", " : "", needed[i].name);
    return g_string_free(g_steal_pointer(&missing), FALSE);
}

static void fail_load(int cause, GError **error)
{
    g_autofree char *missing = missing_capabilities();
    if (cause == EPERM || (cause == EACCES && *missing))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION,
                    "the kernel does not let us load eBPF programs (%s%s): run as root, or with "
                    "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON",
                    *missing ? "not here: " : "a container or a security module may forbid it",
                    missing);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "this kernel does not take our eBPF programs (%s): use the AF_PACKET source",
                    g_strerror(cause));
}

/* --- the pin directory ---------------------------------------------------------------------- */

static bool is_bpffs(const char *path)
{
    struct statfs fs;
    return statfs(path, &fs) == 0 && (uint32_t)fs.f_type == BPF_FS_MAGIC;
}

static bool make_pin(const char *pin, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(pin);
    if (!is_bpffs(parent)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "%s is not in a BPF file system: `mount -t bpf bpf /sys/fs/bpf`, or count "
                    "without pinning",
                    pin);
        return false;
    }
    if (mkdir(pin, 0700) == 0 || errno == EEXIST)
        return true;
    g_set_error(error, VTTIF_ERROR,
                errno == EACCES || errno == EPERM ? VTTIF_ERROR_PERMISSION : VTTIF_ERROR_IO,
                "%s: %s", pin, g_strerror(errno));
    return false;
}

/* One process at a time. Returns the lock or -1. */
static int lock_pin(const char *pin, GError **error)
{
    int fd = open(pin, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "another process counts with %s: give this one a directory of its own", pin);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", pin, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static void empty_pin(const char *pin)
{
    g_autoptr(GDir) dir = g_dir_open(pin, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = kern_path(pin, name);
        unlink(path);
    }
}

bool live_bpf_remove(const char *pin, GError **error)
{
    if (access(pin, F_OK) != 0)
        return true;
    libbpf_set_print(log_to_debug);
    int lock = lock_pin(pin, error);
    if (lock < 0)
        return false;
    kern_hook_clear(pin);
    empty_pin(pin);
    bool removed = rmdir(pin) == 0;
    if (!removed)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", pin, g_strerror(errno));
    close(lock);
    return removed;
}

/* --- what the maps are made for --------------------------------------------------------------- */

static struct kern_meta meta_for(const struct live_config *config)
{
    int n = libbpf_num_possible_cpus();
    unsigned cpus = n > 0 ? (unsigned)n : 1;
    uint32_t max_pairs = (uint32_t)(config->max_pairs ? config->max_pairs : LIVE_PAIRS_DEFAULT);
    return (struct kern_meta){
        .magic = KERN_MAGIC,
        .epoch = random_64(),
        .layout = KERN_LAYOUT,
        .key = config->key,
        .max_pairs = max_pairs,
        .slots = max_pairs + cpus,
        .cpus = cpus,
        .shards = MIN(cpus, SHARDS_MAX),
        .vxlan = config->vxlan,
    };
}

static const char *key_name(uint32_t key)
{
    return key == VTTIF_KEY_MAC ? "mac" : key == VTTIF_KEY_PORT ? "port" : "ip";
}

/* Why counters that were made for `is` cannot be gone on with as `wanted`, to be freed; or NULL. */
static char *difference(const struct kern_meta *is, const struct kern_meta *wanted)
{
    if (is->layout != wanted->layout)
        return g_strdup_printf("another version of vttif (layout %u, this one has %u)", is->layout,
                               wanted->layout);
    if (is->key != wanted->key)
        return g_strdup_printf("endpoints by %s, not by %s", key_name(is->key),
                               key_name(wanted->key));
    if (is->max_pairs != wanted->max_pairs)
        return g_strdup_printf("%u pairs, not %u", is->max_pairs, wanted->max_pairs);
    if (is->vxlan != wanted->vxlan)
        return g_strdup(is->vxlan ? "the frames inside VXLAN" : "the frames around VXLAN");
    if (is->cpus != wanted->cpus)
        return g_strdup_printf("%u processors, not %u", is->cpus, wanted->cpus);
    return NULL;
}

/* Whether there are counters at pin; *meta gets what they were made for. */
static bool read_meta(const char *pin, struct kern_meta *meta)
{
    g_autofree char *path = kern_path(pin, "meta");
    int fd = bpf_obj_get(path);
    struct bpf_map_info info = {0};
    uint32_t size = sizeof info, zero = 0;
    char value[4096] = {0};
    if (fd < 0)
        return false;
    /* another version's may be longer or shorter; magic and layout stay where they are */
    bool read = bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.value_size <= sizeof value &&
                bpf_map_lookup_elem(fd, &zero, value) == 0;
    memcpy(meta, value, sizeof *meta);
    close(fd);
    return read && meta->magic == KERN_MAGIC;
}

/* Finds what is at pin: to be gone on with (*found), thrown away, or refused. */
static bool check_pin(const struct live_config *config, const struct kern_meta *wanted, bool *found,
                      GError **error)
{
    struct kern_meta is;
    *found = read_meta(config->pin, &is);
    g_autofree char *why = *found ? difference(&is, wanted) : NULL;
    if (*found && !why)
        return true;
    if (*found && !config->discard) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "the counters at %s are of %s: start with what they were made for, or throw "
                    "them away (discard = yes in [source], or vttifd --remove-pinned %s)",
                    config->pin, why, config->pin);
        return false;
    }
    *found = false;
    kern_hook_clear(config->pin);
    empty_pin(config->pin);
    return true;
}

/* --- loading ---------------------------------------------------------------------------------- */

static void set_services(struct count_bpf *programs, const struct vttif_ports *launcher)
{
    struct vttif_frame frame = {.kind = VTTIF_FRAME_IP, .has_ports = true};
    frame.src.kind = frame.dst.kind = VTTIF_ADDRESS_IPV4;
    for (uint32_t i = 0; i < 2 * 65536; i++) {
        frame.protocol = i < 65536 ? 6 : 17;
        frame.dst.port = (uint16_t)i;
        enum vttif_reason reason = vttif_filter_classify(&frame, launcher);
        programs->rodata->service_reason[i] = (uint8_t)reason;
        if (reason != VTTIF_REASON_KEEP)
            programs->rodata->service_near |= UINT64_C(1) << ((i & 0xffff) >> 10);
    }
}

static void set_constants(struct count_bpf *programs, const struct live_config *config,
                          const struct kern_meta *meta)
{
    programs->rodata->key_mode = config->key;
    programs->rodata->count_mode = config->count;
    programs->rodata->keep = config->keep;
    programs->rodata->vxlan = config->vxlan;
    programs->rodata->n_slots = meta->slots;
    programs->rodata->atomically = meta->shards < meta->cpus;
    set_services(programs, &config->launcher);
}

static void set_sizes(struct count_bpf *programs, const struct kern_meta *meta)
{
    bpf_map__set_max_entries(programs->maps.pairs, meta->slots);
    bpf_map__set_max_entries(programs->maps.sums, (meta->slots + KERN_ROWS) * meta->shards);
    bpf_map__set_max_entries(programs->maps.cpus, meta->cpus);
    bpf_map__set_max_entries(programs->maps.known, meta->max_pairs);
}

static void set_pins(struct count_bpf *programs, const char *pin)
{
    struct bpf_map *map;
    bpf_object__for_each_map(map, programs->obj)
    {
        if (bpf_map__is_internal(map))
            continue;
        g_autofree char *path = kern_path(pin, bpf_map__name(map));
        bpf_map__set_pin_path(map, path);
    }
}

static struct count_bpf *load(const struct live_config *config, const struct kern_meta *meta,
                              GError **error)
{
    struct count_bpf *programs = count_bpf__open();
    if (!programs) {
        fail_load(errno, error);
        return NULL;
    }
    set_constants(programs, config, meta);
    set_sizes(programs, meta);
    if (config->pin)
        set_pins(programs, config->pin);
    int failed = count_bpf__load(programs);
    if (failed == 0)
        return programs;
    fail_load(-failed, error);
    count_bpf__destroy(programs);
    return NULL;
}

/* --- memory ----------------------------------------------------------------------------------- */

static size_t mapped_bytes(const struct bpf_map *map)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t each = (bpf_map__value_size(map) + 7u) / 8 * 8;
    size_t bytes = (size_t)bpf_map__max_entries(map) * each;
    return (bytes + page - 1) / page * page;
}

static void *map_memory(const struct bpf_map *map, bool *whole, GError **error)
{
    void *memory =
        mmap(NULL, mapped_bytes(map), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (memory != MAP_FAILED)
        return memory;
    if (*whole)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "mapping the counters: %s",
                    g_strerror(errno));
    *whole = false;
    return NULL;
}

static bool map_all(struct kern *kern, GError **error)
{
    struct count_bpf *programs = kern->programs;
    bool whole = true;
    kern->meta = map_memory(programs->maps.meta, &whole, error);
    kern->config = map_memory(programs->maps.config, &whole, error);
    kern->state = map_memory(programs->maps.state, &whole, error);
    kern->pairs = map_memory(programs->maps.pairs, &whole, error);
    kern->sums = map_memory(programs->maps.sums, &whole, error);
    kern->cpu_parts = map_memory(programs->maps.cpus, &whole, error);
    kern->cpu_bytes = (bpf_map__value_size(programs->maps.cpus) + 7u) / 8 * 8;
    return whole;
}

static void unmap(const struct bpf_map *map, void *memory)
{
    if (memory)
        munmap(memory, mapped_bytes(map));
}

static void unmap_all(struct kern *kern)
{
    struct count_bpf *programs = kern->programs;
    unmap(programs->maps.meta, kern->meta);
    unmap(programs->maps.config, kern->config);
    unmap(programs->maps.state, kern->state);
    unmap(programs->maps.pairs, kern->pairs);
    unmap(programs->maps.sums, kern->sums);
    unmap(programs->maps.cpus, kern->cpu_parts);
}

/* --- programs and maps ------------------------------------------------------------------------ */

int kern_map_fd(const struct kern *kern, enum kern_map map)
{
    const struct bpf_map *const maps[] = {
        [KERN_MAP_WATCHED] = kern->programs->maps.watched,
        [KERN_MAP_HOSTS] = kern->programs->maps.hosts,
        [KERN_MAP_CROSSINGS] = kern->programs->maps.crossings,
        [KERN_MAP_STAGES] = kern->programs->maps.stages,
        [KERN_MAP_KNOWN] = kern->programs->maps.known,
    };
    return bpf_map__fd(maps[map]);
}

int kern_stage_fd(const struct kern *kern, enum kern_hook hook, bool rejected)
{
    const struct count_bpf *p = kern->programs;
    const struct bpf_program *const stages[] = {
        [KERN_IN_PORT] = p->progs.in_port,
        [KERN_IN_HOST] = p->progs.in_host,
        [KERN_OUT_PORT] = p->progs.out_port,
        [KERN_OUT_HOST] = p->progs.out_host,
        [KERN_HOOKS + KERN_IN_PORT] = p->progs.in_port_rejected,
        [KERN_HOOKS + KERN_IN_HOST] = p->progs.in_host_rejected,
        [KERN_HOOKS + KERN_OUT_PORT] = p->progs.out_port_rejected,
        [KERN_HOOKS + KERN_OUT_HOST] = p->progs.out_host_rejected,
    };
    static_assert(G_N_ELEMENTS(stages) == KERN_STAGES, "a stage without a program");
    return bpf_program__fd(stages[rejected ? KERN_HOOKS + hook : hook]);
}

int kern_program_fd(const struct kern *kern, enum kern_hook hook)
{
    return kern->filter_fds[hook] >= 0 ? kern->filter_fds[hook] : kern_stage_fd(kern, hook, false);
}

/* --- counters --------------------------------------------------------------------------------- */

uint32_t kern_taken(const struct kern *kern)
{
    uint64_t next = __atomic_load_n(&kern->state->next, __ATOMIC_ACQUIRE);
    return (uint32_t)MIN(next, kern->pair_slots);
}

static uint64_t load_counter(const __u64 *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void kern_sum_place(const struct kern *kern, size_t place, struct kern_sum *sum)
{
    *sum = (struct kern_sum){0};
    for (size_t shard = 0; shard < kern->shards; shard++) {
        const struct kern_sum *part = &kern->sums[shard * kern->stride + place];
        sum->frame_bytes += load_counter(&part->frame_bytes);
        sum->ip_bytes += load_counter(&part->ip_bytes);
        sum->payload_bytes += load_counter(&part->payload_bytes);
        sum->packets += load_counter(&part->packets);
    }
}

#define GENERATION       (UINT64_C(1) << 48)
#define GENERATIONS_MASK (~(GENERATION - 1))

/* Generations come again after 65,536 of them: before that, slots of old ones are taken away. */
static void sweep(struct kern_cpu *part)
{
    for (size_t i = 0; i < G_N_ELEMENTS(part->slots); i++) {
        __u64 *at = &part->slots[i].tag, tag = __atomic_load_n(at, __ATOMIC_RELAXED);
        if (tag && (tag & GENERATIONS_MASK) != part->generation) /* unless its CPU is about to */
            __atomic_compare_exchange_n(at, &tag, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}

void kern_renew(const struct kern *kern)
{
    for (size_t cpu = 0; cpu < kern->cpus; cpu++) {
        struct kern_cpu *part = kern_cpu_part(kern, cpu);
        if (part->generation % (GENERATION << 15) == 0)
            sweep(part);
        __atomic_store_n(&part->generation, part->generation + GENERATION, __ATOMIC_RELEASE);
    }
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool prepare_pin(struct kern *kern, const struct live_config *config,
                        const struct kern_meta *meta, GError **error)
{
    if (!config->pin)
        return true;
    kern->pin = g_strdup(config->pin);
    if (!make_pin(config->pin, error))
        return false;
    kern->lock = lock_pin(config->pin, error);
    return kern->lock >= 0 && check_pin(config, meta, &kern->found, error);
}

/* The counters are new. */
static void begin(struct kern *kern, const struct kern_meta *meta)
{
    for (size_t cpu = 0; cpu < kern->cpus; cpu++)
        kern_cpu_part(kern, cpu)->first = (uint32_t)(cpu % kern->shards * kern->stride);
    for (uint32_t i = 0; i < kern->pair_slots; i++)
        kern->pairs[i].vacant = i;
    kern->state->limit = kern->pair_slots;
    *kern->meta = *meta; /* last: so it says that all of this is there */
}

struct kern *kern_open(const struct live_config *config, GError **error)
{
    struct kern_meta meta = meta_for(config);
    struct kern *kern = g_new0(struct kern, 1);
    kern->lock = -1;
    libbpf_set_print(log_to_debug);
    kern->links = g_array_new(false, false, sizeof(struct kern_link));
    for (int i = 0; i < KERN_HOOKS; i++)
        kern->filter_fds[i] = -1;
    kern->pair_slots = meta.slots;
    kern->stride = meta.slots + KERN_ROWS;
    kern->shards = meta.shards;
    kern->cpus = meta.cpus;
    bool opened = prepare_pin(kern, config, &meta, error) &&
                  (kern->programs = load(config, &meta, error)) && map_all(kern, error);
    if (opened && !kern->found)
        begin(kern, &meta);
    if (opened && config->filter)
        opened = kern_filter_load(kern, config->filter, error);
    if (!opened)
        g_clear_pointer(&kern, kern_close);
    return kern;
}

void kern_close(struct kern *kern)
{
    if (!kern)
        return;
    kern_hook_release(kern);
    for (int i = 0; i < KERN_HOOKS; i++)
        if (kern->filter_fds[i] >= 0)
            close(kern->filter_fds[i]);
    if (kern->programs) {
        unmap_all(kern);
        count_bpf__destroy(kern->programs);
    }
    if (kern->lock >= 0)
        close(kern->lock);
    g_array_unref(kern->links);
    g_free(kern->pin);
    g_free(kern);
}
