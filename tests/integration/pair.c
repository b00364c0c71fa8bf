// SPDX-License-Identifier: Apache-2.0
/* Rank 0 sends argv[1] bytes to rank 1, which answers; prints how many seconds that took. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    int n = argc > 1 ? atoi(argv[1]) : 1;
    char *bytes = calloc((size_t)n, 1);
    double start = MPI_Wtime();
    if (rank == 0) {
        MPI_Send(bytes, n, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
        MPI_Recv(bytes, 1, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        printf("%.3f\n", MPI_Wtime() - start);
    } else if (rank == 1) {
        MPI_Recv(bytes, n, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(bytes, 1, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    }
    free(bytes);
    MPI_Finalize();
    return 0;
}
