// SPDX-License-Identifier: Apache-2.0
/* A test bed for as long as we hold it: the child "vttif-testbed hold N". */
#include "offline/offline.h"

#include <poll.h>
#include <vttif/error.h>

#include "offline/launcher.h"
#include "offline/script.h"
#include "offline/tool.h"

#define START_SECONDS 90
#define STOP_SECONDS  20

struct offline_testbed {
    struct script script;
    char *hosts_path;
    GString *complaints;
};

/* It says the path of its hosts file, or what is wrong. */
static void take_line(const char *line, void *data)
{
    struct offline_testbed *testbed = data;
    if (line[0] == '/' && !testbed->hosts_path)
        testbed->hosts_path = g_strdup(line);
    else if (testbed->complaints->len < SCRIPT_LINE_MAX)
        g_string_append_printf(testbed->complaints, "%s%s", testbed->complaints->len ? "; " : "",
                               line);
}

static bool start(struct offline_testbed *testbed, unsigned n, const char *const *options,
                  GError **error)
{
    g_autofree char *program = tool_find("vttif-testbed", "testbed", "VTTIF_TESTBED");
    if (!program) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "the program vttif-testbed is not there: name it in VTTIF_TESTBED");
        return false;
    }
    g_autofree char *number = g_strdup_printf("%u", n);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_strv_builder_add_many(words, program, "hold", number, NULL);
    if (options)
        g_strv_builder_addv(words, (const char **)options);
    g_auto(GStrv) argv = g_strv_builder_end(words);
    return script_start(&testbed->script, argv, -1, NULL, error);
}

static bool wait_for_hosts(struct offline_testbed *testbed, GError **error)
{
    struct script *script = &testbed->script;
    gint64 deadline = g_get_monotonic_time() + START_SECONDS * G_USEC_PER_SEC;
    while (!testbed->hosts_path && script_is_running(script) && g_get_monotonic_time() < deadline)
        scripts_poll(&script, 1, NULL, 0, 1000);
    if (testbed->hosts_path)
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_HOST, "cannot make a test bed: %s",
                testbed->complaints->len ? testbed->complaints->str : "no answer");
    return false;
}

struct offline_testbed *offline_testbed_start(unsigned n, const char *const *options,
                                              const char **hosts_path, GError **error)
{
    g_autoptr(offline_testbed) testbed = g_new0(struct offline_testbed, 1);
    testbed->complaints = g_string_new(NULL);
    testbed->script.on_line = take_line;
    testbed->script.data = testbed;
    if (!start(testbed, n, options, error) || !wait_for_hosts(testbed, error))
        return NULL;
    *hosts_path = testbed->hosts_path;
    return g_steal_pointer(&testbed);
}

void offline_testbed_stop(struct offline_testbed *testbed)
{
    struct script *script = &testbed->script;
    gint64 deadline = g_get_monotonic_time() + STOP_SECONDS * G_USEC_PER_SEC;
    script_close(script);
    while (script_is_running(script) && g_get_monotonic_time() < deadline)
        scripts_poll(&script, 1, NULL, 0, 1000);
    script_clear(script);
    g_string_free(testbed->complaints, TRUE);
    g_free(testbed->hosts_path);
    g_free(testbed);
}
