// SPDX-License-Identifier: Apache-2.0
/*
 * Classic pcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and their
 * frame. Large reads into one buffer, and a walk over the records in place:
 *
 *     |<--------- HEADROOM ---------->|<------------ READ_BYTES, one read ------------>|
 *               [ half a record ......|.....][ record ][ record ] ...  [ half a record ]
 *
 * The half record at the end is moved to before the place of the next read, which so is always
 * page-aligned: the kernel copies to such a place twice as fast.
 */
#include "source/source.h"
#include <vttif/error.h>

#include <assert.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 24,
    HEADER_VERSION = 4, /* major, minor: 16 bits each */
    HEADER_LINK = 20,
    VERSION_MAJOR = 2,
    VERSION_MINOR = 4, /* for a quarter of a century */
    RECORD_BYTES = 16,
    MAGIC_MICRO = (int)0xa1b2c3d4,
    MAGIC_NANO = (int)0xa1b23c4d,
};
/* The link type's field also says how long the FCS is that each frame carries at its end. */
#define LINK_TYPE(field)      ((field)&0xffff)
#define LINK_HAS_FCS          0x04000000u
#define LINK_FCS_BYTES(field) (((field) >> 28) * 2)

/* Small enough for the second-level cache: the walk then finds in it what the read left there. */
#define READ_BYTES (128u * 1024)
#define PAGE_BYTES 4096u
/* The longest record less one byte, and the read aligned. */
#define HEADROOM (SOURCE_RECORD_MAX + PAGE_BYTES)
static_assert(HEADROOM % PAGE_BYTES == 0 && HEADROOM >= SOURCE_RECORD_MAX + RECORD_BYTES,
              "half a record has room before an aligned read");

struct plain {
    bool swapped;
    uint32_t time_unit_ns; /* of the fraction: 1000 or 1 */
    uint32_t fcs_bytes;
    uint64_t offset; /* in the file, of at */
    uint64_t records; /* handed on so far */
    uint8_t *buffer; /* HEADROOM + READ_BYTES */
    uint8_t *at; /* the first byte that was not handed on, at most buffer + HEADROOM */
};

static bool plain_recognizes(const uint8_t magic[4])
{
    uint32_t value;
    memcpy(&value, magic, sizeof value);
    uint32_t swapped = __builtin_bswap32(value);
    return value == (uint32_t)MAGIC_MICRO || value == (uint32_t)MAGIC_NANO ||
           swapped == (uint32_t)MAGIC_MICRO || swapped == (uint32_t)MAGIC_NANO;
}

static inline uint32_t field(bool swapped, const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

/* 2.4, and 2.3 and older in museums, with the two lengths of a record the other way round. */
static bool check_version(const struct source *source, const uint8_t *at, bool swapped,
                          GError **error)
{
    uint16_t version[2];
    memcpy(version, at, sizeof version);
    for (int i = 0; i < 2 && swapped; i++)
        version[i] = __builtin_bswap16(version[i]);
    if (version[0] == VERSION_MAJOR && version[1] >= VERSION_MINOR)
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                "%s: pcap version %u.%u is not known here; expected 2.4", source->name, version[0],
                version[1]);
    return false;
}

static bool plain_open(struct source *source, GError **error)
{
    uint8_t header[HEADER_BYTES];
    size_t got = sizeof source->magic;
    ssize_t more = 1;
    memcpy(header, source->magic, got);
    for (; got < sizeof header && more > 0; got += more > 0 ? (size_t)more : 0)
        more = read(source->fd, header + got, sizeof header - got);
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
    plain->time_unit_ns = field(plain->swapped, header) == (uint32_t)MAGIC_NANO ? 1 : 1000;
    uint32_t link = field(plain->swapped, header + HEADER_LINK);
    plain->fcs_bytes = link & LINK_HAS_FCS ? LINK_FCS_BYTES(link) : 0;
    plain->offset = HEADER_BYTES;
    if (!check_version(source, header + HEADER_VERSION, plain->swapped, error))
        return false;
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
                source->name, plain->records + 1, plain->offset + (uint64_t)(at - plain->at),
                captured, SOURCE_RECORD_MAX);
}

/* Hands on the whole records between plain->at and end, and moves the rest before the next read.
 * Compiled for each byte order. */
static inline __attribute__((always_inline)) bool walk(const struct source *source, bool swapped,
                                                       const uint8_t *end, source_sink *sink,
                                                       void *context, GError **error)
{
    struct plain *plain = source->state;
    const uint8_t *at = plain->at;
    while (end - at >= RECORD_BYTES) {
        uint32_t captured = field(swapped, at + 8);
        if (G_UNLIKELY(captured > SOURCE_RECORD_MAX)) {
            damaged(source, plain, at, captured, error);
            return false;
        }
        if ((size_t)(end - at) - RECORD_BYTES < captured)
            break;
        uint32_t wire = field(swapped, at + 12);
        struct source_record record = {
            .bytes = at + RECORD_BYTES,
            .captured = captured,
            .wire = MAX(wire, captured),
            .time_ns = (int64_t)field(swapped, at) * 1000000000 +
                       (int64_t)field(swapped, at + 4) * plain->time_unit_ns,
        };
        if (G_UNLIKELY(plain->fcs_bytes)) {
            record.wire -= MIN(record.wire, plain->fcs_bytes);
            record.captured = MIN(record.captured, record.wire);
        }
        sink(context, &record);
        plain->records++;
        at += RECORD_BYTES + captured;
    }
    plain->offset += (uint64_t)(at - plain->at);
    plain->at = plain->buffer + HEADROOM - (end - at);
    memmove(plain->at, at, (size_t)(end - at));
    return true;
}

static bool walk_native(const struct source *source, const uint8_t *end, source_sink *sink,
                        void *context, GError **error)
{
    return walk(source, false, end, sink, context, error);
}

static bool walk_swapped(const struct source *source, const uint8_t *end, source_sink *sink,
                         void *context, GError **error)
{
    return walk(source, true, end, sink, context, error);
}

static bool check_end(const struct source *source, ssize_t last_read, GError **error)
{
    const struct plain *plain = source->state;
    if (last_read < 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", source->name, g_strerror(errno));
        return false;
    }
    if (plain->at < plain->buffer + HEADROOM) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_TRUNCATED,
                    "%s: ends in the middle of record %" G_GUINT64_FORMAT
                    " at offset %" G_GUINT64_FORMAT "; the records before it were used",
                    source->name, plain->records + 1, plain->offset);
        return false;
    }
    return true;
}

static bool plain_run(struct source *source, source_sink *sink, void *context, uint64_t *bytes_read,
                      GError **error)
{
    struct plain *plain = source->state;
    ssize_t got;
    plain->buffer = g_aligned_alloc(1, HEADROOM + READ_BYTES, PAGE_BYTES);
    plain->at = plain->buffer + HEADROOM;
    while ((got = read(source->fd, plain->buffer + HEADROOM, READ_BYTES)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        if (bytes_read)
            __atomic_fetch_add(bytes_read, (uint64_t)got, __ATOMIC_RELAXED);
        const uint8_t *end = plain->buffer + HEADROOM + got;
        if (!(plain->swapped ? walk_swapped : walk_native)(source, end, sink, context, error))
            return false;
    }
    return check_end(source, got, error);
}

static void plain_close(struct source *source)
{
    struct plain *plain = source->state;
    if (plain)
        g_aligned_free(plain->buffer);
    g_free(plain);
}

const struct source_ops plain_reader = {
    .recognizes = plain_recognizes,
    .open = plain_open,
    .run = plain_run,
    .close = plain_close,
};
