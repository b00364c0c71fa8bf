// SPDX-License-Identifier: Apache-2.0
/*
 * Sends UDP datagrams as fast as it can, or with a pause after each, and tells nobody.
 *
 *     flood ADDRESS PORT COUNT BYTES [PAUSE-MICROSECONDS]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    long count = atol(argv[3]);
    size_t n = (size_t)atol(argv[4]);
    useconds_t pause_us = argc > 5 ? (useconds_t)atol(argv[5]) : 0;
    int sock = socket(AF_INET, SOCK_DGRAM, 0);
    static char bytes[65536];
    if (sock < 0 || n > sizeof bytes || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
        return 2;
    while (count > 0) {
        ssize_t sent = sendto(sock, bytes, n, 0, (struct sockaddr *)&to, sizeof to);
        if (sent == (ssize_t)n)
            count--;
        else if (errno != ECONNREFUSED && errno != ENOBUFS) {
            perror("flood");
            return 1;
        }
        if (pause_us)
            usleep(pause_us);
    }
    return 0;
}
