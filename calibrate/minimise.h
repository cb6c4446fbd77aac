/* SPDX-License-Identifier: Apache-2.0 */
/* Small deterministic minimisation for maximum likelihood: Nelder-Mead
 * (GSL's nmsimplex2) with restarts, curvature at the minimum, and profile
 * intervals. Objectives are minus log likelihoods. */
#ifndef SBS_CALIBRATE_MINIMISE_H
#define SBS_CALIBRATE_MINIMISE_H

#include <stddef.h>

#include "base/error.h"

#define SBS_MINIMISE_MAX 8 /* most parameters of an objective */

/* Minus log likelihood at x; may return INFINITY outside its domain. */
typedef double sbs_objective_f(const double *x, const void *arg);

struct sbs_problem {
    sbs_objective_f *f;
    const void *arg;
    size_t n;           /* parameters, 1 to SBS_MINIMISE_MAX */
    const double *step; /* n first steps, of the size of a standard error */
};

/* Minimise from x (in: start, out: minimum) and store the value there in
 * *f_min. Fails (SBS_EINPUT) when the start is outside the domain. */
int sbs_minimise(const struct sbs_problem *p, double *x, double *f_min,
                 struct sbs_error *err);

/* Inverse of the second derivatives at a minimum x (central differences with
 * h = step / 8): the usual approximation of the covariance of the estimates,
 * n x n by rows. Fails when the curvature is not positive definite, which
 * means that the data do not determine every parameter. */
int sbs_minimise_covariance(const struct sbs_problem *p, const double *x,
                            double *cov, struct sbs_error *err);

/* 95% profile-likelihood interval of parameter `which`: the values at which
 * the minimum over all others exceeds f_min by chi2(1, .95) / 2 = 1.920729.
 * An end that is not reached within 20 growing steps is infinite. */
int sbs_minimise_profile(const struct sbs_problem *p, const double *x,
                         double f_min, size_t which, double *lo, double *hi,
                         struct sbs_error *err);

#endif
