// SPDX-License-Identifier: Apache-2.0
/*
 * The capture of one host: a script there (capture.sh) around tcpdump, from its start to its file.
 *
 *     STARTING ──"listening on"──► LISTENING ──end of input──► ENDED
 *         └───────────tcpdump failed─────────────┴───────────────┘
 *
 * Counting what the kernel still holds. tcpdump's "received" counts the frames that the kernel had
 * for it, those that found no room included; "dropped" the latter; "captured" those that it has
 * written. What it has yet to read is received - dropped - captured. It reads the kernel's ring a
 * block at a time, and a block comes up to a second after its first frame; when told to end, it
 * leaves the rest unread. So a capture is asked for its counters until it has caught up. On the
 * loopback interface every frame is received twice, leaving and arriving, and captured once.
 */
#ifndef OFFLINE_CAPTURE_H
#define OFFLINE_CAPTURE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <vttif/endpoint.h>

#include "offline/script.h"

struct capture_settings {
    const char *interface; /* for hosts that name none; NULL: by address */
    unsigned snaplen;
    unsigned buffer_kib;
};

struct capture_counts {
    uint64_t received, captured, dropped;
};

/* How the capture gets on while it is drained. */
struct capture_drain {
    unsigned first_question; /* number of questions before */
    uint64_t captured; /* at the last answer */
    gint64 advanced_at; /* when that last grew; monotonic */
    bool done;
};

struct capture {
    const struct vttif_host *host;
    char *file; /* path on this machine */
    char *interface; /* known when it listens */
    bool listening;
    bool stopping; /* we asked it to end */
    gint64 started_us, ended_us; /* since 1970 */
    struct capture_counts counts; /* as of the last answer, or of the end */
    unsigned questions, answers;
    struct capture_drain drain;
    uint64_t target; /* frames that it must have captured to be complete; 0: not known */
    GString *complaints; /* what tcpdump, ssh and others said beside that */
    struct script script;
};

/* Creates the file, which must not exist, and starts the capture. The capture must not move. Errors
 * name the host. Release it with capture_clear, also after failure. */
bool capture_start(struct capture *capture, const struct vttif_host *host, char *file,
                   const struct capture_settings *settings, const struct signals *signals,
                   GError **error);
/* Asks for the counters, unless a question is still open. */
void capture_ask(struct capture *capture);
/* Whether the last question was answered. */
static inline bool capture_has_answered(const struct capture *capture)
{
    return capture->answers == capture->questions;
}
/* Frames that tcpdump had to read when it gave the counts. */
uint64_t capture_expected(const struct capture *capture);
/* Asks it to end. */
void capture_stop(struct capture *capture);
/* Why a capture did not start or ended unasked. */
void capture_set_error(const struct capture *capture, GError **error);
/* Kills it if it still runs; leaves the file. */
void capture_clear(struct capture *capture);

#endif
