// SPDX-License-Identifier: Apache-2.0
#include "source/source.h"
#include <vttif/error.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

static const struct source_ops *const readers[] = {&plain_reader, &libpcap_reader};

static const struct {
    int datalink;
    enum vttif_link link;
} links[] = {
    {DLT_EN10MB, VTTIF_LINK_ETHERNET}, {DLT_LINUX_SLL, VTTIF_LINK_SLL},
    {DLT_LINUX_SLL2, VTTIF_LINK_SLL2}, {DLT_RAW, VTTIF_LINK_RAW},
    {DLT_IPV4, VTTIF_LINK_RAW},        {DLT_IPV6, VTTIF_LINK_RAW},
    {DLT_NULL, VTTIF_LINK_NULL},       {DLT_LOOP, VTTIF_LINK_NULL},
};

bool source_set_datalink(struct source *source, int datalink, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
        if (links[i].datalink == datalink) {
            source->datalink = datalink;
            source->link = links[i].link;
            return true;
        }
    const char *name = pcap_datalink_val_to_name(datalink);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                "%s: link type %d (%s) is not known here; expected Ethernet, Linux cooked (v1, "
                "v2), raw IP or BSD loopback",
                source->name, datalink, name ? name : "unknown");
    return false;
}

/* The first four bytes, which stay in the stream. */
static bool peek_magic(struct source *source, uint8_t magic[4], GError **error)
{
    size_t got = fread(magic, 1, 4, source->file);
    if (ferror(source->file)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", source->name, g_strerror(errno));
        return false;
    }
    if (got < 4) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    got == 0 ? "%s: the file is empty; expected a capture (pcap or pcapng)"
                             : "%s: too short for a capture (pcap or pcapng)",
                    source->name);
        return false;
    }
    /* A pipe cannot seek; glibc takes back what it has just handed out of its buffer. */
    for (size_t i = 4; i-- > 0;)
        ungetc(magic[i], source->file);
    return true;
}

static const struct source_ops *find_reader(const uint8_t magic[4])
{
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        if (readers[i]->recognizes(magic))
            return readers[i];
    return NULL;
}

struct source *source_open(const char *path, GError **error)
{
    g_autoptr(source_handle) source = g_new0(struct source, 1);
    bool standard_input = strcmp(path, "-") == 0;
    uint8_t magic[4];
    source->name = g_strdup(standard_input ? "standard input" : path);
    source->file = standard_input ? stdin : fopen(path, "rb");
    if (!source->file) {
        g_set_error(error, VTTIF_ERROR, errno == EACCES ? VTTIF_ERROR_PERMISSION : VTTIF_ERROR_IO,
                    "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (!peek_magic(source, magic, error))
        return NULL;
    const struct source_ops *ops = find_reader(magic);
    if (!ops) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "%s: not a capture file: it begins with %02x %02x %02x %02x; expected pcap or "
                    "pcapng",
                    source->name, magic[0], magic[1], magic[2], magic[3]);
        return NULL;
    }
    source->ops = ops;
    if (!ops->open(source, error))
        return NULL;
    return g_steal_pointer(&source);
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->ops)
        source->ops->close(source);
    if (source->file && source->file != stdin)
        fclose(source->file);
    g_free(source->name);
    g_free(source);
}

enum vttif_link source_link(const struct source *source)
{
    return source->link;
}

int source_datalink(const struct source *source)
{
    return source->datalink;
}

bool source_run(struct source *source, source_sink *sink, void *context, uint64_t *bytes_read,
                GError **error)
{
    return source->ops->run(source, sink, context, bytes_read, error);
}
