/* SPDX-License-Identifier: Apache-2.0 */
/* One family by maximum likelihood. */
#ifndef SBS_CALIBRATE_LAW_FIT_H
#define SBS_CALIBRATE_LAW_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/law.h"

struct sbs_law_fit {
    const struct sbs_law_family *family;
    bool shifted;
    size_t n, n_censored;
    double x[SBS_LAW_DIM];    /* at the maximum; calibrate/law.h says what */
    double se[SBS_LAW_DIM];   /* from the second derivatives; NaN where the
                               * data do not determine the parameters, and for
                               * a shift at an end of its range */
    double lo[SBS_LAW_DIM], hi[SBS_LAW_DIM]; /* 95% profile intervals; NaN
                               * until sbs_law_fit_intervals */
    double loglik, aicc, bic; /* aicc INFINITY when n <= parameters + 1 */
};

/* How many parameters. */
static inline size_t sbs_law_fit_dim(const struct sbs_law_fit *fit)
{
    return fit->shifted ? 3 : 2;
}

/* Fit one law to n >= 3 observations. With `shifted` the shift is free in
 * [0, min - spread/n] (spread = largest - smallest lower end), where a free
 * shift would make the likelihood unbounded; values cut off do not count.
 * Errors: SBS_EINPUT for n < 3, a bad interval, values that do not vary, no
 * room for a shift, or all values cut off. */
int sbs_law_fit(const struct sbs_law_family *family, const struct sbs_obs *obs,
                size_t n, bool shifted, struct sbs_law_fit *fit,
                struct sbs_error *err);

/* Fill se, lo and hi of a fit of these observations. */
int sbs_law_fit_intervals(struct sbs_law_fit *fit, const struct sbs_obs *obs,
                          struct sbs_error *err);

/* The same family for another sample, starting from `fit`: a few Newton steps
 * where they go well, else as sbs_law_fit. x, loglik, n only; what thousands
 * of bootstrap samples need. */
int sbs_law_refit(const struct sbs_law_fit *fit, const struct sbs_obs *obs,
                  size_t n, struct sbs_law_fit *out, struct sbs_error *err);

/* The largest shift allowed (may be <= 0: no room). */
double sbs_law_shift_bound(const struct sbs_obs *obs, size_t n);

/* The fitted law; holds no memory. */
struct sbs_dist sbs_law_fit_dist(const struct sbs_law_fit *fit);

#endif
