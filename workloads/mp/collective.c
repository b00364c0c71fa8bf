// SPDX-License-Identifier: Apache-2.0
#include "collective.h"

#include <stdlib.h>
#include <string.h>

#include "backend.h"

/* One rank after another: the place of a rank in a tree, ring or list that begins at `first`. */
static int distance(int first, int rank)
{
    return (rank - first + mp_size()) % mp_size();
}

static int rank_at(int first, int place)
{
    return (first + place) % mp_size();
}

static void send_to(int to, const void *data, size_t n)
{
    mp_transfer(to, data, n, MP_NOBODY, NULL, 0, TAG_COLLECTIVE);
}

static void receive_from(int from, void *data, size_t n)
{
    mp_transfer(MP_NOBODY, NULL, 0, from, data, n, TAG_COLLECTIVE);
}

/* In the binomial tree a place's parent has its lowest set bit cleared, and its children have one
 * more bit set below that. For the root: a power of two that is not less than the ranks. */
static int lowest_bit(int place)
{
    int bit = 1;
    while (place ? !(place & bit) : bit < mp_size())
        bit <<= 1;
    return bit;
}

void mp_broadcast(int root, void *data, size_t n)
{
    int place = distance(root, mp_rank());
    int bit = lowest_bit(place);
    if (place)
        receive_from(rank_at(root, place - bit), data, n);
    while ((bit >>= 1) > 0)
        if (place + bit < mp_size())
            send_to(rank_at(root, place + bit), data, n);
}

typedef void (*combine_fn)(enum mp_operation operation, void *values, const void *more,
                           size_t count);

/* Values are of 8 bytes. */
static void reduce(int root, enum mp_operation operation, void *values, size_t count,
                   combine_fn combine)
{
    int place = distance(root, mp_rank());
    int parent_bit = lowest_bit(place);
    size_t n = count * sizeof(int64_t);
    void *more = malloc(n + 1);
    if (!more)
        mp_abort("rank %d has no memory for a reduction of %zu bytes", mp_rank(), n);
    for (int bit = 1; bit < parent_bit && place + bit < mp_size(); bit <<= 1) {
        receive_from(rank_at(root, place + bit), more, n);
        combine(operation, values, more, count);
    }
    if (place)
        send_to(rank_at(root, place - parent_bit), values, n);
    free(more);
}

static void combine_doubles(enum mp_operation operation, void *values, const void *more,
                            size_t count)
{
    double *into = values;
    const double *from = more;
    for (size_t k = 0; k < count; k++)
        if (operation == MP_SUM)
            into[k] += from[k];
        else if (operation == MP_MAX ? from[k] > into[k] : from[k] < into[k])
            into[k] = from[k];
}

static void combine_int64s(enum mp_operation operation, void *values, const void *more,
                           size_t count)
{
    int64_t *into = values;
    const int64_t *from = more;
    for (size_t k = 0; k < count; k++)
        if (operation == MP_SUM)
            into[k] += from[k];
        else if (operation == MP_MAX ? from[k] > into[k] : from[k] < into[k])
            into[k] = from[k];
}

void mp_reduce_doubles(int root, enum mp_operation operation, double *values, size_t count)
{
    reduce(root, operation, values, count, combine_doubles);
}

void mp_reduce_int64s(int root, enum mp_operation operation, int64_t *values, size_t count)
{
    reduce(root, operation, values, count, combine_int64s);
}

void mp_allreduce_doubles(enum mp_operation operation, double *values, size_t count)
{
    mp_reduce_doubles(0, operation, values, count);
    mp_broadcast(0, values, count * sizeof *values);
}

void mp_allreduce_int64s(enum mp_operation operation, int64_t *values, size_t count)
{
    mp_reduce_int64s(0, operation, values, count);
    mp_broadcast(0, values, count * sizeof *values);
}

void mp_barrier(void)
{
    mp_allreduce_int64s(MP_SUM, NULL, 0);
}

static void copy_own(void *into, const void *from, size_t n)
{
    if (n > 0 && into != from)
        memcpy(into, from, n);
}

