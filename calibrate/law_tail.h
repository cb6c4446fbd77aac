/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of the far end: a generalised Pareto tail where there is
 * enough of it, and from how many values on a high quantile can be estimated
 * at all without believing in a family. */
#ifndef SBS_CALIBRATE_LAW_TAIL_H
#define SBS_CALIBRATE_LAW_TAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/obs.h"

enum { SBS_LAW_TAIL_MIN = 50 }; /* exceedances */

/* X - threshold given X > threshold: P(> y) = (1 + xi y / beta)^(-1/xi)
 * (Pickands, Ann. Stat. 3, 1975), threshold the 90% point. */
struct sbs_law_tail {
    bool known;         /* at least 50 exceedances; else only these two: */
    size_t exceedances;
    double threshold_s; /* NaN when cut-off values leave no 90% point */
    double xi, xi_lo, xi_hi; /* 95% profile interval */
    double beta_s;
    double loglik;
};
int sbs_law_tail(const struct sbs_obs *obs, size_t n, struct sbs_law_tail *out,
                 struct sbs_error *err);

/* "tail unknown", "heavy", "bounded" or "like exponential": by whether the
 * interval of xi is above, below or around 0. */
const char *sbs_law_tail_text(const struct sbs_law_tail *t);

/* The fewest values whose largest is above the q quantile in 95 of 100
 * samples, whatever the law: 1 - q^n >= .95. 29, 59, 299 for .90, .95, .99. */
size_t sbs_law_quantile_floor(double q);

/* Never started: of n launches k never did. Posterior of the probability
 * under a uniform prior, Beta(1 + k, 1 + n - k): its mean and its 95% upper
 * bound (0 of 50: 1 - .05^(1/51) = 5.7%). */
struct sbs_law_never {
    size_t n, never;
    double mean_frac, upper_frac;
};
struct sbs_law_never sbs_law_never(size_t never, size_t n);
/* Its quantile at u in (0, 1): a posterior draw for a uniform u. */
double sbs_law_never_quantile(const struct sbs_law_never *v, double u);

#endif
