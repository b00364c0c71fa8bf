// SPDX-License-Identifier: Apache-2.0
#include "cli/asking.h"

#include <vttif/error.h>
#include <vttif/view.h>

struct asking asking;
const GOptionEntry asking_entries[] = {
    {"socket", 'S', 0, G_OPTION_ARG_FILENAME, &asking.socket, "of vttifd (" VTTIF_CLIENT_SOCKET ")",
     "PATH"},
    {"url", 0, 0, G_OPTION_ARG_STRING, &asking.url,
     "of a vttifd that listens to TCP: http://HOST:PORT", "URL"},
    {"token-file", 0, 0, G_OPTION_ARG_FILENAME, &asking.token_file,
     "whose first line is the token for --url", "FILE"},
    {0},
};

struct vttif_client *asking_client(unsigned timeout_ms)
{
    struct vttif_client_options options = {.socket = asking.socket,
                                           .url = asking.url,
                                           .token_file = asking.token_file,
                                           .timeout_ms = timeout_ms};
    g_autoptr(GError) error = NULL;
    if (asking.socket && asking.url) {
        cli_fail("--socket and --url are two places; give one");
        return NULL;
    }
    struct vttif_client *client = vttif_client_new(&options, &error);
    if (!client)
        cli_fail("%s", error->message);
    return client;
}

struct vttif_matrix *asking_matrix(struct vttif_client *client, const char *path, GError **error)
{
    size_t length;
    g_autofree char *json = vttif_client_ask(client, path, NULL, &length, error);
    return json ? vttif_view_read(json, length, "the answer of vttifd", 1, NULL, error) : NULL;
}

/* --- JSON ------------------------------------------------------------------------------------ */

JsonNode *asking_object(const char *json, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(JsonNode) root = json_from_string(json, &why);
    if (root && JSON_NODE_HOLDS_OBJECT(root))
        return g_steal_pointer(&root);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "what answers is no vttifd: %s",
                why ? why->message : "expected a JSON object");
    return NULL;
}

const char *asking_text(JsonNode *object, const char *member)
{
    const char *text =
        json_object_get_string_member_with_default(json_node_get_object(object), member, NULL);
    return text ? text : "?";
}

double asking_number(JsonNode *object, const char *member)
{
    return json_object_get_double_member_with_default(json_node_get_object(object), member, 0);
}

JsonArray *asking_array(JsonNode *object, const char *member)
{
    JsonNode *node = json_object_get_member(json_node_get_object(object), member);
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}
