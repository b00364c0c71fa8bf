// SPDX-License-Identifier: Apache-2.0
/*
 * The steps of generate_matrix:
 *
 *     open all files --> read them in threads --> say whose each is --> vttif_merge
 *
 * All files are opened and checked before the first is read, so that a typo costs no minutes.
 */
#include "generate/generate.h"
#include "generate/key.h"
#include "generate/sidecar.h"

#include "base/random.h"
#include "source/match.h"
#include "source/source.h"
#include <vttif/error.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* One file on its way. */
struct job {
    const char *path;
    struct source *source;
    struct match *match;
    struct sidecar *sidecar;
    struct vttif_tally *tally;
    uint64_t *bytes_read; /* of all jobs */
    uint64_t bytes;
    uint64_t drops; /* that the file itself tells of */
    GError *problem; /* what ended the reading early */
};

struct work {
    const struct generate_options *options;
    enum vttif_key key;
    struct vttif_ports launcher; /* the same for all: what one capture leaves out, another has */
    GMutex lock;
    GCond finished;
    unsigned left;
};

static void job_clear(struct job *job)
{
    source_close(job->source);
    match_free(job->match);
    sidecar_free(job->sidecar);
    vttif_tally_free(job->tally);
    g_clear_error(&job->problem);
}

static void jobs_free(GArray *jobs)
{
    for (guint i = 0; i < jobs->len; i++)
        job_clear(&g_array_index(jobs, struct job, i));
    g_array_unref(jobs);
}

/* --- open ----------------------------------------------------------------------------------- */

static bool job_open(struct job *job, const struct generate_options *options, GError **error)
{
    struct stat status;
    job->source = source_open(job->path, error);
    if (!job->source)
        return false;
    if (stat(job->path, &status) == 0 && status.st_size > 0)
        job->bytes = (uint64_t)status.st_size;
    if (options->expression) {
        job->match = match_new(options->expression, source_datalink(job->source), error);
        if (!job->match)
            return false;
    }
    g_autoptr(GError) damaged = NULL;
    job->sidecar = sidecar_read(job->path, &damaged);
    if (damaged) {
        g_propagate_error(error, g_steal_pointer(&damaged));
        return false;
    }
    return true;
}

/* All files are open at once; the usual limit of 1024 is there for select(), which nobody calls. */
#define OTHER_FILES 64
static void make_room_for_files(size_t n)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= n + OTHER_FILES)
        return;
    limit.rlim_cur = MIN(n + OTHER_FILES, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit); /* if it cannot, opening says so */
}

static bool check_standard_input(const char *const *files, size_t n, GError **error)
{
    size_t times = 0;
    for (size_t i = 0; i < n; i++)
        times += strcmp(files[i], "-") == 0;
    if (times > 1)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "standard input ('-') is given %" G_GSIZE_FORMAT " times; it can be read once",
                    times);
    return times <= 1;
}

static bool open_all(GArray *jobs, const char *const *files, const struct generate_options *options,
                     GError **error)
{
    bool opened = check_standard_input(files, jobs->len, error);
    make_room_for_files(jobs->len);
    for (guint i = 0; i < jobs->len && opened; i++) {
        struct job *job = &g_array_index(jobs, struct job, i);
        job->path = files[i];
        opened = job_open(job, options, error);
    }
    return opened;
}

static bool check_links(GArray *jobs, enum vttif_key key, GError **error)
{
    for (guint i = 0; i < jobs->len; i++) {
        const struct job *job = &g_array_index(jobs, struct job, i);
        if (key != VTTIF_KEY_MAC || source_link(job->source) == VTTIF_LINK_ETHERNET)
            continue;
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "%s: this capture has no MAC addresses to tell endpoints apart by", job->path);
        return false;
    }
    return true;
}

/* --- read ----------------------------------------------------------------------------------- */

struct feed {
    struct vttif_tally *tally;
    enum vttif_link link;
};

static void feed_record(void *context, const struct source_record *record)
{
    struct feed *feed = context;
    vttif_tally_add(feed->tally, feed->link, record->bytes, record->captured, record->wire,
                    record->time_ns);
}

static struct vttif_tally *tally_for(const struct job *job, const struct work *work)
{
    const struct generate_options *options = work->options;
    return vttif_tally_new(&(struct vttif_tally_options){.count = options->count,
                                                         .key = work->key,
                                                         .mtu = options->mtu,
                                                         .keep = options->keep,
                                                         .launcher = work->launcher,
                                                         .max_pairs = options->max_pairs,
                                                         .seed = random_64(),
                                                         .match = job->match ? match_frame : NULL,
                                                         .match_context = job->match});
}

