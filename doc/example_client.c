// SPDX-License-Identifier: Apache-2.0
/* Waits for traffic that lasts, and prints in what topology it is.
 * cc example_client.c $(pkg-config --cflags --libs libvttif-client) */
#include <stdio.h>
#include <vttif/client.h>
#include <vttif/topology.h>

static void print_topology(struct vttif_matrix *matrix)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(vttif_topology) topology = vttif_topology_of_recognition(matrix, recognition);
    g_autoptr(GString) name = g_string_new(NULL);
    size_t n_names, n_edges;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    if (n_names > 0)
        vttif_shape_describe(&names[0].shape, name);
    printf("topology: %s\n", n_names > 0 ? name->str : vttif_recognition_reason(recognition));
    const struct vttif_edge *edge = vttif_topology_edges(topology, &n_edges);
    for (; n_edges > 0; n_edges--, edge++)
        printf("%s -> %s: %.0f bytes\n", vttif_matrix_name(matrix, edge->from),
               vttif_matrix_name(matrix, edge->to), edge->bytes);
}

int main(int argc, char **argv)
{
    struct vttif_client_options options = {.socket = argc > 1 ? argv[1] : NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_alert) alert = NULL;
    g_autoptr(vttif_client) client = vttif_client_new(&options, &error);
    if (!client || !vttif_client_wait(client, -1, &alert, &error))
        return fprintf(stderr, "%s\n", error->message), 1;
    printf("%s: begun by %s > %s\n", vttif_alert_kind_name(alert->kind), alert->from, alert->to);
    print_topology(alert->matrix);
    return 0;
}
