// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a program under watch on many hosts (paper, section 2, Monitor): a capture on every host,
 * the program in the foreground as if it had been run alone, and afterwards one file a host.
 *
 *     check program ─ start launcher ─ start captures ─ run ─ drain ─ stop captures ─ stop launcher
 *
 * The program starts when every capture is known to be capturing, and no capture is stopped before
 * it has written what the kernel had for it when the program ended. Whatever happens, captures and
 * launchers do not outlive us: they end when the pipe between us and them closes.
 *
 * A capture is tcpdump, started on the host itself: on this machine, in a namespace, over ssh. Over
 * ssh it writes to a temporary file there, which is fetched after the run, so that captures do not
 * travel among the traffic. A host is entered as offline/enter.h says.
 *
 * Of each host HOST two files are left in the output directory, the time being that of the start:
 *     HOST-YYYYMMDD-HHMMSS.pcap   the capture
 *     HOST-YYYYMMDD-HHMMSS.json   whose it is and what it lacks, schema vttif.capture/1:
 *         {"schema": "vttif.capture/1", "host": "h1", "addresses": ["10.0.0.1"],
 *          "interface": "eth0", "file": "h1-20250131-120000.pcap", "snaplen": 128,
 *          "started": "2025-01-31T12:00:00.123456Z", "ended": "2025-01-31T12:00:09.123456Z",
 *          "received": 1200, "captured": 1200, "dropped": 0, "complete": true,
          "launcher": "29200-29263"}
 *     received counts the frames that the kernel had for the capture, dropped those of them that
 *     found no room, captured those in the file; complete says that no others are missing (received
 *     is captured + dropped), and where it is false "problem" says why. The file goes on for up to
 *     a second after the program's end; what came then and was not read counts nowhere. launcher,
 *     where it is there, are the ports that job control was told to use.
 *
 * Nothing here prints. One run at a time, in a process with one thread: signals are held back
 * during a run.
 */
#ifndef OFFLINE_OFFLINE_H
#define OFFLINE_OFFLINE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vttif/endpoint.h>

#define OFFLINE_SNAPLEN_DEFAULT 128
#define OFFLINE_BUFFER_DEFAULT  (16u << 20)

/* What is going on, and how much of it is done; done == of when it is over. */
typedef void offline_progress(const char *stage, size_t done, size_t of, void *data);

struct offline_options {
    const struct vttif_hosts *hosts;
    const char *hosts_file; /* their file: what VTTIF_HOSTS gets; NULL if there is none */
    const char *launcher; /* "none" (or NULL), "pvm", "mpi" */
    unsigned np; /* mpi: number of processes; 0: one a host */
    const char *mpirun; /* mpi: the mpirun to use; NULL: the one that fits the program */
    const char *directory; /* for the captures; made if it is not there */
    unsigned snaplen; /* bytes kept of a frame; 0: the default */
    size_t buffer_bytes; /* the kernel's buffer of each capture; 0: the default */
    const char *interface; /* for hosts that name none; NULL: the one that has their address */
    const char *const *program; /* argument vector, NULL at its end */
    offline_progress *progress; /* or NULL */
    void *progress_data;
};

struct offline_capture {
    const struct vttif_host *host;
    char *file; /* path of the capture; NULL if it did not come to that */
    char *interface;
    uint64_t received, captured, dropped; /* frames */
    bool complete;
    char *problem; /* why it is not complete, a sentence that names the host; else NULL */
};

struct offline_result {
    /* Of the program, as wait() has it; always set. If it was not run: exit 127 (there is no such
     * program), 126 (it cannot be executed), the signal that interrupted the start, else exit 1. */
    int wait_status;
    gint64 started_us, ended_us; /* of the program; microseconds since 1970, 0 if it was not run */
    struct offline_capture *captures; /* one a host, in the order of the hosts */
    size_t n_captures;
};

/*
 * Runs the program. Its standard input, output and error are ours; it is in our process group, so
 * what the terminal sends (Ctrl-C) reaches it directly; SIGINT, SIGTERM, SIGHUP and SIGQUIT sent to
 * us alone are passed on to it. Ctrl-C twice within two seconds kills a program that ignores it.
 *
 * Returns true when the program was run, whatever became of it, with *result telling how it ended
 * and which captures are not complete. Returns false and sets error when it could not be started:
 * then nothing is left behind. VTTIF_ERROR_HOST (a host cannot be reached or used),
 * VTTIF_ERROR_PERMISSION, VTTIF_ERROR_UNAVAILABLE (tcpdump, PVM or mpirun is not there),
 * VTTIF_ERROR_IO (the output directory), VTTIF_ERROR_ARGUMENT (launcher, program).
 * Release the result with offline_result_clear in both cases; its hosts are those of the options.
 */
bool offline_run(const struct offline_options *options, struct offline_result *result,
                 GError **error);
void offline_result_clear(struct offline_result *result);

/* The launchers' names, NULL at the end. */
const char *const *offline_launchers(void);

/* --- test bed ------------------------------------------------------------------------------ */

struct offline_testbed;
typedef struct offline_testbed offline_testbed; /* the name that g_autoptr wants */

/*
 * Makes a test bed of n hosts on this machine (vttif-testbed hold N, plus further options, NULL at
 * their end or NULL). *hosts_path gets the path of its hosts file, owned by the test bed. It lives
 * until offline_testbed_stop, and not longer than we do. Takes about 50 ms a host.
 */
struct offline_testbed *offline_testbed_start(unsigned n, const char *const *options,
                                              const char **hosts_path, GError **error);
void offline_testbed_stop(struct offline_testbed *testbed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(offline_testbed, offline_testbed_stop)

#endif
