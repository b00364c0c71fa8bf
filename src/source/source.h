// SPDX-License-Identifier: Apache-2.0
/*
 * Where frames come from: capture files.
 *
 * A file is opened once and read from its beginning to its end; each record goes to a sink. Two
 * readers stand behind one table of calls: the plain one walks the records of a classic pcap file
 * in a large buffer (no copy, no call into stdio a record: three times as fast), libpcap reads
 * everything else (pcapng, and what else it knows).
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <vttif/frame.h>

/* A record of a capture file; bytes are valid until the sink returns. */
struct source_record {
    const uint8_t *bytes;
    uint32_t captured; /* bytes that the file has of the frame */
    uint32_t wire; /* bytes that the frame had */
    int64_t time_ns; /* since 1970 */
};

typedef void source_sink(void *context, const struct source_record *record);

struct source;
typedef struct source source_handle; /* the name that g_autoptr wants */

/*
 * Opens a capture file, "-" for standard input. Fails with VTTIF_ERROR_IO, or VTTIF_ERROR_FORMAT
 * for what is no capture file, an empty file, or a link type that frame/ does not decode; the
 * message names the file.
 */
struct source *source_open(const char *path, GError **error);
void source_close(struct source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(source_handle, source_close)

/* Whether the file begins like a capture, or like a packed file, or has a capture's name (.pcap,
 * .pcapng, .cap). Standard input is taken for one. */
bool source_is_capture(const char *path);

enum vttif_link source_link(const struct source *source);
/* pcap's own number of the link type, for compiling filter expressions. */
int source_datalink(const struct source *source);

/*
 * Hands every record to the sink, in the order of the file. *bytes_read, if not NULL, is raised as
 * the file is read, by whole buffers, for progress; others may read it meanwhile. Returns false
 * with VTTIF_ERROR_TRUNCATED if the file ends in the middle of a record, VTTIF_ERROR_FORMAT if a
 * record is damaged, VTTIF_ERROR_IO if it cannot be read; what came before has gone to the sink.
 */
bool source_run(struct source *source, source_sink *sink, void *context, uint64_t *bytes_read,
                GError **error);

/* Frames that were lost while the file was captured, as far as it says so: pcapng does. To be asked
 * after source_run. */
uint64_t source_drops(const struct source *source);

/* --- for readers ---------------------------------------------------------------------------- */

/* A kind of capture file. */
struct source_ops {
    /* Whether a file that begins with these four bytes is its kind. */
    bool (*recognizes)(const uint8_t magic[4]);
    /* Takes the rest of the header behind magic and sets source->link and source->datalink. */
    bool (*open)(struct source *source, GError **error);
    bool (*run)(struct source *source, source_sink *sink, void *context, uint64_t *bytes_read,
                GError **error);
    void (*close)(struct source *source);
};

extern const struct source_ops plain_reader, libpcap_reader;

struct source {
    const struct source_ops *ops;
    char *name; /* for messages */
    int fd; /* stands behind magic */
    uint8_t magic[4];
    enum vttif_link link;
    int datalink;
    uint64_t drops;
    void *state; /* the reader's */
};

/* Sets source->link from pcap's DLT number, or fails with VTTIF_ERROR_FORMAT. */
bool source_set_datalink(struct source *source, int datalink, GError **error);

/* The largest record that is believed: libpcap's own maximum snapshot length. */
#define SOURCE_RECORD_MAX 262144

#endif
