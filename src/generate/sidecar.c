// SPDX-License-Identifier: Apache-2.0
#include "generate/sidecar.h"
#include <vttif/error.h>

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA_FAMILY "vttif.capture/"
#define SCHEMA        SCHEMA_FAMILY "1"

/* "DIR/h1-20260131-120000.pcap" -> "DIR/h1-20260131-120000.json" */
static char *sidecar_path(const char *capture)
{
    const char *suffix = strrchr(capture, '.');
    size_t stem = suffix && !strchr(suffix, '/') ? (size_t)(suffix - capture) : strlen(capture);
    return g_strdup_printf("%.*s.json", (int)stem, capture);
}

static bool damaged(GError **error, const char *path, const char *what)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                "%s: %s; expected a capture's description (schema " SCHEMA
                "): mend it or delete it",
                path, what);
    return false;
}

static JsonNode *member(JsonObject *object, const char *name, JsonNodeType type)
{
    JsonNode *node = json_object_get_member(object, name);
    return node && JSON_NODE_TYPE(node) == type ? node : NULL;
}

static const char *member_string(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name, JSON_NODE_VALUE);
    return node ? json_node_get_string(node) : NULL;
}

static bool parse_addresses(struct sidecar *sidecar, JsonObject *object)
{
    JsonNode *node = member(object, "addresses", JSON_NODE_ARRAY);
    guint n = node ? json_array_get_length(json_node_get_array(node)) : 0;
    for (guint i = 0; i < n; i++) {
        JsonNode *element = json_array_get_element(json_node_get_array(node), i);
        const char *text = JSON_NODE_HOLDS_VALUE(element) ? json_node_get_string(element) : NULL;
        struct vttif_address address;
        if (!text || !vttif_address_parse(text, &address))
            return false;
        g_array_append_val(sidecar->addresses, address);
    }
    return n > 0 && n <= VTTIF_HOST_ADDRESSES_MAX;
}

/* A member that may be absent, but if it is there must be of its type. */
static bool parse_dropped(struct sidecar *sidecar, JsonObject *object)
{
    if (!json_object_has_member(object, "dropped"))
        return true;
    JsonNode *node = member(object, "dropped", JSON_NODE_VALUE);
    if (!node || json_node_get_value_type(node) != G_TYPE_INT64 || json_node_get_int(node) < 0)
        return false;
    sidecar->dropped = (uint64_t)json_node_get_int(node);
    return true;
}

static bool parse_complete(struct sidecar *sidecar, JsonObject *object)
{
    sidecar->complete = true;
    if (!json_object_has_member(object, "complete"))
        return true;
    JsonNode *node = member(object, "complete", JSON_NODE_VALUE);
    if (!node || json_node_get_value_type(node) != G_TYPE_BOOLEAN)
        return false;
    sidecar->complete = json_node_get_boolean(node);
    return true;
}

static bool parse_launcher(struct sidecar *sidecar, JsonObject *object)
{
    if (!json_object_has_member(object, "launcher"))
        return true;
    const char *ports = member_string(object, "launcher");
    return ports && vttif_ports_add(&sidecar->launcher, ports);
}

static bool parse_host(struct sidecar *sidecar, JsonObject *object)
{
    const char *host = member_string(object, "host");
    sidecar->host = g_strdup(host);
    return host && *host && !strpbrk(host, " \t\r\n#");
}

static bool parse(struct sidecar *sidecar, JsonObject *object, const char *path, GError **error)
{
    if (!parse_host(sidecar, object))
        return damaged(error, path, "no \"host\", or one that is no name");
    if (!parse_addresses(sidecar, object))
        return damaged(error, path, "no \"addresses\", or one that is none");
    if (!parse_dropped(sidecar, object))
        return damaged(error, path, "\"dropped\" is not a number of frames");
    if (!parse_complete(sidecar, object))
        return damaged(error, path, "\"complete\" is neither true nor false");
    if (!parse_launcher(sidecar, object))
        return damaged(error, path, "\"launcher\" is not a list of ports");
    return true;
}

/* json-glib calls itself for each level and overflows the stack on a file of brackets. */
#define DEPTH_MAX 16
static bool is_shallow(const char *text, size_t length)
{
    int depth = 0;
    for (size_t i = 0; i < length && depth <= DEPTH_MAX; i++)
        depth += (text[i] == '[' || text[i] == '{') - (text[i] == ']' || text[i] == '}');
    return depth <= DEPTH_MAX;
}

struct sidecar *sidecar_parse(const char *text, size_t length, const char *path, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) reason = NULL;
    if (length > SIDECAR_BYTES_MAX || !is_shallow(text, length) ||
        !json_parser_load_from_data(parser, text, (gssize)length, &reason)) {
        damaged(error, path, reason ? reason->message : "too long or too deeply nested");
        return NULL;
    }
    JsonNode *root = json_parser_get_root(parser);
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    const char *schema = object ? member_string(object, "schema") : NULL;
    if (schema && !g_str_has_prefix(schema, SCHEMA_FAMILY))
        return NULL; /* something else's */
    if (g_strcmp0(schema, SCHEMA) != 0) {
        damaged(error, path, object ? "another \"schema\" or none" : "not a JSON object");
        return NULL;
    }
    g_autoptr(sidecar_handle) sidecar = g_new0(struct sidecar, 1);
    sidecar->addresses = g_array_new(FALSE, FALSE, sizeof(struct vttif_address));
    if (!parse(sidecar, object, path, error))
        return NULL;
    return g_steal_pointer(&sidecar);
}

/* The text, up to a byte more than a sidecar may have; NULL without error if there is no file. */
static char *load(const char *path, size_t *length, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return NULL; /* a pipe or a directory of that name is something else */
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return NULL;
    char *text = g_malloc(SIDECAR_BYTES_MAX + 1);
    *length = file ? fread(text, 1, SIDECAR_BYTES_MAX + 1, file) : 0;
    if (!file || ferror(file)) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s: %s", path, g_strerror(errno));
        g_clear_pointer(&text, g_free);
    }
    if (file)
        fclose(file);
    return text;
}

struct sidecar *sidecar_read(const char *capture, GError **error)
{
    g_autofree char *path = sidecar_path(capture);
    if (strcmp(capture, "-") == 0 || strcmp(path, capture) == 0)
        return NULL;
    size_t length;
    g_autofree char *text = load(path, &length, error);
    if (!text || length > SIDECAR_BYTES_MAX) /* longer: a matrix that was made of the capture */
        return NULL;
    return sidecar_parse(text, length, path, error);
}

void sidecar_free(struct sidecar *sidecar)
{
    if (!sidecar)
        return;
    g_free(sidecar->host);
    g_array_unref(sidecar->addresses);
    g_free(sidecar);
}
