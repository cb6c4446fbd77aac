/* SPDX-License-Identifier: Apache-2.0 */
/* The gamma function and the incomplete gamma functions, from base/fmath and
 * IEEE arithmetic alone, so that their bits are the same everywhere. */
#ifndef SBS_BASE_GAMMAFN_H
#define SBS_BASE_GAMMAFN_H

/* log Gamma(a), a > 0; absolute error below 1e-14 max(1, |result|). */
double sbs_gammafn_log(double a);

/* Gamma(a), a > 0; INFINITY above 171.6. */
double sbs_gammafn(double a);

/* The regularised functions for a in [1e-3, 1e6], x >= 0: *lower = P(a, x),
 * *upper = Q(a, x) = 1 - P, each to about 1e-12 relative, and *density =
 * x^(a-1) e^-x / Gamma(a). */
void sbs_gammafn_inc(double a, double x, double *lower, double *upper,
                     double *density);

#endif
