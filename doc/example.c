// SPDX-License-Identifier: Apache-2.0
/* The edges of a capture file. cc example.c $(pkg-config --cflags --libs libvttif libpcap) */
#include <pcap/pcap.h>
#include <stdio.h>
#include <vttif/tally.h>
#include <vttif/topology.h>

int main(int argc, char **argv)
{
    char message[PCAP_ERRBUF_SIZE] = "usage: example FILE.pcap";
    pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], message) : NULL;
    if (!pcap)
        return fprintf(stderr, "%s\n", message), 1;

    struct vttif_tally_options options = {.count = VTTIF_COUNT_PAYLOAD, .key = VTTIF_KEY_IP};
    g_autoptr(vttif_tally) tally = vttif_tally_new(&options);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    while (pcap_next_ex(pcap, &header, &bytes) == 1)
        vttif_tally_add(tally, VTTIF_LINK_ETHERNET, bytes, header->caplen, header->len,
                        header->ts.tv_sec * G_GINT64_CONSTANT(1000000000));
    vttif_tally_finish(tally);

    struct vttif_capture capture = {.name = argv[1], .tally = tally};
    g_autoptr(vttif_matrix) matrix = vttif_merge(&capture, 1, NULL, NULL, NULL);
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, VTTIF_BMIN_DEFAULT, NULL);
    size_t n_edges;
    const struct vttif_edge *edge = vttif_topology_edges(topology, &n_edges);
    for (; n_edges > 0; n_edges--, edge++)
        printf("%s -> %s: %.0f bytes\n", vttif_matrix_name(matrix, edge->from),
               vttif_matrix_name(matrix, edge->to), edge->bytes);
    pcap_close(pcap);
    return 0;
}
