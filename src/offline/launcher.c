// SPDX-License-Identifier: Apache-2.0
/* The list of launchers, and the environment that they share. */
#include "offline/launcher.h"

#include <string.h>
#include <unistd.h>
#include <vttif/error.h>

#include "offline/tool.h"

static const struct launcher *const launchers[] = {&launcher_none, &launcher_pvm, &launcher_mpi};

const char *const *offline_launchers(void)
{
    static const char *names[G_N_ELEMENTS(launchers) + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(launchers); i++)
        names[i] = launchers[i]->name;
    return names;
}

const struct launcher *launcher_find(const char *name, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(launchers); i++)
        if (strcmp(launchers[i]->name, name ? name : "none") == 0)
            return launchers[i];
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                "there is no launcher '%s'; there are none, pvm and mpi", name);
    return NULL;
}

void launch_address(const struct vttif_host *host, char text[VTTIF_ADDRESS_TEXT_MAX])
{
    g_strlcpy(text, host->name, VTTIF_ADDRESS_TEXT_MAX);
    for (size_t i = 0; i < host->n_addresses; i++) {
        struct vttif_address address = host->addresses[i];
        if (address.kind == VTTIF_ADDRESS_MAC)
            continue;
        address.port = 0;
        vttif_address_format(&address, text);
        return;
    }
}

/* --- environment --------------------------------------------------------------------------- */

bool launch_setenv(struct launch *launch, const char *name, const char *value)
{
    if (g_getenv(name))
        return false;
    g_ptr_array_insert(launch->environment, (int)launch->environment->len - 1,
                       g_strconcat(name, "=", value, NULL));
    return true;
}

const char *const *launch_environment(struct launch *launch)
{
    return (const char *const *)launch->environment->pdata;
}

/* The smallest IPv4 network that has an address of every host, "10.0.0.0/24"; NULL if one has
 * none. It tells Open MPI which of a host's interfaces to use. */
static char *common_network(const struct vttif_hosts *hosts)
{
    uint32_t first = 0, differing = 0;
    for (size_t i = 0; i < vttif_hosts_size(hosts); i++) {
        const struct vttif_host *host = vttif_hosts_get(hosts, i);
        size_t a = 0;
        while (a < host->n_addresses && host->addresses[a].kind != VTTIF_ADDRESS_IPV4)
            a++;
        if (a == host->n_addresses)
            return NULL;
        uint32_t address = (uint32_t)host->addresses[a].low;
        first = i ? first : address;
        differing |= first ^ address;
    }
    unsigned host_bits = differing ? g_bit_storage(differing) : 0;
    uint32_t network = host_bits >= 32 ? 0 : first >> host_bits << host_bits;
    struct vttif_address address = {.low = network, .kind = VTTIF_ADDRESS_IPV4};
    char text[VTTIF_ADDRESS_TEXT_MAX];
    vttif_address_format(&address, text);
    return g_strdup_printf("%s/%u", text, 32 - host_bits);
}

/* The name that the interface has on all hosts, or NULL. UCX and libfabric know interfaces only by
 * name. */
static const char *common_interface(const struct offline_options *options)
{
    const char *common = NULL;
    for (size_t i = 0; i < vttif_hosts_size(options->hosts); i++) {
        const char *name = vttif_hosts_get(options->hosts, i)->interface;
        name = name ? name : options->interface;
        if (!name || (common && strcmp(common, name) != 0))
            return NULL;
        common = name;
    }
    return common;
}

/* TCP over the hosts' addresses, and no shared memory: hosts that share this machine could use it,
 * and nothing would be seen. */
static void tell_open_mpi(struct launch *launch, const char *rsh)
{
    launch_setenv(launch, "OMPI_MCA_plm_rsh_agent", rsh);
    launch_setenv(launch, "OMPI_MCA_pml", "ob1");
    launch_setenv(launch, "OMPI_MCA_btl", "tcp,self");
    launch_setenv(launch, "OMPI_MCA_mpi_yield_when_idle", "1");
    g_autofree char *network = common_network(launch->options->hosts);
    if (network) {
        launch_setenv(launch, "OMPI_MCA_btl_tcp_if_include", network);
        launch_setenv(launch, "OMPI_MCA_oob_tcp_if_include", network);
    }
}

static void tell_mpich(struct launch *launch, const char *rsh)
{
    launch_setenv(launch, "HYDRA_LAUNCHER", "ssh");
    launch_setenv(launch, "HYDRA_LAUNCHER_EXEC", rsh);
    launch_setenv(launch, "MPIR_CVAR_NOLOCAL", "1");
    launch_setenv(launch, "UCX_TLS", "tcp,self");
    launch_setenv(launch, "FI_PROVIDER", "tcp");
    const char *interface = common_interface(launch->options);
    if (interface) {
        launch_setenv(launch, "HYDRA_IFACE", interface);
        launch_setenv(launch, "UCX_NET_DEVICES", interface);
        launch_setenv(launch, "FI_TCP_IFACE", interface);
    }
}

void launch_init(struct launch *launch, const struct offline_options *options,
                 struct signals *signals)
{
    *launch = (struct launch){.options = options, .signals = signals};
    launch->first = vttif_hosts_get(options->hosts, 0);
    launch->environment = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(launch->environment, NULL);
    if (geteuid() == 0) {
        launch_setenv(launch, "PVM_ALLOW_ROOT", "1");
        launch_setenv(launch, "OMPI_ALLOW_RUN_AS_ROOT", "1");
        launch_setenv(launch, "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    }
    g_autofree char *rsh = tool_find("vttif-rsh", "src/cli", "VTTIF_RSH");
    /* On another machine neither our tools nor our hosts file are there: ssh is. */
    if (!options->hosts_file || !rsh || launch->first->via == VTTIF_VIA_SSH)
        return;
    g_autofree char *hosts_file = g_canonicalize_filename(options->hosts_file, NULL);
    g_ptr_array_insert(launch->environment, 0, g_strconcat("VTTIF_HOSTS=", hosts_file, NULL));
    launch_setenv(launch, "PVM_RSH", rsh);
    tell_open_mpi(launch, rsh);
    tell_mpich(launch, rsh);
}

void launch_clear(struct launch *launch)
{
    g_ptr_array_unref(launch->environment);
    g_free(launch->directory);
}
