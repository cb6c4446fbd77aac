/* SPDX-License-Identifier: Apache-2.0 */
/* Draws from a density by random-walk Metropolis. During burn-in the proposal
 * learns the covariance of the chain (Haario, Saksman and Tamminen, Bernoulli
 * 7, 2001) and its scale aims at the acceptance that suits 2 to 5 dimensions
 * (0.35; Gelman, Roberts and Gilks 1996) by Robbins-Monro steps (Andrieu and
 * Thoms, Stat. Comput. 18, 2008, algorithm 4); then it is frozen, so that
 * what is kept comes from one Markov chain with the right limit. Random
 * numbers are counters of (seed, chain): the same everywhere. */
#ifndef SBS_CALIBRATE_SAMPLER_H
#define SBS_CALIBRATE_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SBS_SAMPLER_MAX 8 /* most dimensions */

/* Log density at x up to a constant; -INFINITY (or NaN) where there is none. */
typedef double sbs_log_density_f(const double *x, const void *arg);

struct sbs_sampler {
    sbs_log_density_f *f;
    const void *arg;
    size_t n;            /* dimensions, 1 to SBS_SAMPLER_MAX */
    const double *step;  /* n first steps, of the size of a standard error */
    size_t burn, thin;   /* steps thrown away; steps for each draw, >= 1 */
    uint64_t seed;
    uint32_t chain;
};

struct sbs_sampler_report {
    double accepted_frac; /* after burn-in */
    double ess;           /* effective number of the draws kept, least over
                           * coordinates (Geyer's initial positive sequence,
                           * Stat. Sci. 7, 1992) */
};

/* n_draws rows of n values into out, beginning at `start`. Fails (SBS_EINPUT)
 * when the density is 0 there. *report may be NULL. */
int sbs_sampler_run(const struct sbs_sampler *s, const double *start,
                    size_t n_draws, double *out,
                    struct sbs_sampler_report *report, struct sbs_error *err);

#endif