static void job_run(gpointer data, gpointer user_data)
{
    struct job *job = data;
    struct work *work = user_data;
    job->tally = tally_for(job, work);
    struct feed feed = {job->tally, source_link(job->source)};
    source_run(job->source, feed_record, &feed, job->bytes_read, &job->problem);
    job->drops = source_drops(job->source);
    vttif_tally_finish(job->tally);
    g_clear_pointer(&job->source, source_close); /* its buffer: there may be many files */
    g_mutex_lock(&work->lock);
    work->left--;
    g_cond_signal(&work->finished);
    g_mutex_unlock(&work->lock);
}

/* Large files first, so that no thread is left alone with the largest at the end. */
static int compare_sizes(gconstpointer a, gconstpointer b)
{
    uint64_t x = (*(struct job *const *)a)->bytes, y = (*(struct job *const *)b)->bytes;
    return (x < y) - (x > y);
}

static void wait_for(struct work *work, const struct generate_options *options,
                     const uint64_t *bytes_read, uint64_t all_bytes)
{
    g_mutex_lock(&work->lock);
    while (work->left > 0) {
        gint64 until = g_get_monotonic_time() + G_TIME_SPAN_SECOND / 10;
        g_cond_wait_until(&work->finished, &work->lock, until);
        if (options->progress) {
            g_mutex_unlock(&work->lock);
            options->progress(options->progress_context,
                              __atomic_load_n(bytes_read, __ATOMIC_RELAXED), all_bytes);
            g_mutex_lock(&work->lock);
        }
    }
    g_mutex_unlock(&work->lock);
}

/* The user's ports and those that descriptions of captures name. */
static bool choose_launcher(const GArray *jobs, struct work *work, GError **error)
{
    work->launcher = work->options->launcher;
    for (guint i = 0; i < jobs->len; i++) {
        const struct job *job = &g_array_index(jobs, struct job, i);
        if (!job->sidecar || vttif_ports_join(&work->launcher, &job->sidecar->launcher))
            continue;
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "%s: with the ports of job control that its description names these are more "
                    "than %d ranges",
                    job->path, VTTIF_PORT_RANGES_MAX);
        return false;
    }
    return true;
}

static bool run_all(GArray *jobs, const struct generate_options *options, enum vttif_key key,
                    GError **error)
{
    struct work work = {.options = options, .key = key, .left = jobs->len};
    uint64_t bytes_read = 0, all_bytes = 0;
    if (!choose_launcher(jobs, &work, error))
        return false;
    unsigned threads = options->jobs ? options->jobs : g_get_num_processors();
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    for (guint i = 0; i < jobs->len; i++) {
        struct job *job = &g_array_index(jobs, struct job, i);
        job->bytes_read = &bytes_read;
        all_bytes += job->bytes;
        g_ptr_array_add(order, job);
    }
    g_ptr_array_sort(order, compare_sizes);
    g_mutex_init(&work.lock);
    g_cond_init(&work.finished);
    GThreadPool *pool = g_thread_pool_new(job_run, &work, (int)threads, FALSE, error);
    if (pool) {
        for (guint i = 0; i < order->len; i++)
            g_thread_pool_push(pool, order->pdata[i], NULL);
        wait_for(&work, options, &bytes_read, all_bytes);
        g_thread_pool_free(pool, FALSE, TRUE);
    }
    g_mutex_clear(&work.lock);
    g_cond_clear(&work.finished);
    return pool != NULL;
}

/* --- whose ---------------------------------------------------------------------------------- */

/* The host whose name the file's name begins with, then '-', '.' or the end; the longest of
 * several. */
static const struct vttif_host *host_of_name(const struct vttif_hosts *hosts, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    const struct vttif_host *best = NULL;
    for (size_t i = 0; i < vttif_hosts_size(hosts); i++) {
        const struct vttif_host *host = vttif_hosts_get(hosts, i);
        size_t length = strlen(host->name);
        if (strncmp(base, host->name, length) == 0 && strchr("-.", base[length]) &&
            (!best || length > strlen(best->name)))
            best = host;
    }
    return best;
}

/* "h2" before "h10". */
static int compare_names(gconstpointer a, gconstpointer b)
{
    const char *name_a = (*(struct job *const *)a)->sidecar->host;
    const char *name_b = (*(struct job *const *)b)->sidecar->host;
    g_autofree char *x = g_utf8_collate_key_for_filename(name_a, -1);
    g_autofree char *y = g_utf8_collate_key_for_filename(name_b, -1);
    int order = strcmp(x, y);
    return order ? order : strcmp(name_a, name_b);
}

/* Several captures of a host, of two interfaces or in pieces, may each name other addresses. */
static void add_addresses(GArray *all, const GArray *some)
{
    for (guint i = 0; i < some->len; i++) {
        const struct vttif_address *one = &g_array_index(some, struct vttif_address, i);
        guint k = 0;
        while (k < all->len &&
               vttif_address_compare(&g_array_index(all, struct vttif_address, k), one) != 0)
            k++;
        if (k == all->len)
            g_array_append_vals(all, one, 1);
    }
}

