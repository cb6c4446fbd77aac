/* SPDX-License-Identifier: Apache-2.0 */
/* Distribution functions of laws of waiting that have no inverse in closed
 * form: inverse Gaussian and hypoexponential. From base/fmath and IEEE
 * arithmetic alone, so that their bits are the same everywhere. Private to
 * base/dist*.c. */
#ifndef SBS_BASE_WAITING_H
#define SBS_BASE_WAITING_H

#include "base/dist_invert.h"

/* Inverse Gaussian with this mean and shape (variance mean^3 / shape), both
 * > 0: the first time a Brownian motion with drift reaches a level. With
 * r = sqrt(shape / x), a = r (x / mean - 1), b = r (x / mean + 1), phi the
 * normal density and M(t) = P(Z > t) / phi(t) Mills' ratio,
 *   P(X <= x) = phi(a) (M(-a) + M(b)),  P(X > x) = phi(a) (M(a) - M(b)),
 * which is Shuster's formula (J. Am. Stat. Ass. 63, 1968) with
 * exp(2 shape / mean) phi(b) = phi(a) put in: nothing overflows. Relative
 * error about 1e-12 max(1, x / mean, sqrt(mean / shape)). */
struct sbs_dist_at sbs_waiting_invgauss(double mean, double shape, double x);

/* Sum of two independent exponential times with these means (> 0, equal ones
 * allowed): with t = x / longer mean, y = x (1/shorter - 1/longer) and
 * g(y) = (1 - e^-y) / y, P(X > x) = e^-t (1 + t g(y)). */
struct sbs_dist_at sbs_waiting_hypoexp(double mean1, double mean2, double x);

#endif
