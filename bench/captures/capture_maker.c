// SPDX-License-Identifier: Apache-2.0
/*
 * Makes captures as tcpdump would write them at each host of a switch: every frame is in the file
 * of its sender and in that of its receiver. The same arguments give the same files.
 *
 *     capture_maker DIR HOSTS RECORDS SNAPLEN
 *
 * Three quarters of the frames are of bulk TCP (1,514 bytes, an acknowledgement for every two), the
 * rest of short TCP and UDP exchanges; they come in bursts, from many flows at a time.
 */
#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTS_MAX = 250, FLOWS = 256, FRAME_MAX = 1514, ETHERNET = 14, IP = 20, TCP = 32, UDP = 8 };

struct flow {
    unsigned from, to, kind; /* 0 bulk TCP, 1 short TCP, 2 UDP */
    unsigned ports[2], left;
};

static FILE *files[HOSTS_MAX];
static unsigned hosts, snaplen;
static uint64_t state = 88172645463325252u, now_us = 1700000000000000u, records;

static unsigned draw(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 32) % below);
}

static void start_flow(struct flow *flow)
{
    flow->from = draw(hosts);
    flow->to = (flow->from + 1 + draw(hosts - 1)) % hosts;
    flow->kind = draw(4) < 2 ? 0 : 1 + draw(2);
    flow->ports[0] = 32768 + draw(28000);
    flow->ports[1] = 7000 + draw(1000);
    flow->left = flow->kind == 0 ? 500 + draw(4000) : 4 + draw(40);
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void write_record(const uint8_t *frame, uint32_t length, unsigned host)
{
    uint32_t captured = length < snaplen ? length : snaplen;
    uint32_t header[4] = {(uint32_t)(now_us / 1000000), (uint32_t)(now_us % 1000000), captured,
                          length};
    fwrite(header, sizeof header, 1, files[host]);
    fwrite(frame, captured, 1, files[host]);
    records++;
}

static void send_frame(const struct flow *flow, int back, unsigned payload)
{
    static uint8_t frame[FRAME_MAX];
    unsigned from = back ? flow->to : flow->from, to = back ? flow->from : flow->to;
    unsigned transport = flow->kind == 2 ? UDP : TCP, total = IP + transport + payload;
    uint8_t *ip = frame + ETHERNET, *segment = ip + IP;
    memset(frame, 0, ETHERNET + IP + TCP);
    frame[0] = frame[6] = 2;
    frame[5] = (uint8_t)to;
    frame[11] = (uint8_t)from;
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, total);
    put16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = flow->kind == 2 ? 17 : 6;
    memcpy(ip + 12, (uint8_t[]){10, 1, 0, (uint8_t)(from + 1), 10, 1, 0, (uint8_t)(to + 1)}, 8);
    put16(segment, flow->ports[back]);
    put16(segment + 2, flow->ports[!back]);
    if (flow->kind == 2) {
        put16(segment + 4, UDP + payload);
    } else {
        segment[12] = 0x80;
        segment[13] = 0x10;
    }
    now_us += 1 + draw(3);
    write_record(frame, ETHERNET + total, from);
    write_record(frame, ETHERNET + total, to);
}

static void run_burst(struct flow *flow)
{
    for (unsigned n = flow->kind == 0 ? 2 + draw(16) : 1; n > 0 && flow->left > 0; n--) {
        flow->left--;
        send_frame(flow, 0, flow->kind == 0 ? 1448 : 24 + draw(300));
        if (flow->kind == 1 || (flow->kind == 0 && flow->left % 2 == 0))
            send_frame(flow, 1, flow->kind == 1 ? 24 + draw(300) : 0);
    }
    if (flow->left == 0)
        start_flow(flow);
}

static int open_files(const char *directory)
{
    const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, snaplen, 1};
    for (unsigned i = 0; i < hosts; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/h%u.pcap", directory, i + 1);
        files[i] = fopen(path, "wb");
        if (!files[i])
            return perror(path), 1;
        fwrite(header, sizeof header, 1, files[i]);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct flow flows[FLOWS];
    if (argc != 5)
        return fputs("usage: capture_maker DIR HOSTS RECORDS SNAPLEN\n", stderr), 2;
    hosts = (unsigned)atoi(argv[2]);
    snaplen = (unsigned)atoi(argv[4]);
    if (hosts < 2 || hosts > HOSTS_MAX || open_files(argv[1]))
        return 1;
    for (unsigned i = 0; i < FLOWS; i++)
        start_flow(&flows[i]);
    while (records < strtoull(argv[3], NULL, 10))
        run_burst(&flows[draw(FLOWS)]);
    for (unsigned i = 0; i < hosts; i++)
        if (fclose(files[i]) != 0)
            return perror(argv[1]), 1;
    return 0;
}
