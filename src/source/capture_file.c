// SPDX-License-Identifier: Apache-2.0
#include "source/source.h"
#include <vttif/error.h>

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

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

static bool read_magic(struct source *source, GError **error)
{
    size_t got = 0;
    ssize_t more = 1;
    while (got < sizeof source->magic && more > 0) {
        more = read(source->fd, source->magic + got, sizeof source->magic - got);
        got += more > 0 ? (size_t)more : 0;
    }
    if (more < 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", source->name, g_strerror(errno));
        return false;
    }
    if (got < sizeof source->magic) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    got == 0 ? "%s: the file is empty; expected a capture (pcap or pcapng)"
                             : "%s: too short for a capture (pcap or pcapng)",
                    source->name);
        return false;
    }
    return true;
}

static const struct source_ops *find_reader(const uint8_t magic[4])
{
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        if (readers[i]->recognizes(magic))
            return readers[i];
    return NULL;
}

/* What packs files, by what they begin with, and what unpacks them. */
static const struct packer {
    uint8_t magic[4];
    size_t length;
    const char *name, *unpack;
} packers[] = {
    {{0x1f, 0x8b}, 2, "gzip", "gunzip"},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, "zstd", "unzstd"},
    {{0xfd, '7', 'z', 'X'}, 4, "xz", "unxz"},
    {{'B', 'Z', 'h'}, 3, "bzip2", "bunzip2"},
};

static const struct packer *find_packer(const uint8_t magic[4])
{
    for (size_t i = 0; i < G_N_ELEMENTS(packers); i++)
        if (memcmp(magic, packers[i].magic, packers[i].length) == 0)
            return &packers[i];
    return NULL;
}

static void refuse(const struct source *source, GError **error)
{
    const uint8_t *magic = source->magic;
    const struct packer *packer = find_packer(magic);
    if (packer)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "%s: packed with %s: unpack it first (%s)", source->name, packer->name,
                    packer->unpack);
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "%s: not a capture file: it begins with %02x %02x %02x %02x; expected pcap or "
                    "pcapng",
                    source->name, magic[0], magic[1], magic[2], magic[3]);
}

struct source *source_open(const char *path, GError **error)
{
    g_autoptr(source_handle) source = g_new0(struct source, 1);
    bool standard_input = strcmp(path, "-") == 0;
    source->name = g_strdup(standard_input ? "standard input" : path);
    source->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0) {
        g_set_error(error, VTTIF_ERROR, errno == EACCES ? VTTIF_ERROR_PERMISSION : VTTIF_ERROR_IO,
                    "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (!read_magic(source, error))
        return NULL;
    source->ops = find_reader(source->magic);
    if (!source->ops) {
        refuse(source, error);
        return NULL;
    }
    if (!source->ops->open(source, error))
        return NULL;
    return g_steal_pointer(&source);
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->ops)
        source->ops->close(source);
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    g_free(source->name);
    g_free(source);
}

static bool has_capture_name(const char *path)
{
    static const char *const suffixes[] = {".pcap", ".pcapng", ".cap"};
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(path, suffixes[i]))
            return true;
    return false;
}

bool source_is_capture(const char *path)
{
    if (strcmp(path, "-") == 0 || has_capture_name(path))
        return true;
    struct source probe = {.name = (char *)path, .fd = open(path, O_RDONLY | O_CLOEXEC)};
    bool found = probe.fd >= 0 && read_magic(&probe, NULL) &&
                 (find_reader(probe.magic) || find_packer(probe.magic));
    if (probe.fd >= 0)
        close(probe.fd);
    return found;
}

enum vttif_link source_link(const struct source *source)
{
    return source->link;
}

int source_datalink(const struct source *source)
{
    return source->datalink;
}

uint64_t source_drops(const struct source *source)
{
    return source->drops;
}

bool source_run(struct source *source, source_sink *sink, void *context, uint64_t *bytes_read,
                GError **error)
{
    return source->ops->run(source, sink, context, bytes_read, error);
}
