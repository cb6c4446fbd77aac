/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/comm.h"

#include <stdlib.h>

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

uint64_t sbs_comm_least(uint64_t value)
{
    return value;
}

void sbs_comm_or(unsigned char *bits, size_t n_bytes)
{
    (void)bits;
    (void)n_bytes;
}

void sbs_comm_broadcast(void *bytes, size_t n_bytes)
{
    (void)bytes;
    (void)n_bytes;
}

struct sbs_comm_counter {
    uint64_t value;
};

struct sbs_comm_counter *sbs_comm_counter_create(void)
{
    return calloc(1, sizeof(struct sbs_comm_counter));
}

void sbs_comm_counter_destroy(struct sbs_comm_counter *c)
{
    free(c);
}

uint64_t sbs_comm_counter_add(struct sbs_comm_counter *c, uint64_t n)
{
    uint64_t before = c->value;
    c->value += n;
    return before;
}

int sbs_comm_threads(void)
{
    return 1;
}
