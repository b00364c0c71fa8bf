// SPDX-License-Identifier: Apache-2.0
/* What one writes first: bytes for each pair of IPv4 addresses, with libpcap and a hash table. */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16 };
static struct {
    uint64_t pair, bytes;
} table[SLOTS];

static void add(u_char *user, const struct pcap_pkthdr *header, const u_char *frame)
{
    uint64_t pair;
    (void)user;
    if (header->caplen < 34 || frame[12] != 8 || frame[13] != 0)
        return;
    memcpy(&pair, frame + 26, sizeof pair);
    size_t at = (pair * 0x9e3779b97f4a7c15u) >> 48;
    while (table[at].pair != pair && table[at].pair != 0)
        at = (at + 1) % SLOTS;
    table[at].pair = pair;
    table[at].bytes += header->len;
}

int main(int argc, char **argv)
{
    char message[PCAP_ERRBUF_SIZE];
    for (int i = 1; i < argc; i++) {
        pcap_t *pcap = pcap_open_offline(argv[i], message);
        if (!pcap)
            return fprintf(stderr, "%s\n", message), 1;
        pcap_loop(pcap, -1, add, NULL);
        pcap_close(pcap);
    }
    for (size_t i = 0; i < SLOTS; i++)
        if (table[i].pair)
            printf("%016llx %llu\n", (unsigned long long)table[i].pair,
                   (unsigned long long)table[i].bytes);
    return 0;
}
