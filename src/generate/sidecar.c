// SPDX-License-Identifier: Apache-2.0
#include "generate/sidecar.h"
#include <vttif/error.h>

#include <json-glib/json-glib.h>
#include <string.h>

#define SCHEMA "vttif.capture/1"

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

static bool parse(struct sidecar *sidecar, JsonNode *root, const char *path, GError **error)
{
    if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        return damaged(error, path, "not a JSON object");
    JsonObject *object = json_node_get_object(root);
    if (g_strcmp0(member_string(object, "schema"), SCHEMA) != 0)
        return damaged(error, path, "its \"schema\" is another one");
    sidecar->host = g_strdup(member_string(object, "host"));
    if (!sidecar->host)
        return damaged(error, path, "no \"host\"");
    if (!parse_addresses(sidecar, object))
        return damaged(error, path, "no \"addresses\", or one that is none");
    gint64 dropped = json_object_get_int_member_with_default(object, "dropped", 0);
    if (dropped < 0)
        return damaged(error, path, "\"dropped\" is negative");
    sidecar->dropped = (uint64_t)dropped;
    sidecar->complete = json_object_get_boolean_member_with_default(object, "complete", TRUE);
    return true;
}

struct sidecar *sidecar_read(const char *capture, GError **error)
{
    g_autofree char *path = sidecar_path(capture);
    if (strcmp(capture, "-") == 0 || strcmp(path, capture) == 0 ||
        !g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) reason = NULL;
    if (!json_parser_load_from_file(parser, path, &reason)) {
        damaged(error, path, reason->message);
        return NULL;
    }
    g_autoptr(sidecar_handle) sidecar = g_new0(struct sidecar, 1);
    sidecar->addresses = g_array_new(FALSE, FALSE, sizeof(struct vttif_address));
    if (!parse(sidecar, json_parser_get_root(parser), path, error))
        return NULL;
    return g_steal_pointer(&sidecar);
}

void sidecar_free(struct sidecar *sidecar)
{
    if (!sidecar)
        return;
    g_free(sidecar->host);
    g_array_unref(sidecar->addresses);
    g_free(sidecar);
}
