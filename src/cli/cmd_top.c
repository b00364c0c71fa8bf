// SPDX-License-Identifier: Apache-2.0
/* vttif top: a live view. */
#include "cli/top.h"

#include <math.h>
#include <unistd.h>
#include <vttif/view.h>

static const char synopsis[] = "- a live view of what vttifd counts";
static const char description[] =
    "The matrix of the last seconds as a heat map in the order of its topology, the topology's name,\n"
    "and the pairs with the most bytes. q quits; + and - change the time.";

enum {
    SECONDS = 10,
    SECONDS_MAX = 86400,
    ANSWER_MS = 3000, /* until the daemon is said not to answer */
    EVERY_MS = 1000,
    SPARE = 4, /* of the time, at most one part in so many is spent */
    CELLS_MAX = 20000 /* in a larger matrix no name is looked for every second */
};

static int seconds = SECONDS;
static gboolean once;
static const GOptionEntry own_entries[] = {
    {"last", 0, 0, G_OPTION_ARG_INT, &seconds, "of the last N seconds (default 10)", "N"},
    {"once", 0, 0, G_OPTION_ARG_NONE, &once, "print it once, without taking the terminal", NULL},
    {0},
};

/* --- what is drawn ---------------------------------------------------------------------------
 */

static void view_clear(struct top_view *view)
{
    g_clear_pointer(&view->matrix, vttif_matrix_unref);
    g_clear_pointer(&view->topology, g_free);
    g_clear_pointer(&view->status, json_node_unref);
}

static struct vttif_matrix *fetch_matrix(struct vttif_client *client, GError **error)
{
    g_autofree char *path = g_strdup_printf("/v1/matrix?last=%d&active=1", seconds);
    return asking_matrix(client, path, error);
}

static JsonNode *fetch_status(struct vttif_client *client, GError **error)
{
    g_autofree char *json = vttif_client_ask(client, "/v1/status", NULL, NULL, error);
    return json ? asking_object(json, error) : NULL;
}

/* "ring 8 97.1 % + other 2.9 % (score 1.00)", or why there is no name. */
static char *describe(const struct vttif_matrix *matrix,
                      const struct vttif_recognition *recognition)
{
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    if (n_names == 0)
        return g_strdup_printf("no name, %s", vttif_recognition_reason(recognition));
    GString *text = g_string_new(NULL);
    vttif_view_parts(recognition, matrix, text);
    g_string_append_printf(text, " (score %.2f)", floor(100 * names[0].score) / 100);
    return g_string_free(text, FALSE);
}

/* The matrix in the order of its places, if it has a name. */
static void recognize(struct top_view *view)
{
    if (vttif_matrix_cells(view->matrix) > CELLS_MAX)
        return;
    g_autoptr(vttif_recognition) recognition = vttif_recognize(view->matrix, NULL, NULL);
    view->topology = describe(view->matrix, recognition);
    struct vttif_matrix *ordered = vttif_view_by_place(view->matrix, recognition);
    vttif_matrix_unref(view->matrix);
    view->matrix = ordered;
}

static bool view_fill(struct top_view *view, struct vttif_client *client, GError **error)
{
    view_clear(view);
    view->seconds = (unsigned)seconds;
    view->status = fetch_status(client, error);
    view->matrix = view->status ? fetch_matrix(client, error) : NULL;
    if (!view->matrix)
        return false;
    recognize(view);
    return true;
}

/* --- round and round -------------------------------------------------------------------------
 */

static void draw(const struct top_view *view)
{
    g_autoptr(GString) screen = g_string_new("\x1b[H");
    top_draw(view, top_terminal_size(), cli_colours(), "\x1b[K\r\n", screen);
    g_string_append(screen, "\x1b[K\x1b[J");
    top_terminal_show(screen);
}

static bool take_key(char key)
{
    if (key == '+' && seconds < SECONDS_MAX)
        seconds = MIN(seconds * 2, SECONDS_MAX);
    if (key == '-' && seconds > 1)
        seconds /= 2;
    return key == 'q' || key == 'Q' || key == 4;
}

static void go_round(struct vttif_client *client, struct top_view *view)
{
    char key;
    do {
        g_autoptr(GError) error = NULL;
        gint64 begun = g_get_monotonic_time();
        view->problem = view_fill(view, client, &error) ? NULL : error->message;
        draw(view);
        view->problem = NULL;
        gint64 took_ms = (g_get_monotonic_time() - begun) / G_TIME_SPAN_MILLISECOND;
        key = top_terminal_key((int)MAX(EVERY_MS, took_ms * SPARE));
    } while (!take_key(key));
}

static int print_once(struct vttif_client *client, struct top_view *view)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    if (!view_fill(view, client, &error))
        return cli_fail("%s", error->message);
    top_draw(view, top_terminal_size(), cli_colours(), "\n", out);
    g_string_append_c(out, '\n');
    return cli_print(out);
}

static int run(struct vttif_client *client)
{
    struct top_view view = {.where = asking.url      ? asking.url
                                     : asking.socket ? asking.socket
                                                     : VTTIF_CLIENT_SOCKET};
    int status = CLI_DONE;
    if (once) {
        status = print_once(client, &view);
    } else {
        top_terminal_enter();
        go_round(client, &view);
        top_terminal_leave();
    }
    view_clear(&view);
    return status;
}

int cmd_top(int argc, char **argv)
{
    static const GOptionEntry *const groups[] = {own_entries, asking_entries, NULL};
    g_auto(GStrv) arguments = NULL;
    if (!cli_parse(argc, argv, synopsis, description, groups, &arguments, NULL))
        return CLI_USAGE;
    if (*arguments)
        return cli_usage("top", "what is '%s'? it takes options only", *arguments);
    if (seconds < 1 || seconds > SECONDS_MAX)
        return cli_usage("top", "--last %d: expected 1 to %d", seconds, SECONDS_MAX);
    if (!once && !isatty(STDOUT_FILENO))
        return cli_usage("top", "standard output is no terminal; --once prints it once");
    g_autoptr(vttif_client) client = asking_client(ANSWER_MS);
    return client ? run(client) : CLI_FAILED;
}
