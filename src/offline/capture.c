// SPDX-License-Identifier: Apache-2.0
#include "offline/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vttif/error.h>

#include "offline/scripts.h"

#define COMPLAINTS_MAX 2000
#define SSH_FAILED     255

/* --- what it says -------------------------------------------------------------------------- */

/* tcpdump counts in 32 bits; we are asked often enough to see each turn. */
static void advance(uint64_t *count, unsigned now)
{
    *count += (uint32_t)(now - (uint32_t)*count);
}

/* "12 packets received by filter", alone on its line or one of several parted by commas. */
static bool take_count(struct capture *capture, const char *text)
{
    static const struct {
        const char *what;
        size_t offset;
    } counters[] = {
        {"captured", offsetof(struct capture_counts, captured)},
        {"received by filter", offsetof(struct capture_counts, received)},
        {"dropped by kernel", offsetof(struct capture_counts, dropped)},
        {"dropped by interface", G_MAXSIZE}, /* before anyone could capture: not ours to report */
    };
    unsigned count;
    int length = 0;
    if (sscanf(text, "%u packet%n", &count, &length) != 1 || length == 0)
        return false;
    text += length + (text[length] == 's') + 1;
    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
        if (strcmp(text, counters[i].what) != 0)
            continue;
        if (counters[i].offset != G_MAXSIZE)
            advance((uint64_t *)((char *)&capture->counts + counters[i].offset), count);
        if (strcmp(text, "dropped by kernel") == 0 && !capture_has_answered(capture))
            capture->answers++;
        return true;
    }
    return false;
}

static bool take_counts(struct capture *capture, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, ", ", -1);
    bool all = parts[0] != NULL;
    for (size_t i = 0; parts[i] && all; i++)
        all = take_count(capture, parts[i]);
    return all;
}

static bool take_listening(struct capture *capture, const char *line)
{
    static const char prefix[] = "listening on ";
    if (!g_str_has_prefix(line, prefix))
        return false;
    const char *name = line + strlen(prefix);
    capture->interface = g_strndup(name, strcspn(name, ","));
    capture->listening = true;
    capture->started_us = g_get_real_time();
    return true;
}

static void take_line(const char *line, void *data)
{
    struct capture *capture = data;
    const char *said = line + (g_str_has_prefix(line, "tcpdump: ") ? strlen("tcpdump: ") : 0);
    if (!capture->listening && take_listening(capture, said))
        return;
    if (capture->listening && take_counts(capture, said))
        return;
    if (g_str_has_prefix(line, "vttif: ended "))
        return;
    if (*line && capture->complaints->len < COMPLAINTS_MAX)
        g_string_append_printf(capture->complaints, "%s%s", capture->complaints->len ? "; " : "",
                               said);
}

/* --- what we ask --------------------------------------------------------------------------- */

void capture_ask(struct capture *capture)
{
    if (!capture_has_answered(capture) || !script_is_running(&capture->script))
        return;
    capture->questions++;
    script_send(&capture->script, "stats\n");
}

uint64_t capture_expected(const struct capture *capture)
{
    const struct capture_counts *counts = &capture->counts;
    uint64_t kept = counts->received - counts->dropped;
    return strcmp(capture->interface, "lo") == 0 ? kept / 2 : kept;
}

void capture_stop(struct capture *capture)
{
    if (!capture->stopping)
        capture->ended_us = g_get_real_time();
    capture->stopping = true;
    script_close(&capture->script);
}

/* --- why it failed ------------------------------------------------------------------------- */

static void address_text(const struct vttif_host *host, char text[VTTIF_ADDRESS_TEXT_MAX])
{
    struct vttif_address address = host->addresses[0];
    for (size_t i = 0; i < host->n_addresses; i++)
        if (host->addresses[i].kind != VTTIF_ADDRESS_MAC) {
            address = host->addresses[i];
            break;
        }
    address.port = 0;
    vttif_address_format(&address, text);
}

static bool complained(const struct capture *capture, const char *text)
{
    return strstr(capture->complaints->str, text) != NULL;
}

