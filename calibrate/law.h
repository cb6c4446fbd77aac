/* SPDX-License-Identifier: Apache-2.0 */
/* Families of laws of a duration, each X = shift + T with T > 0 of two
 * parameters. Fits and sampling see them on the real line as
 *   x[0] = log of a centre (s), x[1] = log of a spread, x[2] = shift (s)
 * so that one search and one prior serve them all:
 *   family           centre             spread
 *   lognormal        median             sd of the log
 *   gamma            mean               sd / mean = shape^-1/2
 *   weibull          scale              1 / shape
 *   loglogistic      median             1 / shape
 *   invgauss         mean               sd / mean = (mean / shape)^1/2
 *   hypoexponential  mean of the sum    odds of the shorter phase's mean
 *                                       r / (1 - r), r = shorter / longer */
#ifndef SBS_CALIBRATE_LAW_H
#define SBS_CALIBRATE_LAW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/dist.h"
#include "calibrate/obs.h"

enum { SBS_LAW_FAMILIES = 6, SBS_LAW_DIM = 3 };

/* Mean and standard deviation of the logs of a sample. */
struct sbs_law_moments {
    double mean, sd;
};

struct sbs_law_family {
    const char *name;
    enum sbs_dist_kind kind;
    const char *centre, *spread; /* what exp(x[0]) and exp(x[1]) are */
    /* Parameters a, b of base/dist.h from x and back. */
    void (*natural)(const double *x, double *a, double *b);
    void (*real)(double a, double b, double *x);
    /* log density at t > 0, given its part that does not depend on t. */
    double (*constant)(double a, double b);
    double (*log_density)(double a, double b, double constant, double t,
                          double log_t);
    void (*start)(const struct sbs_law_moments *m, double *x);
};

extern const struct sbs_law_family sbs_law_families[SBS_LAW_FAMILIES];

/* The family called so, or NULL. */
const struct sbs_law_family *sbs_law_find(const char *name);

/* The law at x (x[2] is read when shifted): as the model file's D, and for
 * cdf, tail and quantile (base/dist.h); holds no memory. False, and nothing
 * stored, when x is outside the family's range. */
bool sbs_law_dist(const struct sbs_law_family *f, const double *x,
                  bool shifted, struct sbs_dist *d);

/* Log likelihood of n observations: log density of exact ones, log
 * probability of intervals, log survival of those cut off. -INFINITY outside
 * the range. */
double sbs_law_loglik(const struct sbs_law_family *f, const double *x,
                      bool shifted, const struct sbs_obs *obs, size_t n);

#endif
