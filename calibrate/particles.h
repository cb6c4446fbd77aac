/* SPDX-License-Identifier: Apache-2.0 */
/* Posterior draws for a likelihood that is only known through simulation: a
 * sequential Monte Carlo sampler (Del Moral, Doucet, Jasra, JRSS B 68 (2006)
 * 411) that goes from the prior to the posterior by raising the likelihood to
 * powers from 0 to 1, and moves its particles by pseudo-marginal Metropolis
 * steps (Andrieu and Roberts, Annals of Statistics 37 (2009) 697): with an
 * unbiased estimate of the likelihood the end is the exact posterior.
 *
 * Every parameter is a standard normal z under its prior. The first n_moved
 * take random-walk steps; the others, known from elsewhere, are proposed
 * afresh from their prior with each step, so that what is not known of them
 * stays in the answer. */
#ifndef SBS_CALIBRATE_PARTICLES_H
#define SBS_CALIBRATE_PARTICLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SBS_PARTICLES_DIM 24  /* most parameters */
#define SBS_PARTICLES_MAX 100000 /* most particles */

/* log_lik[i] of particle i of n, z at z[i * dim]: the log of an unbiased
 * estimate, -INFINITY for 0. `generation` keys its random numbers: other ones
 * for each. -1 ends the search. */
typedef int sbs_particles_f(void *context, uint32_t generation, size_t n,
                            const double *z, double *log_lik,
                            struct sbs_error *err);

struct sbs_particles_job {
    sbs_particles_f *log_lik;
    void *context;
    size_t dim, n_moved; /* 1 <= n_moved <= dim <= SBS_PARTICLES_DIM */
    size_t n;            /* particles, 50 to SBS_PARTICLES_MAX */
    uint32_t moves;      /* steps of each particle at the posterior, >= 1 */
    uint64_t seed;
    /* Called after every generation with the power of the likelihood
     * reached and the moves left at power 1; may be NULL. */
    void (*progress)(void *context, double power, uint32_t moves_left);
    void *progress_context;
};

/* Particles of equal weight; some are alike, where no step was accepted. */
struct sbs_particles {
    size_t n, dim, n_moved;
    double *z;           /* n x dim, owned */
    double *log_lik;     /* n, owned */
    double log_evidence; /* log p(data) */
    double acceptance;   /* of the moves at the posterior */
    uint32_t generations;
};

/* Fails (SBS_EINPUT) when no particle of the prior can have made the data.
 * The result depends on the seed and the likelihood only. */
int sbs_particles_run(const struct sbs_particles_job *job,
                      struct sbs_particles *out, struct sbs_error *err);
void sbs_particles_fini(struct sbs_particles *p);

#endif
