// SPDX-License-Identifier: Apache-2.0
/* Every format that libpcap reads: pcapng, and what it learns in times to come. */
#include "source/source.h"
#include <vttif/error.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

static bool libpcap_recognizes(const uint8_t magic[4])
{
    static const uint8_t section_header[4] = {0x0a, 0x0d, 0x0d, 0x0a}; /* pcapng */
    static const uint8_t modified[2][4] = {{0x34, 0xcd, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34}};
    return memcmp(magic, section_header, 4) == 0 || memcmp(magic, modified[0], 4) == 0 ||
           memcmp(magic, modified[1], 4) == 0;
}

static bool libpcap_open(struct source *source, GError **error)
{
    char message[PCAP_ERRBUF_SIZE];
    FILE *file = fdopen(source->fd, "rb");
    if (!file) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", source->name, g_strerror(errno));
        return false;
    }
    source->fd = -1; /* the stream's */
    if (fseek(file, 0, SEEK_SET) != 0) /* a pipe: glibc takes back what was read */
        for (size_t i = sizeof source->magic; i-- > 0;)
            ungetc(source->magic[i], file);
    pcap_t *pcap =
        pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
    if (!pcap) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s: %s", source->name, message);
        fclose(file);
        return false;
    }
    source->state = pcap;
    return source_set_datalink(source, pcap_datalink(pcap), error);
}

/* libpcap gives one code for an end in mid-record and for damage, and tells them apart in words. */
static bool fail(const struct source *source, pcap_t *pcap, uint64_t records, GError **error)
{
    const char *message = pcap_geterr(pcap);
    bool truncated = strstr(message, "truncated") != NULL;
    g_set_error(error, VTTIF_ERROR, truncated ? VTTIF_ERROR_TRUNCATED : VTTIF_ERROR_FORMAT,
                "%s: after record %" G_GUINT64_FORMAT ": %s; the records before it were used",
                source->name, records, message);
    return false;
}

static bool libpcap_run(struct source *source, source_sink *sink, void *context,
                        uint64_t *bytes_read, GError **error)
{
    pcap_t *pcap = source->state;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    uint64_t records = 0;
    int result;
    while ((result = pcap_next_ex(pcap, &header, &bytes)) == 1) {
        struct source_record record = {
            .bytes = bytes,
            .captured = header->caplen,
            .wire = MAX(header->len, header->caplen),
            .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
        };
        sink(context, &record);
        records++;
        if (bytes_read)
            __atomic_fetch_add(bytes_read, record.captured + 32u, __ATOMIC_RELAXED);
    }
    return result == PCAP_ERROR_BREAK || fail(source, pcap, records, error);
}

static void libpcap_close(struct source *source)
{
    if (source->state)
        pcap_close(source->state);
}

const struct source_ops libpcap_reader = {
    .recognizes = libpcap_recognizes,
    .open = libpcap_open,
    .run = libpcap_run,
    .close = libpcap_close,
};
