/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/comm.h"

#include <mpi.h>

void sbs_comm_init(int *argc, char ***argv)
{
    int provided;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
}

void sbs_comm_fini(void)
{
    MPI_Finalize();
}

int sbs_comm_rank(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int sbs_comm_size(void)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
}

static size_t begin_of(size_t reps, int rank, int size)
{
    return reps * (size_t)rank / (size_t)size;
}

/* Blocks of at most 2^20 doubles keep every count within an int. */
enum { BLOCK = 1 << 20 };

static void transfer(double *from, size_t n, int other, int receive)
{
    for (size_t i = 0; i < n; i += BLOCK) {
        int count = (int)(n - i < BLOCK ? n - i : BLOCK);
        if (receive)
            MPI_Recv(from + i, count, MPI_DOUBLE, other, 0, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
        else
            MPI_Send(from + i, count, MPI_DOUBLE, other, 0, MPI_COMM_WORLD);
    }
}

void sbs_comm_gather(double *values, size_t rows, size_t reps)
{
    int rank = sbs_comm_rank(), size = sbs_comm_size();
    for (int r = 1; r < size; r++) {
        size_t lo = begin_of(reps, r, size), hi = begin_of(reps, r + 1, size);
        if (rank != 0 && rank != r)
            continue;
        for (size_t row = 0; row < rows; row++)
            transfer(values + row * reps + lo, hi - lo, rank ? 0 : r,
                     rank == 0);
    }
}

int sbs_comm_any(int value)
{
    int mine = value != 0, any;
    MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return any;
}
