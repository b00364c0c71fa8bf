// SPDX-License-Identifier: Apache-2.0
/*
 * Classic pcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and their
 * frame. Large reads into one buffer, and a walk over the records in place:
 *
 *     |<- rest of the last read ->|<--------- BUFFER_BYTES, one read --------->|
 *     [ half a record ............|....][ record ][ record ] ... [ half a record]
 *
 * The half record at the end is moved to the front before the next read.
 */
#include "source/source.h"
#include <vttif/error.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

enum {
    HEADER_BYTES = 24,
    HEADER_LINK = 20,
    RECORD_BYTES = 16,
    MAGIC_MICRO = (int)0xa1b2c3d4,
    MAGIC_NANO = (int)0xa1b23c4d,
};
/* The link type's field also says how long the FCS is that each frame carries at its end. */
#define LINK_TYPE(field)      ((field)&0xffff)
#define LINK_HAS_FCS          0x04000000u
#define LINK_FCS_BYTES(field) (((field) >> 28) * 2)

/* Small enough for the second-level cache: the walk then finds in it what the read left there. */
#define BUFFER_BYTES (256u * 1024)

struct plain {
    bool swapped;
    uint32_t time_unit_ns; /* of the fraction: 1000 or 1 */
    uint32_t fcs_bytes;
    uint64_t offset; /* in the file, of buffer[0] */
    uint64_t records; /* handed on so far */
    uint8_t *buffer;
    size_t used;
};

static bool plain_recognizes(const uint8_t magic[4])
{
    uint32_t value;
    memcpy(&value, magic, sizeof value);
    uint32_t swapped = __builtin_bswap32(value);
    return value == (uint32_t)MAGIC_MICRO || value == (uint32_t)MAGIC_NANO ||
           swapped == (uint32_t)MAGIC_MICRO || swapped == (uint32_t)MAGIC_NANO;
}

static inline uint32_t field(const struct plain *plain, const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return plain->swapped ? __builtin_bswap32(value) : value;
}

static bool plain_open(struct source *source, GError **error)
{
    uint8_t header[HEADER_BYTES];
    size_t got = fread(header, 1, sizeof header, source->file);
    if (got < sizeof header) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "%s: the file ends within its header, at offset %" G_GSIZE_FORMAT, source->name,
                    got);
        return false;
    }
    struct plain *plain = source->state = g_new0(struct plain, 1);
    uint32_t magic;
    memcpy(&magic, header, sizeof magic);
    plain->swapped = magic != (uint32_t)MAGIC_MICRO && magic != (uint32_t)MAGIC_NANO;
    plain->time_unit_ns = field(plain, header) == (uint32_t)MAGIC_NANO ? 1 : 1000;
    uint32_t link = field(plain, header + HEADER_LINK);
    plain->fcs_bytes = link & LINK_HAS_FCS ? LINK_FCS_BYTES(link) : 0;
    plain->offset = HEADER_BYTES;
    /* LINKTYPE and DLT numbers differ for raw IP only, among those that we know. */
    return source_set_datalink(source, LINK_TYPE(link) == 101 ? DLT_RAW : (int)LINK_TYPE(link),
                               error);
}

static void damaged(const struct source *source, const struct plain *plain, const uint8_t *at,
                    uint32_t captured, GError **error)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                "%s: record %" G_GUINT64_FORMAT " at offset %" G_GUINT64_FORMAT
                " says that it has %u bytes, more than %d: the file is damaged there",
                source->name, plain->records + 1, plain->offset + (uint64_t)(at - plain->buffer),
                captured, SOURCE_RECORD_MAX);
}

/* Hands on the whole records of the buffer and moves the rest to its front. */
static bool walk(const struct source *source, source_sink *sink, void *context, GError **error)
{
    struct plain *plain = source->state;
    const uint8_t *at = plain->buffer, *end = plain->buffer + plain->used;
    while (end - at >= RECORD_BYTES) {
        uint32_t captured = field(plain, at + 8);
        if (G_UNLIKELY(captured > SOURCE_RECORD_MAX)) {
            damaged(source, plain, at, captured, error);
            return false;
        }
        if ((size_t)(end - at) - RECORD_BYTES < captured)
            break;
        uint32_t wire = field(plain, at + 12);
        struct source_record record = {
            .bytes = at + RECORD_BYTES,
            .captured = captured,
            .wire = MAX(wire, captured),
            .time_ns = (int64_t)field(plain, at) * 1000000000 +
                       (int64_t)field(plain, at + 4) * plain->time_unit_ns,
        };
        if (G_UNLIKELY(plain->fcs_bytes)) {
            record.wire -= MIN(record.wire, plain->fcs_bytes);
            record.captured = MIN(record.captured, record.wire);
        }
        sink(context, &record);
        plain->records++;
        at += RECORD_BYTES + captured;
    }
    plain->offset += (uint64_t)(at - plain->buffer);
    plain->used = (size_t)(end - at);
    memmove(plain->buffer, at, plain->used);
    return true;
}

static bool plain_run(struct source *source, source_sink *sink, void *context, uint64_t *bytes_read,
                      GError **error)
{
    struct plain *plain = source->state;
    size_t got;
    plain->buffer = g_malloc(BUFFER_BYTES + SOURCE_RECORD_MAX + RECORD_BYTES);
    /* glibc reads requests of this size straight into the buffer. */
    while ((got = fread(plain->buffer + plain->used, 1, BUFFER_BYTES, source->file)) > 0) {
        plain->used += got;
        if (bytes_read)
            __atomic_fetch_add(bytes_read, (uint64_t)got, __ATOMIC_RELAXED);
        if (!walk(source, sink, context, error))
            return false;
    }
    if (ferror(source->file)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", source->name, g_strerror(errno));
        return false;
    }
    if (plain->used > 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_TRUNCATED,
                    "%s: ends in the middle of record %" G_GUINT64_FORMAT
                    " at offset %" G_GUINT64_FORMAT "; the records before it were used",
                    source->name, plain->records + 1, plain->offset);
        return false;
    }
    return true;
}

static void plain_close(struct source *source)
{
    struct plain *plain = source->state;
    if (plain)
        g_free(plain->buffer);
    g_free(plain);
}

const struct source_ops plain_reader = {
    .recognizes = plain_recognizes,
    .open = plain_open,
    .run = plain_run,
    .close = plain_close,
};
