// SPDX-License-Identifier: Apache-2.0
/* Captures to a matrix, with what the options say and what the user should know. */
#include "cli/cli.h"

#include "base/units.h"
#include "generate/generate.h"
#include "source/source.h"
#include <string.h>

enum { MTU_MIN = 68, JOBS_MAX = 1024 };

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    cli_progress("reading captures", MIN(done, all), all);
}

/* "ssh,x11" or "all" to bits. */
static bool parse_keep(const char *command, const char *list, uint32_t *keep)
{
    *keep = 0;
    if (!list)
        return true;
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    for (char **name = names; *name; name++) {
        enum vttif_reason reason;
        if (strcmp(*name, "all") == 0) {
            for (reason = VTTIF_REASON_ICMP; reason <= VTTIF_REASON_LAUNCHER; reason++)
                *keep |= 1u << reason;
        } else if (vttif_reason_parse(*name, &reason) && reason >= VTTIF_REASON_ICMP &&
                   reason <= VTTIF_REASON_LAUNCHER) {
            *keep |= 1u << reason;
        } else {
            cli_usage(command,
                      "--keep %s: expected all or some of icmp,group,loopback,ssh,rsh,x11,nfs,"
                      "dns,dhcp,ntp,syslog,launcher",
                      *name);
            return false;
        }
    }
    return true;
}

static struct generate_options options;
static enum vttif_key key; /* of --endpoints */

static bool parse_launcher_ports(const char *command, const char *list)
{
    if (!list || vttif_ports_add(&options.launcher, list))
        return true;
    cli_usage(command,
              "--launcher-ports %s: expected up to %d ports or ranges, such as 29200-29263", list,
              VTTIF_PORT_RANGES_MAX);
    return false;
}

static bool parse_key(const char *command, const char *name)
{
    static const char *const names[] = {
        [VTTIF_KEY_IP] = "ip", [VTTIF_KEY_MAC] = "mac", [VTTIF_KEY_PORT] = "port"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0) {
            key = (enum vttif_key)i;
            options.key = &key;
            return true;
        }
    cli_usage(command, "--endpoints %s: expected ip, mac or port", name);
    return false;
}

bool cli_reading_check(const char *command)
{
    const char *count = cli_reading.count ? cli_reading.count : "payload";
    options.progress = cli_reading.quiet ? NULL : show_progress;
    options.expression = cli_reading.filter;
    options.mtu = cli_number(cli_reading.mtu);
    options.jobs = cli_number(cli_reading.jobs);
    if (!vttif_count_parse(count, &options.count) || options.count == VTTIF_COUNT_UNKNOWN)
        cli_usage(command, "--count %s: expected payload, ip or frame", count);
    else if (!cli_is_in(cli_reading.mtu, MTU_MIN, INT_MAX))
        cli_usage(command, "--mtu %d: expected at least %d, the least that IP allows",
                  cli_reading.mtu, MTU_MIN);
    else if (!cli_is_in(cli_reading.jobs, 1, JOBS_MAX))
        cli_usage(command, "--jobs %d: expected 1 to %d", cli_reading.jobs, JOBS_MAX);
    else if (cli_reading.unit && !unit_parse(cli_reading.unit))
        cli_usage(command, "--unit %s: expected B, kB, MB, GB, TB or PB", cli_reading.unit);
    else
        return parse_keep(command, cli_reading.keep, &options.keep) &&
               parse_launcher_ports(command, cli_reading.launcher_ports) &&
               (!cli_reading.endpoints || parse_key(command, cli_reading.endpoints));
    return false;
}

static void say_lines(const GString *notes)
{
    g_auto(GStrv) lines = g_strsplit(notes->str, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            cli_say("%s", *line);
}

/* A matrix of zeros beside traffic that was seen: the hosts file is not that of these captures. */
static void warn_of_strangers(const struct vttif_matrix *matrix)
{
    const struct vttif_dropped *strangers =
        &vttif_matrix_account_const(matrix)->filtered[VTTIF_REASON_STRANGER];
    if (vttif_matrix_cells(matrix) == 0 && strangers->frames > 0)
        cli_say("vttif: all %" G_GUINT64_FORMAT
                " frames that may be the program's are from or to addresses that are no endpoints: "
                "are the addresses of the hosts right, and told apart by what --endpoints says?",
                strangers->frames);
}

struct vttif_matrix *cli_generate(const char *const *files, size_t n,
                                  const struct vttif_hosts *hosts, bool *incomplete)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) notes = g_string_new(NULL);
    *incomplete = false;
    options.hosts = hosts;
    struct vttif_matrix *matrix = generate_matrix(files, n, &options, problems, notes, &error);
    cli_progress(NULL, 0, 0);
    if (!matrix) {
        cli_fail("%s", error->message);
        return NULL;
    }
    for (guint i = 0; i < problems->len; i++)
        cli_fail("%s", (const char *)problems->pdata[i]);
    if (cli_reading.verbose)
        say_lines(notes);
    warn_of_strangers(matrix);
    *incomplete = problems->len > 0;
    return matrix;
}

/* A matrix file by its name, which generate would only say to be no capture. */
static bool is_matrix(const char *path)
{
    return (g_str_has_suffix(path, ".csv") || g_str_has_suffix(path, ".json")) &&
           g_file_test(path, G_FILE_TEST_IS_REGULAR) && !source_is_capture(path);
}

struct vttif_matrix *cli_generate_named(char *const *files, bool *incomplete)
{
    g_autoptr(vttif_hosts) hosts = NULL;
    size_t n = 0;
    for (; files[n]; n++)
        if (is_matrix(files[n])) {
            cli_fail("%s: this is no capture; vttif infer and vttif show take one matrix or "
                     "topology file",
                     files[n]);
            return NULL;
        }
    return cli_read_hosts(&hosts) ? cli_generate((const char *const *)files, n, hosts, incomplete)
                                  : NULL;
}
