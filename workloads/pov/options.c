// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "mp/program.h"
#include "pov.h"

#define SIDE_MAX 16384

/* The command line as it is given. */
struct options {
    char *scene, *output;
    gint64 processes, width, height, block;
    char **rest;
    struct program_options common;
};

static GOptionContext *context_new(struct options *o)
{
    const GOptionEntry entries[] = {
        {"scene", 's', 0, G_OPTION_ARG_FILENAME, &o->scene, "what to render, a .pov file", "FILE"},
        {"numprocs", 'n', 0, G_OPTION_ARG_INT64, &o->processes,
         "processes: a master, the others workers", "N"},
        {"width", 'W', 0, G_OPTION_ARG_INT64, &o->width, "pixels (default 320)", "N"},
        {"height", 'H', 0, G_OPTION_ARG_INT64, &o->height, "pixels (default 240)", "N"},
        {"block", 'b', 0, G_OPTION_ARG_INT64, &o->block,
         "pixels of a side of a block, a multiple of 32 (default 64)", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "the picture (default: the scene's name with .png, here)", "FILE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->rest, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    return program_context_new("[-- OPTIONS OF POVRAY] - render a scene on many hosts", entries,
                               &o->common);
}

static bool take_number(const char *name, gint64 value, int least, int most, int *number,
                        GError **error)
{
    *number = (int)value;
    return (value >= least && value <= most) ||
           refuse(error, "--%s is %d to %d, not %" PRId64, name, least, most, value);
}

static bool take_block_size(struct pov *pov, GError **error)
{
    return pov->block_size % BLOCK_SIZE_UNIT == 0 ||
           refuse(error, "--block is a multiple of %d, not %d: povray renders in such squares",
                  BLOCK_SIZE_UNIT, pov->block_size);
}

/* What pov decides itself. The first that is a beginning of the option (without its sign, in
 * capitals) decides, so "HR" lets High_Reproducibility pass before "H" stops the height. */
static const struct {
    const char *beginning;
    const char *instead; /* NULL: it may pass */
} povray_options[] = {
    {"FN", NULL},
    {"F", "pictures come as PNG"},
    {"HR", NULL},
    {"HI", "--scene is what is rendered"},
    {"HT", "blocks have no histogram"},
    {"H", "--height is for it"},
    {"WT", NULL},
    {"WL", NULL},
    {"W", "--width is for it"},
    {"I", "--scene is for it"},
    {"O", "--output is for it"},
    {"SC", "pov cuts the blocks itself"},
    {"SR", "pov cuts the blocks itself"},
    {"EC", "pov cuts the blocks itself"},
    {"ER", "pov cuts the blocks itself"},
    {"S", "a scene is one picture here"},
    {"E", "a scene is one picture here"},
    {"K", "a scene is one picture here"},
    {"BS", "the squares that povray renders in are those of the blocks"},
    {"C", "there is nothing to continue"},
    {"D", "pictures are not displayed"},
    {"P", "nothing waits for a key"},
};

static bool check_povray_option(const char *option, GError **error)
{
    if (option[0] != '+' && option[0] != '-')
        return refuse(error,
                      "\"%s\" is not an option; the scene is given with --scene, povray's own "
                      "options (+A0.3, +L/some/directory) after --",
                      option);
    for (size_t k = 0; k < G_N_ELEMENTS(povray_options); k++) {
        const char *beginning = povray_options[k].beginning;
        if (g_ascii_strncasecmp(option + 1, beginning, strlen(beginning)) != 0)
            continue;
        return !povray_options[k].instead ||
               refuse(error, "%s cannot be given to povray: %s", option, povray_options[k].instead);
    }
    return true;
}

static bool take_povray_options(struct pov *pov, struct options *o, GError **error)
{
    for (char **option = o->rest; option && *option; option++)
        if (!check_povray_option(*option, error))
            return false;
    pov->povray_options = g_steal_pointer(&o->rest);
    return true;
}

static char *default_output(const char *scene)
{
    g_autofree char *name = g_path_get_basename(scene);
    char *suffix = strrchr(name, '.');
    if (suffix && suffix != name)
        *suffix = '\0';
    return g_strconcat(name, ".png", NULL);
}

static bool take_options(struct pov *pov, struct options *o, GError **error)
{
    if (!o->scene)
        return refuse(error, "--scene is needed");
    if (o->processes == INT64_MIN)
        return refuse(error, "--numprocs is needed");
    if (!take_number("numprocs", o->processes, 2, MP_PROCESSES_MAX, &pov->processes, error) ||
        !take_number("width", o->width, 1, SIDE_MAX, &pov->width, error) ||
        !take_number("height", o->height, 1, SIDE_MAX, &pov->height, error) ||
        !take_number("block", o->block, BLOCK_SIZE_UNIT, SIDE_MAX, &pov->block_size, error) ||
        !take_block_size(pov, error) || !program_route(&o->common, &pov->route, error) ||
        !take_povray_options(pov, o, error))
        return false;
    pov->scene = g_steal_pointer(&o->scene);
    pov->output = o->output ? g_steal_pointer(&o->output) : default_output(pov->scene);
    pov->truth = g_steal_pointer(&o->common.truth);
    return true;
}

static void options_clear(struct options *o)
{
    g_free(o->scene);
    g_free(o->output);
    program_options_clear(&o->common);
    g_strfreev(o->rest);
}

void pov_read_options(struct pov *pov, int *argc, char ***argv)
{
    struct options o = {.processes = INT64_MIN, .width = 320, .height = 240, .block = 64};
    *pov = (struct pov){0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = context_new(&o);
    if (!program_parse(context, &o.common, argc, argv, &error) || !take_options(pov, &o, &error))
        program_misused(error);
    options_clear(&o);
}

void pov_clear(struct pov *pov)
{
    g_free(pov->scene);
    g_free(pov->output);
    g_free(pov->truth);
    g_strfreev(pov->povray_options);
}