static void append_host(GString *text, const char *name, const GArray *addresses)
{
    g_string_append_printf(text, "%s ", name);
    for (guint i = 0; i < addresses->len; i++) {
        char address[VTTIF_ADDRESS_TEXT_MAX];
        vttif_address_format(&g_array_index(addresses, struct vttif_address, i), address);
        g_string_append_printf(text, "%s%s", i ? "," : "", address);
    }
    g_string_append_c(text, '\n');
}

/* *hosts is a hosts file as the sidecars would write it; NULL if a capture has none. */
static bool hosts_from_sidecars(GArray *jobs, struct vttif_hosts **hosts, GError **error)
{
    *hosts = NULL;
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    if (jobs->len == 1)
        return true; /* one host alone would have nobody to talk to */
    for (guint i = 0; i < jobs->len; i++) {
        struct job *job = &g_array_index(jobs, struct job, i);
        if (!job->sidecar)
            return true;
        g_ptr_array_add(order, job);
    }
    g_ptr_array_sort(order, compare_names);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < order->len;) {
        const char *name = ((struct job *)order->pdata[i])->sidecar->host;
        g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(struct vttif_address));
        for (; i < order->len; i++) {
            const struct sidecar *sidecar = ((struct job *)order->pdata[i])->sidecar;
            if (strcmp(sidecar->host, name) != 0)
                break;
            add_addresses(addresses, sidecar->addresses);
        }
        append_host(text, name, addresses);
    }
    *hosts = vttif_hosts_parse(text->str, "the captures' descriptions", error);
    return *hosts != NULL;
}

/* A sidecar that has no address of the kind which endpoints are told apart by says nothing. */
static bool names_owner(const struct sidecar *sidecar, enum vttif_key key)
{
    for (guint i = 0; i < sidecar->addresses->len; i++)
        if (key_suits(key, &g_array_index(sidecar->addresses, struct vttif_address, i)))
            return true;
    return false;
}

static struct vttif_capture capture_of(const struct job *job, const struct vttif_hosts *hosts,
                                       enum vttif_key key)
{
    struct vttif_capture capture = {.name = job->path,
                                    .tally = job->tally,
                                    .kernel_drops =
                                        MAX(job->drops, job->sidecar ? job->sidecar->dropped : 0),
                                    .truncated = job->problem != NULL};
    const struct vttif_host *host = hosts ? host_of_name(hosts, job->path) : NULL;
    if (job->sidecar)
        capture.truncated |= !job->sidecar->complete;
    if (job->sidecar && names_owner(job->sidecar, key)) {
        capture.addresses = (const struct vttif_address *)(void *)job->sidecar->addresses->data;
        capture.n_addresses = job->sidecar->addresses->len;
    } else if (host) {
        capture.addresses = host->addresses;
        capture.n_addresses = host->n_addresses;
    }
    return capture;
}

static struct vttif_matrix *merge(GArray *jobs, const struct vttif_hosts *hosts, enum vttif_key key,
                                  GPtrArray *problems, GString *notes, GError **error)
{
    g_autofree struct vttif_capture *captures = g_new0(struct vttif_capture, jobs->len);
    for (guint i = 0; i < jobs->len; i++) {
        struct job *job = &g_array_index(jobs, struct job, i);
        captures[i] = capture_of(job, hosts, key);
        if (job->problem)
            g_ptr_array_add(problems, g_strdup(job->problem->message));
        else if (captures[i].truncated)
            g_ptr_array_add(problems, g_strdup_printf("%s: its description says that the capture "
                                                      "is not complete",
                                                      job->path));
    }
    return vttif_merge(captures, jobs->len, hosts, notes, error);
}

struct vttif_matrix *generate_matrix(const char *const *files, size_t n,
                                     const struct generate_options *options, GPtrArray *problems,
                                     GString *notes, GError **error)
{
    GArray *jobs = g_array_sized_new(FALSE, TRUE, sizeof(struct job), (guint)n);
    g_autoptr(vttif_hosts) own = NULL;
    struct vttif_matrix *matrix = NULL;
    enum vttif_key key;
    g_array_set_size(jobs, (guint)n);
    if (open_all(jobs, files, options, error) &&
        (options->hosts || hosts_from_sidecars(jobs, &own, error))) {
        const struct vttif_hosts *hosts = options->hosts ? options->hosts : own;
        if (key_choose(hosts, options->key, &key, error) && check_links(jobs, key, error) &&
            run_all(jobs, options, key, error))
            matrix = merge(jobs, hosts, key, problems, notes, error);
    }
    jobs_free(jobs);
    return matrix;
}
