// SPDX-License-Identifier: Apache-2.0
#include "schedule.h"

#include <stdlib.h>

static void add(GArray *transfers, int round, int from, int to)
{
    struct transfer transfer = {round, from, to};
    g_array_append_val(transfers, transfer);
}

static void add_exchange(GArray *transfers, int round, int a, int b)
{
    add(transfers, round, a, b);
    add(transfers, round, b, a);
}

/* One dimension of a grid. */
struct axis {
    int size;
    int stride; /* between neighbours in rank */
};

static struct axis axis_of(const struct shape *shape, int d)
{
    struct axis axis = {shape->dims[d], 1};
    for (int later = d + 1; later < shape->n_dims; later++)
        axis.stride *= shape->dims[later];
    return axis;
}

static int coordinate(struct axis axis, int rank)
{
    return rank / axis.stride % axis.size;
}

static int next_around(struct axis axis, int rank)
{
    int c = coordinate(axis, rank);
    return rank + ((c + 1) % axis.size - c) * axis.stride;
}

static int add_mesh(const struct shape *shape, GArray *transfers)
{
    int rounds = 0;
    for (int d = 0; d < shape->n_dims; d++) {
        struct axis axis = axis_of(shape, d);
        for (int rank = 0; rank < shape->processes; rank++) {
            int c = coordinate(axis, rank);
            if (c + 1 < axis.size)
                add_exchange(transfers, rounds + c % 2, rank, next_around(axis, rank));
        }
        rounds += MIN(axis.size - 1, 2);
    }
    return rounds;
}

/*
 * A ring of odd size, with the round that its processes have free (see schedule.h):
 *
 *     0 ─A─ 1 ─B─ 2 ─A─ 3 ─B─ 4 ─free─ 0        leaves B free at 0, A at 4, the old one between
 */
static void add_odd_axis(GArray *transfers, struct axis axis, int processes, int *free_round,
                         int rounds)
{
    for (int rank = 0; rank < processes; rank++) {
        int c = coordinate(axis, rank);
        int round = c == axis.size - 1 ? free_round[rank] : rounds + c % 2;
        add_exchange(transfers, round, rank, next_around(axis, rank));
    }
    for (int rank = 0; rank < processes; rank++) {
        int c = coordinate(axis, rank);
        if (c == 0)
            free_round[rank] = rounds + 1;
        else if (c == axis.size - 1)
            free_round[rank] = rounds;
    }
}

static int add_torus(const struct shape *shape, GArray *transfers)
{
    int rounds = 1; /* of the product of no dimensions, where it is free at everyone */
    bool one_is_free = true;
    g_autofree int *free_round = g_new0(int, shape->processes);
    for (int d = 0; d < shape->n_dims; d++) {
        struct axis axis = axis_of(shape, d);
        if (axis.size == 1 || axis.size % 2 == 0)
            continue;
        add_odd_axis(transfers, axis, shape->processes, free_round, rounds);
        rounds += 2;
    }
    for (int d = 0; d < shape->n_dims; d++) {
        struct axis axis = axis_of(shape, d);
        if (axis.size % 2 != 0)
            continue;
        for (int rank = 0; rank < shape->processes; rank++) {
            int even = one_is_free ? free_round[rank] : rounds + 1;
            int round = coordinate(axis, rank) % 2 == 0 ? even : rounds;
            add_exchange(transfers, round, rank, next_around(axis, rank));
        }
        rounds += one_is_free ? 1 : 2;
        one_is_free = false;
    }
    return rounds;
}

static int add_hypercube(const struct shape *shape, GArray *transfers)
{
    int rounds = 0;
    for (int bit = 1; bit < shape->processes; bit *= 2, rounds++)
        for (int rank = 0; rank < shape->processes; rank++)
            if ((rank & bit) == 0)
                add_exchange(transfers, rounds, rank, rank | bit);
    return rounds;
}

/* The last seat, a process or a ghost, stays; those opposite each other sum up to the round. */
static int add_all_to_all(const struct shape *shape, GArray *transfers)
{
    int n = shape->processes;
    int around = n % 2 == 0 ? n - 1 : n;
    for (int round = 0; round < around; round++) {
        for (int a = 0; a < around; a++) {
            int b = (round - a + around) % around;
            if (a < b)
                add_exchange(transfers, round, a, b);
            else if (a == b && n != around)
                add_exchange(transfers, round, a, around);
        }
    }
    return around;
}

/* Rounds until a process has received from all below it. */
static int add_tree(GArray *transfers, int n, int rank)
{
    int children[2], ready[2];
    int n_children = 0;
    for (int child = 2 * rank + 1; child <= 2 * rank + 2 && child < n; child++) {
        children[n_children] = child;
        ready[n_children++] = add_tree(transfers, n, child);
    }
    int first = n_children == 2 && ready[1] < ready[0] ? 1 : 0;
    int round = 0;
    for (int k = 0; k < n_children; k++) {
        int child = k ^ first;
        round = MAX(round, ready[child]);
        add(transfers, round++, children[child], rank);
    }
    return round;
}

static int add_transfers(const struct shape *shape, GArray *transfers)
{
    switch (shape->pattern) {
    case PATTERN_MESH:
        return add_mesh(shape, transfers);
    case PATTERN_TORUS:
        return add_torus(shape, transfers);
    case PATTERN_HYPERCUBE:
        return add_hypercube(shape, transfers);
    case PATTERN_TREE:
        return add_tree(transfers, shape->processes, 0);
    case PATTERN_ALL_TO_ALL:
        return add_all_to_all(shape, transfers);
    }
    g_assert_not_reached();
}

static int by_round(gconstpointer a, gconstpointer b)
{
    return ((const struct transfer *)a)->round - ((const struct transfer *)b)->round;
}

struct schedule *schedule_new(const struct shape *shape)
{
    GArray *transfers = g_array_new(FALSE, FALSE, sizeof(struct transfer));
    struct schedule *schedule = g_new(struct schedule, 1);
    schedule->processes = shape->processes;
    schedule->rounds = add_transfers(shape, transfers);
    g_array_sort(transfers, by_round);
    schedule->n_transfers = transfers->len;
    schedule->transfers = (struct transfer *)(void *)g_array_free(transfers, FALSE);
    return schedule;
}

void schedule_free(struct schedule *schedule)
{
    if (!schedule)
        return;
    g_free(schedule->transfers);
    g_free(schedule);
}

struct step *schedule_steps(const struct schedule *schedule, int rank)
{
    struct step *steps = g_new(struct step, MAX(schedule->rounds, 1));
    for (int round = 0; round < schedule->rounds; round++)
        steps[round] = (struct step){.to = -1, .from = -1};
    for (size_t k = 0; k < schedule->n_transfers; k++) {
        const struct transfer *transfer = &schedule->transfers[k];
        if (transfer->from == rank)
            steps[transfer->round].to = transfer->to;
        if (transfer->to == rank)
            steps[transfer->round].from = transfer->from;
    }
    return steps;
}
