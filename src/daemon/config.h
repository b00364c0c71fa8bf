// SPDX-License-Identifier: Apache-2.0
/*
 * What vttifd.conf(5) says: groups of keys in the format of GKeyFile. A setting is a row of a table
 * in config.c: group, key, how its value is read and where it goes. What is not in the table is an
 * error, as is a key that is given twice: a typo must not pass for a default.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include "monitor/monitor.h"
#include "query/serve.h"

enum config_source { CONFIG_AUTO, CONFIG_EBPF, CONFIG_AF_PACKET, CONFIG_REPLAY };

struct config {
    /* [source] */
    enum config_source source;
    GArray *rules; /* of struct live_rule; globs owned by globs */
    GPtrArray *globs;
    char *filter; /* strings: NULL for none */
    uint32_t keep;
    struct vttif_ports launcher;
    enum vttif_key key;
    enum vttif_count count;
    char *hosts_file;
    bool vxlan, sent_only, discard;
    char *pin;
    uint64_t max_pairs;
    int64_t idle_ns;
    char *replay;
    double speed;
    /* [trigger], [history] */
    struct trigger_options trigger;
    struct history_options history;
    /* [query]; no socket and no listen: nobody can ask */
    char *query_socket, *query_group, *query_listen, *query_token_file;
    unsigned query_connections;
    unsigned query_patience; /* s */
    uint64_t query_metrics_pairs;
    struct sql_limits sql;
    char **given; /* by row of the table: what was said, or NULL */
};
typedef struct config config_handle; /* the name that g_autoptr wants */

/* What holds when nothing is said. */
struct config *config_new(void);
void config_free(struct config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(config_handle, config_free)

/* The settings of a text; file is its name for messages, "FILE:LINE: ...". Fails with
 * VTTIF_ERROR_FORMAT. */
struct config *config_parse(const char *text, const char *file, GError **error);
/* One setting, as an option gives it: in place of what was said before; interfaces are added. */
bool config_set(struct config *config, const char *group, const char *key, const char *value,
                GError **error);
/* What only the whole can show: nothing to watch, values that contradict each other. */
bool config_check(const struct config *config, const char *file, GError **error);
/* Whether query_socket is the default, not what somebody said. */
bool config_has_default_socket(const struct config *config);
/* The keys of the settings that differ and cannot change while a source is open, or NULL. To be
 * freed. */
char *config_fixed_differences(const struct config *a, const struct config *b);

#endif
