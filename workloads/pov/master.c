// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pov.h"
#include "progress.h"

enum worker_state { STARTING, IDLE, BUSY, LOST };

struct worker {
    enum worker_state state;
    int block; /* if busy */
};

struct master {
    const struct pov *pov;
    struct blocks *blocks;
    struct picture picture; /* no pixels before the first block has come */
    struct worker *workers; /* by rank; [0] is not used */
    int n_lost;
    int *failures; /* by block */
    int n_failures;
    struct progress progress;
};

__attribute__((format(printf, 2, 3))) static void tell(struct master *master, const char *format,
                                                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    progress_clear(&master->progress);
    fprintf(stderr, "%s: %s\n", g_get_prgname(), text);
}

static void check_writable(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        mp_abort("cannot write %s: it is a directory", path);
    if (access(folder, W_OK) != 0)
        mp_abort("cannot write %s: %s", path, g_strerror(errno));
}

/* Better said now than when all is rendered. */
static void check_files(const struct pov *pov)
{
    if (!g_file_test(pov->scene, G_FILE_TEST_IS_REGULAR) || access(pov->scene, R_OK) != 0)
        mp_abort("cannot read the scene %s: %s", pov->scene,
                 access(pov->scene, R_OK) != 0 ? g_strerror(errno) : "it is not a file");
    check_writable(pov->output);
    if (pov->truth)
        check_writable(pov->truth);
}

static void tell_scene(const char *path)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    int32_t length = (int32_t)strlen(absolute);
    for (int rank = 1; rank < mp_size(); rank++) {
        mp_send(rank, TAG_SCENE, &length, sizeof length);
        mp_send(rank, TAG_SCENE, absolute, (size_t)length);
    }
}

static void hand_out(struct master *master)
{
    for (int rank = 1; rank < mp_size(); rank++) {
        struct worker *worker = &master->workers[rank];
        int block = worker->state == IDLE ? blocks_take(master->blocks) : BLOCK_NONE;
        if (block == BLOCK_NONE)
            continue;
        *worker = (struct worker){.state = BUSY, .block = block};
        struct work work = {.block = block, .place = blocks_place(master->blocks, block)};
        mp_send(rank, TAG_WORK, &work, sizeof work);
    }
}

static void note_loss(struct master *master, int rank)
{
    struct worker *worker = &master->workers[rank];
    if (worker->state == LOST)
        return;
    if (worker->state == BUSY) {
        blocks_give_back(master->blocks, worker->block);
        tell(master, "worker %d was lost; block %d is given to another", rank, worker->block);
    } else {
        tell(master, "worker %d was lost", rank);
    }
    worker->state = LOST;
    if (++master->n_lost == mp_size() - 1)
        mp_abort("all workers were lost: there is no picture");
}

static bool same_format(const struct picture_format *a, const struct picture_format *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void note_pixels(struct master *master, int rank, const struct result *result,
                        const unsigned char *pixels, size_t n)
{
    const struct pov *pov = master->pov;
    struct block_place place = blocks_place(master->blocks, result->block);
    if (!master->picture.pixels)
        picture_init(&master->picture, pov->width, pov->height, &result->format);
    if (!same_format(&master->picture.format, &result->format) ||
        n != (size_t)place.width * (size_t)place.height * (size_t)result->format.pixel_bytes)
        mp_abort("worker %d sent block %d in another format than the first block came in: the "
                 "hosts' povrays differ",
                 rank, result->block);
    if (!blocks_finish(master->blocks, result->block))
        return;
    picture_put(&master->picture, place, pixels);
    progress_show(&master->progress, blocks_done_count(master->blocks));
}

/*
 * A scene that has never been rendered and that povray refuses is the user's mistake, and all
 * workers will find it. What fails later, or by a signal, is the fault of a host, and may go
 * better the next time.
 */
static void note_failure(struct master *master, const struct result *result, const char *why)
{
    bool hopeless = result->kind == RESULT_ERROR && blocks_done_count(master->blocks) == 0;
    master->n_failures++;
    if (hopeless || ++master->failures[result->block] == BLOCK_TRIES)
        mp_abort("%s", why);
    blocks_give_back(master->blocks, result->block);
    tell(master, "%s; block %d is tried again", why, result->block);
}

static void note_result(struct master *master, int rank, const char *message, size_t n)
{
    struct result result;
    if (n < sizeof result)
        mp_abort("worker %d sent a message of %zu bytes, which is too short", rank, n);
    memcpy(&result, message, sizeof result);
    const char *data = message + sizeof result;
    n -= sizeof result;
    if (result.kind != RESULT_READY &&
        (result.block < 0 || result.block >= blocks_count(master->blocks)))
        mp_abort("worker %d sent block %d, which there is not", rank, result.block);
    if (result.kind == RESULT_PIXELS) {
        note_pixels(master, rank, &result, (const unsigned char *)data, n);
    } else if (result.kind != RESULT_READY) {
        g_autofree char *why = g_strndup(data, n);
        note_failure(master, &result, why);
    }
    if (master->workers[rank].state != LOST)
        master->workers[rank].state = IDLE;
}

static void render_all(struct master *master)
{
    while (blocks_done_count(master->blocks) < blocks_count(master->blocks)) {
        int rank;
        size_t n;
        char *message = mp_receive_any(TAG_RESULT, &rank, &n);
        if (message)
            note_result(master, rank, message, n);
        else
            note_loss(master, rank);
        free(message);
        hand_out(master);
    }
}

static void write_picture(const struct master *master)
{
    GError *error = NULL;
    if (!picture_write(&master->picture, master->pov->output, &error))
        mp_abort("%s", error->message);
}

static void stop_workers(const struct master *master, bool truth)
{
    struct work stop = {.block = BLOCK_NONE, .truth = truth};
    for (int rank = 1; rank < mp_size(); rank++)
        if (master->workers[rank].state != LOST)
            mp_send(rank, TAG_WORK, &stop, sizeof stop);
}

static void report(const struct master *master, double seconds)
{
    const struct pov *pov = master->pov;
    printf("picture     %s, %d x %d pixels\n", pov->output, pov->width, pov->height);
    printf("blocks      %d of at most %d x %d pixels\n", blocks_count(master->blocks),
           pov->block_size, pov->block_size);
    printf("processes   %d, of which 1 is the master (%s)\n", mp_size(), mp_backend_name());
    printf("lost        %d of %d workers\n", master->n_lost, mp_size() - 1);
    printf("retried     %d runs of povray\n", master->n_failures);
    printf("seconds     %.3f\n", seconds);
}

static void master_clear(struct master *master)
{
    blocks_free(master->blocks);
    picture_clear(&master->picture);
    g_free(master->workers);
    g_free(master->failures);
}

bool master_run(const struct pov *pov)
{
    check_files(pov);
    struct master master = {.pov = pov};
    master.blocks = blocks_new(pov->width, pov->height, pov->block_size);
    master.workers = g_new0(struct worker, (size_t)mp_size());
    master.failures = g_new0(int, (size_t)blocks_count(master.blocks));
    master.progress = progress_start("blocks", blocks_count(master.blocks));

    double start = mp_seconds();
    tell_scene(pov->scene);
    mp_allow_losses(TAG_RESULT);
    render_all(&master);
    write_picture(&master);
    report(&master, mp_seconds() - start);

    bool complete = mp_forbid_losses();
    stop_workers(&master, complete && pov->truth);
    master_clear(&master);
    return complete;
}
