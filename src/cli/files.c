// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/view.h>

#include "base/units.h"

static bool read_stdin(char **text, gsize *length, GError **error)
{
    GString *all = g_string_new(NULL);
    char buffer[65536];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        g_string_append_len(all, buffer, (gssize)got);
    *length = all->len;
    *text = g_string_free(all, FALSE);
    if (!ferror(stdin))
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "standard input: %s", g_strerror(errno));
    g_clear_pointer(text, g_free);
    return false;
}

bool cli_read_file(const char *path, char **text, gsize *length, GError **error)
{
    if (strcmp(path, "-") == 0)
        return read_stdin(text, length, error);
    g_autoptr(GError) reason = NULL;
    if (g_file_get_contents(path, text, length, &reason))
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s", reason->message);
    return false;
}

bool cli_write_file(const char *path, const char *text, gsize length, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (g_file_set_contents_full(path, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0666,
                                 &reason))
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "%s cannot be written: %s", path,
                reason->message);
    return false;
}

int cli_print(const GString *text)
{
    if (fwrite(text->str, 1, text->len, stdout) == text->len && fflush(stdout) == 0)
        return CLI_DONE;
    return cli_fail("standard output: %s", g_strerror(errno));
}

char *cli_default_directory(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stem = g_date_time_format(now, "vttif-%Y%m%d-%H%M%S");
    g_autofree char *path = g_strdup(stem);
    /* Made at once, so that two runs that begin in the same second do not share it. Where it cannot
     * be made, whoever writes into it says why. */
    for (int k = 2; g_mkdir(path, 0777) != 0 && errno == EEXIST && k < 1000; k++) {
        g_free(path);
        path = g_strdup_printf("%s-%d", stem, k);
    }
    return g_steal_pointer(&path);
}

bool cli_make_directory(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0777) == 0 && g_file_test(path, G_FILE_TEST_IS_DIR))
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "the directory %s cannot be made: %s", path,
                g_strerror(errno));
    return false;
}

bool cli_has_no_captures(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;
    while (directory && (name = g_dir_read_name(directory)) != NULL) {
        if (!g_str_has_suffix(name, ".pcap"))
            continue;
        cli_fail("%s: there are captures of another run in it (%s): give another --output, or "
                 "remove them",
                 path, name);
        return false;
    }
    return true;
}

bool cli_read_hosts(struct vttif_hosts **hosts)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length;
    *hosts = NULL;
    if (!cli_reading.hosts)
        return true;
    if (!cli_read_file(cli_reading.hosts, &text, &length, &error)) {
        cli_fail("%s", error->message);
        return false;
    }
    if (strlen(text) != length) {
        cli_fail("%s: it holds zero bytes: this is no hosts file", cli_reading.hosts);
        return false;
    }
    *hosts = vttif_hosts_parse(text, cli_reading.hosts, &error);
    if (!*hosts)
        cli_fail("%s", error->message);
    return *hosts != NULL;
}

struct vttif_matrix *cli_read_matrix(const char *path, double *bmin)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length;
    const struct unit *unit = unit_parse(cli_reading.unit ? cli_reading.unit : "B");
    struct vttif_matrix *matrix = NULL;
    if (cli_read_file(path, &text, &length, &error))
        matrix = vttif_view_read(text, length, path, unit->bytes, bmin, &error);
    if (!matrix)
        cli_fail("%s", error->message);
    return matrix;
}