void mp_gather_lengths(int root, const void *mine, size_t n, void *all, const size_t lengths[],
                       const size_t offsets[])
{
    if (mp_rank() != root) {
        send_to(root, mine, n);
        return;
    }
    if (lengths[root] != n)
        mp_abort("rank %d gathers %zu bytes of its own and has %zu", root, lengths[root], n);
    copy_own((char *)all + offsets[root], mine, n);
    for (int step = 1; step < mp_size(); step++) {
        int from = rank_at(root, step);
        receive_from(from, (char *)all + offsets[from], lengths[from]);
    }
}

void mp_scatter_lengths(int root, const void *all, const size_t lengths[], const size_t offsets[],
                        void *mine, size_t n)
{
    if (mp_rank() != root) {
        receive_from(root, mine, n);
        return;
    }
    if (lengths[root] != n)
        mp_abort("rank %d scatters %zu bytes to itself and takes %zu", root, lengths[root], n);
    for (int step = 1; step < mp_size(); step++) {
        int to = rank_at(root, step);
        send_to(to, (const char *)all + offsets[to], lengths[to]);
    }
    copy_own(mine, (const char *)all + offsets[root], n);
}

/* The same length for each rank, one behind the other. */
struct even {
    size_t *lengths;
    size_t *offsets;
};

static struct even even_new(size_t n)
{
    size_t size = (size_t)mp_size();
    struct even even = {.lengths = malloc(2 * size * sizeof *even.lengths)};
    if (!even.lengths)
        mp_abort("rank %d is out of memory", mp_rank());
    even.offsets = even.lengths + size;
    for (size_t rank = 0; rank < size; rank++) {
        even.lengths[rank] = n;
        even.offsets[rank] = rank * n;
    }
    return even;
}

static void even_clear(struct even *even)
{
    free(even->lengths);
}

void mp_gather(int root, const void *mine, size_t n, void *all)
{
    struct even even = even_new(n);
    mp_gather_lengths(root, mine, n, all, even.lengths, even.offsets);
    even_clear(&even);
}

void mp_scatter(int root, const void *all, void *mine, size_t n)
{
    struct even even = even_new(n);
    mp_scatter_lengths(root, all, even.lengths, even.offsets, mine, n);
    even_clear(&even);
}

static void exchange_blocks(const struct mp_blocks *out, int to, const struct mp_blocks *in,
                            int from)
{
    mp_transfer(to, (const char *)out->data + out->offsets[to], out->lengths[to], from,
                (char *)in->data + in->offsets[from], in->lengths[from], TAG_COLLECTIVE);
}

void mp_alltoall_lengths(const struct mp_blocks *out, const struct mp_blocks *in)
{
    int rank = mp_rank(), size = mp_size();
    bool in_pairs = (size & (size - 1)) == 0;
    if (out->lengths[rank] != in->lengths[rank])
        mp_abort("rank %d sends %zu bytes to itself and takes %zu", rank, out->lengths[rank],
                 in->lengths[rank]);
    copy_own((char *)in->data + in->offsets[rank], (const char *)out->data + out->offsets[rank],
             out->lengths[rank]);
    for (int step = 1; step < size; step++) {
        if (in_pairs)
            exchange_blocks(out, rank ^ step, in, rank ^ step);
        else
            exchange_blocks(out, rank_at(rank, step), in, rank_at(rank, size - step));
    }
}

void mp_alltoall(const void *out, void *in, size_t block_bytes)
{
    struct even even = even_new(block_bytes);
    mp_alltoall_lengths(&(struct mp_blocks){(void *)out, even.lengths, even.offsets},
                        &(struct mp_blocks){in, even.lengths, even.offsets});
    even_clear(&even);
}

void mp_allgather(const void *mine, size_t n, void *all)
{
    struct even even = even_new(n);
    size_t *same = calloc((size_t)mp_size(), sizeof *same);
    if (!same)
        mp_abort("rank %d is out of memory", mp_rank());
    mp_alltoall_lengths(&(struct mp_blocks){(void *)mine, even.lengths, same},
                        &(struct mp_blocks){all, even.lengths, even.offsets});
    free(same);
    even_clear(&even);
}
