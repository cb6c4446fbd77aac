/* SPDX-License-Identifier: Apache-2.0 */
/* The ranks of a run. comm_mpi.c with --with-mpi, else comm_none.c: one rank
 * that is all there is. */
#ifndef SBS_SWEEP_COMM_H
#define SBS_SWEEP_COMM_H

#include <stddef.h>

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

#endif
