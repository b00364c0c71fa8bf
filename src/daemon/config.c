// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"
#include "daemon/values.h"

#include <stddef.h>
#include <string.h>
#include <vttif/error.h>

#define NS_PER_MS             INT64_C(1000000)
#define NS_PER_S              INT64_C(1000000000)
#define QUERY_CONNECTIONS_MAX 10000
#define SQL_ROWS_MAX          10000000
#define SQL_TIME_MAX_MS       30000
#define IDLE_NS               (600 * NS_PER_S)

/* --- kinds of values: each stores at `to`, or says what it expected -----------------------------
 */

typedef const char *store_func(struct config *config, void *to, const char *value);

static const char *store_text(struct config *config, void *to, const char *value)
{
    char **text = to;
    g_free(*text);
    *text = *value ? g_strdup(value) : NULL;
    return NULL;
}

static const char *store_bool(struct config *config, void *to, const char *value)
{
    return value_bool(value, to) ? NULL : "yes or no";
}

static const char *store_bytes(struct config *config, void *to, const char *value)
{
    return value_bytes(value, to) ? NULL : "a number of bytes, such as 1500, 1 MB or 512 MiB";
}

static const char *store_memory(struct config *config, void *to, const char *value)
{
    uint64_t bytes;
    if (!value_bytes(value, &bytes) || bytes == 0 || bytes > SIZE_MAX)
        return "a number of bytes above 0, such as 512 MiB";
    *(size_t *)to = (size_t)bytes;
    return NULL;
}

static const char *store_duration(struct config *config, void *to, const char *value)
{
    int64_t ns;
    if (!value_duration_ns(value, &ns) || ns <= 0)
        return "a time with its unit, such as 100 ms, 5 s or 2 min";
    *(int64_t *)to = ns;
    return NULL;
}

static const char *store_duration_or_0(struct config *config, void *to, const char *value)
{
    if (strcmp(value, "0") != 0)
        return store_duration(config, to, value) ? "0, or a time with its unit, such as 10 min"
                                                 : NULL;
    *(int64_t *)to = 0;
    return NULL;
}

static const char *store_length(struct config *config, void *to, const char *value)
{
    uint64_t number;
    if (!value_whole(value, 1, HISTORY_LENGTH_MAX, &number))
        return "a whole number from 1 to 1048576";
    *(unsigned *)to = (unsigned)number;
    return NULL;
}

static const char *store_pairs(struct config *config, void *to, const char *value)
{
    return value_whole(value, 1, LIVE_PAIRS_MAX, to) ? NULL : "a whole number from 1 to 4194304";
}

static const char *store_connections(struct config *config, void *to, const char *value)
{
    uint64_t number;
    if (!value_whole(value, 1, QUERY_CONNECTIONS_MAX, &number))
        return "a whole number from 1 to 10000";
    *(unsigned *)to = (unsigned)number;
    return NULL;
}

static const char *store_rows(struct config *config, void *to, const char *value)
{
    uint64_t number;
    if (!value_whole(value, 1, SQL_ROWS_MAX, &number))
        return "a whole number from 1 to 10000000";
    *(size_t *)to = (size_t)number;
    return NULL;
}

static const char *store_patience(struct config *config, void *to, const char *value)
{
    int64_t ns;
    if (!value_duration_ns(value, &ns) || ns < NS_PER_S || ns > 3600 * NS_PER_S || ns % NS_PER_S)
        return "whole seconds from 1 s to 1 h, such as 30 s";
    *(unsigned *)to = (unsigned)(ns / NS_PER_S);
    return NULL;
}

static const char *store_query_time(struct config *config, void *to, const char *value)
{
    int64_t ns;
    if (!value_duration_ns(value, &ns) || ns < NS_PER_MS || ns > SQL_TIME_MAX_MS * NS_PER_MS)
        return "a time from 1 ms to 30 s, such as 5 s";
    *(unsigned *)to = (unsigned)(ns / NS_PER_MS);
    return NULL;
}

static const char *store_speed(struct config *config, void *to, const char *value)
{
    if (strcmp(value, "max") == 0)
        *(double *)to = 0;
    else if (!value_number(value, to) || *(double *)to <= 0)
        return "a number above 0, or max";
    return NULL;
}

