// SPDX-License-Identifier: Apache-2.0
/* The file beside a capture that says whose it is: JSON, schema vttif.capture/1. */
#ifndef GENERATE_SIDECAR_H
#define GENERATE_SIDECAR_H

#include <vttif/endpoint.h>
#include <vttif/filter.h>

struct sidecar {
    char *host;
    GArray *addresses; /* of struct vttif_address, at least one */
    uint64_t dropped; /* frames that the kernel or the capture program lost */
    bool complete;
    struct vttif_ports launcher; /* ports of job control */
};

/* The longest sidecar that is read: room for all addresses that a host may have. */
#define SIDECAR_BYTES_MAX 16384

/* Reads the sidecar of a capture file. NULL without error: there is none (a JSON file of that name
 * that says it is something else, as a matrix, is none). NULL with error: it is damaged. Free with
 * sidecar_free. */
struct sidecar *sidecar_read(const char *capture, GError **error);
/* The same from its text; path is for messages. */
struct sidecar *sidecar_parse(const char *text, size_t length, const char *path, GError **error);
void sidecar_free(struct sidecar *sidecar);
typedef struct sidecar sidecar_handle; /* the name that g_autoptr wants */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sidecar_handle, sidecar_free)

#endif
