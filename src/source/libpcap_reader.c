// SPDX-License-Identifier: Apache-2.0
/* Every format that libpcap reads: pcapng, and what it learns in times to come. */
#include "source/drops.h"
#include "source/source.h"
#include <vttif/error.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STREAM_BYTES (128u * 1024)

static bool libpcap_recognizes(const uint8_t magic[4])
{
    static const uint8_t section_header[4] = {0x0a, 0x0d, 0x0d, 0x0a}; /* pcapng */
    static const uint8_t modified[2][4] = {{0x34, 0xcd, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34}};
    return memcmp(magic, section_header, 4) == 0 || memcmp(magic, modified[0], 4) == 0 ||
           memcmp(magic, modified[1], 4) == 0;
}

struct reader {
    pcap_t *pcap;
    struct drops drops;
    const struct source *source;
    size_t given; /* bytes of source->magic */
};

/* libpcap reads through this: first what source_open has read already, also of a pipe, and drops
 * sees all of it. */
static ssize_t reader_read(void *cookie, char *buffer, size_t size)
{
    struct reader *reader = cookie;
    const struct source *source = reader->source;
    ssize_t got = (ssize_t)MIN(sizeof source->magic - reader->given, size);
    if (got > 0) {
        memcpy(buffer, source->magic + reader->given, (size_t)got);
        reader->given += (size_t)got;
    } else {
        do
            got = read(source->fd, buffer, size);
        while (got < 0 && errno == EINTR);
    }
    if (got > 0)
        drops_feed(&reader->drops, (const uint8_t *)buffer, (size_t)got);
    return got;
}

static bool libpcap_open(struct source *source, GError **error)
{
    struct reader *reader = source->state = g_new0(struct reader, 1);
    char message[PCAP_ERRBUF_SIZE];
    reader->source = source;
    FILE *stream = fopencookie(reader, "rb", (cookie_io_functions_t){.read = reader_read});
    if (stream) {
        setvbuf(stream, NULL, _IOFBF, STREAM_BYTES);
        reader->pcap =
            pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, message);
    }
    if (!reader->pcap) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s: %s", source->name,
                    stream ? message : g_strerror(errno));
        if (stream)
            fclose(stream);
        return false;
    }
    return source_set_datalink(source, pcap_datalink(reader->pcap), error);
}

/* libpcap gives one code for an end in mid-record and for damage, and tells them apart in words. */
static bool fail(const struct source *source, pcap_t *pcap, uint64_t records, GError **error)
{
    const char *message = pcap_geterr(pcap);
    bool truncated = strstr(message, "truncated") != NULL;
    bool mixed = strstr(message, "different from the type of the first interface") != NULL;
    g_set_error(error, VTTIF_ERROR, truncated ? VTTIF_ERROR_TRUNCATED : VTTIF_ERROR_FORMAT,
                "%s: after record %" G_GUINT64_FORMAT ": %s; the records before it were used%s",
                source->name, records, message,
                mixed ? "; write each interface to a file of its own (tshark -Y "
                        "'frame.interface_id == 0' -w FILE)"
                      : "");
    return false;
}

/* A pcapng counts in 64 bits of any unit; damage puts a frame beyond what nanoseconds can say. */
#define SECONDS_MAX (G_MAXINT64 / 1000000000 - 1)
static int64_t time_of(const struct timeval *time)
{
    return CLAMP((int64_t)time->tv_sec, 0, SECONDS_MAX) * 1000000000 +
           CLAMP((int64_t)time->tv_usec, 0, 999999999);
}

static bool libpcap_run(struct source *source, source_sink *sink, void *context,
                        uint64_t *bytes_read, GError **error)
{
    struct reader *reader = source->state;
    pcap_t *pcap = reader->pcap;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    uint64_t records = 0;
    int result;
    while ((result = pcap_next_ex(pcap, &header, &bytes)) == 1) {
        struct source_record record = {
            .bytes = bytes,
            .captured = header->caplen,
            .wire = MAX(header->len, header->caplen),
            .time_ns = time_of(&header->ts), /* its microseconds are nanoseconds */
        };
        sink(context, &record);
        records++;
        if (bytes_read)
            __atomic_fetch_add(bytes_read, record.captured + 32u, __ATOMIC_RELAXED);
    }
    source->drops = drops_sum(&reader->drops);
    return result == PCAP_ERROR_BREAK || fail(source, pcap, records, error);
}

static void libpcap_close(struct source *source)
{
    struct reader *reader = source->state;
    if (reader && reader->pcap)
        pcap_close(reader->pcap);
    g_free(reader);
}

const struct source_ops libpcap_reader = {
    .recognizes = libpcap_recognizes,
    .open = libpcap_open,
    .run = libpcap_run,
    .close = libpcap_close,
};