static const char *store_source(struct config *config, void *to, const char *value)
{
    const char *const names[] = {[CONFIG_AUTO] = "auto",
                                 [CONFIG_EBPF] = "ebpf",
                                 [CONFIG_AF_PACKET] = "af_packet",
                                 [CONFIG_REPLAY] = "replay"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(value, names[i]) == 0) {
            *(enum config_source *)to = (enum config_source)i;
            return NULL;
        }
    return "auto, ebpf, af_packet or replay";
}

static const char *store_key(struct config *config, void *to, const char *value)
{
    const char *const names[] = {
        [VTTIF_KEY_IP] = "ip", [VTTIF_KEY_MAC] = "mac", [VTTIF_KEY_PORT] = "port"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(value, names[i]) == 0) {
            *(enum vttif_key *)to = (enum vttif_key)i;
            return NULL;
        }
    return "ip, mac or port";
}

static const char *store_count(struct config *config, void *to, const char *value)
{
    enum vttif_count count;
    if (!vttif_count_parse(value, &count) || count == VTTIF_COUNT_UNKNOWN)
        return "frame, ip or payload";
    *(enum vttif_count *)to = count;
    return NULL;
}

static const char *store_keep(struct config *config, void *to, const char *value)
{
    g_auto(GStrv) names = g_strsplit_set(value, ", ;", -1);
    uint32_t keep = 0;
    for (char **name = names; *name; name++) {
        enum vttif_reason reason;
        if (!**name)
            continue;
        if (!vttif_reason_parse(*name, &reason) || reason == VTTIF_REASON_KEEP)
            return "names of noise, such as ssh, icmp, dns (vttif(1) lists them)";
        keep |= 1u << reason;
    }
    *(uint32_t *)to = keep;
    return NULL;
}

static const char *store_ports(struct config *config, void *to, const char *value)
{
    struct vttif_ports ports = {.n = 0};
    if (*value && !vttif_ports_add(&ports, value))
        return "up to 16 ports or ranges of ports, such as 29200-29263, 5000";
    *(struct vttif_ports *)to = ports;
    return NULL;
}

static bool glob_is_valid(const char *glob)
{
    size_t length = strlen(glob);
    return length > 0 && length < sizeof((struct live_interface *)0)->name && !strchr(glob, '/') &&
           !strchr(glob, ':');
}

/* "GLOB", "GLOB:port" or "GLOB:host". */
static bool add_interface(struct config *config, const char *rule)
{
    struct live_rule parsed = {.side = LIVE_SIDE_AUTO};
    g_autofree char *glob = g_strdup(rule);
    char *colon = strrchr(glob, ':');
    if (colon && strcmp(colon, ":port") == 0)
        parsed.side = LIVE_SIDE_PORT;
    else if (colon && strcmp(colon, ":host") == 0)
        parsed.side = LIVE_SIDE_HOST;
    if (colon && parsed.side != LIVE_SIDE_AUTO)
        *colon = '\0';
    if (!glob_is_valid(glob))
        return false;
    parsed.glob = glob;
    g_ptr_array_add(config->globs, g_steal_pointer(&glob));
    g_array_append_val(config->rules, parsed);
    return true;
}

static const char *store_interfaces(struct config *config, void *to, const char *value)
{
    g_auto(GStrv) rules = g_strsplit_set(value, ", ;", -1);
    for (char **rule = rules; *rule; rule++)
        if (**rule && !add_interface(config, *rule))
            return "names or patterns of interfaces, such as eth0, tap* or veth*:port";
    return NULL;
}

/* --- the table ----------------------------------------------------------------------------------
 */

struct setting {
    const char *group, *key;
    store_func *store;
    size_t offset;
    bool fixed; /* as long as the source is open */
};

#define SETTING(group, key, store, member, fixed)                                                  \
    {                                                                                              \
        group, key, store, offsetof(struct config, member), fixed                                  \
    }

