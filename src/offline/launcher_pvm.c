// SPDX-License-Identifier: Apache-2.0
/*
 * A PVM virtual machine over the hosts, for the time of the run (pvm.sh does it on the first host).
 * It is up before the captures start: its start is not the program's traffic. Each host's pvmd has
 * a virtual machine ID of its own, "vttif-RANDOM.HOST" (PVM_VMID), which is in the names of its
 * files: hosts may share a /tmp, and other virtual machines of the user are left alone.
 */
#include "offline/launcher.h"

#include <poll.h>
#include <string.h>
#include <vttif/error.h>

#include "offline/script.h"
#include "offline/scripts.h"

/* pvmd starts a few slaves at a time. */
#define START_SECONDS(n_hosts) (30 + (unsigned)(n_hosts))
#define HALT_SECONDS           20
#define CLEAN_MS               10000

struct pvm {
    struct launch *launch;
    struct script script;
    char *id;
    char *verdict; /* why the script gave up */
    GString *complaints; /* what else was said */
    unsigned hosts; /* that have joined */
    bool ready;
};

static void take_line(const char *line, void *data)
{
    struct pvm *pvm = data;
    bool from_script = g_str_has_prefix(line, "vttif: ");
    const char *said = line + (from_script ? strlen("vttif: ") : 0);
    if (strcmp(said, "ready") == 0)
        pvm->ready = true;
    else if (g_str_has_prefix(said, "hosts "))
        pvm->hosts = (unsigned)g_ascii_strtoull(said + strlen("hosts "), NULL, 10);
    else if (from_script)
        pvm->verdict = pvm->verdict ? pvm->verdict : g_strdup(said);
    else if (pvm->complaints->len < SCRIPT_LINE_MAX)
        g_string_append_printf(pvm->complaints, "%s%s", pvm->complaints->len ? "; " : "", said);
}

/* --- host file ----------------------------------------------------------------------------- */

/* Where spawned programs are looked for: where ours is, then where PVM looks. */
static char *program_directory(const char *program)
{
    g_autofree char *path = strchr(program, '/') ? g_canonicalize_filename(program, NULL)
                                                 : g_find_program_in_path(program);
    return path ? g_path_get_dirname(path) : g_get_current_dir();
}

static bool fits_host_file(const char *path, GError **error)
{
    if (!strpbrk(path, " \t\n$"))
        return true;
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                "PVM cannot use the directory '%s': its name has a space or a $", path);
    return false;
}

static char *host_file(const struct offline_options *options, const char *id, GError **error)
{
    g_autofree char *programs = program_directory(options->program[0]);
    g_autofree char *here = g_get_current_dir();
    if (!fits_host_file(programs, error) || !fits_host_file(here, error))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "* ep=%s:$HOME/pvm3/bin/$PVM_ARCH:$PVM_ROOT/bin/$PVM_ARCH wd=%s\n",
                           programs, here);
    for (size_t i = 0; i < vttif_hosts_size(options->hosts); i++) {
        const char *name = vttif_hosts_get(options->hosts, i)->name;
        g_string_append_printf(text, "%s id=%s.%s\n", name, id, name);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- start --------------------------------------------------------------------------------- */

static bool start_script(struct pvm *pvm, unsigned seconds, GError **error)
{
    struct launch *launch = pvm->launch;
    const struct offline_options *options = launch->options;
    g_autofree char *text = host_file(options, pvm->id, error);
    if (!text)
        return false;
    g_autofree char *limit = g_strdup_printf("%u", seconds);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_strv_builder_add_many(words, pvm->id, text, limit, NULL);
    for (size_t i = 0; i < vttif_hosts_size(options->hosts); i++)
        g_strv_builder_add(words, vttif_hosts_get(options->hosts, i)->name);
    g_auto(GStrv) arguments = g_strv_builder_end(words);
    g_auto(GStrv) argv = script_argv(launch->first, ENTER_PROGRAM, launch_environment(launch),
                                     pvm_script, (const char *const *)arguments);
    return script_start(&pvm->script, argv, -1, launch->signals, error);
}

static void set_error(const struct pvm *pvm, GError **error)
{
    const char *host = pvm->launch->first->name;
    const char *said = pvm->verdict ? pvm->verdict : pvm->complaints->str;
    if (strcmp(said, "no-pvm") == 0)
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                    "%s: there is no PVM: install it there (package pvm)", host);
    else if (g_str_has_prefix(said, "missing "))
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_HOST, "PVM did not start on %s",
                    said + strlen("missing "));
    else
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_HOST, "%s: PVM did not start: %s", host,
                    *said ? said : "no answer");
}

