// SPDX-License-Identifier: Apache-2.0
/*
 * Sends UDP frames between many pairs of addresses in turn, at a rate, by a packet socket:
 *
 *     send-pairs INTERFACE PAIRS FRAMES-A-SECOND SECONDS [BYTES]
 *
 * Pair i is 10.1.0.0 + i to 10.2.0.0 + i. Prints how many frames were sent.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADERS = 42, FRAME_MAX = 1514, IP_BEGIN = 14, UDP_BEGIN = 34 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static void make_frame(uint8_t *frame, unsigned bytes)
{
    static const uint8_t macs[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
    memset(frame, 0, bytes);
    memcpy(frame, macs, sizeof macs);
    frame[IP_BEGIN] = 0x45;
    put16(frame + IP_BEGIN + 2, bytes - IP_BEGIN);
    frame[IP_BEGIN + 8] = 64;
    frame[IP_BEGIN + 9] = 17;
    put16(frame + UDP_BEGIN, 40000);
    put16(frame + UDP_BEGIN + 2, 50000);
    put16(frame + UDP_BEGIN + 4, bytes - UDP_BEGIN);
}

int main(int argc, char **argv)
{
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = 6};
    uint8_t frame[FRAME_MAX];
    if (argc < 5)
        return 2;
    unsigned pairs = (unsigned)atoi(argv[2]), bytes = argc > 5 ? (unsigned)atoi(argv[5]) : 200;
    double rate = atof(argv[3]), seconds = atof(argv[4]), begin = now();
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    to.sll_ifindex = (int)if_nametoindex(argv[1]);
    if (fd < 0 || to.sll_ifindex == 0 || pairs == 0 || bytes < HEADERS || bytes > FRAME_MAX)
        return 2;
    make_frame(frame, bytes);
    uint64_t sent = 0;
    for (double passed = 0; passed < seconds; passed = now() - begin) {
        for (; (double)sent < passed * rate; sent++) {
            put32(frame + IP_BEGIN + 12, 0x0a010000 + (uint32_t)(sent % pairs));
            put32(frame + IP_BEGIN + 16, 0x0a020000 + (uint32_t)(sent % pairs));
            while (sendto(fd, frame, bytes, 0, (struct sockaddr *)&to, sizeof to) < 0)
                usleep(100);
        }
        usleep(1000);
    }
    printf("%llu\n", (unsigned long long)sent);
    return 0;
}
