/* SPDX-License-Identifier: Apache-2.0 */
/* The ranks of a run. comm_mpi.c with --with-mpi, else comm_none.c: one rank
 * that is all there is. */
#ifndef SBS_SWEEP_COMM_H
#define SBS_SWEEP_COMM_H

#include <stddef.h>
#include <stdint.h>

/* Start and end of the program's part in MPI. Without a launcher around it
 * the program is rank 0 of 1. */
void sbs_comm_init(int *argc, char ***argv);
void sbs_comm_fini(void);

int sbs_comm_rank(void);
int sbs_comm_size(void);

/* Of each row of `reps` doubles rank r has filled [reps r / size,
 * reps (r + 1) / size); rank 0 gets all of them. */
void sbs_comm_gather(double *values, size_t rows, size_t reps);

/* 1 when any rank passes a non-zero value. */
int sbs_comm_any(int value);
/* The least of all ranks' values. */
uint64_t sbs_comm_least(uint64_t value);
/* Bits that any rank has set become set in all. */
void sbs_comm_or(unsigned char *bits, size_t n_bytes);
/* Rank 0's bytes for all. */
void sbs_comm_broadcast(void *bytes, size_t n_bytes);

/* A counter that all ranks share. Create (0 at first) and destroy are called
 * by every rank; NULL when memory is short. */
struct sbs_comm_counter *sbs_comm_counter_create(void);
void sbs_comm_counter_destroy(struct sbs_comm_counter *c);
/* Its value before `n` is added, one-sided: no other rank need do anything.
 * Any thread may ask, one at a time, if sbs_comm_threads() says so; else only
 * the first one. */
uint64_t sbs_comm_counter_add(struct sbs_comm_counter *c, uint64_t n);
int sbs_comm_threads(void);

#endif