static bool ssh_failed(const struct capture *capture)
{
    int status = capture->script.status;
    return capture->host->via == VTTIF_VIA_SSH && !script_is_running(&capture->script) &&
           WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED;
}

void capture_set_error(const struct capture *capture, GError **error)
{
    const struct vttif_host *host = capture->host;
    const char *said = capture->complaints->len ? capture->complaints->str : "nothing was said";
    char address[VTTIF_ADDRESS_TEXT_MAX];
    address_text(host, address);
    int code = VTTIF_ERROR_HOST;
    g_autofree char *what = NULL;
    if (ssh_failed(capture)) {
        what = g_strdup_printf("cannot be reached (%s): 'ssh %s true' must work without a question",
                               said, host->target);
    } else if (complained(capture, "vttif: no-tcpdump")) {
        code = VTTIF_ERROR_UNAVAILABLE;
        what = g_strdup("has no tcpdump: install it there");
    } else if (complained(capture, "vttif: no-interface")) {
        what = g_strdup_printf("no interface there has the address %s: correct the hosts file, or "
                               "name one with interface=IF",
                               address);
    } else if (complained(capture, "No such device")) {
        what = g_strdup_printf("there is no such interface (%s)", said);
    } else if (complained(capture, "permission") || complained(capture, "ermission denied") ||
               complained(capture, "not permitted")) {
        code = VTTIF_ERROR_PERMISSION;
        what = g_strdup_printf("may not capture there (%s): it takes root, or tcpdump with the "
                               "capability cap_net_raw",
                               said);
    } else if (complained(capture, "No space left")) {
        code = VTTIF_ERROR_IO;
        what = g_strdup_printf("the disk is full (%s)", said);
    } else {
        what = g_strdup_printf("the capture failed (%s)", said);
    }
    g_set_error(error, VTTIF_ERROR, code, "%s: %s", host->name, what);
}

/* --- start and end ------------------------------------------------------------------------- */

static bool create_file(struct capture *capture, int *descriptor, GError **error)
{
    *descriptor = open(capture->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (*descriptor >= 0)
        return true;
    g_set_error(error, VTTIF_ERROR,
                errno == EACCES || errno == EPERM ? VTTIF_ERROR_PERMISSION : VTTIF_ERROR_IO,
                "%s: cannot create %s: %s; choose another output directory", capture->host->name,
                capture->file, g_strerror(errno));
    return false;
}

static char **capture_argv(const struct capture *capture, const struct capture_settings *settings)
{
    const struct vttif_host *host = capture->host;
    const char *interface = host->interface ? host->interface : settings->interface;
    char address[VTTIF_ADDRESS_TEXT_MAX], snaplen[16], kib[16];
    address_text(host, address);
    snprintf(snaplen, sizeof snaplen, "%u", settings->snaplen);
    snprintf(kib, sizeof kib, "%u", settings->buffer_kib);
    const char *file = host->via == VTTIF_VIA_SSH ? "" : capture->file;
    const char *const arguments[] = {interface ? interface : "", address, file, snaplen, kib, NULL};
    return script_argv(host, ENTER_CAPTURE, NULL, capture_script, arguments);
}

bool capture_start(struct capture *capture, const struct vttif_host *host, char *file,
                   const struct capture_settings *settings, const struct signals *signals,
                   GError **error)
{
    *capture = (struct capture){.host = host, .complaints = g_string_new(NULL)};
    capture->script.on_line = take_line;
    capture->script.data = capture;
    int output;
    capture->file = file;
    if (!create_file(capture, &output, error)) {
        g_clear_pointer(&capture->file, g_free); /* it is not ours to remove */
        return false;
    }
    g_auto(GStrv) argv = capture_argv(capture, settings);
    bool started = script_start(&capture->script, argv, output, signals, error);
    if (!started)
        g_prefix_error(error, "%s: ", host->name);
    close(output);
    return started;
}

void capture_clear(struct capture *capture)
{
    script_clear(&capture->script);
    g_clear_pointer(&capture->file, g_free);
    g_clear_pointer(&capture->interface, g_free);
    if (capture->complaints)
        g_string_free(g_steal_pointer(&capture->complaints), TRUE);
}