static const struct setting settings[] = {
    SETTING("source", "type", store_source, source, true),
    SETTING("source", "interface", store_interfaces, rules, true),
    SETTING("source", "filter", store_text, filter, true),
    SETTING("source", "keep", store_keep, keep, true),
    SETTING("source", "launcher-ports", store_ports, launcher, true),
    SETTING("source", "key", store_key, key, true),
    SETTING("source", "count", store_count, count, true),
    SETTING("source", "hosts", store_text, hosts_file, false),
    SETTING("source", "vxlan", store_bool, vxlan, true),
    SETTING("source", "sent-only", store_bool, sent_only, true),
    SETTING("source", "pin", store_text, pin, true),
    SETTING("source", "discard", store_bool, discard, false),
    SETTING("source", "pairs", store_pairs, max_pairs, true),
    SETTING("source", "idle", store_duration_or_0, idle_ns, true),
    SETTING("source", "replay", store_text, replay, true),
    SETTING("source", "speed", store_speed, speed, true),
    SETTING("trigger", "byte-threshold", store_bytes, trigger.byte_threshold, false),
    SETTING("trigger", "time-bound", store_duration, trigger.time_bound_ns, false),
    SETTING("trigger", "tmax", store_duration, trigger.tmax_ns, false),
    SETTING("trigger", "twait", store_duration, trigger.twait_ns, false),
    SETTING("history", "seconds", store_length, history.seconds, false),
    SETTING("history", "minutes", store_length, history.minutes, false),
    SETTING("history", "hours", store_length, history.hours, false),
    SETTING("history", "memory", store_memory, history.budget, false),
    SETTING("query", "socket", store_text, query_socket, true),
    SETTING("query", "group", store_text, query_group, true),
    SETTING("query", "listen", store_text, query_listen, true),
    SETTING("query", "token-file", store_text, query_token_file, true),
    SETTING("query", "connections", store_connections, query_connections, true),
    SETTING("query", "patience", store_patience, query_patience, true),
    SETTING("query", "metrics-pairs", store_pairs, query_metrics_pairs, true),
    SETTING("query", "time", store_query_time, sql.milliseconds, true),
    SETTING("query", "rows", store_rows, sql.rows, true),
};

static const struct setting *find_setting(const char *group, const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        if (strcmp(settings[i].group, group) == 0 && (!key || strcmp(settings[i].key, key) == 0))
            return &settings[i];
    return NULL;
}

/* --- a configuration -------------------------------------------------------------------------- */

struct config *config_new(void)
{
    struct config *config = g_new0(struct config, 1);
    config->rules = g_array_new(FALSE, FALSE, sizeof(struct live_rule));
    config->globs = g_ptr_array_new_with_free_func(g_free);
    config->count = VTTIF_COUNT_FRAME;
    config->key = VTTIF_KEY_IP;
    config->max_pairs = LIVE_PAIRS_DEFAULT;
    config->idle_ns = IDLE_NS;
    config->speed = 1;
    config->trigger = (struct trigger_options){TRIGGER_BYTE_THRESHOLD, TRIGGER_TIME_BOUND_NS,
                                               TRIGGER_TMAX_NS, TRIGGER_TWAIT_NS};
    config->history = (struct history_options){.seconds = HISTORY_SECONDS,
                                               .minutes = HISTORY_MINUTES,
                                               .hours = HISTORY_HOURS,
                                               .budget = HISTORY_BUDGET};
    config->query_socket = g_strdup(QUERY_SOCKET);
    config->given = g_new0(char *, G_N_ELEMENTS(settings) + 1);
    return config;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    g_array_unref(config->rules);
    g_ptr_array_unref(config->globs);
    g_free(config->filter);
    g_free(config->hosts_file);
    g_free(config->pin);
    g_free(config->replay);
    g_free(config->query_socket);
    g_free(config->query_group);
    g_free(config->query_listen);
    g_free(config->query_token_file);
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        g_free(config->given[i]);
    g_free(config->given);
    g_free(config);
}

/* --- parsing ---------------------------------------------------------------------------------- */

static bool line_is_group(const char *line, const char *group)
{
    return *line == '[' && g_str_has_prefix(line + 1, group) && line[1 + strlen(group)] == ']';
}

static bool line_has_key(const char *line, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0)
        return false;
    while (line[length] == ' ' || line[length] == '\t')
        length++;
    return line[length] == '=';
}

/* GKeyFile keeps no line numbers, and of a key that is given twice the last. The line of the group,
 * or of the key's n-th time in it, from 0; 0 if there is none. */
static unsigned find_line(const char *text, const char *group, const char *key, unsigned n)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool inside = false;
    for (unsigned i = 0; lines[i]; i++) {
        char *line = g_strchug(lines[i]);
        if (*line == '[')
            inside = line_is_group(line, group);
        if (inside && (key ? line_has_key(line, key) : *line == '[') && n-- == 0)
            return i + 1;
    }
    return 0;
}

