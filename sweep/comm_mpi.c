/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/comm.h"

#include <stdlib.h>

#include <mpi.h>

void sbs_comm_init(int *argc, char ***argv)
{
    int provided;
    MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided);
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

uint64_t sbs_comm_least(uint64_t value)
{
    uint64_t least;
    MPI_Allreduce(&value, &least, 1, MPI_UINT64_T, MPI_MIN, MPI_COMM_WORLD);
    return least;
}

void sbs_comm_or(unsigned char *bits, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i += BLOCK) {
        int count = (int)(n_bytes - i < BLOCK ? n_bytes - i : BLOCK);
        MPI_Allreduce(MPI_IN_PLACE, bits + i, count, MPI_UNSIGNED_CHAR,
                      MPI_BOR, MPI_COMM_WORLD);
    }
}

void sbs_comm_broadcast(void *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i += BLOCK) {
        int count = (int)(n_bytes - i < BLOCK ? n_bytes - i : BLOCK);
        MPI_Bcast((char *)bytes + i, count, MPI_BYTE, 0, MPI_COMM_WORLD);
    }
}

/* The value lives in rank 0's part of the window. */
struct sbs_comm_counter {
    MPI_Win window;
    uint64_t *value;
};

struct sbs_comm_counter *sbs_comm_counter_create(void)
{
    struct sbs_comm_counter *c = calloc(1, sizeof *c);
    if (sbs_comm_any(!c)) {
        free(c);
        return NULL;
    }
    MPI_Aint size = sbs_comm_rank() == 0 ? (MPI_Aint)sizeof *c->value : 0;
    MPI_Win_allocate(size, (int)sizeof *c->value, MPI_INFO_NULL,
                     MPI_COMM_WORLD, &c->value, &c->window);
    if (sbs_comm_rank() == 0) {
        MPI_Win_lock(MPI_LOCK_EXCLUSIVE, 0, 0, c->window);
        *c->value = 0;
        MPI_Win_unlock(0, c->window);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_lock_all(0, c->window);
    return c;
}

void sbs_comm_counter_destroy(struct sbs_comm_counter *c)
{
    if (!c)
        return;
    MPI_Win_unlock_all(c->window);
    MPI_Win_free(&c->window);
    free(c);
}

uint64_t sbs_comm_counter_add(struct sbs_comm_counter *c, uint64_t n)
{
    uint64_t before;
    MPI_Fetch_and_op(&n, &before, MPI_UINT64_T, 0, 0, MPI_SUM, c->window);
    MPI_Win_flush(0, c->window);
    return before;
}

int sbs_comm_threads(void)
{
    int level;
    MPI_Query_thread(&level);
    return level >= MPI_THREAD_SERIALIZED;
}
