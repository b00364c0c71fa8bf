// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

#define HOST_NAME_BYTES 64

/* What this rank sent to each rank. */
static uint64_t *sent_bytes;

void mp_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void mp_init(int *argc, char ***argv)
{
    backend_init(argc, argv);
}

void mp_leave(int status)
{
    backend_leave(status);
}

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (!memory)
        mp_abort("out of memory (%zu times %zu bytes)", n, size);
    return memory;
}

void mp_start(int processes, enum mp_route route)
{
    if (processes < 1 || processes > MP_PROCESSES_MAX) {
        if (mp_rank() == 0)
            mp_complain("a run has 1 to %d processes, not %d", MP_PROCESSES_MAX, processes);
        backend_leave(2);
    }
    backend_start(processes, route);
    sent_bytes = allocate((size_t)processes, sizeof *sent_bytes);
}

int mp_rank(void)
{
    return backend_rank();
}

int mp_size(void)
{
    return backend_size();
}

static void check_tag(int tag)
{
    if (tag < 0 || tag > MP_TAG_MAX)
        mp_abort("tags go from 0 to %d, rank %d used %d", MP_TAG_MAX, mp_rank(), tag);
}

static void check_partner(const char *what, int rank, size_t n)
{
    if (rank < 0 || rank >= mp_size() || rank == mp_rank())
        mp_abort("rank %d cannot %s rank %d of %d", mp_rank(), what, rank, mp_size());
    if (n > INT_MAX)
        mp_abort("a message has at most %d bytes, rank %d used %zu", INT_MAX, mp_rank(), n);
}

void mp_transfer(int to, const void *data, size_t n_out, int from, void *into, size_t n_in, int tag)
{
    if (to != MP_NOBODY) {
        check_partner("send to", to, n_out);
        sent_bytes[to] += n_out;
    }
    if (from != MP_NOBODY)
        check_partner("receive from", from, n_in);
    if (to != MP_NOBODY || from != MP_NOBODY)
        backend_exchange(to, data, n_out, from, into, n_in, tag);
}

void mp_exchange_lengths(int to, const void *data, size_t n_out, int from, void *into, size_t n_in,
                         int tag)
{
    check_tag(tag);
    mp_transfer(to, data, n_out, from, into, n_in, tag);
}

void mp_exchange(int to, const void *data, int from, void *into, size_t n, int tag)
{
    mp_exchange_lengths(to, data, n, from, into, n, tag);
}

void mp_send(int to, int tag, const void *data, size_t n)
{
    mp_exchange(to, data, MP_NOBODY, NULL, n, tag);
}

void mp_receive(int from, int tag, void *data, size_t n)
{
    mp_exchange(MP_NOBODY, NULL, from, data, n, tag);
}

void mp_meet(int rank)
{
    if (rank < 0 || rank >= mp_size())
        mp_abort("rank %d cannot meet rank %d of %d", mp_rank(), rank, mp_size());
    backend_meet(rank);
}

void *mp_receive_any(int tag, int *from, size_t *n)
{
    check_tag(tag);
    return backend_receive_any(tag, from, n);
}

void mp_allow_losses(int tag)
{
    check_tag(tag);
    backend_allow_losses(tag);
}

bool mp_forbid_losses(void)
{
    return backend_forbid_losses();
}

double mp_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void mp_abort(const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    backend_abort(message);
}

/* What each rank reports, one behind the other at rank 0: its host's name, then its row of n
 * counts. One message a rank: what --truth adds to the traffic is to be little. */
struct truth {
    int n;
    const char *reports;
    int *host_of; /* rank -> host */
    int n_hosts;
    int *first; /* host -> its first rank */
};

static size_t report_bytes(int n)
{
    return HOST_NAME_BYTES + (size_t)n * sizeof(uint64_t);
}

static const char *name_of(const struct truth *truth, int rank)
{
    return truth->reports + (size_t)rank * report_bytes(truth->n);
}

static uint64_t sent_by(const struct truth *truth, int from, int to)
{
    uint64_t bytes;
    memcpy(&bytes, name_of(truth, from) + HOST_NAME_BYTES + (size_t)to * sizeof bytes,
           sizeof bytes);
    return bytes;
}

static void number_hosts(struct truth *truth)
{
    for (int rank = 0; rank < truth->n; rank++) {
        int host = 0;
        while (host < truth->n_hosts &&
               strcmp(name_of(truth, truth->first[host]), name_of(truth, rank)) != 0)
            host++;
        if (host == truth->n_hosts)
            truth->first[truth->n_hosts++] = rank;
        truth->host_of[rank] = host;
    }
}

static uint64_t host_to_host(const struct truth *truth, int from, int to)
{
    uint64_t bytes = 0;
    for (int i = 0; i < truth->n; i++)
        for (int j = 0; j < truth->n; j++)
            if (truth->host_of[i] == from && truth->host_of[j] == to)
                bytes += sent_by(truth, i, j);
    return from == to ? 0 : bytes;
}

static bool write_csv(const struct truth *truth, FILE *out)
{
    for (int host = 0; host < truth->n_hosts; host++)
        fprintf(out, ",%s", name_of(truth, truth->first[host]));
    for (int from = 0; from < truth->n_hosts; from++) {
        fprintf(out, "\n%s", name_of(truth, truth->first[from]));
        for (int to = 0; to < truth->n_hosts; to++)
            fprintf(out, ",%" PRIu64, host_to_host(truth, from, to));
    }
    fputc('\n', out);
    return fflush(out) == 0 && !ferror(out);
}

bool mp_write_truth(FILE *out)
{
    int n = mp_size();
    size_t bytes = report_bytes(n);
    bool first = mp_rank() == 0;
    char *report = allocate(1, bytes);
    char *reports = first ? allocate((size_t)n, bytes) : NULL;
    gethostname(report, HOST_NAME_BYTES - 1);
    memcpy(report + HOST_NAME_BYTES, sent_bytes, (size_t)n * sizeof *sent_bytes);
    backend_collect(report, bytes, reports);
    free(report);
    if (!first)
        return true;
    struct truth truth = {.n = n,
                          .reports = reports,
                          .host_of = allocate((size_t)n, sizeof *truth.host_of),
                          .first = allocate((size_t)n, sizeof *truth.first)};
    number_hosts(&truth);
    bool written = write_csv(&truth, out);
    free(reports);
    free(truth.host_of);
    free(truth.first);
    return written;
}

void mp_finish(void)
{
    free(sent_bytes);
    sent_bytes = NULL;
    backend_finish();
}
