/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/comm.h"

void sbs_comm_init(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void sbs_comm_fini(void)
{
}

int sbs_comm_rank(void)
{
    return 0;
}

int sbs_comm_size(void)
{
    return 1;
}

void sbs_comm_gather(double *values, size_t rows, size_t reps)
{
    (void)values;
    (void)rows;
    (void)reps;
}

int sbs_comm_any(int value)
{
    return value != 0;
}
