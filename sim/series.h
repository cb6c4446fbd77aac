/* SPDX-License-Identifier: Apache-2.0 */
/* The chunks of a stack that hands out the same ones in every run. */
#ifndef SBS_SIM_SERIES_H
#define SBS_SIM_SERIES_H

#include <stdint.h>

#include "base/error.h"
#include "sim/sim.h"

struct sbs_chunk {
    uint32_t first_unit, n_units;
    uint32_t worker; /* bound to it, in the order in which it does them */
};

/* How many of the n >= 1 chunks, from the first on, are of one task and one
 * size. */
static inline uint32_t sbs_chunk_run(const struct sbs_chunk *c, uint32_t n,
                                     uint32_t units_per_task)
{
    uint32_t task = c->first_unit / units_per_task, run = 1;
    uint32_t end = (task + 1) * units_per_task;
    while (run < n && c[run].n_units == c->n_units &&
           c[run].first_unit + c[run].n_units <= end)
        run++;
    return run;
}

struct sbs_series {
    struct sbs_chunk *chunk; /* by worker when bound, else as taken */
    uint32_t n;
};

/* Watch one replication and write down its chunks: 1. 0 when the stack may
 * look at more than plan, constants and queue, or copies, or the run does not
 * finish. -1 when memory is short. The stack, plan and constants as for
 * sbs_replicas_create. */
int sbs_series_record(const struct sbs_scenario *scenario,
                      const struct sbs_stack *stack,
                      const struct sbs_plan *plan,
                      const struct sbs_constants *constants,
                      struct sbs_series *out, struct sbs_error *err);
void sbs_series_fini(struct sbs_series *s);

#endif
