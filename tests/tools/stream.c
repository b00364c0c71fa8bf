// SPDX-License-Identifier: Apache-2.0
/*
 * TCP traffic of a known kind, for tests and benchmarks.
 *
 *     stream sink PORT [N]                     takes N connections (1), one after the other
 *     stream echo PORT                         one connection: sends back each byte
 *     stream send ADDRESS PORT BYTES WRITE     that many bytes, WRITE bytes a call
 *     stream load ADDRESS PORT                 for each line "SECONDS" that it reads: as fast as it
 *                                              goes for so long, cubic; prints Mbit/s
 *     stream rtt ADDRESS PORT                  for each line "N": N single bytes there and back;
 *                                              prints the median, us
 *
 * sink and echo print "ready" when they listen. load and rtt stay with one connection, and nothing
 * is on its way between two lines.
 */
#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUND_TRIPS_MAX 1000000

static char buffer[1 << 18];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int listen_at(const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 8) != 0)
        return -1;
    printf("ready\n");
    fflush(stdout);
    return fd;
}

static int connect_to(const char *address, const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", strlen("cubic"));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    return fd;
}

static int sink(const char *port, long connections, bool echo)
{
    int listener = listen_at(port);
    if (listener < 0)
        return fail("listen");
    for (long i = 0; i < connections; i++) {
        int fd = accept(listener, NULL, NULL), yes = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        ssize_t n;
        while ((n = read(fd, buffer, sizeof buffer)) > 0)
            if (echo && write(fd, buffer, (size_t)n) != n)
                return fail("echo");
        close(fd);
    }
    return 0;
}

static int send_bytes(const char *address, const char *port, long long bytes, size_t each)
{
    int fd = connect_to(address, port);
    if (fd < 0)
        return fail("connect");
    while (bytes > 0) {
        ssize_t n = write(fd, buffer, (size_t)(bytes < (long long)each ? bytes : (long long)each));
        if (n <= 0)
            return fail("send");
        bytes -= n;
    }
    shutdown(fd, SHUT_WR);
    while (read(fd, buffer, sizeof buffer) > 0) /* until the other end has read all */
        ;
    return 0;
}

/* What is on its way arrives. */
static void drain(int fd)
{
    int left = 1;
    for (int i = 0; i < 2000 && ioctl(fd, SIOCOUTQ, &left) == 0 && left > 0; i++)
        usleep(1000);
}

static long long write_until(int fd, double end)
{
    long long sent = 0;
    while (now() < end) {
        ssize_t n = write(fd, buffer, sizeof buffer);
        if (n <= 0)
            return -1;
        sent += n;
    }
    return sent;
}

static int load(const char *address, const char *port)
{
    int fd = connect_to(address, port);
    if (fd < 0)
        return fail("connect");
    double seconds;
    while (scanf("%lf", &seconds) == 1) {
        double start = now() + seconds / 10; /* until the buffers are full */
        if (write_until(fd, start) < 0)
            return fail("send");
        long long sent = write_until(fd, start + seconds);
        if (sent < 0)
            return fail("send");
        printf("%.1f\n", (double)sent * 8 / 1e6 / (now() - start));
        fflush(stdout);
        drain(fd);
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double round_trip(int fd)
{
    double start = now();
    return write(fd, buffer, 1) == 1 && read(fd, buffer, 1) == 1 ? (now() - start) * 1e6 : -1;
}

static int round_trips(const char *address, const char *port)
{
    static double times[ROUND_TRIPS_MAX];
    int fd = connect_to(address, port), n;
    if (fd < 0)
        return fail("connect");
    while (scanf("%d", &n) == 1 && n > 0 && n <= ROUND_TRIPS_MAX) {
        for (int i = 0; i < n; i++) {
            times[i] = round_trip(fd);
            if (times[i] < 0)
                return fail("round trip");
        }
        qsort(times, (size_t)n, sizeof *times, compare);
        printf("%.3f\n", times[n / 2]);
        fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[1] : "";
    if (strcmp(mode, "sink") == 0)
        return sink(argv[2], argc > 3 ? atol(argv[3]) : 1, false);
    if (strcmp(mode, "echo") == 0)
        return sink(argv[2], 1, true);
    if (strcmp(mode, "send") == 0 && argc > 5 && atol(argv[5]) > 0)
        return send_bytes(argv[2], argv[3], atoll(argv[4]),
                          (size_t)atol(argv[5]) < sizeof buffer ? (size_t)atol(argv[5])
                                                                : sizeof buffer);
    if (strcmp(mode, "load") == 0 && argc > 3)
        return load(argv[2], argv[3]);
    if (strcmp(mode, "rtt") == 0 && argc > 3)
        return round_trips(argv[2], argv[3]);
    fprintf(stderr, "stream sink|echo|send|load|rtt ...\n");
    return 2;
}
