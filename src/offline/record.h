// SPDX-License-Identifier: Apache-2.0
/* What is left of a capture: its file, counted through, and the JSON beside it. */
#ifndef OFFLINE_RECORD_H
#define OFFLINE_RECORD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "offline/capture.h"
#include "offline/offline.h"

/*
 * Counts the whole records of a capture file as tcpdump writes it (pcap, either byte order). False
 * and an error if it cannot be read or is no capture; a record that is cut off is not counted.
 * tcpdump does not notice a full disk: only this tells what really is in the file. Reads 16 bytes
 * of each record.
 */
bool record_count_frames(const char *path, uint64_t *frames, GError **error);

/* Judges a capture that has ended: fills in result, with a problem if frames are missing. */
void record_judge(struct capture *capture, struct offline_capture *result);

/* Writes the JSON beside the capture's file (schema vttif.capture/1). launcher: the ports of job
 * control, or NULL. */
bool record_write(const struct capture *capture, const struct offline_capture *result,
                  unsigned snaplen, const char *launcher, GError **error);

#endif
