// SPDX-License-Identifier: Apache-2.0
/* A capture file, by the reader that its first bytes choose: each record that comes out is inside
 * of the file, and what is wrong has a message. */
#include "source/source.h"

#include <sys/mman.h>
#include <unistd.h>
#include <vttif/tally.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sink {
    struct vttif_tally *tally;
    enum vttif_link link;
    uint64_t captured;
};

static void take(void *context, const struct source_record *record)
{
    struct sink *sink = context;
    g_assert_cmpuint(record->captured, <=, record->wire);
    g_autofree uint8_t *exact = g_memdup2(record->bytes, record->captured);
    vttif_tally_add(sink->tally, sink->link, exact, record->captured, record->wire,
                    record->time_ns);
    sink->captured += record->captured;
}

static void read_file(const char *path, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(source_handle) source = source_open(path, &error);
    g_assert_true((source == NULL) == (error != NULL));
    if (!source)
        return;
    g_autoptr(vttif_tally) tally = vttif_tally_new(
        &(struct vttif_tally_options){.count = VTTIF_COUNT_FRAME, .max_pairs = 1000});
    struct sink sink = {tally, source_link(source), 0};
    bool done = source_run(source, take, &sink, NULL, &error);
    g_assert_true(done == (error == NULL));
    g_assert_cmpuint(sink.captured, <=, size);
    vttif_tally_finish(tally);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file = memfd_create("capture", 0);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_assert_true(write(file, data, size) == (ssize_t)size);
    read_file(path, size);
    close(file);
    return 0;
}
