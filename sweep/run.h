/* SPDX-License-Identifier: Apache-2.0 */
/* Replications of several policies under one scenario, on OpenMP threads and
 * MPI ranks. Results do not depend on the number of either, nor on the order
 * of the policies. */
#ifndef SBS_SWEEP_RUN_H
#define SBS_SWEEP_RUN_H

#include <stdint.h>

#include "base/error.h"
#include "model/layer.h"
#include "model/metric.h"
#include "sim/sim.h"

struct sbs_run {
    struct sbs_scenario scenario;
    const struct sbs_stack *const *stacks; /* [n_stacks] borrowed */
    uint32_t n_stacks;
    uint32_t first, reps; /* replications [first, first + reps) */
    int threads; /* 0: as many as OpenMP likes */
    /* Called now and then from one thread with replications done and in
     * all; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *progress_context;
};

/* What one policy did; row m, replication first + r at values[m * reps + r],
 * NAN in every metric of a replication that cannot finish. The row behind the
 * metrics has enum sbs_unfinished. */
struct sbs_run_outcome {
    struct sbs_plan plan;
    struct sbs_constants constants; /* for uncut tasks */
    double *values;
    uint64_t unfinished;
    uint64_t unfinished_by[SBS_N_UNFINISHED]; /* for each reason */
};

/* Fill outcomes[n_stacks]; the caller frees them. With MPI every rank must
 * call it and only rank 0 gets values. -1: a policy refuses its plan (code
 * USAGE), memory is short, or an invariant is broken: then the first
 * replication's error. */
int sbs_run_all(const struct sbs_run *run, struct sbs_run_outcome *outcomes,
                struct sbs_error *err);
void sbs_run_outcome_fini(struct sbs_run_outcome *o);

static inline const double *
sbs_run_metric(const struct sbs_run_outcome *o, uint32_t reps,
               enum sbs_metric m)
{
    return o->values + (size_t)m * reps;
}

#endif