static bool wait_until_ready(struct pvm *pvm, unsigned seconds, GError **error)
{
    const struct offline_options *options = pvm->launch->options;
    struct script *script = &pvm->script;
    gint64 deadline = g_get_monotonic_time() + (seconds + 10) * G_USEC_PER_SEC;
    while (!pvm->ready && script_is_running(script) && g_get_monotonic_time() < deadline) {
        if (options->progress)
            options->progress("start PVM", pvm->hosts, vttif_hosts_size(options->hosts),
                              options->progress_data);
        struct pollfd interrupt = {.fd = pvm->launch->signals->descriptor, .events = POLLIN};
        scripts_poll(&script, 1, &interrupt, 1, 1000);
        if (interrupt.revents) {
            g_string_assign(pvm->complaints, "interrupted");
            break;
        }
    }
    if (!pvm->ready)
        set_error(pvm, error);
    return pvm->ready;
}

static bool start(struct launch *launch, GError **error)
{
    struct pvm *pvm = g_new0(struct pvm, 1);
    launch->state = pvm;
    pvm->launch = launch;
    pvm->complaints = g_string_new(NULL);
    pvm->id = g_strdup_printf("vttif-%08x", g_random_int());
    pvm->script.on_line = take_line;
    pvm->script.data = pvm;
    unsigned seconds = START_SECONDS(vttif_hosts_size(launch->options->hosts));
    if (!start_script(pvm, seconds, error) || !wait_until_ready(pvm, seconds, error))
        return false;
    g_autofree char *vmid = g_strconcat(pvm->id, ".", launch->first->name, NULL);
    launch_setenv(launch, "PVM_VMID", vmid);
    return true;
}

static void add_command(struct launch *launch, GStrvBuilder *words)
{
    g_strv_builder_addv(words, (const char **)launch->options->program);
}

/* --- stop ---------------------------------------------------------------------------------- */

static void halt(struct script *script)
{
    gint64 deadline = g_get_monotonic_time() + HALT_SECONDS * G_USEC_PER_SEC;
    script_close(script);
    while (script_is_running(script) && g_get_monotonic_time() < deadline)
        scripts_poll(&script, 1, NULL, 0, 1000);
    script_clear(script);
}

/* Logs stay behind, and after a crash more than that. */
static void clean_hosts(const struct pvm *pvm)
{
    const struct vttif_hosts *hosts = pvm->launch->options->hosts;
    const char *const arguments[] = {pvm->id, NULL};
    for (size_t i = 0; i < vttif_hosts_size(hosts); i++) {
        struct signal_event event;
        while (signals_next(pvm->launch->signals, &event))
            continue; /* one that is pending would keep us from cleaning */
        g_autofree char *output = NULL;
        int status;
        script_run(vttif_hosts_get(hosts, i), pvm_clean_script, arguments, CLEAN_MS,
                   pvm->launch->signals, &output, &status, NULL);
    }
}

static void stop(struct launch *launch)
{
    struct pvm *pvm = launch->state;
    if (!pvm)
        return;
    bool was_started = pvm->script.line != NULL;
    if (was_started) {
        halt(&pvm->script);
        clean_hosts(pvm);
    }
    g_string_free(pvm->complaints, TRUE);
    g_free(pvm->verdict);
    g_free(pvm->id);
    g_free(pvm);
}

const struct launcher launcher_pvm = {"pvm", start, add_command, stop};
