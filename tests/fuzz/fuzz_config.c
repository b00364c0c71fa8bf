// SPDX-License-Identifier: Apache-2.0
/* A configuration is refused with file and line, or gives values that are in their ranges. */
#include "daemon/config.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_values(const struct config *config)
{
    g_assert_cmpint(config->trigger.time_bound_ns, >, 0);
    g_assert_cmpint(config->trigger.tmax_ns, >, 0);
    g_assert_cmpint(config->trigger.twait_ns, >, 0);
    g_assert_true(config->history.seconds >= 1 && config->history.seconds <= HISTORY_LENGTH_MAX);
    g_assert_cmpuint(config->history.budget, >, 0);
    g_assert_true(config->max_pairs >= 1 && config->max_pairs <= LIVE_PAIRS_MAX);
    g_assert_true(config->speed >= 0);
    for (guint i = 0; i < config->rules->len; i++) {
        size_t length = strlen(g_array_index(config->rules, struct live_rule, i).glob);
        g_assert_true(length > 0 && length < 16);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(config_handle) config = config_parse(text, "fuzz.conf", &error);
    g_assert_true((config == NULL) == (error != NULL));
    if (error)
        g_assert_true(g_str_has_prefix(error->message, "fuzz.conf:"));
    else
        check_values(config);
    return 0;
}
