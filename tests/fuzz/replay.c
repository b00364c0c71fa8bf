// SPDX-License-Identifier: Apache-2.0
/*
 * Feeds every file of the folders given to a fuzz target, once each, and prints TAP: the corpus and
 * the crashes that were found are so tested in every run, with any compiler and any sanitizer.
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int by_name(gconstpointer a, gconstpointer b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static GPtrArray *list_files(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, &error);
    if (!directory) {
        printf("Bail out! %s\n", error->message);
        exit(1);
    }
    for (const char *name; (name = g_dir_read_name(directory)) != NULL;)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, by_name);
    return names;
}

/* The bytes are copied to a block of exactly their size, so that ASan sees a read beyond them. */
static void replay(const char *path, int number)
{
    g_autofree char *contents = NULL, *name = g_path_get_basename(path);
    g_autoptr(GError) error = NULL;
    gsize length;
    if (!g_file_get_contents(path, &contents, &length, &error)) {
        printf("not ok %d - %s: %s\n", number, name, error->message);
        return;
    }
    g_autofree uint8_t *data = g_memdup2(contents, length);
    LLVMFuzzerTestOneInput(data, length);
    printf("ok %d - %s\n", number, name);
}

int main(int argc, char **argv)
{
    int number = 0;
    setvbuf(stdout, NULL, _IOLBF, 0); /* the last line names the file before a crash */
    for (int i = 1; i < argc; i++) {
        g_autoptr(GPtrArray) files = list_files(argv[i]);
        for (guint k = 0; k < files->len; k++)
            replay(g_ptr_array_index(files, k), ++number);
    }
    printf("1..%d\n", number);
    return 0;
}
