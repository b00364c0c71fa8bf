// SPDX-License-Identifier: Apache-2.0
/* mp over MPI: the launcher has started the processes; any error ends them all (MPI's default). */
#include <mpi.h>
#include <stdlib.h>
#include <time.h>

#include "backend.h"

enum { TAG_COLLECT = TAG_BACKEND, TAG_FINISH };

static int world_rank;
static int world_size;
static bool started;

const char *mp_backend_name(void)
{
    return "MPI";
}

void backend_init(int *argc, char ***argv)
{
    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &world_size);
}

void backend_leave(int status)
{
    MPI_Finalize();
    exit(status);
}

/* Every process finds the same, so all leave together. */
void backend_start(int processes, enum mp_route route)
{
    if (route != MP_ROUTE_DIRECT && world_rank == 0)
        mp_complain("only PVM has a daemon route: use the program built for PVM");
    if (processes != world_size && world_rank == 0)
        mp_complain("%d processes are wanted and %d were started: use mpirun -np %d", processes,
                    world_size, processes);
    if (route != MP_ROUTE_DIRECT || processes != world_size)
        backend_leave(2);
    started = true;
}

int backend_rank(void)
{
    return world_rank;
}

int backend_size(void)
{
    return started ? world_size : 0;
}

void backend_exchange(int to, const void *data, size_t n_out, int from, void *into, size_t n_in,
                      int tag)
{
    MPI_Request requests[2];
    MPI_Status states[2];
    int pending = 0;
    if (from != MP_NOBODY)
        MPI_Irecv(into, (int)n_in, MPI_BYTE, from, tag, MPI_COMM_WORLD, &requests[pending++]);
    if (to != MP_NOBODY)
        MPI_Isend(data, (int)n_out, MPI_BYTE, to, tag, MPI_COMM_WORLD, &requests[pending++]);
    MPI_Waitall(pending, requests, states);
    if (from == MP_NOBODY)
        return;
    int received;
    MPI_Get_count(&states[0], MPI_BYTE, &received);
    if (received != (int)n_in)
        mp_abort("rank %d expected %zu bytes from rank %d and got %d", world_rank, n_in, from,
                 received);
}

/* Every two processes can reach each other at any time. */
void backend_meet(int rank)
{
    (void)rank;
}

/* MPI waits by looking again and again. Who waits for anybody may wait long, and leaves the
 * processor to those that work. */
#define LOOK_AGAIN_NANOSECONDS 200000

static void await_any(int tag, MPI_Message *message, MPI_Status *state)
{
    int there = 0;
    for (;;) {
        MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, message, state);
        if (there)
            return;
        nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_NANOSECONDS}, NULL);
    }
}

void *backend_receive_any(int tag, int *from, size_t *n)
{
    MPI_Message message;
    MPI_Status state;
    int length;
    await_any(tag, &message, &state);
    MPI_Get_count(&state, MPI_BYTE, &length);
    void *data = malloc((size_t)length + 1);
    if (!data)
        mp_abort("rank %d has no memory for a message of %d bytes", world_rank, length);
    MPI_Mrecv(data, length, MPI_BYTE, &message, MPI_STATUS_IGNORE);
    *from = state.MPI_SOURCE;
    *n = (size_t)length;
    return data;
}

/*
 * Open MPI 4.1 and MPICH 4.0, which Debian 12 has, have no ULFM: without options mpirun ends the
 * run when a process ends. With them (mpirun.openmpi --enable-recovery, mpirun.mpich
 * -disable-auto-cleanup) nobody is told of the loss, MPI_Finalize waits for the lost process or
 * fails, and the loss of an orted hangs mpirun. So there is nothing to build on.
 */
void backend_allow_losses(int tag)
{
    (void)tag;
}

bool backend_forbid_losses(void)
{
    return true;
}

void backend_collect(const void *mine, size_t n, void *all)
{
    if (world_rank != 0) {
        MPI_Send(mine, (int)n, MPI_BYTE, 0, TAG_COLLECT, MPI_COMM_WORLD);
        return;
    }
    const char *own = mine;
    for (size_t k = 0; k < n; k++)
        ((char *)all)[k] = own[k];
    for (int rank = 1; rank < world_size; rank++)
        MPI_Recv((char *)all + (size_t)rank * n, (int)n, MPI_BYTE, rank, TAG_COLLECT,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

void backend_abort(const char *message)
{
    mp_complain("%s", message);
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
}

#ifdef MPICH_VERSION
/*
 * MPICH 4.0 over UCX's TCP hangs in MPI_Finalize when ranks come to it one after the other (see
 * openucx/ucx issue 8738): closing a connection sends a request that the peer must answer, and a
 * peer whose own requests are all answered waits for the others without looking at the network. If
 * every rank sends its requests before it answers any, each is answered: what a peer asks arrives
 * before what it answers. So all ranks leave MPI together, stay out of it until the last one has
 * left, and then finalize. The meeting is at rank 0, as that of the start. How long the last one
 * takes depends on how busy the machines are: several times what a meeting of all has taken.
 */
#define LEAVING_SECONDS     0.2
#define LEAVING_SECONDS_MAX 10.0
#define LEAVING_MEETINGS    5

/* Rank 0 hears from all, then tells all, which is returned. */
static double meet(double told)
{
    for (int rank = 1; world_rank == 0 && rank < world_size; rank++)
        MPI_Recv(NULL, 0, MPI_BYTE, rank, TAG_FINISH, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int rank = 1; world_rank == 0 && rank < world_size; rank++)
        MPI_Send(&told, 1, MPI_DOUBLE, rank, TAG_FINISH, MPI_COMM_WORLD);
    if (world_rank != 0) {
        MPI_Send(NULL, 0, MPI_BYTE, 0, TAG_FINISH, MPI_COMM_WORLD);
        MPI_Recv(&told, 1, MPI_DOUBLE, 0, TAG_FINISH, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    return told;
}

static void leave_together(void)
{
    meet(0);
    double begun = MPI_Wtime(); /* from here on nobody computes */
    meet(0);
    double seconds = LEAVING_SECONDS + LEAVING_MEETINGS * meet(MPI_Wtime() - begun);
    if (seconds > LEAVING_SECONDS_MAX)
        seconds = LEAVING_SECONDS_MAX;
    time_t whole = (time_t)seconds;
    long rest_ns = (long)((seconds - (double)whole) * 1e9);
    nanosleep(&(struct timespec){.tv_sec = whole, .tv_nsec = rest_ns}, NULL);
}
#else
static void leave_together(void)
{
}
#endif

void backend_finish(void)
{
    leave_together();
    MPI_Finalize();
}
