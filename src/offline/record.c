// SPDX-License-Identifier: Apache-2.0
#include "offline/record.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vttif/error.h>

#include "base/cursor.h"

#define FILE_HEADER_BYTES   24
#define RECORD_HEADER_BYTES 16
#define CAPTURED_AT         8 /* offset of the captured length in a record's header */
#define MAGIC_MICRO         0xa1b2c3d4u
#define MAGIC_NANO          0xa1b23c4du
/* A disk with less room than this is called full. */
#define FULL_BYTES (64u << 10)

static uint64_t count_records(struct cursor cursor, bool big_endian)
{
    uint64_t frames = 0;
    const uint8_t *header;
    while ((header = cursor_take(&cursor, RECORD_HEADER_BYTES))) {
        uint32_t captured = be32(header + CAPTURED_AT);
        if (!cursor_take(&cursor, big_endian ? captured : GUINT32_SWAP_LE_BE(captured)))
            break;
        frames++;
    }
    return frames;
}

static bool is_magic(uint32_t value)
{
    return value == MAGIC_MICRO || value == MAGIC_NANO;
}

bool record_count_frames(const char *path, uint64_t *frames, GError **error)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
    if (!file)
        return false;
    const uint8_t *bytes = (const uint8_t *)g_mapped_file_get_contents(file);
    struct cursor cursor = {.at = bytes, .end = bytes + g_mapped_file_get_length(file)};
    const uint8_t *header = cursor_take(&cursor, FILE_HEADER_BYTES);
    uint32_t magic = header ? be32(header) : 0;
    if (!is_magic(magic) && !is_magic(GUINT32_SWAP_LE_BE(magic))) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s has no capture's header", path);
        return false;
    }
    *frames = count_records(cursor, is_magic(magic));
    return true;
}

/* --- judgement ----------------------------------------------------------------------------- */

static bool disk_is_full(const char *path)
{
    struct statvfs disk;
    return statvfs(path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < FULL_BYTES;
}

static char *file_problem(const struct capture *capture, uint64_t *frames)
{
    const char *host = capture->host->name;
    g_autoptr(GError) error = NULL;
    *frames = 0;
    bool readable = record_count_frames(capture->file, frames, &error);
    if (readable && *frames >= capture->counts.captured)
        return NULL;
    const char *why = disk_is_full(capture->file) ? ": the disk is full" : "";
    if (!readable)
        return g_strdup_printf("%s: %s%s", host, error->message, why);
    return g_strdup_printf("%s: %s holds %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frames%s",
                           host, capture->file, *frames, capture->counts.captured, why);
}

static char *capture_problem(const struct capture *capture)
{
    uint64_t captured = capture->counts.captured;
    if (!capture->stopping) {
        g_autoptr(GError) error = NULL;
        capture_set_error(capture, &error);
        return g_strdup_printf("%s; the capture ended before the program", error->message);
    }
    if (captured < capture->target)
        return g_strdup_printf("%s: %" G_GUINT64_FORMAT " frames were still in the kernel when the "
                               "capture was stopped",
                               capture->host->name, capture->target - captured);
    return NULL;
}

/* What tcpdump left unread when it was stopped came after the program's end, unless it was needed
 * to reach the target: it is no part of the run, and not counted as received. */
static uint64_t received_in_run(const struct capture *capture)
{
    uint64_t captured = capture->counts.captured;
    uint64_t missing = capture->target > captured ? capture->target - captured : 0;
    return captured + missing + capture->counts.dropped;
}

void record_judge(struct capture *capture, struct offline_capture *result)
{
    uint64_t in_file;
    g_autofree char *lost_before = capture_problem(capture);
    g_autofree char *lost_in_file = file_problem(capture, &in_file);
    *result = (struct offline_capture){
        .host = capture->host,
        .file = g_strdup(capture->file),
        .interface = g_strdup(capture->interface),
        .received = received_in_run(capture),
        .captured = in_file,
        .dropped = capture->counts.dropped,
        .complete = !lost_before && !lost_in_file,
    };
    result->problem = lost_in_file ? g_steal_pointer(&lost_in_file) : g_steal_pointer(&lost_before);
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void add_text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static void add_number(JsonBuilder *json, const char *name, uint64_t value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, (gint64)value);
}

static void add_time(JsonBuilder *json, const char *name, gint64 time_us)
{
    g_autoptr(GDateTime) whole = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) exact = g_date_time_add(whole, time_us % G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format_iso8601(exact);
    add_text(json, name, text);
}

static void add_addresses(JsonBuilder *json, const struct vttif_host *host)
{
    json_builder_set_member_name(json, "addresses");
    json_builder_begin_array(json);
    for (size_t i = 0; i < host->n_addresses; i++) {
        char text[VTTIF_ADDRESS_TEXT_MAX];
        vttif_address_format(&host->addresses[i], text);
        json_builder_add_string_value(json, text);
    }
    json_builder_end_array(json);
}

static JsonNode *describe(const struct capture *capture, const struct offline_capture *result,
                          unsigned snaplen, const char *launcher)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autofree char *file = g_path_get_basename(capture->file);
    json_builder_begin_object(json);
    add_text(json, "schema", "vttif.capture/1");
    add_text(json, "host", capture->host->name);
    add_addresses(json, capture->host);
    add_text(json, "interface", capture->interface);
    add_text(json, "file", file);
    add_number(json, "snaplen", snaplen);
    add_time(json, "started", capture->started_us);
    add_time(json, "ended", capture->ended_us);
    add_number(json, "received", result->received);
    add_number(json, "captured", result->captured);
    add_number(json, "dropped", result->dropped);
    json_builder_set_member_name(json, "complete");
    json_builder_add_boolean_value(json, result->complete);
    if (launcher)
        add_text(json, "launcher", launcher);
    if (result->problem)
        add_text(json, "problem", result->problem);
    json_builder_end_object(json);
    return json_builder_get_root(json);
}

bool record_write(const struct capture *capture, const struct offline_capture *result,
                  unsigned snaplen, const char *launcher, GError **error)
{
    JsonNode *root = describe(capture, result, snaplen, launcher);
    g_autofree char *text = json_to_string(root, TRUE);
    json_node_unref(root);
    g_autofree char *lines = g_strconcat(text, "\n", NULL);
    g_autofree char *path =
        g_strdup_printf("%.*s.json", (int)(strlen(capture->file) - strlen(".pcap")), capture->file);
    return g_file_set_contents(path, lines, -1, error);
}
