// SPDX-License-Identifier: Apache-2.0
/* A request, "METHOD PATH[?PARAMETERS]" and a body behind the first line, is answered: with JSON
 * that has a schema, or with metrics; an error has a sentence. */
#include "asked.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct api_answer *answer)
{
    if (g_str_has_prefix(answer->type, "text/plain")) {
        g_assert_cmpuint(answer->status, ==, 200);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) root = json_from_string(answer->body->str, &error);
    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(root);
    const char *schema = json_object_get_string_member(object, "schema");
    g_assert_true(g_str_has_prefix(schema, "vttif."));
    g_assert_true((answer->status == 200) == (strcmp(schema, "vttif.error/1") != 0));
    if (answer->status != 200)
        g_assert_cmpstr(json_object_get_string_member(object, "error"), !=, "");
}

/* As libsoup hands them on: decoded, and UTF-8 or not. */
static void ask(const char *line, const char *text)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    if (!words[0] || !words[1])
        return;
    char *mark = strchr(words[1], '?');
    g_autoptr(GHashTable) parameters = mark ? soup_form_decode(mark + 1) : NULL;
    struct api_answer answer;
    if (mark)
        *mark = '\0';
    api_answer(&asked, words[0], words[1], parameters, *text ? text : NULL, &answer);
    if (answer.matrix)
        api_recognize(&answer);
    check(&answer);
    api_answer_clear(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *input = g_strndup((const char *)data, size);
    size_t line = strcspn(input, "\n");
    const char *text = input[line] ? input + line + 1 : "";
    asked_make();
    input[line] = '\0';
    ask(input, g_utf8_validate(text, -1, NULL) ? text : "");
    return 0;
}
