// SPDX-License-Identifier: Apache-2.0
#include "offline/tool.h"

#include <glib.h>

char *tool_find(const char *name, const char *build_folder, const char *variable)
{
    const char *chosen = variable ? g_getenv(variable) : NULL;
    if (chosen && *chosen)
        return g_strdup(chosen);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *here = self ? g_path_get_dirname(self) : g_strdup(".");
    const char *const folders[] = {".", "..", "../..", NULL};
    for (size_t i = 0; folders[i]; i++) {
        g_autofree char *path =
            g_build_filename(here, folders[i], i ? build_folder : ".", name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
            return g_canonicalize_filename(path, NULL);
    }
    return g_find_program_in_path(name);
}
