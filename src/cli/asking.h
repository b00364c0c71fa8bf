// SPDX-License-Identifier: Apache-2.0
/* What the subcommands that ask vttifd share. */
#ifndef CLI_ASKING_H
#define CLI_ASKING_H

#include "cli/cli.h"
#include <json-glib/json-glib.h>
#include <vttif/client.h>

/* Where the daemon is; filled by the options of asking_entries. */
struct asking {
    char *socket, *url, *token_file;
};
extern struct asking asking;
extern const GOptionEntry asking_entries[];

/* A client as the options say, which waits so long for an answer (0: as libvttif-client). NULL,
 * printed, on error. */
struct vttif_client *asking_client(unsigned timeout_ms);

/* The matrix that answers a question of the API; NULL on error. */
struct vttif_matrix *asking_matrix(struct vttif_client *client, const char *path, GError **error);

/* The object of a JSON text, or NULL with an error: the daemon's answers are one each. */
JsonNode *asking_object(const char *json, GError **error);
/* Members of such an object, with something for those that are not there. */
const char *asking_text(JsonNode *object, const char *member);
double asking_number(JsonNode *object, const char *member);
JsonArray *asking_array(JsonNode *object, const char *member); /* NULL */

/* --- tables ---------------------------------------------------------------------------------- */

/* Rows of text in columns, as a result is printed. */
struct asking_table;
typedef struct asking_table asking_table; /* the name that g_autoptr wants */
struct asking_table *asking_table_new(void);
void asking_table_free(struct asking_table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(asking_table, asking_table_free)
/* Adds a column before the first row; then cells, row by row. Both are copied. */
void asking_table_column(struct asking_table *table, const char *name, bool right);
void asking_table_cell(struct asking_table *table, const char *text);
/* A column of numbers is set right. */
void asking_table_set_right(struct asking_table *table, guint column);
void asking_table_text(const struct asking_table *table, GString *out);
void asking_table_csv(const struct asking_table *table, GString *out);

#endif
