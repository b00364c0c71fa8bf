// SPDX-License-Identifier: Apache-2.0
/*
 * mpirun over the hosts, one process a host in their order, and round again if there are more.
 * Hosts are given by address: their names need not resolve. The captures have the traffic of the
 * start and the end; mpirun and its daemons are told which ports to use, by which it is known.
 */
#include "offline/launcher.h"

#include <string.h>
#include <sys/wait.h>
#include <vttif/error.h>

#include "offline/script.h"
#include "offline/scripts.h"

#define PROBE_MS 30000

/* For mpirun to listen on, several of them on a host. Nobody's by IANA's list, and below the ports
 * that systems give to connections, or one of the program's could be taken for mpirun's. */
#define JOB_CONTROL_FIRST "29200"
#define JOB_CONTROL_LAST  "29263"
#define JOB_CONTROL_PORTS JOB_CONTROL_FIRST "-" JOB_CONTROL_LAST

enum flavour { OPEN_MPI, MPICH };

struct mpi {
    char *mpirun;
    enum flavour flavour;
};

static bool understand_version(struct mpi *mpi, const char *host, const char *said, GError **error)
{
    const char *end_of_line = strchr(said, '\n');
    mpi->mpirun = g_strndup(said, end_of_line ? (gsize)(end_of_line - said) : strlen(said));
    if (strstr(said, "Open MPI") || strstr(said, "OpenRTE")) {
        mpi->flavour = OPEN_MPI;
        return true;
    }
    mpi->flavour = MPICH;
    if (strstr(said, "HYDRA") || strstr(said, "MPICH"))
        return true;
    g_autofree char *rest = g_strdup(end_of_line ? end_of_line + 1 : "");
    g_strchomp(rest);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_UNAVAILABLE,
                "%s: '%s --version' does not tell of Open MPI or MPICH (%s): install one, or name "
                "its mpirun",
                host, mpi->mpirun, rest);
    return false;
}

/* What the user has said of ports is not ours to interpret: --launcher-ports does. */
static void choose_ports(struct launch *launch, enum flavour flavour)
{
    bool chosen =
        flavour == OPEN_MPI
            ? !g_getenv("OMPI_MCA_oob_tcp_static_ipv4_ports") &&
                  launch_setenv(launch, "OMPI_MCA_oob_tcp_dynamic_ipv4_ports", JOB_CONTROL_PORTS)
            : launch_setenv(launch, "MPIEXEC_PORT_RANGE", JOB_CONTROL_FIRST ":" JOB_CONTROL_LAST);
    launch->ports = chosen ? JOB_CONTROL_PORTS : NULL;
}

static bool start(struct launch *launch, GError **error)
{
    const struct offline_options *options = launch->options;
    struct mpi *mpi = g_new0(struct mpi, 1);
    launch->state = mpi;
    g_autofree char *said = NULL;
    int status;
    const char *const arguments[] = {options->program[0], options->mpirun ? options->mpirun : "",
                                     NULL};
    if (!script_run(launch->first, mpirun_script, arguments, PROBE_MS, launch->signals, &said,
                    &status, error) ||
        !understand_version(mpi, launch->first->name, said, error))
        return false;
    choose_ports(launch, mpi->flavour);
    return true;
}

/* "10.0.0.1:SLOTS,10.0.0.2:SLOTS,..." */
static char *host_list(const struct vttif_hosts *hosts, unsigned slots)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (size_t i = 0; i < vttif_hosts_size(hosts); i++) {
        char address[VTTIF_ADDRESS_TEXT_MAX];
        launch_address(vttif_hosts_get(hosts, i), address);
        g_string_append_printf(list, "%s%s:%u", i ? "," : "", address, slots);
    }
    return g_string_free(g_steal_pointer(&list), FALSE);
}

static void add_command(struct launch *launch, GStrvBuilder *words)
{
    const struct mpi *mpi = launch->state;
    const struct vttif_hosts *hosts = launch->options->hosts;
    unsigned n_hosts = (unsigned)vttif_hosts_size(hosts);
    unsigned n = launch->options->np ? launch->options->np : n_hosts;
    g_autofree char *np = g_strdup_printf("%u", n);
    if (mpi->flavour == OPEN_MPI) {
        g_autofree char *list = host_list(hosts, (n + n_hosts - 1) / n_hosts);
        g_strv_builder_add_many(words, mpi->mpirun, "-np", np, "--host", list, "--map-by", "node",
                                "--bind-to", "none", NULL);
    } else {
        g_autofree char *list = host_list(hosts, 1);
        g_strv_builder_add_many(words, mpi->mpirun, "-np", np, "-hosts", list, NULL);
    }
    g_strv_builder_addv(words, (const char **)launch->options->program);
}

static void stop(struct launch *launch)
{
    struct mpi *mpi = launch->state;
    if (mpi)
        g_free(mpi->mpirun);
    g_free(mpi);
}

const struct launcher launcher_mpi = {"mpi", start, add_command, stop};