/* Takes a value; what was wrong with it, or NULL. */
static char *set(struct config *config, const char *group, const char *key, const char *value)
{
    const struct setting *setting = find_setting(group, key);
    if (!setting)
        return g_strdup_printf("[%s] has no key '%s'", group, key);
    const char *expected = setting->store(config, (char *)config + setting->offset, value);
    if (expected)
        return g_strdup_printf("'%s' is no value for %s; expected %s", value, key, expected);
    char **given = &config->given[setting - settings];
    char *both = g_strconcat(*given ? *given : "", ";", value, NULL);
    g_free(*given);
    *given = both;
    return NULL;
}

static char *set_from(struct config *config, GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *raw = g_key_file_get_string(file, group, key, NULL);
    if (!raw)
        return g_strdup_printf("%s is no text in UTF-8, or has an escape that does not exist", key);
    return set(config, group, key, g_strstrip(raw));
}

bool config_set(struct config *config, const char *group, const char *key, const char *value,
                GError **error)
{
    g_autofree char *problem = set(config, group, key, value);
    if (problem)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "%s", problem);
    return !problem;
}

static bool fail_at(GError **error, const char *file, unsigned line, const char *problem)
{
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s:%u: %s", file, line, problem);
    return false;
}

static bool set_group(struct config *config, GKeyFile *key_file, const char *group,
                      const char *text, const char *file, GError **error)
{
    if (!find_setting(group, NULL)) {
        g_autofree char *problem = g_strdup_printf(
            "there is no group [%s]; expected [source], [trigger], [history] or [query]", group);
        return fail_at(error, file, find_line(text, group, NULL, 0), problem);
    }
    g_auto(GStrv) keys = g_key_file_get_keys(key_file, group, NULL, NULL);
    for (char **key = keys; *key; key++) {
        unsigned again = find_line(text, group, *key, 1);
        g_autofree char *problem = again ? g_strdup_printf("%s is given a second time", *key)
                                         : set_from(config, key_file, group, *key);
        if (problem)
            return fail_at(error, file, again ? again : find_line(text, group, *key, 0), problem);
    }
    return true;
}

/* The line that GKeyFile stumbles over: the first that is neither empty, comment, group nor key. */
static unsigned find_bad_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool inside = false;
    for (unsigned i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);
        bool is_group = *line == '[' && strlen(line) > 2 && line[strlen(line) - 1] == ']';
        bool is_key = inside && strchr(line, '=') && *line != '=';
        if (*line && *line != '#' && !is_group && !is_key)
            return i + 1;
        inside = inside || is_group;
    }
    return 1;
}

struct config *config_parse(const char *text, const char *file, GError **error)
{
    g_autoptr(GKeyFile) key_file = g_key_file_new();
    g_autoptr(config_handle) config = config_new();
    if (*text && !g_key_file_load_from_data(key_file, text, (gsize)-1, G_KEY_FILE_NONE, NULL)) {
        fail_at(error, file, find_bad_line(text),
                "this is neither [GROUP], KEY = VALUE below one, nor a comment that begins with #");
        return NULL;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(key_file, NULL);
    for (char **group = groups; *group; group++)
        if (!set_group(config, key_file, *group, text, file, error))
            return NULL;
    return g_steal_pointer(&config);
}

/* --- the whole -------------------------------------------------------------------------------- */

bool config_check(const struct config *config, const char *file, GError **error)
{
    const char *problem = NULL;
    if (config->source == CONFIG_REPLAY && !config->replay)
        problem = "type = replay needs replay = FILE in [source]";
    else if (config->source != CONFIG_REPLAY && config->replay && config->source != CONFIG_AUTO)
        problem = "replay = FILE needs type = replay in [source]";
    else if (config->query_listen && !config->query_token_file)
        problem = "listen in [query] needs token-file: whoever reaches the port could ask";
    else if (!config->replay && config->rules->len == 0)
        problem = "nothing to watch; say interface = NAME in [source], or --interface NAME";
    if (problem)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s: %s", file, problem);
    return !problem;
}

bool config_has_default_socket(const struct config *config)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        if (settings[i].offset == offsetof(struct config, query_socket))
            return config->given[i] == NULL;
    return false;
}

char *config_fixed_differences(const struct config *a, const struct config *b)
{
    g_autoptr(GString) keys = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        if (settings[i].fixed && g_strcmp0(a->given[i], b->given[i]) != 0)
            g_string_append_printf(keys, "%s%s", keys->len ? ", " : "", settings[i].key);
    return keys->len ? g_string_free(g_steal_pointer(&keys), FALSE) : NULL;
}
