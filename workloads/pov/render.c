// SPDX-License-Identifier: Apache-2.0
#include "render.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between fork and exec: povray does not outlive the worker, and hears of no signal that this
 * process ignores. */
static void die_with_worker(gpointer parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != (pid_t)GPOINTER_TO_INT(parent))
        _exit(1);
    signal(SIGINT, SIG_DFL);
}

/* What the user may change comes before the user's options, what must be so comes after. */
static char **arguments_of(const struct render *render, struct block_place place)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add_many(builder, "povray", "+FN", "+WT1", "-GD", "-GR", "-GS", NULL);
    if (render->options)
        g_strv_builder_addv(builder, (const char **)render->options);
    g_autofree char *scene = g_path_get_basename(render->scene);
    g_autofree char *input = g_strconcat("+I", scene, NULL);
    g_autofree char *size = g_strdup_printf("+W%d +H%d", render->width, render->height);
    g_autofree char *part =
        g_strdup_printf("+SC%d +EC%d +SR%d +ER%d +BS%d", place.x + 1, place.x + place.width,
                        place.y + 1, place.y + place.height, BLOCK_SIZE_UNIT);
    g_auto(GStrv) sizes = g_strsplit(size, " ", -1);
    g_auto(GStrv) parts = g_strsplit(part, " ", -1);
    g_strv_builder_add(builder, input);
    g_strv_builder_addv(builder, (const char **)sizes);
    g_strv_builder_addv(builder, (const char **)parts);
    g_strv_builder_add_many(builder, "+O-", "-D", "-P", NULL);
    return g_strv_builder_end(builder);
}

static GSubprocess *start_povray(const struct render *render, struct block_place place,
                                 GError **error)
{
    g_auto(GStrv) arguments = arguments_of(render, place);
    g_autofree char *folder = g_path_get_dirname(render->scene);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_set_cwd(launcher, folder);
    g_subprocess_launcher_set_child_setup(launcher, die_with_worker, GINT_TO_POINTER(getpid()),
                                          NULL);
    return g_subprocess_launcher_spawnv(launcher, (const char *const *)arguments, error);
}

/* povray folds its lines, and ends with two that say less than those before. */
static char *error_in(GBytes *output)
{
    size_t n;
    const char *bytes = g_bytes_get_data(output, &n);
    g_autofree char *text = g_utf8_make_valid(bytes ? bytes : "", (gssize)n);
    char *error = strstr(text, "Error:");
    char *start = error;
    while (start && start > text && start[-1] != '\n')
        start--;
    if (!start)
        return g_strdup("it does not say why");
    char *end = strstr(start, "\nFatal error");
    if (end)
        *end = '\0';
    g_auto(GStrv) lines = g_strsplit(g_strstrip(start), "\n", 6);
    if (g_strv_length(lines) > 5) {
        g_free(lines[5]);
        lines[5] = NULL;
    }
    for (char **line = lines; *line; line++)
        g_strstrip(*line);
    return g_strjoinv(" ", lines);
}

static enum render_outcome judge(GSubprocess *povray, GBytes *messages, char **why)
{
    if (g_subprocess_get_if_signaled(povray)) {
        *why = g_strdup_printf("povray was killed by signal %d (%s)",
                               g_subprocess_get_term_sig(povray),
                               g_strsignal(g_subprocess_get_term_sig(povray)));
        return RENDER_DIED;
    }
    if (g_subprocess_get_exit_status(povray) == 0)
        return RENDER_DONE;
    g_autofree char *error = error_in(messages);
    *why = g_strdup_printf("povray ended with status %d: %s", g_subprocess_get_exit_status(povray),
                           error);
    return RENDER_REFUSED;
}

static char *explain_start(GError *error, const struct render *render)
{
    if (g_error_matches(error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
        return g_strdup("there is no povray: install it (Debian's package is povray)");
    if (g_error_matches(error, G_SPAWN_ERROR, G_SPAWN_ERROR_CHDIR))
        return g_strdup_printf("the directory of %s is not there", render->scene);
    return g_strdup_printf("cannot start povray: %s", error->message);
}

enum render_outcome render_block(const struct render *render, struct block_place place,
                                 struct picture *block, char **why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) png = NULL;
    g_autoptr(GBytes) messages = NULL;
    *block = (struct picture){0};
    *why = NULL;
    g_autoptr(GSubprocess) povray = start_povray(render, place, &error);
    if (!povray) {
        *why = explain_start(error, render);
        return RENDER_REFUSED;
    }
    if (!g_subprocess_communicate(povray, NULL, NULL, &png, &messages, &error)) {
        *why = g_strdup_printf("lost povray: %s", error->message);
        return RENDER_DIED;
    }
    enum render_outcome outcome = judge(povray, messages, why);
    if (outcome != RENDER_DONE)
        return outcome;
    size_t n;
    const void *bytes = g_bytes_get_data(png, &n);
    if (picture_read_block(block, bytes, n, render->width, render->height, place, &error))
        return RENDER_DONE;
    *why = g_strdup(error->message);
    return RENDER_DIED;
}
