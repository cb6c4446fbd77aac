/* SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of measured run totals, estimated with the simulator itself:
 * a particle is a draw of the model file; each measured run is replicated
 * under it, and the density of its totals (logs, jointly) at the measured
 * ones is estimated by a normal kernel over the replications that keeps
 * their mean and variance. That is a synthetic likelihood (Wood, Nature 466
 * (2010) 1102) which is not bound to a normal shape. Every total has a stated
 * error besides: its rounding, and what the model leaves out. Runs are
 * independent given the parameters, so their estimates multiply. */
#ifndef SBS_CALIBRATE_SIMLIK_H
#define SBS_CALIBRATE_SIMLIK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calibrate/belief.h"
#include "model/metric.h"
#include "model/workload.h"
#include "policies/stack.h"

enum { SBS_SIMLIK_TOTALS = 4, /* first, half, last, bill */
       SBS_SIMLIK_REPS = 256 }; /* most replications of a run */

/* A measured total of a run. */
struct sbs_simlik_total {
    enum sbs_metric metric;
    double value;  /* s or USD, > 0 */
    double log_sd; /* its stated error, on the log scale, > 0 */
};

struct sbs_simlik_run {
    const char *name;
    const struct sbs_workload *workload;
    uint32_t workers;
    double vcpu, memory_gb;
    double fixed_s; /* added to the simulated times: waiting that no
                       processor shortens */
    struct sbs_simlik_total total[SBS_SIMLIK_TOTALS];
    size_t n_totals;
};

struct sbs_simlik {
    const struct sbs_beliefs *beliefs;
    struct cJSON *model; /* without draws; borrowed */
    const struct sbs_stack *stack; /* policy of all runs */
    const struct sbs_simlik_run *runs;
    size_t n_runs;
    uint32_t reps; /* of a run for each particle, 2 to SBS_SIMLIK_REPS */
    uint64_t seed;
    int threads;   /* 0: as many as OpenMP likes */
};

/* sbs_particles_f, with struct sbs_simlik as context. */
int sbs_simlik_eval(void *simlik, uint32_t generation, size_t n,
                    const double *z, double *log_lik, struct sbs_error *err);

/* Simulated totals of one run, one replication for each of n particles:
 * out[k * n + i] for its k-th total of particle i, fixed_s included; NaN where
 * it did not finish. `salt` keys the random numbers. */
int sbs_simlik_totals(const struct sbs_simlik *s,
                      const struct sbs_simlik_run *run, uint32_t salt,
                      size_t n, const double *z, double *out,
                      struct sbs_error *err);

#endif
