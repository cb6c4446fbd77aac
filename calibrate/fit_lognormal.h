/* SPDX-License-Identifier: Apache-2.0 */
/* Lognormal and shifted lognormal by maximum likelihood.
 * X = shift + exp(mu + sigma Z), Z standard normal. */
#ifndef SBS_CALIBRATE_FIT_LOGNORMAL_H
#define SBS_CALIBRATE_FIT_LOGNORMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/obs.h"

struct sbs_lognormal_fit {
    size_t n;
    bool shifted;
    double mu, sigma, shift;     /* mu, sigma of log(s); shift in s */
    double mu_lo, mu_hi;         /* 95% profile-likelihood intervals */
    double sigma_lo, sigma_hi;
    double loglik, aicc, bic;    /* aicc is INFINITY when n is too small */
};

/* Fit one law to n >= 3 observations. With `shifted` the shift is free in
 * [0, min - spread/n], where a free shift would make the likelihood unbounded
 * (spread = largest - smallest lower end).
 * Errors: SBS_EINPUT for n < 3, a bad interval or values that do not vary. */
int sbs_fit_lognormal(const struct sbs_obs *obs, size_t n, bool shifted,
                      struct sbs_lognormal_fit *fit, struct sbs_error *err);

/* Fit both and keep the one with the smaller AICc (Hurvich and Tsai 1989). The
 * other goes to *other when not NULL (its aicc INFINITY if it has no fit). */
int sbs_fit_lognormal_choose(const struct sbs_obs *obs, size_t n,
                             struct sbs_lognormal_fit *fit,
                             struct sbs_lognormal_fit *other,
                             struct sbs_error *err);

/* Quantile of a fitted law, u in (0, 1). */
double sbs_fit_lognormal_quantile(const struct sbs_lognormal_fit *fit,
                                  double u);
/* Distribution function. */
double sbs_fit_lognormal_cdf(const struct sbs_lognormal_fit *fit, double x);

#endif
